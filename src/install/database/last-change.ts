import type { SqlFailure, SqlServerPort } from '../../adapters/sqlserver-port.ts';
import { HEARTBEAT_TABLE, OWN_SCHEMA } from '../../connector/own-schema.ts';
import { bracketedPair } from '../../connector/tsql/quote.ts';
import type { LastChange } from '../../connector/tsql/release.ts';

type Answer<T> = Promise<{ ok: true; value: T } | { ok: false; failure: SqlFailure }>;

/** The last change that a capture instance holds. A look at the end of the index that change tables have. */
export async function lastChange(
  sql: SqlServerPort,
  instance: string,
  signal: AbortSignal,
): Answer<LastChange> {
  const found = await newest(sql, instance, '', signal);
  return found.ok ? { ok: true, value: found.value ?? { lsn: null, place: null } } : found;
}

/** Where the heartbeat row as it stands now is in its change table; undefined until the capture job has come to it. */
export function latestBeat(
  sql: SqlServerPort,
  instance: string,
  signal: AbortSignal,
): Answer<LastChange | undefined> {
  const row = bracketedPair(OWN_SCHEMA, HEARTBEAT_TABLE);
  return newest(sql, instance, `WHERE beat_no >= (SELECT beat_no FROM ${row} WHERE id = 1)`, signal);
}

async function newest(
  sql: SqlServerPort,
  instance: string,
  where: string,
  signal: AbortSignal,
): Answer<LastChange | undefined> {
  const found = await sql.query<{ lsn: string; place: string }>(
    `SELECT TOP (1) CONVERT(varchar(24), [__$start_lsn], 1) AS lsn, CONVERT(varchar(24), [__$seqval], 1) AS place
     FROM ${bracketedPair('cdc', `${instance}_CT`)} ${where} ORDER BY [__$start_lsn] DESC, [__$seqval] DESC`,
    {},
    signal,
  );
  return found.ok ? { ok: true, value: found.value[0] } : found;
}
