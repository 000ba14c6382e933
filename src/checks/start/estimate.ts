import { rateText, sizeText, spanText } from '../../units.ts';
import { ROW_BYTES, rowsToCopy, workerRate } from '../kafka/copy-time.ts';
import type { ThroughputFacts } from '../kafka/kafka-throughput.ts';

/** Where the line was not measured: a rural link's usual 512 kbit/s. */
const ASSUMED_RATE = 64_000;

/** What copying every table costs on this line. */
export interface CopyEstimate {
  /** Null where SQL Server did not tell. */
  rows: number | null;
  bytes: number | null;
  seconds: number | null;
  bytesPerSecond: number;
  /** The rate was measured now, by a megabyte that Kafka had to refuse; else it is assumed. */
  measured: boolean;
}

/** @param facts of the check of the line; undefined when it came to none */
export function copyEstimate(facts: ThroughputFacts | undefined, tableIncludeList: string): CopyEstimate {
  const rate = facts === undefined ? undefined : workerRate(facts.loads);
  const bytesPerSecond = rate ?? ASSUMED_RATE;
  const rows = facts?.rows.ok === true ? rowsToCopy(facts.rows.value, tableIncludeList) : null;
  const bytes = rows === null ? null : rows * ROW_BYTES;
  const seconds = bytes === null ? null : bytes / bytesPerSecond;
  return { rows, bytes, seconds, bytesPerSecond, measured: rate !== undefined };
}

/** One sentence: `60000 rows, about 9 MB at 150 bytes a row: 2 min at 64 kB/s (assumed; …)`. */
export function estimateText({ rows, bytes, seconds, bytesPerSecond, measured }: CopyEstimate): string {
  const how = measured ? 'measured now' : 'assumed; the line was not measured';
  const rate = `${rateText(bytesPerSecond)} (${how})`;
  if (rows === null || bytes === null || seconds === null) {
    return `The cost is not known: SQL Server did not tell its rows. The line: ${rate}.`;
  }
  return `Copying costs ${rows} rows, about ${sizeText(bytes)} (${ROW_BYTES} bytes a row, more with long texts): ${spanText(Math.max(1, seconds))} at ${rate}.`;
}
