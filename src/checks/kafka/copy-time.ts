import type { KafkaAnswer, Refusal } from '../../adapters/kafka-port.ts';
import { includes } from '../../connector/table-selection.ts';
import type { TwoViews } from '../two-views.ts';

/**
 * Bytes on the wire for one row of the first copy: twelve columns, JSON with its schema, zstd, full batches (measured: 87 to
 * 165; rows with long texts or images take more).
 */
export const ROW_BYTES = 150;

/** Rows of a table, as the catalogue counts them. */
export type CountedTable = { schema_name: string; table_name: string; row_count: string | number };

/** Rows of the tables that stream. */
export function rowsToCopy(tables: readonly CountedTable[], tableIncludeList: string): number {
  const wanted = includes(tableIncludeList);
  return tables
    .filter(({ schema_name: schema, table_name: table }) => wanted({ schema, table }))
    .reduce((sum, row) => sum + Number(row.row_count), 0);
}

/** Bytes a second of the worker's line; undefined where Kafka did not take the load. */
export function workerRate({ host, inside }: TwoViews<KafkaAnswer<Refusal>>): number | undefined {
  if (!host.ok) return undefined;
  const rate = bytesPerSecond(host.value);
  return inside?.ok === true ? Math.min(rate, bytesPerSecond(inside.value)) : rate;
}

export function bytesPerSecond({ bytes, tookMs }: Refusal): number {
  return (bytes * 1000) / Math.max(1, tookMs);
}

/** `1.2 MB/s`, `40 KB/s`. */
export function speed(rate: number): string {
  return rate >= 1e6 ? `${(rate / 1e6).toFixed(1)} MB/s` : `${Math.round(rate / 1000)} KB/s`;
}

/** `40 s`, `12 minutes`, `3.5 hours`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`;
  return `${(seconds / 3600).toFixed(1)} hours`;
}
