import sql from 'mssql';
import { unlessAborted } from './abort.ts';
import { failureText, innermostCoded } from './failure-text.ts';
import { dialled } from './network.ts';
import { networkFailure } from './network-failure.ts';
import type {
  SqlAnswer,
  SqlFailure,
  SqlParameters,
  SqlServerAccess,
  SqlServerPort,
  SqlValue,
} from './sqlserver-port.ts';
import { requireEncryption } from './sqlserver-prelogin.ts';
import type { SqlScriptPort } from './sqlserver-script-port.ts';
import { sqlServerTls } from './sqlserver-tls.ts';

/**
 * Goes before every statement: a question of ours must lose against the hospital's own work, and must not wait for it.
 * Set each time, because a driver may have opened a new connection in between.
 */
const POLITE =
  'SET LOCK_TIMEOUT 5000; SET DEADLOCK_PRIORITY LOW; SET TRANSACTION ISOLATION LEVEL READ COMMITTED;\n';
const LOGIN_LIMIT_MS = 8000;
const QUESTION_LIMIT_MS = 30_000;
/** ALTER DATABASE waits for the transactions of others, and turning CDC off clears many tables. */
const SCRIPT_LIMIT_MS = 15 * 60_000;

/** Questions to a SQL Server over mssql. Nothing is sent before the first one. */
export function sqlServer(settings: SqlServerAccess): SqlServerPort {
  return connection(settings, QUESTION_LIMIT_MS);
}

/** The same for a login that runs scripts. */
export function sqlScript(settings: SqlServerAccess): SqlScriptPort {
  return connection(settings, SCRIPT_LIMIT_MS);
}

function connection(settings: SqlServerAccess, limitMs: number): SqlScriptPort {
  let pool: Promise<sql.ConnectionPool> | undefined;
  /** Numbers of the errors that the login in progress has been answered with; the driver drops them. */
  const loginErrors: number[] = [];

  async function connectPool(signal: AbortSignal): Promise<sql.ConnectionPool> {
    loginErrors.length = 0;
    if (settings.encrypt) await requireEncryption(settings.host, settings.port, signal);
    const created = new sql.ConnectionPool(poolConfig(settings, loginErrors, limitMs));
    // A pool without a listener ends the process when an idle connection breaks.
    created.on('error', () => {});
    return await created.connect();
  }

  async function opened(signal: AbortSignal): Promise<sql.ConnectionPool> {
    pool ??= connectPool(signal);
    const current = pool;
    try {
      return await unlessAborted(current, signal);
    } catch (error) {
      pool = undefined;
      current.then((late) => late.close()).catch(() => {});
      throw error;
    }
  }

  const failed = (error: unknown): SqlFailure => sqlFailure(error, loginErrors, [settings.password]);

  return {
    address: `${settings.host}:${settings.port}`,

    tls: (signal) => sqlServerTls(settings.host, settings.port, settings.ca, signal),

    async open(signal): Promise<SqlAnswer<never>> {
      try {
        await opened(signal);
        return { ok: true, value: [] };
      } catch (error) {
        return { ok: false, failure: failed(error) };
      }
    },

    async query<Row extends Record<string, SqlValue>>(
      text: string,
      parameters: SqlParameters,
      signal: AbortSignal,
    ): Promise<SqlAnswer<Row>> {
      try {
        const request = (await opened(signal)).request();
        for (const [name, value] of Object.entries(parameters)) request.input(name, value);
        const cancel = () => request.cancel();
        signal.addEventListener('abort', cancel, { once: true });
        try {
          const result = await unlessAborted(request.query(POLITE + text), signal);
          const sets = result.recordsets as unknown as Record<string, unknown>[][];
          return { ok: true, value: (sets.at(-1) ?? []).map(plainRow) as Row[] };
        } finally {
          signal.removeEventListener('abort', cancel);
        }
      } catch (error) {
        return { ok: false, failure: failed(error) };
      }
    },

    async execute(batch, signal) {
      try {
        const request = (await opened(signal)).request();
        const cancel = () => request.cancel();
        signal.addEventListener('abort', cancel, { once: true });
        try {
          await unlessAborted(request.batch(batch), signal);
          return { ok: true };
        } finally {
          signal.removeEventListener('abort', cancel);
        }
      } catch (error) {
        return { ok: false, failure: { ...failed(error), message: allMessages(error, [settings.password]) } };
      }
    },

    async close(): Promise<void> {
      const current = pool;
      pool = undefined;
      await current?.then((open) => open.close()).catch(() => {});
    },
  };
}

function poolConfig(settings: SqlServerAccess, loginErrors: number[], limitMs: number): sql.config {
  return {
    server: dialled(settings.host),
    port: settings.port,
    user: settings.user,
    password: settings.password,
    database: settings.name,
    connectionTimeout: LOGIN_LIMIT_MS,
    requestTimeout: limitMs,
    pool: { min: 0, max: 1, idleTimeoutMillis: 60_000 },
    validateConnection: 'socket',
    beforeConnect: (connection) => {
      connection.on('errorMessage', (message: { number: number }) => loginErrors.push(message.number));
    },
    options: {
      encrypt: settings.encrypt,
      trustServerCertificate: settings.trustServerCertificate,
      appName: 'clinicmaster-cdc',
      // A wrong database name counts as passing trouble in the driver, which would then log in again and again.
      maxRetriesOnTransientErrors: 0,
      ...(settings.ca === undefined ? {} : { cryptoCredentialsDetails: { ca: settings.ca } }),
    } as NonNullable<sql.config['options']>,
  };
}

/** What the server said, oldest first: for a system procedure the first message tells the cause and the last one little. */
function allMessages(error: unknown, secrets: readonly string[]): string {
  const before = (error as { precedingErrors?: unknown[] }).precedingErrors ?? [];
  const told = [...before, error].map((one) => {
    const { number } = one as { number?: number };
    const text = failureText(one, secrets);
    return number === undefined ? text : `error ${number}: ${text}`;
  });
  return [...new Set(told)].join(' ');
}

function plainRow(row: Record<string, unknown>): Record<string, SqlValue> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex').toUpperCase()}`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  return String(value);
}

/**
 * What the driver threw, in our words.
 * @param loginErrors numbers that the server sent while logging in (the driver keeps only the last message)
 * @param secrets values that may not appear in the message
 */
export function sqlFailure(
  error: unknown,
  loginErrors: readonly number[],
  secrets: readonly string[],
): SqlFailure {
  const message = failureText(error, secrets);
  const thrown = error as { code?: string; number?: number; precedingErrors?: { number?: number }[] };
  if (typeof thrown.number === 'number') {
    const before = (thrown.precedingErrors ?? []).map((entry) => entry.number ?? 0);
    return { kind: 'sql', number: thrown.number, numbers: [...before, thrown.number], message };
  }
  const inner = innermostCoded(error);
  if (inner?.code === 'ELOGIN' && loginErrors.length > 0) {
    return { kind: 'sql', number: loginErrors[0]!, numbers: [...loginErrors], message };
  }
  const code = inner?.code ?? 'UNKNOWN';
  if (/^E(TIMEOUT|TIMEDOUT|CANCEL)$/.test(code)) return { kind: 'timeout', code, message };
  if (isTlsCode(code) || code === 'EENCRYPT' || code === 'ENOENCRYPT') return { kind: 'tls', code, message };
  if (inner !== undefined && networkFailure(inner.error).kind !== 'other') {
    return { kind: 'unreachable', code, message };
  }
  return { kind: 'other', code, message };
}

/** OpenSSL's verdicts on a certificate, as Node names them, and its protocol errors. */
function isTlsCode(code: string): boolean {
  return /CERT|^ERR_(TLS|SSL)|^UNABLE_TO_|^EPROTO$|^HOSTNAME_MISMATCH$|^INVALID_CA$/.test(code);
}
