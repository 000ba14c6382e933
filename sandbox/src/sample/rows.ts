import type { TsqlValue } from '../standin/types.ts';
import { isGenerated } from './columns.ts';
import { edgesOf } from './edges.ts';
import type { Random } from './random.ts';
import type { Row, SampleColumn, SampleTable } from './types.ts';

/** How often a nullable column is NULL, with and without a default, and how often a value sits at its type's limit. */
const NULL_DESPITE_DEFAULT = 0.2;
const NULL_WITHOUT_DEFAULT = 0.08;
const EDGE = 0.025;

/**
 * Makes the rows of one table at one facility, the same ones for the same seed. The first rows go through every edge value
 * of every column; later ones hold them now and then.
 */
export class RowMaker {
  table: SampleTable;
  private sequence = 0;
  private readonly random: Random;
  private readonly patients: number;
  private readonly edges = new Map<SampleColumn, TsqlValue[]>();

  /**
   * @param random the facility's generator; the table forks its own
   * @param patients how many patients the facility starts with
   */
  constructor(table: SampleTable, random: Random, patients: number) {
    this.table = table;
    this.random = random.fork(table.name);
    this.patients = patients;
  }

  /** Whether `count` more keys can be made. */
  canMake(count: number): boolean {
    return this.sequence + count <= (this.table.capacity ?? Number.POSITIVE_INFINITY);
  }

  /**
   * The next row. IDENTITY columns hold what the server will give them: each call stands for one row that is sent,
   * whether its transaction commits or not.
   */
  next(): Row {
    this.sequence += 1;
    return this.table.columns.map((column) => this.value(column));
  }

  /** A copy of the row under a key that no row ever had. */
  moved(row: Row): Row {
    this.sequence += 1;
    return this.table.columns.map((column, i) =>
      this.table.rowKey.includes(column.name) ? this.ordinary(column) : (row[i] ?? null),
    );
  }

  /** A copy of the row with one to three other columns changed, and the positions of those. */
  changed(row: Row): { row: Row; columns: number[] } {
    const free = this.table.columns.flatMap((column, i) =>
      this.table.rowKey.includes(column.name) || isGenerated(column) ? [] : [i],
    );
    const columns = new Set<number>();
    for (let i = this.random.int(1, 3); i > 0; i -= 1) columns.add(this.random.pick(free));
    const copy = [...row];
    for (const i of columns) {
      const column = this.table.columns[i];
      if (column !== undefined) copy[i] = this.free(column);
    }
    return { row: copy, columns: [...columns].sort((a, b) => a - b) };
  }

  private value(column: SampleColumn): TsqlValue {
    if (this.table.rowKey.includes(column.name) || isGenerated(column)) return this.ordinary(column);
    const all = this.edgesOf(column);
    if (this.sequence <= all.length) return all[this.sequence - 1] ?? null;
    return this.free(column);
  }

  /** A value of a column that is neither key nor generated. */
  private free(column: SampleColumn): TsqlValue {
    const nulls = column.default === undefined ? NULL_WITHOUT_DEFAULT : NULL_DESPITE_DEFAULT;
    if (column.nullable && this.random.chance(nulls)) return null;
    const edges = this.edgesOf(column);
    if (edges.length > 0 && this.random.chance(EDGE)) return this.random.pick(edges);
    return this.ordinary(column);
  }

  private ordinary(column: SampleColumn): TsqlValue {
    return column.value({ random: this.random, sequence: this.sequence, patients: this.patients });
  }

  private edgesOf(column: SampleColumn): TsqlValue[] {
    let edges = this.edges.get(column);
    if (edges === undefined) {
      edges = column.nullable ? [null, ...edgesOf(column.type)] : edgesOf(column.type);
      this.edges.set(column, edges);
    }
    return edges;
  }
}

/**
 * How many of `total` rows each table gets, by its share and capacity.
 * @returns table name → rows; at least one each, exactly `total` together where that is possible
 */
export function distribute(tables: readonly SampleTable[], total: number): Map<string, number> {
  const shares = tables.reduce((sum, table) => sum + table.share, 0);
  const counts = new Map(
    tables.map((table) => {
      const wanted = Math.max(1, Math.round((total * table.share) / shares));
      // Half of the few keys stay free for rows that move to a new one.
      return [table.name, Math.min(wanted, Math.floor((table.capacity ?? Number.POSITIVE_INFINITY) / 2))];
    }),
  );
  const given = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const largest = tables.reduce((a, b) => (b.share > a.share ? b : a));
  counts.set(largest.name, Math.max(1, (counts.get(largest.name) ?? 0) + total - given));
  return counts;
}
