import { readFile } from 'node:fs/promises';
import sql from 'mssql';
import { loadSandbox } from '../../../sandbox/src/load.ts';
import { dropDatabase, ensureDatabase } from '../../../sandbox/src/postgres/server.ts';
import type { Edition, Release } from '../../../sandbox/src/standin/engine/product.ts';
import { StandinEngine } from '../../../sandbox/src/standin/engine/standin-engine.ts';
import { createTdsServer } from '../../../sandbox/src/standin/tds/server.ts';
import { certificateFile, keyFile, serverCertificate } from '../../../sandbox/src/tls/servers.ts';

const SA_PASSWORD = 'Sa-0f-the-Test!';

/** A stand-in inside the test's own process, over a PostgreSQL database of its own in the sandbox. */
export interface TestStandin {
  /** Where host and containers reach it. */
  host: string;
  port: number;
  sa: { user: string; password: string };
  /** A pool of `sa`, or of another login. The caller closes it. */
  pool(database?: string, login?: { user: string; password: string }): Promise<sql.ConnectionPool>;
  /** Ends the process's part and begins it anew on the same storage and port. */
  restart(): Promise<void>;
  /** Drops every client connection without a word, as a network that breaks. */
  stop(): Promise<void>;
  /** Stops it and drops its database. */
  remove(): Promise<void>;
  /** What the jobs and the protocol reported: bugs, never T-SQL errors. */
  reports: unknown[];
}

/**
 * Starts an empty stand-in.
 * @param name of its PostgreSQL database: one for each test file
 */
export async function startTestStandin(
  name: string,
  options: {
    timeZone?: string;
    encryption?: 'off' | 'supported' | 'required';
    release?: Release;
    edition?: Edition;
  } = {},
): Promise<TestStandin> {
  const sandbox = await loadSandbox();
  const login = { ...sandbox.postgres.standin(1), database: name };
  await dropDatabase(name);
  await ensureDatabase(login);
  await serverCertificate('standin', sandbox.gateway);
  const tls = {
    key: await readFile(keyFile('standin'), 'utf8'),
    cert: await readFile(certificateFile('standin'), 'utf8'),
  };
  const reports: unknown[] = [];
  const report = (error: unknown) => void reports.push(error);
  let port = 0;

  const open = async () => {
    const engine = await StandinEngine.open(
      {
        postgres: login,
        serverName: 'TEST',
        saPassword: SA_PASSWORD,
        timeZone: options.timeZone ?? '+03:00',
        ...(options.release === undefined ? {} : { release: options.release }),
        ...(options.edition === undefined ? {} : { edition: options.edition }),
      },
      { report, lost: () => reports.push('PostgreSQL was lost') },
    );
    const server = createTdsServer(engine, { encryption: options.encryption ?? 'supported', tls, report });
    port = await server.listen(port, sandbox.gateway);
    return { engine, server };
  };
  let running = await open();

  const stop = async () => {
    await running.server.close();
    await running.engine.close();
  };
  return {
    host: sandbox.gateway,
    port,
    sa: { user: 'sa', password: SA_PASSWORD },
    reports,
    async pool(database = 'master', user = { user: 'sa', password: SA_PASSWORD }) {
      const pool = new sql.ConnectionPool({
        server: sandbox.gateway,
        port,
        ...user,
        database,
        requestTimeout: 60_000,
        pool: { min: 0, max: 10 },
        options: { encrypt: options.encryption !== 'off', trustServerCertificate: true },
      });
      return pool.connect();
    },
    async restart() {
      await stop();
      running = await open();
    },
    stop,
    async remove() {
      await stop();
      await dropDatabase(name);
    },
  };
}
