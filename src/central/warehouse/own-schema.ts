import { OWN_SCHEMA } from '../../connector/own-schema.ts';
import { pgIdentifier } from '../../connector/pg-quote.ts';
import { CliError } from '../../errors.ts';
import type { Warehouse } from './warehouse.ts';

/** What `central ghosts mark` notes, and rows that `central ghosts remove` has taken out. */
export const MARKS = `${OWN_SCHEMA}.ghost_marks`;
export const REMOVED = `${OWN_SCHEMA}.removed_rows`;
/** Codes that `central recode` has begun to replace. */
export const RECODED = `${OWN_SCHEMA}.recoded`;

const TABLES = [
  `CREATE TABLE IF NOT EXISTS ${MARKS} (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, facility text NOT NULL, tables jsonb NOT NULL,
     made_at timestamptz NOT NULL DEFAULT now(), made_by text NOT NULL DEFAULT current_user,
     horizon bigint NOT NULL, cluster text NOT NULL, kafka jsonb NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS ${REMOVED} (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mark bigint NOT NULL REFERENCES ${MARKS},
     facility text NOT NULL, table_name text NOT NULL, removed_at timestamptz NOT NULL DEFAULT now(),
     content jsonb NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS ${RECODED} (
     was text NOT NULL, becomes text NOT NULL, begun_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (was, becomes))`,
];

/** Whether the schema with our notes is there. */
export async function hasOwnSchema(warehouse: Warehouse): Promise<boolean> {
  const [row] = await warehouse.ask<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    RECODED,
  ]);
  return row?.there === true;
}

/**
 * Makes the schema with our notes, where it is not there yet. Nobody else may look into it.
 * @throws CliError (dba) where the user may not create a schema, with the statement for whoever may
 */
export async function ensureOwnSchema(warehouse: Warehouse, user: string): Promise<void> {
  if (await hasOwnSchema(warehouse)) return;
  const [row] = await warehouse.ask<{ there: boolean; may: boolean }>(
    `SELECT to_regnamespace($1) IS NOT NULL AS there,
       has_database_privilege(current_database(), 'CREATE') AS may`,
    [OWN_SCHEMA],
  );
  if (row?.there !== true && row?.may !== true) {
    throw new CliError('warehouse.no-schema', `${user} may not create the schema ${OWN_SCHEMA}.`, {
      needed: 'A schema of our own in the database of the warehouse, made once by its DBA.',
      commands: [`CREATE SCHEMA ${OWN_SCHEMA} AUTHORIZATION ${pgIdentifier(user)};`],
      who: 'dba',
    });
  }
  if (row.there !== true) await warehouse.ask(`CREATE SCHEMA ${OWN_SCHEMA}`);
  for (const statement of TABLES) await warehouse.ask(statement);
}
