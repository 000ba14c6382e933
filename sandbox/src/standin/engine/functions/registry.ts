import type { ResolvedFunction } from '../../tsql/api.ts';
import { logSchema } from '../cdc/change-log.ts';
import { literal } from '../postgres/quote.ts';
import { typeOf } from '../views/define.ts';
import { grantableNames } from '../views/resolve.ts';
import { effectivePermissions } from './effective-permissions.ts';
import type { Scope } from './scope.ts';
import { serverProperties } from './server-properties.ts';

interface FunctionEntry {
  /** PostgreSQL function, quoted and qualified. */
  pgName: string | ((scope: Scope) => string);
  /** Values of the session that come before the T-SQL arguments. */
  leading?: (scope: Scope) => string[];
  /** T-SQL types of the arguments, a `?` after an optional one. */
  parameters: string;
  returns: string;
}

const database = (scope: Scope) => String(scope.database.id);
const schema = (scope: Scope) => `${literal(scope.defaultSchema)}::text`;
const user = (scope: Scope) => String(scope.user.id);
const login = (scope: Scope) => String(scope.authority.login.id);
const ids = (numbers: Iterable<number>) => `'{${[...numbers].join(',')}}'::int[]`;
const roles = (scope: Scope) => ids(scope.authority.rolesIn(scope.database.id));
const cdc = (name: string) => (scope: Scope) => `${logSchema(scope.database.name)}.${name}`;

const METADATA: Record<string, FunctionEntry> = {
  db_id: { pgName: 'standin.db_id', leading: (s) => [database(s)], parameters: 'sysname?', returns: 'int' },
  db_name: {
    pgName: 'standin.db_name',
    leading: (s) => [database(s)],
    parameters: 'int?',
    returns: 'sysname',
  },
  schema_id: {
    pgName: 'standin.schema_id',
    leading: (s) => [database(s), schema(s)],
    parameters: 'sysname?',
    returns: 'int',
  },
  schema_name: {
    pgName: 'standin.schema_name',
    leading: (s) => [database(s), schema(s)],
    parameters: 'int?',
    returns: 'sysname',
  },
  object_id: {
    pgName: 'standin.object_id',
    leading: (s) => [database(s), schema(s)],
    parameters: 'nvarchar(776) nvarchar(2)?',
    returns: 'int',
  },
  object_name: {
    pgName: 'standin.object_name',
    leading: (s) => [database(s), `${literal(JSON.stringify(grantableNames(s.database.name)))}::jsonb`],
    parameters: 'int int?',
    returns: 'sysname',
  },
  object_schema_name: {
    pgName: 'standin.object_schema_name',
    leading: (s) => [database(s)],
    parameters: 'int int?',
    returns: 'sysname',
  },
  objectproperty: { pgName: 'standin.object_property', parameters: 'int sysname', returns: 'int' },
  objectpropertyex: { pgName: 'standin.object_property', parameters: 'int sysname', returns: 'int' },
  col_name: { pgName: 'standin.col_name', parameters: 'int int', returns: 'sysname' },
  col_length: {
    pgName: 'standin.col_length',
    leading: (s) => [database(s), schema(s)],
    parameters: 'nvarchar(776) sysname',
    returns: 'smallint',
  },
  columnproperty: { pgName: 'standin.column_property', parameters: 'int sysname sysname', returns: 'int' },
  type_name: { pgName: 'standin.type_name', parameters: 'int', returns: 'sysname' },
  ident_current: {
    pgName: 'standin.ident_current',
    leading: (s) => [database(s), schema(s)],
    parameters: 'nvarchar(776)',
    returns: 'numeric(38,0)',
  },
  serverproperty: {
    pgName: 'standin.property',
    leading: (s) => [`${literal(JSON.stringify(serverProperties(s.serverName, s.product)))}::jsonb`],
    parameters: 'sysname',
    returns: 'nvarchar(128)',
  },
  databasepropertyex: {
    pgName: 'standin.database_property',
    parameters: 'sysname sysname',
    returns: 'nvarchar(128)',
  },
};

const SECURITY: Record<string, FunctionEntry> = {
  suser_id: {
    pgName: 'standin.login_id',
    leading: (s) => [login(s)],
    parameters: 'sysname?',
    returns: 'int',
  },
  suser_sid: {
    pgName: 'standin.login_sid',
    leading: (s) => [login(s)],
    parameters: 'sysname?',
    returns: 'varbinary(85)',
  },
  user_id: {
    pgName: 'standin.principal_id',
    leading: (s) => [database(s), user(s)],
    parameters: 'sysname?',
    returns: 'int',
  },
  database_principal_id: {
    pgName: 'standin.principal_id',
    leading: (s) => [database(s), user(s)],
    parameters: 'sysname?',
    returns: 'int',
  },
  user_name: {
    pgName: 'standin.principal_name',
    leading: (s) => [database(s), user(s)],
    parameters: 'int?',
    returns: 'sysname',
  },
  suser_sname: {
    pgName: 'standin.login_name',
    leading: (s) => [login(s)],
    parameters: 'varbinary(85)?',
    returns: 'sysname',
  },
  suser_name: {
    pgName: 'standin.login_name_of_id',
    leading: (s) => [login(s)],
    parameters: 'int?',
    returns: 'sysname',
  },
  original_login: {
    pgName: 'standin.login_name_of_id',
    leading: (s) => [login(s)],
    parameters: '',
    returns: 'sysname',
  },
  is_rolemember: {
    pgName: 'standin.is_role_member',
    leading: (s) => [database(s), roles(s)],
    parameters: 'sysname',
    returns: 'int',
  },
  is_member: {
    pgName: 'standin.is_role_member',
    leading: (s) => [database(s), roles(s)],
    parameters: 'sysname',
    returns: 'int',
  },
  is_srvrolemember: {
    pgName: 'standin.is_server_role_member',
    leading: (s) => [ids(s.authority.serverRoles())],
    parameters: 'sysname',
    returns: 'int',
  },
  has_perms_by_name: {
    pgName: 'standin.has_perms',
    leading: (s) => [
      `${literal(JSON.stringify(effectivePermissions(s.authority, s.product)))}::jsonb`,
      database(s),
      schema(s),
    ],
    parameters: 'nvarchar(776) nvarchar(60) nvarchar(60)',
    returns: 'int',
  },
};

/** Functions of schema sys, called with that prefix (and perhaps a database's). */
const CDC: Record<string, FunctionEntry> = {
  fn_cdc_get_max_lsn: { pgName: cdc('max_lsn'), parameters: '', returns: 'binary(10)' },
  fn_cdc_get_min_lsn: { pgName: cdc('min_lsn'), parameters: 'sysname', returns: 'binary(10)' },
  fn_cdc_map_lsn_to_time: { pgName: cdc('map_lsn_to_time'), parameters: 'binary(10)', returns: 'datetime' },
  fn_cdc_map_time_to_lsn: {
    pgName: cdc('map_time_to_lsn'),
    parameters: 'nvarchar(30) datetime',
    returns: 'binary(10)',
  },
  fn_cdc_increment_lsn: { pgName: 'standin.increment_lsn', parameters: 'binary(10)', returns: 'binary(10)' },
  fn_cdc_decrement_lsn: { pgName: 'standin.decrement_lsn', parameters: 'binary(10)', returns: 'binary(10)' },
  fn_cdc_is_bit_set: { pgName: 'standin.is_bit_set', parameters: 'int varbinary(128)', returns: 'bit' },
};

/**
 * Finds a scalar function of the catalogue.
 * @param schemaName the schema written before it, undefined for none: CDC functions need `sys`, the others have none.
 */
export function resolveScalarFunction(
  schemaName: string | undefined,
  name: string,
  scope: Scope,
): ResolvedFunction | undefined {
  const folded = name.toLowerCase();
  const entry =
    schemaName === undefined
      ? (METADATA[folded] ?? SECURITY[folded])
      : schemaName.toLowerCase() === 'sys'
        ? CDC[folded]
        : undefined;
  if (!entry) return undefined;
  return {
    pgName: typeof entry.pgName === 'string' ? entry.pgName : entry.pgName(scope),
    leading: entry.leading?.(scope) ?? [],
    parameters: entry.parameters
      .split(' ')
      .filter((text) => text !== '')
      .map((text) =>
        text.endsWith('?') ? { type: typeOf(text.slice(0, -1)), optional: true } : { type: typeOf(text) },
      ),
    returns: typeOf(entry.returns),
  };
}
