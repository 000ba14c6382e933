import type { SqlAnswer, SqlServerPort } from '../../adapters/sqlserver-port.ts';

/** Rows and megabytes of one change table, its indexes included. Large numbers arrive as text. */
export type SizeRow = { capture_instance: string; row_count: number | string; mb: number | string };

/** Minutes between the oldest and the newest captured transaction; null when nothing was captured. */
export type SpanRow = { window_minutes: number | null };

export function sizesOf(sql: SqlServerPort, signal: AbortSignal): Promise<SqlAnswer<SizeRow>> {
  return sql.query<SizeRow>(
    `SELECT ct.capture_instance AS capture_instance,
            SUM(CASE WHEN ps.index_id IN (0, 1) THEN ps.row_count ELSE 0 END) AS row_count,
            SUM(ps.reserved_page_count) * 8 / 1024.0 AS mb
     FROM cdc.change_tables AS ct
     JOIN sys.dm_db_partition_stats AS ps ON ps.object_id = ct.object_id
     GROUP BY ct.capture_instance`,
    {},
    signal,
  );
}

export function spanOf(sql: SqlServerPort, signal: AbortSignal): Promise<SqlAnswer<SpanRow>> {
  return sql.query<SpanRow>(
    'SELECT DATEDIFF(MINUTE, MIN(tran_end_time), MAX(tran_end_time)) AS window_minutes FROM cdc.lsn_time_mapping',
    {},
    signal,
  );
}
