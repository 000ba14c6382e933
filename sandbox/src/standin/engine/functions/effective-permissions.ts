import { isUnknownPermission, type Product } from '../product.ts';
import type { Authority } from '../security/authority.ts';

const SERVER = [
  'VIEW SERVER STATE',
  'VIEW SERVER PERFORMANCE STATE',
  'VIEW SERVER SECURITY STATE',
  'VIEW ANY DEFINITION',
  'CONTROL SERVER',
];
const DATABASE = [
  'CONNECT',
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'ALTER',
  'CONTROL',
  'CREATE TABLE',
  'CREATE SCHEMA',
  'VIEW DATABASE STATE',
  'VIEW DATABASE PERFORMANCE STATE',
  'VIEW DATABASE SECURITY STATE',
  'VIEW DEFINITION',
];
const OBJECT = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES', 'ALTER', 'CONTROL', 'VIEW DEFINITION'];

/** Permissions a login holds, by securable: the answer sheet of HAS_PERMS_BY_NAME. */
export interface HeldPermissions {
  server: string[];
  database: Record<string, string[]>;
  schema: Record<string, string[]>;
  object: Record<string, string[]>;
  /** Names that this release does not know: NULL, not 0. */
  unknown: string[];
}

/** Asks the authority once for everything, so that the rules stand in one place only. */
export function effectivePermissions(authority: Authority, product: Product): HeldPermissions {
  const held: HeldPermissions = {
    server: SERVER.filter((permission) => authority.has(permission, { class: 'server' })),
    database: {},
    schema: {},
    object: {},
    unknown: [...SERVER, ...DATABASE].filter((permission) => isUnknownPermission(product, permission)),
  };
  for (const database of authority.catalogue.databases) {
    if (!authority.userIn(database.id)) continue;
    held.database[database.id] = DATABASE.filter(
      (permission) =>
        permission === 'CONNECT' || authority.has(permission, { class: 'database', databaseId: database.id }),
    );
    for (const schema of authority.catalogue.schemas(database.id)) {
      held.schema[`${database.id}.${schema.id}`] = OBJECT.filter((permission) =>
        authority.has(permission, { class: 'schema', databaseId: database.id, schemaId: schema.id }),
      );
    }
    for (const table of authority.catalogue.tables(database.id)) {
      held.object[table.id] = OBJECT.filter((permission) =>
        authority.has(permission, { class: 'object', table }),
      );
    }
  }
  return held;
}
