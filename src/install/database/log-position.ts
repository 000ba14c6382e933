import type { SqlServerPort, SqlValue } from '../../adapters/sqlserver-port.ts';
import { CliError } from '../../errors.ts';

/** Where the change tables of a database begin, `0x…`: the oldest change that SQL Server still has. */
export async function oldestLsn(sql: SqlServerPort, signal: AbortSignal): Promise<string> {
  const [row] = await ask<{ oldest: string | null }>(
    sql,
    'SELECT CONVERT(varchar(24), MIN(start_lsn), 1) AS oldest FROM cdc.change_tables',
    {},
    signal,
  );
  if (row?.oldest != null) return row.oldest;
  throw new CliError('recover.nothing-captured', 'No table of this database is captured.', {
    needed: 'Change data capture, as sql enable turns it on. A restore may have taken it away.',
    commands: ['clinicmaster-cdc sql enable', 'clinicmaster-cdc doctor --only sqlserver'],
    who: 'dba',
  });
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
