import type {
  ColumnDefinition,
  CompileContext,
  ExistingTable,
  ResolvedFunction,
  ResolvedTable,
  ResolvedTableFunction,
  TableColumn,
} from '../../../../sandbox/src/standin/tsql/api.ts';
import { compileCreateTable } from '../../../../sandbox/src/standin/tsql/ddl/table.ts';
import { parseBatch } from '../../../../sandbox/src/standin/tsql/parse/batch.ts';
import type { TsqlType } from '../../../../sandbox/src/standin/types.ts';

export const DATABASE = 'ClinicMasterMOH';
const LSN: TsqlType = { name: 'binary', length: 10 };
const SYSNAME: TsqlType = { name: 'nvarchar', length: 128 };

/** The user tables of the tests: one of each type, hospital tables with their keys, names that need quoting. */
export const USER_TABLES = `
CREATE TABLE dbo.Patients (
  PatientNo varchar(20) NOT NULL CONSTRAINT PK_Patients PRIMARY KEY CLUSTERED,
  FirstName nvarchar(50) NOT NULL, LastName nvarchar(50) NULL, Gender char(1) NULL DEFAULT ('U'),
  BirthDate date NULL, Weight decimal(5,2) NULL, Active bit NOT NULL CONSTRAINT DF_Active DEFAULT ((1)),
  CreatedAt datetime NOT NULL DEFAULT (getdate()), Notes nvarchar(max) NULL, RowId uniqueidentifier NULL);
CREATE TABLE dbo.Visits (
  VisitID int IDENTITY(1,1) NOT NULL PRIMARY KEY, PatientNo varchar(20) NOT NULL, VisitDate datetime2(3) NOT NULL,
  Fee money NULL, Status tinyint NOT NULL DEFAULT 0, DoctorID smallint NULL, Version rowversion);
CREATE TABLE dbo.[Order Details] (
  [Order ID] int NOT NULL, [Line No] smallint NOT NULL, [Select] nvarchar(20) NULL, Qty int NOT NULL, Price decimal(18,4) NOT NULL,
  CONSTRAINT [PK Order Details] PRIMARY KEY ([Order ID], [Line No]));
CREATE TABLE dbo.signals (id varchar(64) NOT NULL PRIMARY KEY, type varchar(32) NOT NULL, data varchar(2048) NULL);
CREATE TABLE dbo.AllTypes (
  id bigint NOT NULL PRIMARY KEY, c_int int NULL, c_small smallint NULL, c_tiny tinyint NULL, c_bit bit NULL,
  c_dec decimal(38,10) NULL, c_num numeric(10,2) NULL, c_money money NULL, c_smoney smallmoney NULL, c_float float NULL,
  c_real real NULL, c_date date NULL, c_time time(7) NULL, c_dt datetime NULL, c_dt2 datetime2(7) NULL, c_sdt smalldatetime NULL,
  c_dto datetimeoffset(7) NULL, c_char char(10) NULL, c_varchar varchar(50) NULL, c_nchar nchar(10) NULL,
  c_nvarchar nvarchar(50) NULL, c_vmax varchar(max) NULL, c_nmax nvarchar(max) NULL, c_text text NULL, c_ntext ntext NULL,
  c_xml xml NULL, c_bin binary(8) NULL, c_varbin varbinary(50) NULL, c_bmax varbinary(max) NULL, c_image image NULL,
  c_guid uniqueidentifier NULL, c_rv rowversion);
`;

interface ViewColumn {
  name: string;
  type: TsqlType;
  nullable?: boolean;
}

function view(schema: string, name: string, columns: ViewColumn[]): ResolvedTable {
  return {
    database: DATABASE,
    schema,
    name,
    pgName: `"${schema}"."${name}"`,
    writable: false,
    columns: columns.map((column): TableColumn => {
      const found: TableColumn = {
        name: column.name,
        pgName: `"${column.name}"`,
        type: column.type,
        nullable: column.nullable ?? true,
      };
      if (column.type === SYSNAME) found.caseInsensitive = true;
      return found;
    }),
  };
}

const int = (...names: string[]): ViewColumn[] => names.map((name) => ({ name, type: { name: 'int' } }));
const bit = (...names: string[]): ViewColumn[] => names.map((name) => ({ name, type: { name: 'bit' } }));
const lsn = (...names: string[]): ViewColumn[] => names.map((name) => ({ name, type: LSN }));
const names = (...list: string[]): ViewColumn[] => list.map((name) => ({ name, type: SYSNAME }));
const datetime = (...list: string[]): ViewColumn[] =>
  list.map((name) => ({ name, type: { name: 'datetime' } }));

/** Views of the catalogue, as far as the samples name them. */
export const VIEWS: ResolvedTable[] = [
  view('sys', 'databases', [
    ...names('name'),
    ...int('database_id'),
    ...bit('is_cdc_enabled', 'is_read_only'),
    ...datetime('create_date'),
    { name: 'owner_sid', type: { name: 'varbinary', length: 85 } },
  ]),
  view('sys', 'tables', [
    ...names('name'),
    ...int('object_id', 'schema_id'),
    ...bit('is_tracked_by_cdc', 'is_ms_shipped'),
  ]),
  view('sys', 'schemas', [...names('name'), ...int('schema_id')]),
  view('sys', 'columns', [
    ...names('name', 'collation_name'),
    ...int('object_id', 'column_id', 'system_type_id', 'user_type_id'),
    { name: 'max_length', type: { name: 'smallint' } },
    { name: 'precision', type: { name: 'tinyint' } },
    { name: 'scale', type: { name: 'tinyint' } },
    ...bit('is_computed', 'is_identity'),
  ]),
  view('sys', 'types', [
    ...names('name'),
    ...int('user_type_id'),
    ...bit('is_user_defined', 'is_assembly_type'),
  ]),
  view('sys', 'indexes', [
    ...names('name'),
    ...int('object_id', 'index_id'),
    ...bit('is_unique', 'is_primary_key', 'has_filter'),
  ]),
  view('sys', 'partitions', [...int('object_id', 'index_id'), { name: 'rows', type: { name: 'bigint' } }]),
  view('sys', 'dm_server_services', [...names('servicename', 'status_desc'), ...int('status')]),
  view('sys', 'dm_cdc_log_scan_sessions', [
    ...int('session_id'),
    { name: 'start_lsn', type: { name: 'nvarchar', length: 23 } },
  ]),
  view('cdc', 'change_tables', [
    ...int('object_id', 'version', 'source_object_id'),
    ...names('capture_instance'),
    ...lsn('start_lsn', 'end_lsn'),
    ...bit('supports_net_changes', 'has_drop_pending'),
    ...names('role_name', 'index_name', 'filegroup_name'),
    ...datetime('create_date'),
    ...bit('partition_switch'),
  ]),
  view('cdc', 'captured_columns', [
    ...int('object_id'),
    ...names('column_name'),
    ...int('column_id'),
    ...names('column_type'),
    ...int('column_ordinal'),
    ...bit('is_computed'),
  ]),
  view('cdc', 'lsn_time_mapping', [
    ...lsn('start_lsn'),
    ...datetime('tran_begin_time', 'tran_end_time'),
    { name: 'tran_id', type: { name: 'varbinary', length: 10 } },
    ...lsn('tran_begin_lsn'),
  ]),
  view('cdc', 'ddl_history', [
    ...int('source_object_id', 'object_id'),
    ...bit('required_column_update'),
    { name: 'ddl_command', type: { name: 'nvarchar', length: -1 } },
    ...lsn('ddl_lsn'),
    ...datetime('ddl_time'),
  ]),
  view('cdc', 'dbo_Patients_CT', [
    ...lsn('__$start_lsn', '__$end_lsn', '__$seqval'),
    ...int('__$operation'),
    { name: '__$update_mask', type: { name: 'varbinary', length: 128 } },
    { name: 'PatientNo', type: { name: 'varchar', length: 20 } },
    { name: 'FirstName', type: { name: 'nvarchar', length: 50 } },
    ...int('__$command_id'),
  ]),
];

const NAME: TsqlType = { name: 'nvarchar', length: 128 };
/** Functions of the engine, by lower-case name. */
export const FUNCTIONS: Record<string, Omit<ResolvedFunction, 'pgName'>> = {
  'sys.fn_cdc_get_max_lsn': { parameters: [], returns: LSN },
  'sys.fn_cdc_get_min_lsn': { parameters: [{ type: NAME }], returns: LSN },
  'sys.fn_cdc_increment_lsn': { parameters: [{ type: LSN }], returns: LSN },
  'sys.fn_cdc_map_lsn_to_time': { parameters: [{ type: LSN }], returns: { name: 'datetime' } },
  object_id: { parameters: [{ type: NAME }, { type: NAME, optional: true }], returns: { name: 'int' } },
  object_schema_name: {
    parameters: [{ type: { name: 'int' } }, { type: { name: 'int' }, optional: true }],
    returns: NAME,
  },
  object_name: {
    parameters: [{ type: { name: 'int' } }, { type: { name: 'int' }, optional: true }],
    returns: NAME,
  },
  db_id: { parameters: [{ type: NAME, optional: true }], returns: { name: 'int' } },
  db_name: { parameters: [{ type: { name: 'int' }, optional: true }], returns: NAME },
  schema_id: { parameters: [{ type: NAME }], returns: { name: 'int' } },
  suser_sname: { parameters: [{ type: { name: 'varbinary', length: 85 }, optional: true }], returns: NAME },
  suser_id: { parameters: [{ type: NAME, optional: true }], returns: { name: 'int' } },
  user_name: { parameters: [{ type: { name: 'int' }, optional: true }], returns: NAME },
  serverproperty: { parameters: [{ type: NAME }], returns: NAME },
  databasepropertyex: { parameters: [{ type: NAME }, { type: NAME }], returns: NAME },
  has_perms_by_name: {
    parameters: [{ type: NAME }, { type: NAME }, { type: NAME }],
    returns: { name: 'int' },
  },
  is_rolemember: { parameters: [{ type: NAME }, { type: NAME, optional: true }], returns: { name: 'int' } },
  is_srvrolemember: {
    parameters: [{ type: NAME }, { type: NAME, optional: true }],
    returns: { name: 'int' },
  },
};

export interface Catalogue {
  tables: Map<string, ExistingTable>;
  variables: Map<string, TsqlType>;
  identityInsert: Set<string>;
}

export function newCatalogue(): Catalogue {
  return { tables: new Map(), variables: new Map(), identityInsert: new Set() };
}

/** A catalogue with the user tables already defined (in memory only). */
export function hospital(): Catalogue {
  const catalogue = newCatalogue();
  for (const statement of parseBatch(USER_TABLES)) {
    if (statement.kind !== 'create-table') throw new Error(statement.kind);
    const name = statement.name.at(-1) as string;
    const target = { database: DATABASE, schema: 'dbo', name, pgName: `"dbo"."${name}"` };
    catalogue.tables.set(name.toLowerCase(), {
      ...target,
      ...compileCreateTable(statement, target, contextOf(catalogue)),
    });
  }
  return catalogue;
}

function asColumn(column: ColumnDefinition): TableColumn {
  const found: TableColumn = {
    name: column.name,
    pgName: column.pgName,
    type: column.type,
    nullable: column.nullable,
  };
  if (column.identity !== undefined) found.identity = true;
  return found;
}

/** What the engine would tell the compiler about this catalogue. */
export function contextOf(catalogue: Catalogue): CompileContext {
  const inDatabase = (name: readonly string[]): boolean =>
    name.length < 3 || name[0]?.toLowerCase() === DATABASE.toLowerCase();
  return {
    database: DATABASE,
    resolveTable(name) {
      if (!inDatabase(name)) return undefined;
      const schema = (name.at(-2) ?? '').toLowerCase() || 'dbo';
      const last = (name.at(-1) as string).toLowerCase();
      const found = VIEWS.find(
        (candidate) => candidate.schema === schema && candidate.name.toLowerCase() === last,
      );
      if (found !== undefined) return found;
      const table = schema === 'dbo' ? catalogue.tables.get(last) : undefined;
      if (table === undefined) return undefined;
      const primary = table.constraints.find((constraint) => constraint.kind === 'primary-key');
      const key = primary?.kind === 'primary-key' ? primary.columns.map((column) => `"${column.name}"`) : [];
      return { ...table, columns: table.columns.map(asColumn), key, writable: true };
    },
    resolveFunction(name) {
      const key = name.slice(-2).join('.').toLowerCase();
      const found = FUNCTIONS[name.length > 1 ? key : (name[0] as string).toLowerCase()];
      return found && inDatabase(name)
        ? { ...found, pgName: `engine."${name.at(-1)?.toLowerCase()}"`, name }
        : undefined;
    },
    resolveTableFunction(name): ResolvedTableFunction | undefined {
      if (name.at(-1)?.toLowerCase() !== 'fn_cdc_get_all_changes_dbo_patients') return undefined;
      const table = VIEWS.find((candidate) => candidate.name === 'dbo_Patients_CT') as ResolvedTable;
      return {
        pgName: 'engine."all_changes"',
        parameters: [{ type: LSN }, { type: LSN }, { type: NAME }],
        columns: table.columns,
      };
    },
    variable: (name) => catalogue.variables.get(name.toLowerCase()),
    identityInsert: (table) => catalogue.identityInsert.has(table.name.toLowerCase()),
  };
}
