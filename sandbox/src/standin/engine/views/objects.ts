import type { SystemView, ViewColumn } from './define.ts';

const OBJECT_COLUMNS: readonly ViewColumn[] = [
  ['name', 'sysname', 'o.name'],
  ['object_id', 'int', 'o.object_id'],
  ['principal_id', 'int', 'NULL'],
  ['schema_id', 'int', 'o.schema_id'],
  ['parent_object_id', 'int', 'o.parent_object_id'],
  ['type', 'char(2)', 'rpad(o.type, 2)'],
  [
    'type_desc',
    'nvarchar(60)',
    `CASE o.type WHEN 'U' THEN 'USER_TABLE' WHEN 'PK' THEN 'PRIMARY_KEY_CONSTRAINT' WHEN 'UQ' THEN 'UNIQUE_CONSTRAINT'
      WHEN 'D' THEN 'DEFAULT_CONSTRAINT' WHEN 'C' THEN 'CHECK_CONSTRAINT' WHEN 'F' THEN 'FOREIGN_KEY_CONSTRAINT'
      ELSE 'SQL_INLINE_TABLE_VALUED_FUNCTION' END`,
  ],
  ['create_date', 'datetime', 'tsql.server_datetime(o.create_date)'],
  ['modify_date', 'datetime', 'tsql.server_datetime(o.modify_date)'],
  ['is_ms_shipped', 'bit', 'o.is_ms_shipped'],
  ['is_published', 'bit', 'false'],
  ['is_schema_published', 'bit', 'false'],
];

/** Objects and what belongs to them: a constraint is as visible as its table. */
const VISIBLE_ID = 'CASE WHEN o.parent_object_id = 0 THEN o.object_id ELSE o.parent_object_id END';

const objects: SystemView = {
  schema: 'sys',
  name: 'objects',
  columns: OBJECT_COLUMNS,
  from: (scope) =>
    `FROM standin.object o WHERE o.database_id = ${scope.databaseId} AND ${scope.visible(VISIBLE_ID)}`,
};

const tables: SystemView = {
  schema: 'sys',
  name: 'tables',
  columns: [
    ...OBJECT_COLUMNS,
    ['max_column_id_used', 'int', 'o.last_column_id'],
    ['is_replicated', 'bit', 'false'],
    ['is_merge_published', 'bit', 'false'],
    ['is_tracked_by_cdc', 'bit', 'k.source_object_id IS NOT NULL'],
    ['is_filetable', 'bit', 'false'],
    ['is_memory_optimized', 'bit', 'false'],
    ['temporal_type', 'tinyint', '0'],
    ['temporal_type_desc', 'nvarchar(60)', "'NON_TEMPORAL_TABLE'"],
    ['is_external', 'bit', 'false'],
  ],
  from: (scope) => `FROM standin.object o
    LEFT JOIN (SELECT DISTINCT source_object_id FROM ${scope.changeTables}) k ON k.source_object_id = o.object_id
    WHERE o.database_id = ${scope.databaseId} AND o.type = 'U' AND ${scope.visible('o.object_id')}`,
};

const columns: SystemView = {
  schema: 'sys',
  name: 'columns',
  columns: [
    ['object_id', 'int', 'c.object_id'],
    ['name', 'sysname', 'c.name'],
    ['column_id', 'int', 'c.column_id'],
    ['system_type_id', 'tinyint', 'standin.system_type_id(c.type_name)'],
    ['user_type_id', 'int', 'standin.system_type_id(c.type_name)'],
    ['max_length', 'smallint', 'standin.max_length(c.type_name, c.length, c.precision, c.scale)'],
    ['precision', 'tinyint', 'standin.type_precision(c.type_name, c.precision, c.scale)'],
    ['scale', 'tinyint', 'standin.type_scale(c.type_name, c.scale)'],
    [
      'collation_name',
      'sysname',
      `CASE WHEN c.type_name IN ('char','varchar','text','nchar','nvarchar','ntext') THEN
        standin.pretended('collation.' || o.name || '.' || c.name, 'SQL_Latin1_General_CP1_CI_AS') END`,
    ],
    ['is_nullable', 'bit', 'c.is_nullable'],
    ['is_ansi_padded', 'bit', "c.type_name IN ('char','varchar','nchar','nvarchar','binary','varbinary')"],
    ['is_rowguidcol', 'bit', 'false'],
    ['is_identity', 'bit', 'c.identity_seed IS NOT NULL'],
    ['is_computed', 'bit', 'false'],
    ['is_filestream', 'bit', 'false'],
    ['is_replicated', 'bit', 'false'],
    ['is_xml_document', 'bit', 'false'],
    ['default_object_id', 'int', 'c.default_object_id'],
    ['rule_object_id', 'int', '0'],
    ['is_sparse', 'bit', 'false'],
    ['is_column_set', 'bit', 'false'],
    ['generated_always_type', 'tinyint', '0'],
    ['encryption_type', 'int', 'NULL'],
    ['is_hidden', 'bit', 'false'],
    ['is_masked', 'bit', 'false'],
  ],
  from: (scope) => `FROM standin."column" c JOIN standin.object o USING (object_id)
    WHERE o.database_id = ${scope.databaseId} AND ${scope.visible('c.object_id')}`,
};

const identityColumns: SystemView = {
  schema: 'sys',
  name: 'identity_columns',
  columns: [
    ['object_id', 'int', 'c.object_id'],
    ['name', 'sysname', 'c.name'],
    ['column_id', 'int', 'c.column_id'],
    ['seed_value', 'bigint', 'c.identity_seed'],
    ['increment_value', 'bigint', 'c.identity_increment'],
    ['last_value', 'bigint', 'standin.identity_last_value(c.object_id, c.column_id)'],
  ],
  from: (scope) => `FROM standin."column" c JOIN standin.object o USING (object_id)
    WHERE o.database_id = ${scope.databaseId} AND c.identity_seed IS NOT NULL AND ${scope.visible('c.object_id')}`,
};

const schemas: SystemView = {
  schema: 'sys',
  name: 'schemas',
  columns: [
    ['name', 'sysname', 's.name'],
    ['schema_id', 'int', 's.schema_id'],
    ['principal_id', 'int', 's.owner_id'],
  ],
  from: (scope) =>
    `FROM standin.schema s WHERE s.database_id = ${scope.databaseId} AND ${scope.schema('s.schema_id')}`,
};

const types: SystemView = {
  schema: 'sys',
  name: 'types',
  columns: [
    ['name', 'sysname', 't.name'],
    ['system_type_id', 'tinyint', 't.system_type_id'],
    ['user_type_id', 'int', 't.user_type_id'],
    ['schema_id', 'int', '4'],
    ['principal_id', 'int', 'NULL'],
    ['max_length', 'smallint', 't.max_length'],
    ['precision', 'tinyint', 't.precision'],
    ['scale', 'tinyint', 't.scale'],
    ['is_nullable', 'bit', "t.name <> 'sysname'"],
    ['is_user_defined', 'bit', 'false'],
    ['is_assembly_type', 'bit', 'false'],
    ['is_table_type', 'bit', 'false'],
  ],
  from: () => `FROM (VALUES ('image', 34, 34, 16, 0, 0), ('text', 35, 35, 16, 0, 0), ('uniqueidentifier', 36, 36, 16, 0, 0),
    ('date', 40, 40, 3, 10, 0), ('time', 41, 41, 5, 16, 7), ('datetime2', 42, 42, 8, 27, 7),
    ('datetimeoffset', 43, 43, 10, 34, 7), ('tinyint', 48, 48, 1, 3, 0), ('smallint', 52, 52, 2, 5, 0),
    ('int', 56, 56, 4, 10, 0), ('smalldatetime', 58, 58, 4, 16, 0), ('real', 59, 59, 4, 24, 0),
    ('money', 60, 60, 8, 19, 4), ('datetime', 61, 61, 8, 23, 3), ('float', 62, 62, 8, 53, 0),
    ('ntext', 99, 99, 16, 0, 0), ('bit', 104, 104, 1, 1, 0), ('decimal', 106, 106, 17, 38, 38),
    ('numeric', 108, 108, 17, 38, 38), ('smallmoney', 122, 122, 4, 10, 4), ('bigint', 127, 127, 8, 19, 0),
    ('varbinary', 165, 165, 8000, 0, 0), ('varchar', 167, 167, 8000, 0, 0), ('binary', 173, 173, 8000, 0, 0),
    ('char', 175, 175, 8000, 0, 0), ('timestamp', 189, 189, 8, 0, 0), ('nvarchar', 231, 231, 8000, 0, 0),
    ('sysname', 231, 256, 256, 0, 0), ('nchar', 239, 239, 8000, 0, 0), ('xml', 241, 241, -1, 0, 0))
    AS t(name, system_type_id, user_type_id, max_length, precision, scale)`,
};

const partitions: SystemView = {
  schema: 'sys',
  name: 'partitions',
  columns: [
    ['partition_id', 'bigint', '72057594000000000 + o.object_id::bigint * 16 + i.index_id'],
    ['object_id', 'int', 'o.object_id'],
    ['index_id', 'int', 'i.index_id'],
    ['partition_number', 'int', '1'],
    ['hobt_id', 'bigint', '72057594000000000 + o.object_id::bigint * 16 + i.index_id'],
    ['rows', 'bigint', 'standin.row_count(o.object_id)'],
    ['data_compression', 'tinyint', '0'],
    ['data_compression_desc', 'nvarchar(60)', "'NONE'"],
  ],
  from: (scope) => `FROM standin.object o JOIN standin.index_or_heap i USING (object_id)
    WHERE o.database_id = ${scope.databaseId} AND o.type = 'U' AND ${scope.visible('o.object_id')}`,
};

const empty = (name: string): SystemView => ({
  schema: 'sys',
  name,
  columns: OBJECT_COLUMNS,
  from: () => 'FROM standin.object o WHERE false',
});

export const OBJECT_VIEWS: readonly SystemView[] = [
  objects,
  { ...objects, name: 'all_objects' },
  tables,
  columns,
  { ...columns, name: 'all_columns' },
  identityColumns,
  schemas,
  types,
  partitions,
  empty('views'),
  empty('procedures'),
  empty('triggers'),
];
