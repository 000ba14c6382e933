import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { installSql } from '../../tsql/install/install.ts';
import { createDatabase } from '../catalogue/create-database.ts';
import { createLog } from '../cdc/change-log.ts';
import { LSN_FUNCTIONS } from '../cdc/lsn-functions.ts';
import { createLookups } from '../cdc/lsn-lookup.ts';
import { METADATA_FUNCTIONS } from '../functions/metadata-functions.ts';
import { PRETENCE_FUNCTIONS } from '../functions/pretence.ts';
import { SA_ID, SERVER_ROLES, SYSADMIN_ROLE_ID } from '../security/fixed-roles.ts';
import { hashPassword } from '../security/password.ts';
import type { EngineSettings } from '../settings.ts';
import { CATALOGUE_FUNCTIONS } from './catalogue-functions.ts';
import { inTransaction } from './connect.ts';
import { STORAGE_SCHEMA } from './storage-schema.ts';

/** Everything that a new storage is made of. */
const STORAGE_SQL = [
  STORAGE_SCHEMA,
  installSql(),
  LSN_FUNCTIONS,
  CATALOGUE_FUNCTIONS,
  METADATA_FUNCTIONS,
  PRETENCE_FUNCTIONS,
  createLog('', 0),
  createLookups(''),
].join('\n');

/** Names the storage's shape and its function libraries: one that was made otherwise is refused, not guessed at. */
const STORAGE_VERSION = createHash('sha256').update(STORAGE_SQL).digest('hex').slice(0, 12);
/** Collations that order text by its bytes, as the compiler counts on. */
const BYTE_ORDER = /^(C|POSIX)(\.utf-?8)?$/i;
const SA_SID = Buffer.from([1]);
const SYSTEM_DATABASES: readonly [number, string][] = [
  [1, 'master'],
  [2, 'tempdb'],
  [3, 'model'],
  [4, 'msdb'],
];

/**
 * Makes the storage in an empty PostgreSQL database, or takes up the one that is there.
 * @throws Error when the database cannot serve: wrong encoding or collation, or a storage of another version.
 */
export async function prepareStorage(client: Client, settings: EngineSettings): Promise<void> {
  await requireSuitableDatabase(client);
  const found = await client.query<{ exists: boolean }>(
    "SELECT to_regclass('standin.knob') IS NOT NULL AS exists",
  );
  await inTransaction(client, async () => {
    if (!found.rows[0]?.exists) await createStorage(client);
    const version = await client.query<{ value: string }>(
      "SELECT value FROM standin.knob WHERE name = 'storage_version'",
    );
    if (version.rows[0]?.value !== STORAGE_VERSION) {
      throw new Error(
        `the stand-in's PostgreSQL database was made by another version of it (${version.rows[0]?.value ?? 'none'}, needed ${STORAGE_VERSION}). Drop it and start again; in the sandbox: npm run sandbox -- down, then up`,
      );
    }
    await client.query('UPDATE standin.login SET password_hash = $1 WHERE principal_id = $2', [
      hashPassword(settings.saPassword),
      SA_ID,
    ]);
  });
}

async function requireSuitableDatabase(client: Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string; collation: string }>(
    `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collation FROM pg_database WHERE datname = current_database()`,
  );
  const { encoding, collation } = rows[0]!;
  if (encoding !== 'UTF8' || !BYTE_ORDER.test(collation)) {
    throw new Error(
      `the stand-in needs a PostgreSQL database with ENCODING 'UTF8' and LC_COLLATE 'C' or 'C.UTF-8'; this one has ${encoding} and ${collation}`,
    );
  }
}

async function createStorage(client: Client): Promise<void> {
  await client.query(STORAGE_SCHEMA);
  await client.query(installSql());
  await client.query(LSN_FUNCTIONS);
  await client.query(CATALOGUE_FUNCTIONS);
  await client.query(METADATA_FUNCTIONS);
  await client.query(PRETENCE_FUNCTIONS);
  await client.query(
    `INSERT INTO standin.knob VALUES ('storage_version', $1), ('agent', 'running'), ('agent_since', now()::text),
     ('disk_total_mb', '102400'), ('disk_free_mb', '61440')`,
    [STORAGE_VERSION],
  );
  await client.query(
    `INSERT INTO standin.login (principal_id, name, sid, type, default_database)
     VALUES ($1, 'sa', $2, 'S', 'master')`,
    [SA_ID, SA_SID],
  );
  for (const [id, name] of SERVER_ROLES) {
    await client.query(`INSERT INTO standin.login (principal_id, name, sid, type) VALUES ($1, $2, $3, 'R')`, [
      id,
      name,
      Buffer.from([id]),
    ]);
  }
  await client.query('INSERT INTO standin.server_role_member VALUES ($1, $2)', [SYSADMIN_ROLE_ID, SA_ID]);
  for (const [id, name] of SYSTEM_DATABASES)
    await createDatabase(client, name, { id: SA_ID, sid: SA_SID }, id);
}
