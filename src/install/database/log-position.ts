import type { SqlServerPort, SqlValue } from '../../adapters/sqlserver-port.ts';
import { CliError } from '../../errors.ts';

/** Where a stream can be gone on with, `0x…`. */
export interface LogPosition {
  /** Where the change tables begin: the oldest change that SQL Server still has. */
  oldest: string;
  /** The last position before anything that SQL Server still has: behind an idle stretch, else the oldest. */
  next: string;
}

export async function logPosition(sql: SqlServerPort, signal: AbortSignal): Promise<LogPosition> {
  const [row] = await ask<{ oldest: string | null; newest: string | null; changes: number }>(
    sql,
    `SELECT CONVERT(varchar(24), MIN(start_lsn), 1) AS oldest,
            CONVERT(varchar(24), (SELECT MAX(m.start_lsn) FROM cdc.lsn_time_mapping AS m), 1) AS newest,
            (SELECT COUNT(*) FROM cdc.lsn_time_mapping AS c WHERE c.tran_id <> 0x00) AS changes
     FROM cdc.change_tables`,
    {},
    signal,
  );
  if (row?.oldest != null) {
    const { oldest, newest } = row;
    // Marks of idle times alone: a position at the oldest would be lost again with the next cleanup.
    const quiet = Number(row.changes) === 0 && newest !== null && newest > oldest;
    return { oldest, next: quiet ? newest : oldest };
  }
  throw new CliError('recover.nothing-captured', 'No table of this database is captured.', {
    needed: 'Change data capture, as sql enable turns it on. A restore may have taken it away.',
    commands: ['clinicmaster-cdc sql enable', 'clinicmaster-cdc doctor --only sqlserver'],
    who: 'dba',
  });
}

/**
 * No transaction that SQL Server has captured is left in its list, as after a retention without a change. Debezium 3.6 finds no end
 * of the log then, and sends no heartbeat until something is changed (measured).
 */
export async function nothingListed(sql: SqlServerPort, signal: AbortSignal): Promise<boolean> {
  const [row] = await ask<{ n: number }>(
    sql,
    'SELECT COUNT(*) AS n FROM cdc.lsn_time_mapping WHERE tran_id <> 0x00',
    {},
    signal,
  );
  return Number(row?.n) === 0;
}

/**
 * Tables that look otherwise than at a position: altered since, or captured anew. A history that is built now would not
 * fit what was changed before.
 * @param lsn `0x…`
 */
export async function alteredSince(sql: SqlServerPort, lsn: string, signal: AbortSignal): Promise<string[]> {
  const rows = await ask<{ name: string }>(
    sql,
    `DECLARE @offset binary(10) = CONVERT(binary(10), @offset_hex, 1);
     SELECT DISTINCT s.name + N'.' + t.name AS name
     FROM cdc.change_tables AS ct
     JOIN sys.tables AS t ON t.object_id = ct.source_object_id
     JOIN sys.schemas AS s ON s.schema_id = t.schema_id
     WHERE ct.start_lsn > @offset
        OR EXISTS (SELECT 1 FROM cdc.ddl_history AS h WHERE h.object_id = ct.object_id AND h.ddl_lsn > @offset)`,
    { offset_hex: lsn },
    signal,
  );
  return rows.map(({ name }) => name).sort();
}

async function ask<Row extends Record<string, SqlValue>>(
  sql: SqlServerPort,
  text: string,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<Row[]> {
  const answer = await sql.query<Row>(text, parameters, signal);
  if (answer.ok) return answer.value;
  const { number, message } = answer.failure;
  throw new CliError('recover.sqlserver', `SQL Server at ${sql.address} did not answer.`, {
    seen: number === undefined ? message : `error ${number}: ${message}`,
    needed:
      'A SQL Server that this machine reaches, and the rights that sql enable gives to the login of DB_USER.',
    commands: ['clinicmaster-cdc doctor --only sqlserver'],
  });
}
