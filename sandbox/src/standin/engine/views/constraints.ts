import type { SystemView } from './define.ts';

const indexes: SystemView = {
  schema: 'sys',
  name: 'indexes',
  columns: [
    ['object_id', 'int', 'o.object_id'],
    ['name', 'sysname', 'i.name'],
    ['index_id', 'int', 'i.index_id'],
    ['type', 'tinyint', 'CASE WHEN i.index_id = 0 THEN 0 WHEN i.is_clustered THEN 1 ELSE 2 END'],
    [
      'type_desc',
      'nvarchar(60)',
      "CASE WHEN i.index_id = 0 THEN 'HEAP' WHEN i.is_clustered THEN 'CLUSTERED' ELSE 'NONCLUSTERED' END",
    ],
    ['is_unique', 'bit', 'i.is_unique'],
    ['data_space_id', 'int', '1'],
    ['ignore_dup_key', 'bit', 'false'],
    ['is_primary_key', 'bit', "coalesce(k.type = 'PK', false)"],
    ['is_unique_constraint', 'bit', "coalesce(k.type = 'UQ', false)"],
    ['fill_factor', 'tinyint', '0'],
    ['is_padded', 'bit', 'false'],
    ['is_disabled', 'bit', 'false'],
    ['is_hypothetical', 'bit', 'false'],
    ['allow_row_locks', 'bit', 'true'],
    ['allow_page_locks', 'bit', 'true'],
    ['has_filter', 'bit', 'i.filter IS NOT NULL'],
    ['filter_definition', 'nvarchar(max)', 'i.filter'],
  ],
  from: (scope) => `FROM standin.object o JOIN standin.index_or_heap i USING (object_id)
    LEFT JOIN standin.object k ON k.object_id = i.constraint_id
    WHERE o.database_id = ${scope.databaseId} AND ${scope.visible('o.object_id')}`,
};

const indexColumns: SystemView = {
  schema: 'sys',
  name: 'index_columns',
  columns: [
    ['object_id', 'int', 'x.object_id'],
    ['index_id', 'int', 'x.index_id'],
    ['index_column_id', 'int', 'x.ordinal'],
    ['column_id', 'int', 'x.column_id'],
    ['key_ordinal', 'tinyint', 'CASE WHEN x.is_included THEN 0 ELSE x.ordinal END'],
    ['partition_ordinal', 'tinyint', '0'],
    ['is_descending_key', 'bit', 'x.is_descending'],
    ['is_included_column', 'bit', 'x.is_included'],
  ],
  from: (scope) => `FROM standin.index_column x JOIN standin.object o USING (object_id)
    WHERE o.database_id = ${scope.databaseId} AND ${scope.visible('o.object_id')}`,
};

const CONSTRAINT_COLUMNS = [
  ['name', 'sysname', 'o.name'],
  ['object_id', 'int', 'o.object_id'],
  ['principal_id', 'int', 'NULL'],
  ['schema_id', 'int', 'o.schema_id'],
  ['parent_object_id', 'int', 'o.parent_object_id'],
  ['type', 'char(2)', 'rpad(o.type, 2)'],
  ['create_date', 'datetime', 'tsql.server_datetime(o.create_date)'],
  ['modify_date', 'datetime', 'tsql.server_datetime(o.modify_date)'],
  ['is_ms_shipped', 'bit', 'o.is_ms_shipped'],
] as const;

const keyConstraints: SystemView = {
  schema: 'sys',
  name: 'key_constraints',
  columns: [
    ...CONSTRAINT_COLUMNS,
    [
      'type_desc',
      'nvarchar(60)',
      "CASE o.type WHEN 'PK' THEN 'PRIMARY_KEY_CONSTRAINT' ELSE 'UNIQUE_CONSTRAINT' END",
    ],
    ['unique_index_id', 'int', 'i.index_id'],
    ['is_system_named', 'bit', 'o.is_system_named'],
  ],
  from: (scope) => `FROM standin.object o JOIN standin.index i ON i.constraint_id = o.object_id
    WHERE o.database_id = ${scope.databaseId} AND o.type IN ('PK', 'UQ') AND ${scope.visible('o.parent_object_id')}`,
};

const defaultConstraints: SystemView = {
  schema: 'sys',
  name: 'default_constraints',
  columns: [
    ...CONSTRAINT_COLUMNS,
    ['type_desc', 'nvarchar(60)', "'DEFAULT_CONSTRAINT'"],
    ['parent_column_id', 'int', 'c.column_id'],
    ['definition', 'nvarchar(max)', 'd.definition'],
    ['is_system_named', 'bit', 'o.is_system_named'],
  ],
  from: (scope) => `FROM standin.object o JOIN standin."column" c ON c.default_object_id = o.object_id
    JOIN standin.definition d ON d.object_id = o.object_id
    WHERE o.database_id = ${scope.databaseId} AND o.type = 'D' AND ${scope.visible('o.parent_object_id')}`,
};

const checkConstraints: SystemView = {
  schema: 'sys',
  name: 'check_constraints',
  columns: [
    ...CONSTRAINT_COLUMNS,
    ['type_desc', 'nvarchar(60)', "'CHECK_CONSTRAINT'"],
    ['is_disabled', 'bit', 'false'],
    ['definition', 'nvarchar(max)', 'd.definition'],
    ['is_system_named', 'bit', 'o.is_system_named'],
  ],
  from: (scope) => `FROM standin.object o JOIN standin.definition d ON d.object_id = o.object_id
    WHERE o.database_id = ${scope.databaseId} AND o.type = 'C' AND ${scope.visible('o.parent_object_id')}`,
};

const foreignKeys: SystemView = {
  schema: 'sys',
  name: 'foreign_keys',
  columns: [
    ...CONSTRAINT_COLUMNS,
    ['type_desc', 'nvarchar(60)', "'FOREIGN_KEY_CONSTRAINT'"],
    [
      'referenced_object_id',
      'int',
      '(SELECT f.referenced_object_id FROM standin.foreign_key_column f WHERE f.object_id = o.object_id LIMIT 1)',
    ],
    ['is_disabled', 'bit', 'false'],
    ['is_not_trusted', 'bit', 'false'],
    ['is_system_named', 'bit', 'o.is_system_named'],
  ],
  from: (scope) => `FROM standin.object o
    WHERE o.database_id = ${scope.databaseId} AND o.type = 'F' AND ${scope.visible('o.parent_object_id')}`,
};

const foreignKeyColumns: SystemView = {
  schema: 'sys',
  name: 'foreign_key_columns',
  columns: [
    ['constraint_object_id', 'int', 'f.object_id'],
    ['constraint_column_id', 'int', 'f.ordinal'],
    ['parent_object_id', 'int', 'o.parent_object_id'],
    ['parent_column_id', 'int', 'f.column_id'],
    ['referenced_object_id', 'int', 'f.referenced_object_id'],
    ['referenced_column_id', 'int', 'f.referenced_column_id'],
  ],
  from: (scope) => `FROM standin.foreign_key_column f JOIN standin.object o USING (object_id)
    WHERE o.database_id = ${scope.databaseId} AND ${scope.visible('o.parent_object_id')}`,
};

export const CONSTRAINT_VIEWS: readonly SystemView[] = [
  indexes,
  indexColumns,
  keyConstraints,
  defaultConstraints,
  checkConstraints,
  foreignKeys,
  foreignKeyColumns,
];
