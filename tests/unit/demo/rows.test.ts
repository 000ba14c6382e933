import { describe, expect, test } from 'vitest';
import { canonical } from '../../../sandbox/src/demo/canonical.ts';
import { TableLedger } from '../../../sandbox/src/demo/ledger.ts';
import { isGenerated } from '../../../sandbox/src/sample/columns.ts';
import { typeSql } from '../../../sandbox/src/sample/ddl.ts';
import { edgesOf } from '../../../sandbox/src/sample/edges.ts';
import { Random } from '../../../sandbox/src/sample/random.ts';
import { distribute, RowMaker } from '../../../sandbox/src/sample/rows.ts';
import { type Edition, messageKeyColumns, sampleSchema } from '../../../sandbox/src/sample/schema.ts';
import type { Row, SampleTable } from '../../../sandbox/src/sample/types.ts';

const editions: Edition[] = ['older', 'newer'];
const ROWS = 60;

function make(table: SampleTable, seed: string, count = Math.min(ROWS, table.capacity ?? ROWS)): Row[] {
  const maker = new RowMaker(table, new Random(seed), 100);
  return Array.from({ length: count }, () => maker.next());
}

describe('the sample schema', () => {
  test.each(editions)(
    '%s: at least 15 tables, one without a key, one with a composite key, names to quote',
    (edition) => {
      const tables = sampleSchema(edition);
      expect(tables.length).toBeGreaterThanOrEqual(15);
      expect(tables.filter(({ primaryKey }) => primaryKey.length === 0)).toHaveLength(1);
      expect(tables.some(({ primaryKey }) => primaryKey.length > 1)).toBe(true);
      expect(tables.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['Lab Results', 'Order-Items', 'User']),
      );
      expect(messageKeyColumns(tables)).toBe('dbo.AuditLog:EntryId');
    },
  );

  test('uses every type that the warehouse maps', () => {
    const used = new Set(
      sampleSchema('newer').flatMap(({ columns }) => columns.map(({ type }) => type.name)),
    );
    expect([...used].sort()).toEqual(
      'bigint binary bit char date datetime datetime2 datetimeoffset decimal float image int money nchar ntext numeric nvarchar real rowversion smalldatetime smallint smallmoney text time tinyint uniqueidentifier varbinary varchar xml'.split(
        ' ',
      ),
    );
  });

  test('the editions differ as two releases do', () => {
    const [older, newer] = editions.map((edition) =>
      Object.fromEntries(
        sampleSchema(edition).flatMap(({ name, columns }) =>
          columns.map((column) => [
            `${name}.${column.name}`,
            `${typeSql(column.type)} ${column.nullable} ${column.default?.sql}`,
          ]),
        ),
      ),
    );
    const keys = new Set([...Object.keys(older ?? {}), ...Object.keys(newer ?? {})]);
    const different = [...keys].filter((key) => older?.[key] !== newer?.[key]).sort();
    expect(different).toEqual([
      'Billing.InsuranceNo',
      'Diagnoses.Remarks',
      'Patients.NextOfKin',
      'Staff.Department',
      'Stock.ReorderLevel',
      'Triage.MUAC',
    ]);
  });
});

describe.each(editions)('rows of the %s edition', (edition) => {
  test.each(sampleSchema(edition))('$name: the same for the same seed, others for another', (table) => {
    expect(make(table, 'a')).toEqual(make(table, 'a'));
    expect(make(table, 'a')).not.toEqual(make(table, 'b'));
  });

  test.each(sampleSchema(edition))('$name: keys are unique, fit, and overlap between facilities', (table) => {
    const ledger = new TableLedger(table);
    const keys = (seed: string) => make(table, seed).map((row) => ledger.keyOf(row));
    expect(new Set(keys('a')).size).toBe(keys('a').length);
    expect(keys('a')).toEqual(keys('b'));
  });

  test.each(sampleSchema(edition))('$name: values have the shape and fit the size of their type', (table) => {
    for (const row of make(table, 'shape')) {
      table.columns.forEach((column, i) => {
        const value = row[i] ?? null;
        if (value === null) {
          expect(column.nullable || isGenerated(column), column.name).toBe(true);
          return;
        }
        const { length = -1 } = column.type;
        if (length > 0)
          expect(Buffer.isBuffer(value) || String(value).length <= length, `${column.name} ${value}`).toBe(
            true,
          );
        expect(() => canonical(column.type, value)).not.toThrow();
      });
    }
  });

  test.each(sampleSchema(edition))('$name: the first rows go through every edge of every column', (table) => {
    const rows = make(table, 'edges');
    table.columns.forEach((column, i) => {
      if (table.rowKey.includes(column.name) || isGenerated(column)) return;
      const wanted = column.nullable ? [null, ...edgesOf(column.type)] : edgesOf(column.type);
      expect(rows.slice(0, wanted.length).map((row) => row[i])).toEqual(wanted.slice(0, rows.length));
    });
  });

  test('NULLs stand in columns that have a default', () => {
    for (const table of sampleSchema(edition)) {
      const rows = make(table, 'nulls', Math.min(400, table.capacity ?? 400));
      table.columns.forEach((column, i) => {
        if (column.default !== undefined)
          expect(
            rows.some((row) => row[i] === null),
            column.name,
          ).toBe(true);
      });
    }
  });
});

test('a changed row keeps its key, a moved one gets a key that no row had', () => {
  for (const table of sampleSchema('older')) {
    const maker = new RowMaker(table, new Random('x'), 10);
    const ledger = new TableLedger(table);
    const rows = Array.from({ length: 5 }, () => maker.next());
    const known = new Set(rows.map((row) => ledger.keyOf(row)));
    for (const row of rows) {
      const { row: changed, columns } = maker.changed(row);
      expect(ledger.keyOf(changed)).toBe(ledger.keyOf(row));
      changed.forEach((value, i) => {
        if (!columns.includes(i)) expect(value).toBe(row[i]);
      });
      const moved = ledger.keyOf(maker.moved(row));
      expect(known.has(moved)).toBe(false);
      known.add(moved);
    }
  }
});

test('rows are distributed by share, at least one each, half of a small key range at most', () => {
  const tables = sampleSchema('older');
  const counts = distribute(tables, 10_000);
  expect([...counts.values()].every((count) => count >= 1)).toBe(true);
  expect(counts.get('Wards')).toBeLessThanOrEqual(125);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  expect(total).toBe(10_000);
});
