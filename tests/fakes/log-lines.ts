import type { LogLine } from '../../src/adapters/docker-port.ts';

/** A log as the Engine hands it over: each line with a time, that of its entry. */
export function logLines(text: string): LogLine[] {
  let at = '2026-11-24T00:00:00.000000000Z';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      at = /^\d{4}-\S+Z/.exec(line)?.[0].replace('Z', '000000Z') ?? at;
      return { at, stream: 'stdout' as const, text: line };
    });
}

/** The same as the Engine's answer: what is earlier than `since` is left out, and all but the last `lines`. */
export async function* storedLog(
  text: string,
  { since = '', lines }: { since?: string | undefined; lines?: number | undefined },
): AsyncGenerator<LogLine> {
  const found = logLines(text).filter(({ at }) => at >= since);
  yield* lines === undefined ? found : found.slice(-lines);
}
