import type { ResolvedTable, TableColumn } from '../../tsql/api.ts';
import { pgType } from '../../tsql/storage.ts';
import type { Table } from '../catalogue/model.ts';
import { changeTablesOf } from '../cdc/change-log.ts';
import { permissionDenied, statePermissionDenied } from '../errors.ts';
import type { Scope } from '../functions/scope.ts';
import { identifier } from '../postgres/quote.ts';
import { statePermission } from '../product.ts';
import { CDC_VIEWS } from './cdc.ts';
import { CONSTRAINT_VIEWS } from './constraints.ts';
import { type SystemView, typeOf, type ViewScope } from './define.ts';
import { INFORMATION_SCHEMA_VIEWS } from './information-schema.ts';
import { OBJECT_VIEWS } from './objects.ts';
import { SECURITY_VIEWS } from './security.ts';
import { SERVER_VIEWS } from './server.ts';
import { STORAGE_VIEWS } from './storage.ts';
import { TEMPDB_VIEWS } from './tempdb.ts';

/** dbo, guest, INFORMATION_SCHEMA, sys; and those named after the fixed roles. */
const LAST_SYSTEM_SCHEMA = 4;
const FIRST_ROLE_SCHEMA = 16_384;

const VIEWS = new Map<string, SystemView>(
  [
    ...OBJECT_VIEWS,
    ...CONSTRAINT_VIEWS,
    ...SECURITY_VIEWS,
    ...SERVER_VIEWS,
    ...CDC_VIEWS,
    ...STORAGE_VIEWS,
    ...TEMPDB_VIEWS,
    ...INFORMATION_SCHEMA_VIEWS,
  ].map((view) => [key(view.database, view.schema, view.name), view]),
);

function key(database: string | undefined, schema: string, name: string): string {
  return `${database ?? ''}.${schema}.${name}`.toLowerCase();
}

/**
 * A catalogue view as a PostgreSQL subquery, cut to what the caller may see.
 * @throws TsqlError 300, 262, 297 or 229 where SQL Server would refuse the view to the caller.
 */
export function resolveView(schema: string, name: string, scope: Scope): ResolvedTable | undefined {
  const view = findView(schema, name, scope);
  if (!view) return undefined;
  checkAccess(view, scope);
  const from = view.from(viewScope(scope));
  const [major] = scope.product.numbers;
  const known = view.columns.filter(([, , , since = 0]) => since <= major);
  const columns = known.map(([column, type, expression]) => ({
    column,
    type: typeOf(type),
    expression,
  }));
  const list = columns.map(({ column, type, expression }) => {
    // PostgreSQL casts boolean to int4 only.
    const cast = type.name === 'bit' ? 'boolean::int4::int2' : pgType(type);
    return `(${expression})::${cast} AS ${identifier(column)}`;
  });
  return {
    database: scope.database.name,
    schema: view.schema,
    name: view.name,
    pgName: `(SELECT ${list.join(', ')} ${from})`,
    columns: known.map(([column, type]): TableColumn => {
      const result: TableColumn = {
        name: column,
        pgName: identifier(column),
        type: typeOf(type),
        nullable: true,
      };
      if (type === 'sysname') result.caseInsensitive = true;
      return result;
    }),
    writable: false,
  };
}

function findView(schema: string, name: string, scope: Scope): SystemView | undefined {
  return VIEWS.get(key(scope.database.name, schema, name)) ?? VIEWS.get(key(undefined, schema, name));
}

/** Names of the views of a database on which SELECT can be granted, by the id that stands for each in grants. */
export function grantableNames(database: string): Record<string, string> {
  const grantable = [...VIEWS.values()].filter((view) => view.database === database);
  return Object.fromEntries(
    grantable.flatMap(({ grantId, name }) => (grantId === undefined ? [] : [[grantId, name] as const])),
  );
}

/** A view on which SELECT can be granted (the tables of msdb), in the shape that grants and checks take. */
export function grantableView(schema: string, name: string, scope: Scope): Table | undefined {
  const view = findView(schema, name, scope);
  const home = view?.grantId && scope.catalogue.schema(scope.database.id, view.schema);
  if (!view?.grantId || !home) return undefined;
  return {
    id: view.grantId,
    databaseId: scope.database.id,
    schema: home,
    name: view.name,
    physical: '',
    shipped: true,
    kind: 'table',
    columns: [],
    indexes: [],
    constraints: [],
  };
}

function viewScope(scope: Scope): ViewScope {
  const { authority, database } = scope;
  const everything = authority.isDbOwner(database.id);
  const seen = () =>
    scope.catalogue
      .tables(database.id)
      .filter((table) => authority.canSee(table))
      .map((table) => table.id);
  const list = everything ? '' : `'{${seen().join(',')}}'::int[]`;
  const onDatabase = { class: 'database', databaseId: database.id } as const;
  const allPrincipals =
    everything || ['VIEW DEFINITION', 'ALTER ANY USER'].some((right) => authority.has(right, onDatabase));
  const principals = [...authority.rolesIn(database.id)].join(',');
  const allLogins = authority.isSysadmin || authority.has('VIEW ANY DEFINITION', { class: 'server' });
  return {
    databaseId: database.id,
    databaseName: database.name,
    visible: (objectId) => (everything ? 'true' : `${objectId} = ANY (${list})`),
    schema: (id) => `${id} IN (${seenSchemas(scope).join(',')})`,
    // Without a right, one sees oneself, one's roles, and what every database has.
    principal: (id) =>
      allPrincipals ? 'true' : `(${id} IN (${principals}) OR ${id} <= 4 OR ${id} >= 16384)`,
    login: (id) => (allLogins ? 'true' : `(${id} IN (1, ${authority.login.id}) OR ${id} BETWEEN 2 AND 10)`),
    changeTables: database.isCdcEnabled
      ? changeTablesOf(database.name)
      : '(SELECT NULL::int AS source_object_id WHERE false) AS none',
  };
}

/** Schemas that every database has, and those in which the caller has any permission or sees anything. */
function seenSchemas({ authority, catalogue, database }: Scope): number[] {
  const databaseId = database.id;
  const visible = new Set(
    catalogue
      .tables(databaseId)
      .filter((table) => authority.canSee(table))
      .map((table) => table.schema.id),
  );
  const permitted = (schemaId: number) =>
    ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALTER', 'VIEW DEFINITION'].some((permission) =>
      authority.has(permission, { class: 'schema', databaseId, schemaId }),
    );
  return catalogue
    .schemas(databaseId)
    .map(({ id }) => id)
    .filter((id) => id <= LAST_SYSTEM_SCHEMA || id >= FIRST_ROLE_SCHEMA || visible.has(id) || permitted(id));
}

function checkAccess(view: SystemView, scope: Scope): void {
  const { authority, database } = scope;
  const table = grantableView(view.schema, view.name, scope);
  if (table && !authority.has('SELECT', { class: 'object', table })) {
    throw permissionDenied('SELECT', view.name, database.name, view.schema);
  }
  if (!view.requires) return;
  const allowed = view.requires.startsWith('VIEW DATABASE')
    ? authority.has(view.requires, { class: 'database', databaseId: database.id })
    : authority.has(view.requires, { class: 'server' });
  if (!allowed) throw statePermissionDenied(statePermission(scope.product, view.requires), database.name);
}
