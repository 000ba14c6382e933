import type { SqlServerPort, SqlValue } from '../../adapters/sqlserver-port.ts';
import { OWN_SCHEMA, SIGNAL_TABLE } from '../../connector/own-schema.ts';
import { CHUNK_BEGUN, CHUNK_READ, EXECUTE, parsedId, type SignalRow } from '../../connector/signals.ts';
import { failureText } from '../../connector/sql-failure.ts';
import { bracketed } from '../../connector/tsql/quote.ts';
import { CliError } from '../../errors.ts';

const TABLE = `[${OWN_SCHEMA}].[${SIGNAL_TABLE}]`;
const NAME = `N'${OWN_SCHEMA}.${SIGNAL_TABLE}'`;
const WITH = 'clinicmaster-cdc sql enable';

/** What the signal table and its capture are like, for the login that asks. */
export interface SignalAccess {
  /** As SQL Server spells the database; Debezium compares the capitals. */
  database: string;
  /** Of the signal table's changes. */
  captureInstance: string;
  mayDelete: boolean;
}

/** What the signal table holds. */
export interface SignalsSeen {
  request: SignalRow | null;
  /** Id of the last pause, resume or stop. */
  control: string | null;
  chunksRead: number;
  captured: { type: string; lsn: string } | null;
}

/**
 * The way to ask Debezium for something: its signal table.
 * @throws CliError when there is none, or this login may not write to it
 */
export async function signalAccess(sql: SqlServerPort, signal: AbortSignal): Promise<SignalAccess> {
  const [row] = await ask<{
    name: string;
    id: number | null;
    may_insert: number | null;
    may_select: number | null;
    may_delete: number | null;
  }>(
    sql,
    `SELECT DB_NAME() AS name, OBJECT_ID(${NAME}) AS id,
       HAS_PERMS_BY_NAME(${NAME}, N'OBJECT', N'INSERT') AS may_insert,
       HAS_PERMS_BY_NAME(${NAME}, N'OBJECT', N'SELECT') AS may_select,
       HAS_PERMS_BY_NAME(${NAME}, N'OBJECT', N'DELETE') AS may_delete`,
    {},
    signal,
  );
  const table = `${OWN_SCHEMA}.${SIGNAL_TABLE}`;
  if (row === undefined || row.id === null) {
    throw refused(
      'copy.no-signal-table',
      `There is no table ${table}, or the login may not see it. Through it Debezium is asked to copy a table.`,
      'The table, as sql enable makes it, captured like a table of ClinicMaster.',
      WITH,
    );
  }
  if (row.may_insert !== 1 || row.may_select !== 1) {
    const lacking = [row.may_select === 1 ? [] : 'SELECT', row.may_insert === 1 ? [] : 'INSERT'].flat();
    throw refused(
      'copy.no-right',
      `The login may not use ${table}: ${lacking.join(' and ')} is missing.`,
      `SELECT, INSERT and DELETE on ${table} for the login of DB_USER.`,
      'clinicmaster-cdc sql grant',
    );
  }
  const [captured] = await ask<{ name: string }>(
    sql,
    `SELECT TOP (1) capture_instance AS name FROM cdc.change_tables WHERE source_object_id = OBJECT_ID(${NAME})
     ORDER BY create_date DESC`,
    {},
    signal,
  );
  if (captured === undefined) {
    throw refused(
      'copy.signals-not-captured',
      `${table} is not captured: what is written there never reaches Debezium.`,
      'Capture of the table, as sql enable turns it on.',
      WITH,
    );
  }
  return { database: row.name, captureInstance: captured.name, mayDelete: row.may_delete === 1 };
}

/** Reads the signal table and the end of its capture. */
export async function readSignals(
  sql: SqlServerPort,
  { captureInstance }: SignalAccess,
  signal: AbortSignal,
): Promise<SignalsSeen> {
  // Ids of ours begin with their time.
  const [request] = await ask<SignalRow>(
    sql,
    `SELECT TOP (1) id, type, data FROM ${TABLE} WHERE type = @type AND id LIKE 'cdc-2%' ORDER BY id DESC`,
    { type: EXECUTE },
    signal,
  );
  const [control] = await ask<{ id: string }>(
    sql,
    `SELECT TOP (1) id FROM ${TABLE} WHERE type IN ('pause-snapshot', 'resume-snapshot', 'stop-snapshot') AND id LIKE 'cdc-2%'
     AND id NOT LIKE '%-mark' ORDER BY id DESC`,
    {},
    signal,
  );
  const [count] = await ask<{ n: number }>(
    sql,
    `SELECT COUNT(*) AS n FROM ${TABLE} WHERE type = @type`,
    { type: CHUNK_READ },
    signal,
  );
  // Operation 2 is an insert; rows of ours that were cleared away are no signals.
  const [captured] = await ask<{ type: string; lsn: string }>(
    sql,
    `SELECT TOP (1) type, __$start_lsn AS lsn FROM ${bracketed('cdc')}.${bracketed(`${captureInstance}_CT`)}
     WHERE __$operation = 2 ORDER BY __$start_lsn DESC, __$seqval DESC`,
    {},
    signal,
  );
  return {
    request: request ?? null,
    control: control !== undefined && control.id > (request?.id ?? '') ? control.id : null,
    chunksRead: count?.n ?? 0,
    captured: captured ?? null,
  };
}

/** When the first copy of this facility was last asked for, in ms since 1970; null: never. @param by its facility id */
export async function firstCopyOf(
  sql: SqlServerPort,
  by: string,
  signal: AbortSignal,
): Promise<number | null> {
  const rows = await ask<{ id: string; data: string }>(
    sql,
    `SELECT id, data FROM ${TABLE} WHERE type = @type AND id LIKE 'cdc-2%-first'`,
    { type: EXECUTE },
    signal,
  );
  const own = rows.filter(({ data }) => data.includes(`"by":${JSON.stringify(by)}`));
  return own.reduce<number | null>((latest, { id }) => Math.max(latest ?? 0, parsedId(id)?.at ?? 0), null);
}

/** Puts a signal in. Every value is bound; none becomes part of a statement. */
export async function putSignal(sql: SqlServerPort, row: SignalRow, signal: AbortSignal): Promise<void> {
  await ask(
    sql,
    `INSERT INTO ${TABLE} (id, type, data) VALUES (@id, @type, @data)`,
    { id: row.id, type: row.type, data: row.data },
    signal,
  );
}

/** Takes Debezium's marks of former copies away: two rows for each chunk would stay for ever. */
export async function clearMarks(
  sql: SqlServerPort,
  { mayDelete }: SignalAccess,
  signal: AbortSignal,
): Promise<void> {
  if (!mayDelete) return;
  await ask(
    sql,
    `DELETE FROM ${TABLE} WHERE type IN (@begun, @read)`,
    { begun: CHUNK_BEGUN, read: CHUNK_READ },
    signal,
  );
}

async function ask<Row extends Record<string, SqlValue>>(
  sql: SqlServerPort,
  text: string,
  parameters: Record<string, string | number>,
  signal: AbortSignal,
): Promise<Row[]> {
  const answer = await sql.query<Row>(text, parameters, signal);
  if (answer.ok) return answer.value;
  throw new CliError('copy.sqlserver', `SQL Server at ${sql.address} did not take a question.`, {
    seen: failureText(answer.failure),
    needed:
      'A SQL Server that this machine reaches, and the rights that sql enable gives to the login of DB_USER.',
    commands: ['clinicmaster-cdc doctor --only sqlserver'],
  });
}

function refused(code: string, message: string, needed: string, command: string): CliError {
  return new CliError(code, message, { needed, commands: [command], who: 'dba' });
}
