import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { unlessAborted } from './abort.ts';
import { dialled } from './network.ts';
import type { PostgresAccess, PostgresAnswer, PostgresPort } from './postgres-port.ts';

const CONNECT_TIMEOUT_MS = 8_000;
const STATEMENT_TIMEOUT_MS = 8_000;
/** PostgreSQL's refusal of TLS by a server that has none. */
const NO_TLS = /does not support SSL/i;

/** Asks the warehouse; connects with the first question. */
export function postgres(access: PostgresAccess): PostgresPort {
  let opened: Promise<pg.Client> | undefined;
  return {
    address: `${access.host}:${access.port}`,
    query: (text, parameters, signal) => {
      opened ??= open(access);
      return ask(opened, text, parameters, signal);
    },
    close: async () => {
      const client = await opened?.catch(() => undefined);
      await client?.end();
    },
  };
}

async function ask<Row extends object>(
  opened: Promise<pg.Client>,
  text: string,
  parameters: readonly (string | number)[],
  signal: AbortSignal,
): Promise<PostgresAnswer<Row>> {
  try {
    const client = await unlessAborted(opened, signal);
    const { rows } = await unlessAborted(
      client.query<Row & pg.QueryResultRow>(text, [...parameters]),
      signal,
    );
    return { ok: true, value: rows };
  } catch (cause) {
    return { ok: false, failure: toFailure(cause) };
  }
}

/** `allow` and `prefer` fall back to a plain connection where the server has no TLS, as libpq and the JDBC driver do. */
async function open(access: PostgresAccess): Promise<pg.Client> {
  if (access.sslMode === 'disable') return connect(access, false);
  try {
    return await connect(access, tls(access));
  } catch (cause) {
    const optional = access.sslMode === 'allow' || access.sslMode === 'prefer';
    if (optional && cause instanceof Error && NO_TLS.test(cause.message)) return connect(access, false);
    throw cause;
  }
}

/** The certificate is looked at only by verify-ca and verify-full, the name only by verify-full. */
function tls({ sslMode, ca }: PostgresAccess): ConnectionOptions {
  const verify = sslMode === 'verify-ca' || sslMode === 'verify-full';
  return {
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca }),
    ...(sslMode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  };
}

async function connect(access: PostgresAccess, ssl: ConnectionOptions | false): Promise<pg.Client> {
  const { host, port, database, user, password } = access;
  const client = new pg.Client({
    host: dialled(host),
    port,
    database,
    user,
    password,
    ssl,
    application_name: 'clinicmaster-cdc',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // A connection that breaks while idle is found by the next question.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (cause) {
    await client.end().catch(() => {});
    throw cause;
  }
}

function toFailure(cause: unknown): { code: string; message: string } {
  if (!(cause instanceof Error)) return { code: 'UNKNOWN', message: String(cause) };
  // A name with several addresses fails with one error for each.
  const inner = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause;
  const error = inner instanceof Error ? inner : cause;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'ERROR';
  return { code: /timeout expired/.test(error.message) ? 'ETIMEDOUT' : code, message: error.message };
}
