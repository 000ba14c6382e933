import type { CompiledQuery, TableUse } from '../../tsql/api.ts';
import { permissionDenied, snapshotNotAllowed } from '../errors.ts';
import { capturedGate } from '../security/cdc-gate.ts';
import type { SessionContext } from './context.ts';
import { pgTableName, type Resolver } from './resolve.ts';

const PERMISSIONS: Record<TableUse['access'], string> = {
  select: 'SELECT',
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
};

/** System databases always allow snapshot isolation. */
const FIRST_USER_DATABASE = 5;

/** Checks that the session may do what a compiled statement does. @throws TsqlError 229, 3952. */
export function checkAccess(context: SessionContext, resolver: Resolver, query: CompiledQuery): void {
  for (const use of query.tables) {
    const table = resolver.tableOf(use.table);
    if (!table) continue;
    const permission = PERMISSIONS[use.access];
    if (!context.authority.has(permission, { class: 'object', table })) {
      throw permissionDenied(permission, table.name, use.table.database, table.schema.name);
    }
    const database = context.catalogue.databaseById(table.databaseId);
    if (
      context.transaction.isolation === 'snapshot' &&
      database &&
      database.id >= FIRST_USER_DATABASE &&
      !database.snapshotAllowed
    ) {
      throw snapshotNotAllowed(database.name);
    }
  }
  for (const name of query.functions) capturedGate(context.authority, context.catalogue, name);
}

/** PostgreSQL lock that stands for a table hint; a hint on rows locks the table here: more than asked, never less. */
const LOCKS: Readonly<Record<string, string>> = {
  TABLOCKX: 'EXCLUSIVE',
  XLOCK: 'EXCLUSIVE',
  UPDLOCK: 'EXCLUSIVE',
  HOLDLOCK: 'SHARE',
  SERIALIZABLE: 'SHARE',
};

/** LOCK statements for the hints of a statement inside a transaction. */
export function lockStatements(resolver: Resolver, query: CompiledQuery): string[] {
  const statements: string[] = [];
  for (const use of query.tables) {
    const table = resolver.tableOf(use.table);
    const mode = use.hints.map((hint) => LOCKS[hint]).find((lock) => lock !== undefined);
    if (table && mode) statements.push(`LOCK TABLE ${pgTableName(table)} IN ${mode} MODE`);
  }
  return statements;
}
