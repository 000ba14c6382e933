import { quote } from '../sample/ddl.ts';
import type { Row, SampleTable } from '../sample/types.ts';
import { type Canonical, canonical, sourceExpression, warehouseType } from './canonical.ts';
import { type Difference, Differences } from './differences.ts';
import type { TableLedger } from './ledger.ts';
import type { Source } from './source.ts';
import { CODE_COLUMN, NAME_COLUMN, type Warehouse, type WarehouseColumn } from './warehouse.ts';

/** What the comparison asks of PostgreSQL. */
export type WarehouseReader = Pick<Warehouse, 'columns' | 'stream' | 'codes'>;
/** What the comparison asks of SQL Server. */
export type SourceReader = Pick<Source, 'stream'>;

/** A facility whose three accounts are compared. */
export interface Compared {
  code: string;
  name: string;
  source: SourceReader;
  ledgers: readonly TableLedger[];
}

export interface Comparison {
  tables: number;
  /** Rows of SQL Server that were compared. */
  rows: number;
  differences: Difference[];
}

/**
 * Compares every value of every table of every facility: ledger, SQL Server, PostgreSQL. The tables' types, keys and
 * nullability in PostgreSQL are compared with what they should be too.
 * @param onTable called after each table
 */
export async function compareAll(
  facilities: readonly Compared[],
  warehouse: WarehouseReader,
  onTable: (facility: string, table: string, rows: number, differences: number) => void,
): Promise<Comparison> {
  const result: Comparison = { tables: 0, rows: 0, differences: [] };
  const tables = new Set<string>();
  for (const facility of facilities) {
    for (const ledger of facility.ledgers) {
      const { rows, differences } = await compareTable(facility, ledger, warehouse);
      tables.add(ledger.table.name);
      result.rows += rows;
      result.differences.push(...differences);
      onTable(facility.code, ledger.table.name, rows, differences.length);
    }
  }
  const codes = new Set(facilities.map(({ code }) => code));
  for (const table of tables) result.differences.push(...(await strangers(warehouse, table, codes)));
  return { ...result, tables: tables.size };
}

async function compareTable(
  facility: Compared,
  ledger: TableLedger,
  warehouse: WarehouseReader,
): Promise<{ rows: number; differences: Difference[] }> {
  const { table } = ledger;
  const differences = new Differences(facility.code, table.name);
  const fromSource = await readSource(facility.source, ledger, differences);
  const columns = await warehouse.columns(table.name);
  if (columns.length === 0) {
    differences.add('', '', { 'SQL Server': `${fromSource.size} rows`, PostgreSQL: undefined });
    return { rows: fromSource.size, differences: differences.all };
  }
  checkColumns(table, columns, differences);
  const there = new Set(columns.map(({ name }) => name));
  if (table.columns.every(({ name }) => there.has(name))) {
    await readWarehouse(facility, ledger, fromSource, columns, warehouse, differences);
  }
  return { rows: fromSource.size, differences: differences.all };
}

/** Streams SQL Server's rows against the ledger. @returns the rows by key, in canonical form */
async function readSource(
  source: SourceReader,
  ledger: TableLedger,
  differences: Differences,
): Promise<Map<string, Canonical[]>> {
  const { table } = ledger;
  const rows = new Map<string, Canonical[]>();
  const list = table.columns.map(
    ({ name, type }) => `${sourceExpression(type, quote(name))} AS ${quote(name)}`,
  );
  let failure: unknown;
  await source.stream(`SELECT ${list.join(', ')} FROM [dbo].${quote(table.name)}`, (raw) => {
    try {
      const row = raw as Row;
      const key = ledger.keyOf(row);
      const values = table.columns.map(({ type }, i) => canonical(type, row[i] ?? null));
      rows.set(key, values);
      const expected = ledger.entries.get(key);
      if (expected === undefined) differences.add(key, '', { ledger: undefined, 'SQL Server': 'a row' });
      else compareWithLedger(table, key, expected, values, 'SQL Server', differences);
    } catch (error) {
      failure ??= error;
    }
  });
  if (failure !== undefined) throw failure;
  for (const key of ledger.entries.keys()) {
    if (!rows.has(key)) differences.add(key, '', { ledger: 'a row', 'SQL Server': undefined });
  }
  return rows;
}

async function readWarehouse(
  facility: Compared,
  ledger: TableLedger,
  fromSource: Map<string, Canonical[]>,
  columns: readonly WarehouseColumn[],
  warehouse: WarehouseReader,
  differences: Differences,
): Promise<void> {
  const { table } = ledger;
  const own = new Set([CODE_COLUMN, NAME_COLUMN, ...table.columns.map(({ name }) => name)]);
  const others = columns.map(({ name }) => name).filter((name) => !own.has(name));
  const keyIndexes = table.rowKey.map((name) => table.columns.findIndex((column) => column.name === name));
  const seen = new Set<string>();
  await warehouse.stream(table, facility.code, others, (values, name, filled) => {
    const key = JSON.stringify(keyIndexes.map((i) => values[i] ?? null));
    seen.add(key);
    if (name !== facility.name)
      differences.add(key, NAME_COLUMN, { ledger: facility.name, PostgreSQL: name });
    for (const column of filled) differences.add(key, column, { ledger: null, PostgreSQL: 'a value' });
    const expected = ledger.entries.get(key);
    const original = fromSource.get(key);
    if (expected === undefined || original === undefined) {
      differences.add(key, '', {
        ledger: expected && 'a row',
        'SQL Server': original && 'a row',
        PostgreSQL: 'a row',
      });
      return;
    }
    compareWithLedger(table, key, expected, values, 'PostgreSQL', differences);
    table.columns.forEach(({ name: column }, i) => {
      // What only the server knows (rowversion) has no place in the ledger; for the rest this repeats nothing wrong.
      if (values[i] !== original[i]) {
        differences.add(key, column, { 'SQL Server': original[i] ?? null, PostgreSQL: values[i] ?? null });
      }
    });
  });
  for (const key of fromSource.keys()) {
    if (!seen.has(key)) differences.add(key, '', { 'SQL Server': 'a row', PostgreSQL: undefined });
  }
}

function compareWithLedger(
  table: SampleTable,
  key: string,
  expected: Row,
  values: readonly Canonical[],
  place: 'SQL Server' | 'PostgreSQL',
  differences: Differences,
): void {
  table.columns.forEach(({ name, type }, i) => {
    if (type.name === 'rowversion') return;
    const ledger = canonical(type, expected[i] ?? null);
    const value = values[i] ?? null;
    if (value !== ledger) differences.add(key, name, { ledger, [place]: value });
  });
}

/** Types as facts list them; NOT NULL on the key alone; no defaults; key = code + the source's key. */
function checkColumns(
  table: SampleTable,
  columns: readonly WarehouseColumn[],
  differences: Differences,
): void {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const expected = new Map(table.columns.map(({ name, type }) => [name, warehouseType(type)]));
  expected.set(CODE_COLUMN, 'text').set(NAME_COLUMN, 'text');
  const key = new Set([CODE_COLUMN, ...table.rowKey]);
  for (const [name, type] of expected) {
    const column = byName.get(name);
    const wanted = describeColumn(type, key.has(name), false, key.has(name));
    const seen =
      column && describeColumn(column.type, column.notNull, column.hasDefault, column.inPrimaryKey);
    if (seen !== wanted) differences.add('', `${name} (type)`, { ledger: wanted, PostgreSQL: seen });
  }
}

function describeColumn(type: string, notNull: boolean, hasDefault: boolean, inKey: boolean): string {
  return [type, notNull && 'NOT NULL', hasDefault && 'DEFAULT', inKey && 'KEY'].filter(Boolean).join(' ');
}

/** Rows under a code that no facility has. */
async function strangers(
  warehouse: WarehouseReader,
  table: string,
  codes: ReadonlySet<string>,
): Promise<Difference[]> {
  if ((await warehouse.columns(table)).length === 0) return [];
  const unknown = (await warehouse.codes(table)).filter((code) => !codes.has(code));
  return unknown.map((code) => ({
    facility: code,
    table,
    key: '',
    column: CODE_COLUMN,
    seen: { ledger: undefined, PostgreSQL: 'rows' },
  }));
}
