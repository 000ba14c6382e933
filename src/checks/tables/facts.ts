import type { TableName } from '../../connector/table-selection.ts';

/** A column as SQL Server's catalogue describes it. */
export interface ColumnFacts {
  name: string;
  /** Name of the type; an alias type's own name. */
  type: string;
  /** The built-in type underneath; null for CLR types, which have none. */
  base: string | null;
  /** Bytes; -1 for max. */
  maxLength: number;
  precision: number;
  scale: number;
  nullable: boolean;
  computed: boolean;
  masked: boolean;
  encrypted: boolean;
}

/** One copy of a table's changes, `sp_cdc_enable_table` made it. */
export interface CaptureInstance {
  name: string;
  /** Members of this role may read its changes by function; null: no such role. */
  role: string | null;
  dropPending: boolean;
  /** Captured columns; `type` as {@link typeText} writes it, null where the change table may not be seen. */
  columns: readonly { name: string; type: string | null }[];
}

/** A user table, as far as the login may see it. */
export interface TableFacts extends TableName {
  rows: number | null;
  /** With its indexes; null when it could not be asked. */
  bytes: number | null;
  columns: readonly ColumnFacts[];
  /** Empty when there is no primary key. */
  primaryKey: readonly string[];
  /** Unique indexes without a filter. */
  uniqueIndexes: readonly { name: string; columns: readonly string[] }[];
  /** From sys.tables, which every login that sees the table may read. */
  tracked: boolean;
  /** The newest first; null when the login may not read `cdc`. */
  instances: readonly CaptureInstance[] | null;
}

/** What is known of a database's tables. */
export interface Inventory {
  cdcEnabled: boolean;
  tables: readonly TableFacts[];
  /** Questions that SQL Server did not answer, in words, with its reason. */
  unanswered: readonly string[];
}

export type TableRow = {
  id: number;
  schema_name: string;
  table_name: string;
  tracked: boolean;
  row_count: string | number | null;
};
export type ColumnRow = {
  id: number;
  name: string;
  type_name: string;
  base_name: string | null;
  max_length: number;
  precision: number;
  scale: number;
  is_nullable: boolean;
  is_computed: boolean;
  is_masked: boolean;
  encryption_type: number | null;
};
export type IndexRow = { id: number; index_name: string; is_primary_key: boolean; column_name: string };
export type SizeRow = { id: number; pages: string | number };
export type CapturedRow = {
  id: number;
  capture_instance: string;
  role_name: string | null;
  drop_pending: boolean;
  column_name: string;
  base_name: string | null;
  max_length: number | null;
  precision: number | null;
  scale: number | null;
};

/** Answers of SQL Server, as `questions.ts` asks for them; null where it did not answer. */
export interface Answers {
  tables: readonly TableRow[];
  columns: readonly ColumnRow[];
  indexes: readonly IndexRow[];
  sizes: readonly SizeRow[] | null;
  /** The newest instance of each table first, its columns in order. */
  captured: readonly CapturedRow[] | null;
}

const PAGE_BYTES = 8192;

/** Puts the answers together, tables by name. */
export function assemble(answers: Answers): TableFacts[] {
  const columns = byTable(answers.columns);
  const indexes = byTable(answers.indexes);
  const pages = new Map(answers.sizes?.map(({ id, pages: count }) => [id, Number(count)]));
  const captured = byTable(answers.captured ?? []);
  return answers.tables
    .map((row): TableFacts => {
      const own = indexes.get(row.id) ?? [];
      const size = pages.get(row.id);
      return {
        schema: row.schema_name,
        table: row.table_name,
        rows: row.row_count === null ? null : Number(row.row_count),
        bytes: size === undefined ? null : size * PAGE_BYTES,
        columns: (columns.get(row.id) ?? []).map(column),
        primaryKey: own.filter((index) => index.is_primary_key).map((index) => index.column_name),
        uniqueIndexes: grouped(
          own.filter((index) => !index.is_primary_key),
          ({ index_name }) => index_name,
        ).map(([name, rows]) => ({ name, columns: rows.map(({ column_name }) => column_name) })),
        tracked: row.tracked,
        instances: answers.captured === null ? null : instances(captured.get(row.id) ?? []),
      };
    })
    .sort((one, other) => order(one.schema, other.schema) || order(one.table, other.table));
}

function column(row: ColumnRow): ColumnFacts {
  return {
    name: row.name,
    type: row.type_name,
    base: row.base_name,
    maxLength: row.max_length,
    precision: row.precision,
    scale: row.scale,
    nullable: row.is_nullable,
    computed: row.is_computed,
    masked: row.is_masked,
    encrypted: row.encryption_type !== null,
  };
}

function instances(rows: readonly CapturedRow[]): CaptureInstance[] {
  return grouped(rows, ({ capture_instance }) => capture_instance).map(([name, own]) => ({
    name,
    role: own[0]?.role_name ?? null,
    dropPending: own.some((row) => row.drop_pending),
    columns: own.map((row) => ({
      name: row.column_name,
      type:
        row.base_name === null
          ? null
          : typeText({
              base: row.base_name,
              type: row.base_name,
              maxLength: row.max_length ?? 0,
              precision: row.precision ?? 0,
              scale: row.scale ?? 0,
            }),
    })),
  }));
}

const COUNTED = new Set(['char', 'varchar', 'binary', 'varbinary']);
const COUNTED_TWICE = new Set(['nchar', 'nvarchar']);
const SCALED = new Set(['time', 'datetime2', 'datetimeoffset']);

/** A type as it stands in CREATE TABLE: `nvarchar(60)`, `decimal(10,2)`. */
export function typeText({
  type,
  base,
  maxLength,
  precision,
  scale,
}: Pick<ColumnFacts, 'type' | 'base' | 'maxLength' | 'precision' | 'scale'>): string {
  if (base === null || base !== type) return type;
  if (COUNTED.has(base)) return `${base}(${maxLength === -1 ? 'max' : maxLength})`;
  if (COUNTED_TWICE.has(base)) return `${base}(${maxLength === -1 ? 'max' : maxLength / 2})`;
  if (base === 'decimal' || base === 'numeric') return `${base}(${precision},${scale})`;
  return SCALED.has(base) ? `${base}(${scale})` : base;
}

function byTable<Row extends { id: number }>(rows: readonly Row[]): Map<number, Row[]> {
  return new Map(grouped(rows, ({ id }) => id));
}

/** Rows by a key, keys and rows in the order in which they come. */
function grouped<Row, Key>(rows: readonly Row[], key: (row: Row) => Key): [Key, Row[]][] {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return [...groups];
}

/** The same on every machine, capitals aside. */
function order(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return a < b ? -1 : a > b ? 1 : one < other ? -1 : one > other ? 1 : 0;
}
