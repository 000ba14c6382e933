import type { SqlAnswer, SqlFailure, SqlServerPort, SqlValue } from '../../adapters/sqlserver-port.ts';
import type { CapturedTable, MadeInstance } from '../../connector/tsql/handover.ts';

type Row = Record<string, SqlValue>;

/** Every captured table that the login may see, as it is and as it is captured. Changes nothing. */
export async function capturedTables(
  sql: SqlServerPort,
  signal: AbortSignal,
): Promise<{ ok: true; value: CapturedTable[] } | { ok: false; failure: SqlFailure }> {
  const rows = <R extends Row>(text: string): Promise<SqlAnswer<R>> => sql.query<R>(text, {}, signal);
  const instances = await rows<InstanceRow>(INSTANCES);
  if (!instances.ok) return instances;
  const captured = await rows<ColumnRow>(CAPTURED);
  if (!captured.ok) return captured;
  const columns = await rows<ColumnRow>(COLUMNS);
  if (!columns.ok) return columns;
  const keys = await rows<ColumnRow>(KEYS);
  if (!keys.ok) return keys;
  const namesOf = (answer: readonly ColumnRow[], id: number) =>
    answer.filter(({ object_id }) => object_id === id).map(({ name }) => name);
  const tables = new Map<number, { row: InstanceRow; made: MadeInstance[] }>();
  for (const row of instances.value) {
    const table = tables.get(row.source_id) ?? { row, made: [] };
    table.made.push(instanceOf(row, namesOf(captured.value, row.object_id)));
    tables.set(row.source_id, table);
  }
  const value = [...tables].flatMap(([id, { row, made }]): CapturedTable[] => {
    const [oldest, ...newer] = made;
    if (oldest === undefined) return [];
    return [
      {
        schema: row.schema_name,
        table: row.table_name,
        columns: namesOf(columns.value, id),
        key: namesOf(keys.value, id),
        instances: [oldest, ...newer],
      },
    ];
  });
  return { ok: true, value };
}

type InstanceRow = {
  schema_name: string;
  table_name: string;
  source_id: number;
  object_id: number;
  capture_instance: string;
  role_name: string | null;
  filegroup_name: string | null;
  net_changes: boolean | number;
  index_name: string | null;
  partition_switch: boolean | number;
  start_lsn: string | null;
};
type ColumnRow = { object_id: number; name: string };

function instanceOf(row: InstanceRow, columns: readonly string[]): MadeInstance {
  return {
    name: row.capture_instance,
    role: row.role_name,
    filegroup: row.filegroup_name,
    netIndex: Number(row.net_changes) === 1 ? row.index_name : null,
    partitionSwitch: Number(row.partition_switch) === 1,
    // A missing beginning is behind every position.
    startLsn: row.start_lsn ?? '0xFFFFFFFFFFFFFFFFFFFF',
    columns,
  };
}

/** The oldest first. */
const INSTANCES = `SELECT s.name AS schema_name, t.name AS table_name, ct.source_object_id AS source_id, ct.object_id AS object_id,
         ct.capture_instance AS capture_instance, ct.role_name AS role_name, ct.filegroup_name AS filegroup_name,
         ct.supports_net_changes AS net_changes, ct.index_name AS index_name, ct.partition_switch AS partition_switch,
         CONVERT(varchar(24), ct.start_lsn, 1) AS start_lsn
  FROM cdc.change_tables AS ct
  JOIN sys.tables AS t ON t.object_id = ct.source_object_id
  JOIN sys.schemas AS s ON s.schema_id = t.schema_id
  ORDER BY s.name, t.name, ct.create_date, ct.object_id`;
const CAPTURED = `SELECT object_id AS object_id, column_name AS name FROM cdc.captured_columns ORDER BY object_id, column_ordinal`;
const COLUMNS = `SELECT c.object_id AS object_id, c.name AS name FROM sys.columns AS c
  WHERE c.object_id IN (SELECT ct.source_object_id FROM cdc.change_tables AS ct) ORDER BY c.object_id, c.column_id`;
const KEYS = `SELECT ic.object_id AS object_id, c.name AS name FROM sys.indexes AS i
  JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
  JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
  WHERE i.is_primary_key = 1 AND i.object_id IN (SELECT ct.source_object_id FROM cdc.change_tables AS ct)
  ORDER BY ic.object_id, ic.key_ordinal`;
