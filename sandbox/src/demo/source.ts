import { isIP } from 'node:net';
import sql from 'mssql';
import type { Batch } from '../sample/cdc.ts';

/** A SQL Server of the demo: the stand-in, or a real one. */
export interface SourceServer {
  host: string;
  port: number;
  user: string;
  password: string;
}

/** One database of a server, over a small pool. */
export interface Source {
  /** Runs T-SQL without parameters and waits for its end. */
  batch(text: string): Promise<void>;
  /** Rows of a query. */
  rows<T>(text: string): Promise<T[]>;
  /** Rows of a query as arrays, one by one; `onRow` must not throw. */
  stream(text: string, onRow: (row: unknown[]) => void): Promise<void>;
  /** Begins a transaction on a connection of its own. */
  begin(): Promise<sql.Transaction>;
  close(): Promise<void>;
}

/** T-SQL that failed, with the beginning of its text: SQL Server's own message seldom names the statement. */
export class SourceError extends Error {
  constructor(text: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`SQL Server refused «${text.length > 240 ? `${text.slice(0, 240)} …` : text}»: ${reason}`, {
      cause,
    });
    this.name = 'SourceError';
  }
}

/**
 * Opens a database. The link is encrypted and the certificate taken as it is: these are the hospital application's own
 * connections, not the product's.
 * @param connections most connections at a time
 */
export async function openSource(
  server: SourceServer,
  database: string,
  connections: number,
): Promise<Source> {
  const pool = new sql.ConnectionPool({
    server: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    database,
    connectionTimeout: 30_000,
    requestTimeout: 300_000,
    pool: { min: 0, max: connections },
    // TLS has no server names that are addresses.
    options: {
      encrypt: true,
      trustServerCertificate: true,
      ...(isIP(server.host) ? { serverName: 'localhost' } : {}),
    },
  });
  await pool.connect();
  const run = async <T>(text: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw new SourceError(text, error);
    }
  };
  return {
    batch: (text) => run(text, async () => void (await pool.request().batch(text))),
    rows: <T>(text: string) => run(text, async () => (await pool.request().query<T>(text)).recordset as T[]),
    stream: (text, onRow) =>
      run(
        text,
        () =>
          new Promise<void>((resolve, reject) => {
            const request = pool.request();
            request.stream = true;
            request.arrayRowMode = true;
            request.on('row', onRow);
            request.on('error', reject);
            request.on('done', () => resolve());
            void request.query(text);
          }),
      ),
    begin: async () => {
      const transaction = new sql.Transaction(pool);
      await transaction.begin(sql.ISOLATION_LEVEL.READ_COMMITTED);
      return transaction;
    },
    close: () => pool.close(),
  };
}

/** Runs batches in order, each in the database it names. */
export async function runBatches(server: SourceServer, batches: readonly Batch[]): Promise<void> {
  const open = new Map<string, Source>();
  try {
    for (const { database, sql: text } of batches) {
      let source = open.get(database);
      if (source === undefined) {
        source = await openSource(server, database, 1);
        open.set(database, source);
      }
      await source.batch(text);
    }
  } finally {
    for (const source of open.values()) await source.close();
  }
}
