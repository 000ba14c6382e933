import type { Client } from 'pg';
import { TsqlError } from '../../types.ts';
import { cdcSchema } from '../cdc/change-log.ts';
import type { HarvestResult, HarvestSource } from '../cdc/harvest.ts';

/** Rows of sys.dm_cdc_log_scan_sessions that are kept. */
const KEPT_SESSIONS = 100;

/**
 * Notes a scan for sys.dm_cdc_log_scan_sessions. A scan that finds nothing only counts up the newest row if that is an
 * empty one too, as on SQL Server.
 */
export async function recordScan(
  client: Client,
  source: HarvestSource,
  started: Date,
  result: HarvestResult,
): Promise<void> {
  if (result.transactions === 0) {
    const repeated = await client.query(
      `UPDATE standin.scan_session SET empty_scan_count = empty_scan_count + 1, end_time = clock_timestamp()
       WHERE database_id = $1 AND tran_count = 0
         AND session_id = (SELECT max(session_id) FROM standin.scan_session WHERE database_id = $1)`,
      [source.databaseId],
    );
    if (repeated.rowCount) return;
  }
  const mapping = `${cdcSchema(source.database)}.lsn_time_mapping`;
  await client.query(
    `INSERT INTO standin.scan_session (database_id, start_time, end_time, start_lsn, end_lsn, tran_count, command_count,
       last_commit_time, latency, empty_scan_count)
     SELECT $1, $2, clock_timestamp(), first.start_lsn, last.start_lsn, $3, $4,
       CASE WHEN $3 > 0 THEN clock_timestamp() END,
       CASE WHEN $3 > 0 THEN (tsql.server_datetime(clock_timestamp()) - last.tran_end_time) / 10000000 ELSE 0 END,
       CASE WHEN $3 = 0 THEN 1 ELSE 0 END
     FROM (SELECT) AS one
       LEFT JOIN LATERAL (SELECT * FROM ${mapping} WHERE $3 > 0 ORDER BY start_lsn DESC LIMIT 1) last ON true
       LEFT JOIN LATERAL (SELECT * FROM ${mapping} WHERE $3 > 0 ORDER BY start_lsn DESC OFFSET greatest($3 - 1, 0) LIMIT 1) first ON true`,
    [source.databaseId, started, result.transactions, result.commands],
  );
  await client.query(
    `DELETE FROM standin.scan_session WHERE database_id = $1 AND session_id <=
       (SELECT max(session_id) - ${KEPT_SESSIONS} FROM standin.scan_session WHERE database_id = $1)`,
    [source.databaseId],
  );
}

/** "Log Scan process failed …": stands beside the error that made it fail. */
const SCAN_FAILED = 22859;

/** Notes a failed scan for sys.dm_cdc_errors and sys.dm_cdc_log_scan_sessions. */
export async function recordError(client: Client, source: HarvestSource, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const numbers = error instanceof TsqlError ? [error.number, SCAN_FAILED] : [SCAN_FAILED];
  for (const number of numbers) {
    await client.query(
      'INSERT INTO standin.scan_error (database_id, entry_time, error_number, error_message) VALUES ($1, now(), $2, $3)',
      [source.databaseId, number, message.slice(0, 1000)],
    );
  }
  await client.query(
    'INSERT INTO standin.scan_session (database_id, start_time, end_time, error_count) VALUES ($1, now(), now(), 1)',
    [source.databaseId],
  );
}
