/**
 * What Debezium 3.6 writes when it sends NULL in the place of a value. The first ones quote the value, and the column with its type:
 * `At datetime2(27, 7) DEFAULT VALUE NULL`.
 */
const LEFT_OUT: readonly RegExp[] = [
  /Failed to convert value '.*' from column '(.+?) \w+(?:\([\d, ]+\))?(?: (?:NOT NULL|DEFAULT|GENERATED|AUTO).*)?' to /,
  /Failed to convert value '.*' from column '(.*)' to /,
  /Failed to properly convert (?:data|key) value for '([^']*)' of type /,
];
const AT = /^(\d{4}-\d\d-\d\dT\S+Z) /;

/**
 * Counts the values that a worker's log says were left out, by column.
 * @param log lines of connect/log4j2.properties; no value of theirs is kept
 */
export function leftOutValues(log: string): { leftOut: Record<string, number>; last: string | null } {
  const leftOut: Record<string, number> = {};
  let last: string | null = null;
  for (const line of log.split('\n')) {
    const column = LEFT_OUT.map((pattern) => pattern.exec(line)?.[1]).find((name) => name !== undefined);
    if (column === undefined) continue;
    leftOut[column] = (leftOut[column] ?? 0) + 1;
    last = AT.exec(line)?.[1] ?? last;
  }
  return { leftOut, last };
}
