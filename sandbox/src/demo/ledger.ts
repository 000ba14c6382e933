import type { Random } from '../sample/random.ts';
import { rowKeyIndexes } from '../sample/schema.ts';
import type { Row, SampleColumn, SampleTable } from '../sample/types.ts';
import { canonical } from './canonical.ts';

/** Takes a change back: a transaction that rolls back leaves no trace in the ledger either. */
export type Undo = () => void;

/**
 * What one table of one facility must hold, by the generator's own arithmetic: nothing here was ever read back from
 * SQL Server.
 */
export class TableLedger {
  private current: SampleTable;
  private keyIndexes: number[];
  private readonly rows = new Map<string, Row>();
  /** The keys once more, so that one can be drawn in constant time. */
  private readonly keys: string[] = [];
  private readonly positions = new Map<string, number>();

  constructor(table: SampleTable) {
    this.current = table;
    this.keyIndexes = rowKeyIndexes(table);
  }

  get table(): SampleTable {
    return this.current;
  }

  get size(): number {
    return this.rows.size;
  }

  /** Rows by {@link keyOf}. */
  get entries(): ReadonlyMap<string, Row> {
    return this.rows;
  }

  /** Text of the columns that tell rows apart, in their canonical form. */
  keyOf(row: Row): string {
    const parts = this.keyIndexes.map((i) => {
      const column = this.current.columns[i];
      return column === undefined ? null : canonical(column.type, row[i] ?? null);
    });
    return JSON.stringify(parts);
  }

  insert(row: Row): Undo {
    const key = this.keyOf(row);
    if (this.rows.has(key)) throw new Error(`The generator made key ${key} of ${this.current.name} twice.`);
    this.rows.set(key, row);
    this.positions.set(key, this.keys.push(key) - 1);
    return () => this.remove(key);
  }

  delete(row: Row): Undo {
    this.remove(this.keyOf(row));
    return () => {
      this.insert(row);
    };
  }

  /** Replaces a row by another, under the same key or a new one. */
  replace(before: Row, after: Row): Undo {
    const key = this.keyOf(before);
    if (key === this.keyOf(after)) {
      this.rows.set(key, after);
      return () => {
        this.rows.set(key, before);
      };
    }
    this.remove(key);
    this.insert(after);
    return () => {
      this.remove(this.keyOf(after));
      this.insert(before);
    };
  }

  /** A row drawn at random; the table must hold one. */
  pick(random: Random): Row {
    const row = this.rows.get(random.pick(this.keys));
    if (row === undefined) throw new Error(`The ledger of ${this.current.name} lost a row.`);
    return row;
  }

  /** `ALTER TABLE … ADD`: rows that exist hold NULL. */
  addColumn(table: SampleTable, column: SampleColumn): void {
    if (table.columns.at(-1)?.name !== column.name) throw new Error(`${column.name} is not the last column.`);
    this.current = table;
    this.keyIndexes = rowKeyIndexes(table);
    for (const row of this.rows.values()) row.push(null);
  }

  private remove(key: string): void {
    const position = this.positions.get(key);
    const last = this.keys.pop();
    if (position === undefined || last === undefined)
      throw new Error(`The ledger of ${this.current.name} has no ${key}.`);
    if (last !== key) {
      this.keys[position] = last;
      this.positions.set(last, position);
    }
    this.positions.delete(key);
    this.rows.delete(key);
  }
}
