import type { WorkerMetrics } from '../connector/metrics.ts';
import { rowsToCopy } from './kafka/copy-time.ts';
import type { FirstCopyFacts } from './pipeline/first-copy.ts';
import type { MetricsFacts } from './pipeline/stream-metrics.ts';

/** Below this a rate says more about the start than about the facility. */
const RATE_SECONDS = 60;
const DAY_SECONDS = 3600;

/** What this facility has sent to Kafka since its task was started, heartbeats among it. */
export interface Sent {
  records: number;
  /** On the line, compressed. */
  bytes: number;
  sinceSeconds: number;
  /** Null in the first minute. */
  recordsPerSecond: number | null;
  /** As it would be at this rate; null in the first hour. */
  bytesPerDay: number | null;
}

export function sentOf(facts: MetricsFacts | undefined): Sent | null {
  const { sent, task, countedFromMs } = facts?.metrics ?? {};
  const records = task?.written ?? null;
  const bytes = sent?.bytes ?? null;
  if (facts === undefined || records === null || bytes === null || countedFromMs == null) return null;
  const seconds = Math.max(1, (facts.nowMs - countedFromMs) / 1000);
  return {
    records,
    bytes,
    sinceSeconds: Math.round(seconds),
    recordsPerSecond: seconds < RATE_SECONDS ? null : Number((records / seconds).toPrecision(3)),
    bytesPerDay: seconds < DAY_SECONDS ? null : Math.round((bytes / seconds) * 86_400),
  };
}

/** The first copy, while it is under way. */
export interface FirstCopy {
  tables: number;
  tablesLeft: number;
  /** Read so far. */
  rows: number;
  /** To be read; null where SQL Server did not tell. */
  rowsInAll: number | null;
  /** 0 to 99; null while nobody can tell. */
  percent: number | null;
  /** At the speed so far; null while nobody can tell. */
  secondsLeft: number | null;
}

/** The share of rows that are read; it is only an estimate, since the catalogue counts rows that come and go meanwhile. */
export function firstCopyOf(
  metrics: WorkerMetrics | null | undefined,
  facts: FirstCopyFacts | undefined,
  tableIncludeList: string,
): FirstCopy | null {
  const copy = metrics?.snapshot;
  // A copy of single tables beside the stream is counted by the same figures, on top of those of the first one.
  if (copy?.running !== true || facts?.rows == null) return null;
  const finished = Object.values(copy.rows).reduce((sum, count) => sum + count, 0);
  // A table's own count comes when it is finished; inside a large one only the events move.
  const rows = Math.max(finished, copy.events ?? 0);
  const rowsInAll = facts.rows.ok ? rowsToCopy(facts.rows.value, tableIncludeList) : null;
  const share = rowsInAll === null || rowsInAll === 0 ? null : Math.min(0.99, rows / rowsInAll);
  const seconds = copy.seconds ?? 0;
  return {
    tables: copy.tables ?? 0,
    tablesLeft: copy.tablesLeft ?? 0,
    rows,
    rowsInAll,
    percent: share === null ? null : Math.floor(share * 100),
    secondsLeft: share === null || share === 0 ? null : Math.round((seconds * (1 - share)) / share),
  };
}
