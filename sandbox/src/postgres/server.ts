import pg from 'pg';
import { loadSandbox, type PostgresLogin } from '../load.ts';
import { POSTGRES_CONTAINER, POSTGRES_PORT } from '../names.ts';
import { ensureRunning, type ServerContainer, waitUntilReady } from '../provision/container.ts';
import type { Credentials } from '../state.ts';
import type { KeyAndCertificate } from '../tls/authority.ts';

/** The user that the image runs as. */
const UID = 10002;
const READY_SECONDS = 90;
/** Stand-ins that get a database at once: one for each of the demo's facilities. */
const STANDINS = [1, 2];

function postgres(image: string, credentials: Credentials, tls: KeyAndCertificate): ServerContainer {
  const file = (name: string, content: string) => ({
    path: `/etc/sandbox/${name}`,
    content,
    mode: 0o600,
    uid: UID,
    gid: UID,
  });
  return {
    name: POSTGRES_CONTAINER,
    image,
    sandboxId: credentials.id,
    env: {},
    port: { inside: 5432, outside: POSTGRES_PORT },
    gateway: credentials.gateway,
    files: [
      file('superuser-password', credentials.postgres.superuserPassword),
      file('server.pem', tls.certificate),
      file('server.key', tls.key),
    ],
    dataPath: '/var/lib/postgresql/data',
    memoryBytes: 3 * 1024 * 1024 * 1024,
    sharedMemoryBytes: 512 * 1024 * 1024,
  };
}

/** Makes PostgreSQL run, with the users and databases of the sandbox. */
export async function ensurePostgres(
  image: string,
  credentials: Credentials,
  tls: KeyAndCertificate,
): Promise<void> {
  await ensureRunning(postgres(image, credentials, tls));
  const { superuser, warehouse, standin } = (await loadSandbox()).postgres;
  await waitUntilReady(POSTGRES_CONTAINER, READY_SECONDS, () => canConnect(superuser));
  for (const login of [warehouse, ...STANDINS.map(standin)]) await ensureDatabase(login);
}

/**
 * Makes a database and the user who owns it, where they are absent.
 * @returns the login it was given
 */
export async function ensureDatabase(login: PostgresLogin): Promise<PostgresLogin> {
  const { superuser } = (await loadSandbox()).postgres;
  const client = new pg.Client(superuser);
  await client.connect();
  try {
    // Two at once who alter the same role: PostgreSQL gives one of them an error. The lock ends with the session.
    await client.query("SELECT pg_advisory_lock(hashtext('clinicmaster-cdc sandbox: roles and databases'))");
    const user = pg.escapeIdentifier(login.user);
    const roles = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [login.user]);
    await client.query(
      `${roles.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${user} LOGIN PASSWORD ${pg.escapeLiteral(login.password)}`,
    );
    const databases = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [login.database]);
    if (databases.rowCount === 0) {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(login.database)} OWNER ${user}`);
    }
  } finally {
    await client.end();
  }
  return login;
}

/** Removes a database, ending the sessions in it. */
export async function dropDatabase(database: string): Promise<void> {
  const { superuser } = (await loadSandbox()).postgres;
  const client = new pg.Client(superuser);
  await client.connect();
  try {
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(database)} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}

/** Whether a login works. */
export async function canConnect(login: PostgresLogin): Promise<boolean> {
  const client = new pg.Client({ ...login, connectionTimeoutMillis: 3_000 });
  // A connection that breaks while it is being made is reported twice; the rejection is the one that counts.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
