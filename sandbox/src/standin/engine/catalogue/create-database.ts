import type { Client } from 'pg';
import { createLog } from '../cdc/change-log.ts';
import { createLookups } from '../cdc/lsn-lookup.ts';
import { identifier } from '../postgres/quote.ts';
import { DATABASE_ROLES, DATABASE_USERS, DBO_ID, GUEST_ID } from '../security/fixed-roles.ts';
import { physicalSchema } from './physical-names.ts';

/** Schemas of every database: id, name, owner. Tables of the user live in dbo from the start. */
const SCHEMAS: readonly [number, string, number][] = [
  [DBO_ID, 'dbo', DBO_ID],
  [GUEST_ID, 'guest', GUEST_ID],
  [3, 'INFORMATION_SCHEMA', 3],
  [4, 'sys', 4],
];

/**
 * Makes a T-SQL database: its catalogue rows, the PostgreSQL schema of `dbo` and its change log.
 * Must run inside a transaction.
 * @param id fixed for the system databases; else the next free one from 5.
 */
export async function createDatabase(
  client: Client,
  name: string,
  owner: { id: number; sid: Buffer },
  id?: number,
): Promise<number> {
  const chosen = await client.query<{ database_id: number }>(
    `INSERT INTO standin.database (database_id, name, owner_id)
     VALUES (coalesce($1, (SELECT greatest(5, max(database_id) + 1) FROM standin.database)), $2, $3)
     RETURNING database_id`,
    [id ?? null, name, owner.id],
  );
  const databaseId = chosen.rows[0]!.database_id;
  for (const [principal, user] of DATABASE_USERS) {
    await client.query(
      `INSERT INTO standin.principal (database_id, principal_id, name, type, sid, default_schema)
       VALUES ($1, $2, $3, 'S', $4, $5)`,
      [
        databaseId,
        principal,
        user,
        principal === DBO_ID ? owner.sid : null,
        principal <= GUEST_ID ? user : null,
      ],
    );
  }
  for (const [principal, role] of DATABASE_ROLES) {
    await client.query(
      `INSERT INTO standin.principal (database_id, principal_id, name, type, is_fixed_role)
       VALUES ($1, $2, $3, 'R', $4)`,
      [databaseId, principal, role, principal !== 0],
    );
  }
  for (const [schema, schemaName, schemaOwner] of SCHEMAS)
    await createSchema(client, {
      databaseId,
      database: name,
      id: schema,
      name: schemaName,
      ownerId: schemaOwner,
    });
  await client.query(createLog(name, databaseId));
  await client.query(createLookups(name));
  return databaseId;
}

export interface NewSchema {
  databaseId: number;
  database: string;
  /** Fixed for system schemas; else the next free one from 5. */
  id?: number;
  name: string;
  ownerId: number;
}

/** Makes a schema of a T-SQL database and the PostgreSQL schema behind it. */
export async function createSchema(client: Client, schema: NewSchema): Promise<void> {
  const physical = physicalSchema(schema.database, schema.name);
  await client.query(
    `INSERT INTO standin.schema (database_id, schema_id, name, owner_id, physical)
     VALUES ($1, coalesce($2, (SELECT greatest(5, max(schema_id) + 1) FROM standin.schema WHERE database_id = $1)), $3, $4, $5)`,
    [schema.databaseId, schema.id ?? null, schema.name, schema.ownerId, physical],
  );
  await client.query(`CREATE SCHEMA ${identifier(physical)}`);
}
