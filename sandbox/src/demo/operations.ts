import { isGenerated } from '../sample/columns.ts';
import type { Random } from '../sample/random.ts';
import type { RowMaker } from '../sample/rows.ts';
import type { Row, SampleTable } from '../sample/types.ts';
import type { TableLedger, Undo } from './ledger.ts';

export const KINDS = ['insert', 'update', 'delete', 'move'] as const;
/** `move` changes the key of a row. */
export type Kind = (typeof KINDS)[number];
/** Rows by kind of change. */
export type Counts = Record<Kind, number>;

export type Operation =
  | { kind: 'insert'; table: SampleTable; columns: number[]; rows: Row[] }
  | { kind: 'update' | 'move'; table: SampleTable; before: Row; after: Row; columns: number[] }
  | { kind: 'delete'; table: SampleTable; row: Row };

export interface PlannedTransaction {
  operations: Operation[];
  /** The application changes its mind: nothing of it may reach anyone. */
  rollback: boolean;
}

/** A table with what a writer needs to change it. */
export interface LiveTable {
  ledger: TableLedger;
  maker: RowMaker;
}

const LARGEST_INSERT = 8;
/** Rows that deletes leave in each table, so that small ones never run dry. */
const FLOOR = 4;

export const noCounts = (): Counts => ({ insert: 0, update: 0, delete: 0, move: 0 });

/** Whether a row of the table can get another key: IDENTITY columns cannot be updated. */
export function isMovable(table: SampleTable): boolean {
  return !table.columns.some((column) => table.rowKey.includes(column.name) && isGenerated(column));
}

/**
 * Plans the transactions of one writer, which alone changes its tables: so the ledger knows their state whatever the other
 * writers do meanwhile, and the same seed gives the same transactions.
 */
export class Planner {
  private readonly tables: LiveTable[];
  private readonly random: Random;

  constructor(tables: LiveTable[], random: Random) {
    this.tables = tables;
    this.random = random;
  }

  /** Yields transactions until `wanted` rows of each kind are committed; the ledger is always one step ahead. */
  *transactions(wanted: Counts): Generator<PlannedTransaction> {
    const left = { ...wanted };
    while (KINDS.some((kind) => left[kind] > 0)) {
      const rollback = this.random.chance(0.04);
      const operations: Operation[] = [];
      const undo: Undo[] = [];
      const done = noCounts();
      for (let i = this.random.int(1, 5); i > 0; i -= 1) {
        const open = KINDS.filter((kind) => left[kind] - done[kind] > 0);
        if (open.length === 0) break;
        const kind = this.random.pick(open);
        const operation = this.operation(kind, left[kind] - done[kind], undo);
        operations.push(operation);
        done[kind] += operation.kind === 'insert' ? operation.rows.length : 1;
      }
      if (rollback) for (const back of undo.reverse()) back();
      else for (const kind of KINDS) left[kind] -= done[kind];
      yield { operations, rollback };
    }
  }

  private operation(kind: Kind, atMost: number, undo: Undo[]): Operation {
    switch (kind) {
      case 'insert':
        return this.insert(this.random.int(1, Math.min(atMost, LARGEST_INSERT)), undo);
      case 'delete': {
        const { ledger } = this.choose(({ ledger }) => ledger.size > FLOOR);
        const row = ledger.pick(this.random);
        undo.push(ledger.delete(row));
        return { kind, table: ledger.table, row };
      }
      case 'update': {
        const { ledger, maker } = this.choose(({ ledger }) => ledger.size > 0);
        const before = ledger.pick(this.random);
        const { row: after, columns } = maker.changed(before);
        undo.push(ledger.replace(before, after));
        return { kind, table: ledger.table, before, after, columns };
      }
      case 'move': {
        const { ledger, maker } = this.choose(
          ({ ledger, maker }) => ledger.size > 0 && isMovable(ledger.table) && maker.canMake(1),
        );
        const before = ledger.pick(this.random);
        const after = maker.moved(before);
        undo.push(ledger.replace(before, after));
        const columns = ledger.table.columns.flatMap((column, i) =>
          ledger.table.rowKey.includes(column.name) ? [i] : [],
        );
        return { kind, table: ledger.table, before, after, columns };
      }
    }
  }

  private insert(count: number, undo: Undo[]): Operation {
    const { ledger, maker } = this.choose(({ maker }) => maker.canMake(count));
    const table = ledger.table;
    // An application often leaves out what has a default: then the default is the value, and NULL is not.
    const leftOut = new Set(
      table.columns.flatMap((column, i) =>
        column.default !== undefined && this.random.chance(0.15) ? [i] : [],
      ),
    );
    const rows: Row[] = [];
    for (let i = 0; i < count; i += 1) {
      const row = maker.next();
      for (const at of leftOut) row[at] = table.columns[at]?.default?.value ?? null;
      undo.push(ledger.insert(row));
      rows.push(row);
    }
    return { kind: 'insert', table, columns: insertable(table).filter((i) => !leftOut.has(i)), rows };
  }

  /** One of the writer's tables that `fits`, by share. */
  private choose(fits: (table: LiveTable) => boolean): LiveTable {
    const candidates = this.tables.filter(fits);
    const total = candidates.reduce((sum, { ledger }) => sum + ledger.table.share, 0);
    let point = this.random.int(1, Math.max(1, total));
    for (const candidate of candidates) {
      point -= candidate.ledger.table.share;
      if (point <= 0) return candidate;
    }
    throw new Error('None of the tables of this writer can take the change: start with more rows.');
  }
}

/** Positions of the columns that an application may write. */
export function insertable(table: SampleTable): number[] {
  return table.columns.flatMap((column, i) => (isGenerated(column) ? [] : [i]));
}

/**
 * Deals the tables out to writers so that each has about the same to do and at least one table whose keys can change.
 */
export function dealOut(tables: LiveTable[], writers: number): LiveTable[][] {
  const groups: LiveTable[][] = Array.from({ length: writers }, () => []);
  const byShare = (a: LiveTable, b: LiveTable) => b.ledger.table.share - a.ledger.table.share;
  const movable = tables.filter(({ ledger }) => isMovable(ledger.table)).sort(byShare);
  const others = tables.filter(({ ledger }) => !isMovable(ledger.table)).sort(byShare);
  [...movable, ...others.reverse()].forEach((table, i) => {
    groups[i % writers]?.push(table);
  });
  return groups;
}

/** Splits `counts` into `parts` nearly equal ones. */
export function split(counts: Counts, parts: number, part: number): Counts {
  const share = (n: number) => Math.floor((n * (part + 1)) / parts) - Math.floor((n * part) / parts);
  return {
    insert: share(counts.insert),
    update: share(counts.update),
    delete: share(counts.delete),
    move: share(counts.move),
  };
}
