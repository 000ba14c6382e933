import type { SqlAnswer, SqlServerPort } from '../../adapters/sqlserver-port.ts';
import { excludesColumn } from '../../connector/table-selection.ts';

/** One difference between a table and its newest capture instance. */
export type DriftRow = {
  schema_name: string;
  table_name: string;
  capture_instance: string;
  role_name: string | null;
  /** `altered`: a column's type or nullability was changed after the instance was made. */
  drift: 'not-captured' | 'dropped' | 'type' | 'altered';
  /** Empty for `altered`. */
  column_name: string;
  /** Of the source column. */
  column_id: number;
  /** The highest column_id that the instance captures. */
  last_captured: number;
  /** ALTER TABLE statements since the instance was made. */
  changes: number;
};

/**
 * Where tables and their newest capture instances differ. Columns are compared by name; the change table's types by system
 * type, length, precision and scale (a rowversion is kept as bytes). The text of the DDL is not fetched.
 */
export function driftOf(sql: SqlServerPort, signal: AbortSignal): Promise<SqlAnswer<DriftRow>> {
  return sql.query<DriftRow>(DRIFT, {}, signal);
}

const COLUMNS = (drift: string, name: string, id: string) => `
  ci.schema_name, ci.table_name, ci.capture_instance, ci.role_name, '${drift}' AS drift, ${name} AS column_name,
  ${id} AS column_id, ci.last_captured, ci.changes`;

const DRIFT = `
WITH newest AS (
  SELECT s.name AS schema_name, t.name AS table_name, ct.capture_instance, ct.role_name, ct.object_id, ct.source_object_id,
         ROW_NUMBER() OVER (PARTITION BY ct.source_object_id ORDER BY ct.create_date DESC, ct.object_id DESC) AS age,
         (SELECT MAX(x.column_id) FROM cdc.captured_columns AS x WHERE x.object_id = ct.object_id) AS last_captured,
         (SELECT COUNT(*) FROM cdc.ddl_history AS h WHERE h.object_id = ct.object_id AND h.ddl_time >= ct.create_date) AS changes,
         (SELECT COUNT(*) FROM cdc.ddl_history AS h WHERE h.object_id = ct.object_id AND h.ddl_time >= ct.create_date
           AND UPPER(h.ddl_command) LIKE N'%ALTER COLUMN%') AS altered
  FROM cdc.change_tables AS ct
  JOIN sys.tables AS t ON t.object_id = ct.source_object_id
  JOIN sys.schemas AS s ON s.schema_id = t.schema_id
)
SELECT ${COLUMNS('not-captured', 'c.name', 'c.column_id')}
FROM newest AS ci
JOIN sys.columns AS c ON c.object_id = ci.source_object_id
LEFT JOIN cdc.captured_columns AS cc ON cc.object_id = ci.object_id AND cc.column_name = c.name
WHERE ci.age = 1 AND cc.column_name IS NULL
UNION ALL
SELECT ${COLUMNS('dropped', 'cc.column_name', 'cc.column_id')}
FROM newest AS ci
JOIN cdc.captured_columns AS cc ON cc.object_id = ci.object_id
LEFT JOIN sys.columns AS c ON c.object_id = ci.source_object_id AND c.name = cc.column_name
WHERE ci.age = 1 AND c.column_id IS NULL
UNION ALL
SELECT ${COLUMNS('type', 'c.name', 'c.column_id')}
FROM newest AS ci
JOIN sys.columns AS c ON c.object_id = ci.source_object_id
JOIN sys.columns AS k ON k.object_id = ci.object_id AND k.name = c.name
WHERE ci.age = 1 AND c.system_type_id <> 189
  AND (c.system_type_id <> k.system_type_id OR c.max_length <> k.max_length OR c.[precision] <> k.[precision] OR c.scale <> k.scale)
UNION ALL
SELECT ${COLUMNS('altered', "N''", '0')}
FROM newest AS ci WHERE ci.age = 1 AND ci.altered > 0`;

/** Left out on purpose: the column was there when the instance was made (ids only grow), or nothing was altered since. */
export function isLeftOut(row: DriftRow): boolean {
  return row.drift === 'not-captured' && (row.column_id < row.last_captured || row.changes === 0);
}

/** The same, and columns that stay in the hospital by COLUMN_EXCLUDE_LIST: captured or not, they do not stream. */
export function leftOutBy({ columnExcludeList }: { columnExcludeList: string }): (row: DriftRow) => boolean {
  const excluded = excludesColumn(columnExcludeList);
  return (row) =>
    isLeftOut(row) ||
    (row.drift === 'not-captured' &&
      excluded({ schema: row.schema_name, table: row.table_name }, row.column_name));
}
