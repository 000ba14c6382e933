import type { KafkaAnswer, Refusal } from '../../adapters/kafka-port.ts';
import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { includes } from '../../connector/table-selection.ts';
import type { CheckContext } from '../context.ts';
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

/** Rows of every table, as the catalogue counts them: nothing is read for it. */
export function countRows(
  { sql }: Pick<CheckContext, 'sql'>,
  signal: AbortSignal,
): Promise<SqlAnswer<CountedTable>> {
  return sql.query(
    `SELECT s.name AS schema_name, t.name AS table_name, SUM(p.rows) AS row_count
     FROM sys.tables AS t
     JOIN sys.schemas AS s ON s.schema_id = t.schema_id
     JOIN sys.partitions AS p ON p.object_id = t.object_id
     WHERE t.is_ms_shipped = 0 AND p.index_id IN (0, 1)
     GROUP BY s.name, t.name`,
    {},
    signal,
  );
}
