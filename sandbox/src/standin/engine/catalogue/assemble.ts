import type { TsqlType } from '../../types.ts';
import type { Column, Index, Schema, Table } from './model.ts';
import type { ColumnRow, IndexColumnRow, IndexRow, ObjectRow } from './rows.ts';

export interface TableRows {
  objects: ObjectRow[];
  columns: ColumnRow[];
  indexes: IndexRow[];
  indexColumns: IndexColumnRow[];
}

/** Builds the tables with their columns, indexes and constraints from the rows of the storage. */
export function assembleTables(schemas: Schema[], rows: TableRows): Table[] {
  const schemaOf = new Map(schemas.map((schema) => [`${schema.databaseId}.${schema.id}`, schema]));
  const objects = new Map(rows.objects.map((row) => [row.object_id, row]));
  const tables = new Map<number, Table>();
  for (const row of rows.objects) {
    const schema = schemaOf.get(`${row.database_id}.${row.schema_id}`);
    if (schema && (row.type === 'U' || row.type === 'IF')) tables.set(row.object_id, emptyTable(row, schema));
  }
  for (const row of rows.columns) tables.get(row.object_id)?.columns.push(toColumn(row, objects));
  addIndexes(tables, rows, objects);
  for (const row of rows.objects) {
    if (row.parts) {
      tables.get(row.parent_object_id)?.constraints.push({ id: row.object_id, definition: row.parts });
    }
  }
  return [...tables.values()];
}

function emptyTable(row: ObjectRow, schema: Schema): Table {
  return {
    id: row.object_id,
    databaseId: row.database_id,
    schema,
    name: row.name,
    physical: row.physical,
    shipped: row.is_ms_shipped,
    kind: row.type === 'U' ? 'table' : 'function',
    columns: [],
    indexes: [],
    constraints: [],
  };
}

function toType(row: ColumnRow): TsqlType {
  const type: TsqlType = { name: row.type_name };
  if (row.length !== null) type.length = row.length;
  if (row.precision !== null) type.precision = row.precision;
  if (row.scale !== null) type.scale = row.scale;
  return type;
}

function toColumn(row: ColumnRow, objects: Map<number, ObjectRow>): Column {
  const column: Column = {
    id: row.column_id,
    name: row.name,
    physical: row.physical,
    type: toType(row),
    nullable: row.is_nullable,
  };
  if (row.identity_seed !== null && row.identity_increment !== null) {
    column.identity = { seed: BigInt(row.identity_seed), increment: BigInt(row.identity_increment) };
  }
  const fallback = objects.get(row.default_object_id);
  if (fallback) {
    column.default = {
      constraintId: fallback.object_id,
      name: fallback.name,
      systemNamed: fallback.is_system_named,
      text: fallback.definition ?? '',
    };
  }
  return column;
}

function addIndexes(tables: Map<number, Table>, rows: TableRows, objects: Map<number, ObjectRow>): void {
  const byKey = new Map<string, Index>();
  for (const row of rows.indexes) {
    const index: Index = {
      id: row.index_id,
      name: row.name,
      physical: row.physical,
      clustered: row.is_clustered,
      unique: row.is_unique,
      columns: [],
      included: [],
    };
    if (row.filter !== null) index.filter = row.filter;
    const constraint = row.constraint_id === null ? undefined : objects.get(row.constraint_id);
    if (constraint) {
      index.constraint = {
        id: constraint.object_id,
        name: constraint.name,
        systemNamed: constraint.is_system_named,
        type: constraint.type === 'PK' ? 'PK' : 'UQ',
      };
    }
    byKey.set(`${row.object_id}.${row.index_id}`, index);
    tables.get(row.object_id)?.indexes.push(index);
  }
  for (const row of rows.indexColumns) {
    const columns = tables.get(row.object_id)?.columns;
    const column = columns?.find((candidate) => candidate.id === row.column_id);
    const index = byKey.get(`${row.object_id}.${row.index_id}`);
    if (!column || !index) continue;
    if (row.is_included) index.included.push(column);
    else index.columns.push({ column, descending: row.is_descending });
  }
}
