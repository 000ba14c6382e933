import { readFile } from 'node:fs/promises';
import { KAFKA_PORT, POSTGRES_PORT, standinPort } from './names.ts';
import { CA_FILE } from './paths.ts';
import { SandboxError } from './sandbox-error.ts';
import { readCredentials } from './state.ts';

export interface Login {
  username: string;
  password: string;
}

/** What `pg` takes as it is. */
export interface PostgresLogin {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

/** Where the parts of the running sandbox are, and how to log in. Every address serves host and containers alike. */
export interface Sandbox {
  gateway: string;
  /** The authority that signed all server certificates: PEM text and its file. */
  ca: string;
  caFile: string;
  kafka: { bootstrap: string; admin: Login };
  postgres: {
    host: string;
    port: number;
    superuser: PostgresLogin;
    warehouse: PostgresLogin;
    /** The database behind the n-th SQL Server stand-in, from 1. */
    standin(n: number): PostgresLogin;
  };
  standin: { host: string; port(n: number): number };
}

/**
 * Reads where the sandbox is. Does not look whether it runs.
 * @throws SandboxError when none was started from this checkout
 */
export async function loadSandbox(): Promise<Sandbox> {
  const credentials = await readCredentials();
  const ca = await readFile(CA_FILE, 'utf8').catch(() => undefined);
  if (credentials === undefined || credentials.gateway === '' || ca === undefined) {
    throw new SandboxError('There is no sandbox yet. Start it: npm run sandbox -- up');
  }
  const { gateway } = credentials;
  const login = (database: string, user: string, password: string): PostgresLogin => ({
    host: gateway,
    port: POSTGRES_PORT,
    database,
    user,
    password,
  });
  return {
    gateway,
    ca,
    caFile: CA_FILE,
    kafka: {
      bootstrap: `${gateway}:${KAFKA_PORT}`,
      admin: { username: 'admin', password: credentials.kafka.adminPassword },
    },
    postgres: {
      host: gateway,
      port: POSTGRES_PORT,
      superuser: login('postgres', 'postgres', credentials.postgres.superuserPassword),
      warehouse: login('warehouse', 'warehouse', credentials.postgres.warehousePassword),
      standin: (n) => login(`standin_${n}`, 'standin', credentials.postgres.standinPassword),
    },
    standin: { host: gateway, port: standinPort },
  };
}
