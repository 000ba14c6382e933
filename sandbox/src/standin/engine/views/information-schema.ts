import type { SystemView } from './define.ts';

const tables: SystemView = {
  schema: 'INFORMATION_SCHEMA',
  name: 'TABLES',
  columns: [
    ['TABLE_CATALOG', 'nvarchar(128)', 'd.name'],
    ['TABLE_SCHEMA', 'nvarchar(128)', 's.name'],
    ['TABLE_NAME', 'sysname', 'o.name'],
    ['TABLE_TYPE', 'varchar(10)', "'BASE TABLE'"],
  ],
  from: (scope) => `FROM standin.object o JOIN standin.schema s USING (database_id, schema_id)
    JOIN standin.database d USING (database_id)
    WHERE o.database_id = ${scope.databaseId} AND o.type = 'U' AND ${scope.visible('o.object_id')}`,
};

const columns: SystemView = {
  schema: 'INFORMATION_SCHEMA',
  name: 'COLUMNS',
  columns: [
    ['TABLE_CATALOG', 'nvarchar(128)', 'd.name'],
    ['TABLE_SCHEMA', 'nvarchar(128)', 's.name'],
    ['TABLE_NAME', 'sysname', 'o.name'],
    ['COLUMN_NAME', 'sysname', 'c.name'],
    ['ORDINAL_POSITION', 'int', 'c.column_id'],
    ['COLUMN_DEFAULT', 'nvarchar(4000)', 'f.definition'],
    ['IS_NULLABLE', 'varchar(3)', "CASE WHEN c.is_nullable THEN 'YES' ELSE 'NO' END"],
    [
      'DATA_TYPE',
      'nvarchar(128)',
      "CASE c.type_name WHEN 'rowversion' THEN 'timestamp' ELSE c.type_name END",
    ],
    [
      'CHARACTER_MAXIMUM_LENGTH',
      'int',
      `CASE c.type_name WHEN 'text' THEN 2147483647 WHEN 'image' THEN 2147483647 WHEN 'ntext' THEN 1073741823
        WHEN 'xml' THEN -1 ELSE c.length END`,
    ],
    ['NUMERIC_PRECISION', 'tinyint', 'standin.numeric_precision(c.type_name, c.precision)'],
    ['NUMERIC_SCALE', 'int', 'standin.numeric_scale(c.type_name, c.scale)'],
    [
      'DATETIME_PRECISION',
      'smallint',
      `CASE c.type_name WHEN 'date' THEN 0 WHEN 'smalldatetime' THEN 0 WHEN 'datetime' THEN 3 WHEN 'time' THEN c.scale
        WHEN 'datetime2' THEN c.scale WHEN 'datetimeoffset' THEN c.scale END`,
    ],
    [
      'COLLATION_NAME',
      'sysname',
      "CASE WHEN c.type_name IN ('char','varchar','text','nchar','nvarchar','ntext') THEN 'SQL_Latin1_General_CP1_CI_AS' END",
    ],
  ],
  from: (scope) => `FROM standin."column" c JOIN standin.object o USING (object_id)
    JOIN standin.schema s USING (database_id, schema_id) JOIN standin.database d USING (database_id)
    LEFT JOIN standin.definition f ON f.object_id = c.default_object_id
    WHERE o.database_id = ${scope.databaseId} AND o.type = 'U' AND ${scope.visible('c.object_id')}`,
};

const schemata: SystemView = {
  schema: 'INFORMATION_SCHEMA',
  name: 'SCHEMATA',
  columns: [
    ['CATALOG_NAME', 'sysname', 'd.name'],
    ['SCHEMA_NAME', 'nvarchar(128)', 's.name'],
    ['SCHEMA_OWNER', 'nvarchar(128)', 'p.name'],
  ],
  from: (scope) => `FROM standin.schema s JOIN standin.database d USING (database_id)
    LEFT JOIN standin.principal p ON p.database_id = s.database_id AND p.principal_id = s.owner_id
    WHERE s.database_id = ${scope.databaseId}`,
};

export const INFORMATION_SCHEMA_VIEWS: readonly SystemView[] = [tables, columns, schemata];
