import { describe, expect, test } from 'vitest';
import { canonical, warehouseType } from '../../../sandbox/src/demo/canonical.ts';
import { type Compared, compareAll, type WarehouseReader } from '../../../sandbox/src/demo/compare.ts';
import { describe as describeDifference } from '../../../sandbox/src/demo/differences.ts';
import { TableLedger } from '../../../sandbox/src/demo/ledger.ts';
import {
  CODE_COLUMN,
  NAME_COLUMN,
  type WarehouseColumn,
  warehouseTable,
} from '../../../sandbox/src/demo/warehouse.ts';
import { Random } from '../../../sandbox/src/sample/random.ts';
import { RowMaker } from '../../../sandbox/src/sample/rows.ts';
import { sampleSchema } from '../../../sandbox/src/sample/schema.ts';
import type { Row, SampleTable } from '../../../sandbox/src/sample/types.ts';

const table = sampleSchema('older').find(({ name }) => name === 'Stock') as SampleTable;

/** A facility with ten rows, a source that holds them and a warehouse that got them. */
function world() {
  const ledger = new TableLedger(table);
  const maker = new RowMaker(table, new Random('c'), 5);
  const rows: Row[] = Array.from({ length: 40 }, () => maker.next());
  for (const row of rows) ledger.insert(row);
  const inSource = rows.map((row) => [...row]);
  const inWarehouse = rows.map((row) => ({
    values: table.columns.map(({ type }, i) => canonical(type, row[i] ?? null)),
    name: 'Kayunga' as string | null,
    filled: [] as string[],
  }));
  const columns: WarehouseColumn[] = [
    ...table.columns.map(({ name, type }) => ({
      name,
      type: warehouseType(type),
      key: table.rowKey.includes(name),
    })),
    { name: CODE_COLUMN, type: 'text', key: true },
    { name: NAME_COLUMN, type: 'text', key: false },
  ].map(({ name, type, key }) => ({ name, type, notNull: key, hasDefault: false, inPrimaryKey: key }));
  const codes = ['F1'];
  const facility: Compared = {
    code: 'F1',
    name: 'Kayunga',
    ledgers: [ledger],
    source: { stream: async (_, onRow) => inSource.forEach(onRow) },
  };
  const warehouse: WarehouseReader = {
    columns: async () => columns,
    codes: async () => codes,
    stream: async (_table, _code, _strangers, onRow) => {
      for (const { values, name, filled } of inWarehouse) onRow(values, name, filled);
    },
  };
  const compare = () => compareAll([facility], warehouse, () => undefined);
  return { inSource, inWarehouse, columns, codes, compare };
}

describe('compareAll', () => {
  test('equal everywhere', async () => {
    expect(await world().compare()).toEqual({ tables: 1, rows: 40, differences: [] });
  });

  test('one altered value in PostgreSQL is one difference, told with all three accounts', async () => {
    const { inWarehouse, compare } = world();
    (inWarehouse[30] as { values: unknown[] }).values[1] = 'other';
    const { differences } = await compare();
    expect(differences).toHaveLength(1);
    expect(describeDifference(differences[0] as never)).toMatch(
      /^F1 Stock\.ItemName \["ITM\d+"\]: ledger ".+", SQL Server ".+", PostgreSQL "other"$/,
    );
  });

  test('one altered value in SQL Server is one difference', async () => {
    const { inSource, compare } = world();
    (inSource[30] as unknown[])[1] = 'other';
    expect((await compare()).differences).toHaveLength(1);
  });

  test.each([
    ['a missing row', (w: ReturnType<typeof world>) => w.inWarehouse.pop()],
    ['a row too much', (w: ReturnType<typeof world>) => w.inSource.pop()],
    [
      'another facility name',
      (w: ReturnType<typeof world>) => ((w.inWarehouse[0] as { name: string }).name = 'x'),
    ],
    [
      'a value in a column that the facility does not have',
      (w: ReturnType<typeof world>) => w.inWarehouse[0]?.filled.push('Alien'),
    ],
    ['a type', (w: ReturnType<typeof world>) => ((w.columns[2] as WarehouseColumn).type = 'text')],
    ['a default', (w: ReturnType<typeof world>) => ((w.columns[2] as WarehouseColumn).hasDefault = true)],
    [
      'NOT NULL beside the key',
      (w: ReturnType<typeof world>) => ((w.columns[2] as WarehouseColumn).notNull = true),
    ],
    ['an unknown facility', (w: ReturnType<typeof world>) => w.codes.push('F9')],
    ['a table that is not there', (w: ReturnType<typeof world>) => (w.columns.length = 0)],
  ])('%s is a difference', async (_, spoil) => {
    const w = world();
    spoil(w);
    expect((await w.compare()).differences).toHaveLength(1);
  });
});

test('tables are named as their topics are', () => {
  expect(warehouseTable('Lab Results')).toBe('Lab_Results');
  expect(warehouseTable('Order-Items')).toBe('Order-Items');
});
