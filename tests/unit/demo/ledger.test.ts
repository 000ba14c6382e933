import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TableLedger, type Undo } from '../../../sandbox/src/demo/ledger.ts';
import {
  dealOut,
  isMovable,
  KINDS,
  type LiveTable,
  noCounts,
  type PlannedTransaction,
  Planner,
  split,
} from '../../../sandbox/src/demo/operations.ts';
import { Random } from '../../../sandbox/src/sample/random.ts';
import { RowMaker } from '../../../sandbox/src/sample/rows.ts';
import { addedColumn, sampleSchema, withColumn } from '../../../sandbox/src/sample/schema.ts';
import type { Row } from '../../../sandbox/src/sample/types.ts';

function live(seed: string, rows = 30): LiveTable[] {
  const random = new Random(seed);
  return sampleSchema('older').map((table) => {
    const maker = new RowMaker(table, random, 20);
    const ledger = new TableLedger(table);
    for (let i = 0; i < rows; i += 1) ledger.insert(maker.next());
    return { ledger, maker };
  });
}

const state = (ledger: TableLedger): string[] =>
  [...ledger.entries].map(([key, row]) => `${key} ${row.map(String).join('|')}`).sort();

describe('TableLedger', () => {
  test('undoing everything in reverse leads back, whatever was done', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.array(fc.constantFrom(...KINDS), { maxLength: 40 }),
        (seed, kinds) => {
          const table = live(seed, 10).find(({ ledger }) => ledger.table.name === 'Staff');
          if (table === undefined) throw new Error('no table');
          const { ledger, maker } = table;
          const random = new Random(seed);
          const before = state(ledger);
          const undo: Undo[] = [];
          for (const kind of kinds) {
            if (kind === 'insert') undo.push(ledger.insert(maker.next()));
            else if (ledger.size > 0) {
              const row = ledger.pick(random);
              if (kind === 'delete') undo.push(ledger.delete(row));
              else
                undo.push(ledger.replace(row, kind === 'move' ? maker.moved(row) : maker.changed(row).row));
            }
          }
          for (const back of undo.reverse()) back();
          expect(state(ledger)).toEqual(before);
        },
      ),
    );
  });

  test('refuses a key twice and a row it does not have', () => {
    const ledger = new TableLedger(sampleSchema('older')[0] as LiveTable['ledger']['table']);
    const maker = new RowMaker(ledger.table, new Random('x'), 3);
    const row = maker.next();
    ledger.insert(row);
    expect(() => ledger.insert(row)).toThrow('twice');
    expect(() => ledger.delete(maker.next())).toThrow('has no');
  });

  test('a new column is NULL in the rows that exist', () => {
    const visits = live('x').find(({ ledger }) => ledger.table.name === addedColumn.table);
    const { ledger } = visits as LiveTable;
    ledger.addColumn(withColumn(ledger.table, addedColumn.column), addedColumn.column);
    expect([...ledger.entries.values()].every((row) => row.length === ledger.table.columns.length)).toBe(
      true,
    );
    expect([...ledger.entries.values()].every((row) => row.at(-1) === null)).toBe(true);
  });
});

/** Does to plain maps what SQL Server would do with the planned transactions. */
function replay(
  tables: Map<string, Map<string, Row>>,
  keys: Map<string, TableLedger>,
  plan: PlannedTransaction,
): void {
  if (plan.rollback) return;
  for (const operation of plan.operations) {
    const rows = tables.get(operation.table.name);
    const ledger = keys.get(operation.table.name);
    if (rows === undefined || ledger === undefined) throw new Error('no table');
    if (operation.kind === 'insert') for (const row of operation.rows) rows.set(ledger.keyOf(row), row);
    else if (operation.kind === 'delete') expect(rows.delete(ledger.keyOf(operation.row))).toBe(true);
    else {
      expect(rows.delete(ledger.keyOf(operation.before))).toBe(true);
      rows.set(ledger.keyOf(operation.after), operation.after);
    }
  }
}

describe('Planner', () => {
  const counts = { insert: 120, update: 90, delete: 70, move: 60 };

  test('commits exactly what is wanted, rolls some back, and the ledger says what a database would hold', () => {
    const tables = live('plan');
    const database = new Map(tables.map(({ ledger }) => [ledger.table.name, new Map(ledger.entries)]));
    const keys = new Map(tables.map(({ ledger }) => [ledger.table.name, ledger]));
    const done = noCounts();
    let rolledBack = 0;
    for (const plan of new Planner(tables, new Random('p')).transactions(counts)) {
      replay(database, keys, plan);
      if (plan.rollback) rolledBack += 1;
      else for (const op of plan.operations) done[op.kind] += op.kind === 'insert' ? op.rows.length : 1;
    }
    expect(done).toEqual(counts);
    expect(rolledBack).toBeGreaterThan(0);
    for (const { ledger } of tables) expect(database.get(ledger.table.name)).toEqual(new Map(ledger.entries));
  });

  test('plans the same for the same seed', () => {
    const plans = () => [...new Planner(live('s'), new Random('t')).transactions(counts)];
    expect(plans()).toEqual(plans());
  });

  test('never moves a row whose key the server makes', () => {
    const plans = [...new Planner(live('s'), new Random('t')).transactions({ ...noCounts(), move: 200 })];
    for (const operation of plans.flatMap(({ operations }) => operations)) {
      expect(isMovable(operation.table), operation.table.name).toBe(true);
    }
  });
});

test('tables are dealt out once each, to every writer one whose keys can change', () => {
  const tables = live('deal', 1);
  const groups = dealOut(tables, 4);
  expect(groups.flat().length).toBe(tables.length);
  expect(new Set(groups.flat()).size).toBe(tables.length);
  for (const group of groups) expect(group.some(({ ledger }) => isMovable(ledger.table))).toBe(true);
});

test('split gives everything away', () => {
  const counts = { insert: 7, update: 5, delete: 1, move: 0 };
  const parts = [0, 1, 2].map((part) => split(counts, 3, part));
  for (const kind of KINDS) expect(parts.reduce((sum, part) => sum + part[kind], 0)).toBe(counts[kind]);
});
