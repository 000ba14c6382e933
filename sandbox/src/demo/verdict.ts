import type { Comparison } from './compare.ts';
import { describe } from './differences.ts';

const SHOWN = 20;

/** The last line of a demo. */
export function verdictLine(facilities: number, { tables, rows, differences }: Comparison): string {
  const count = `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`;
  return `demo: ${facilities} facilities, ${tables} tables, ${rows} rows, ${count}`;
}

/** The first differences, one line each, and by table how many there are where not all are shown. */
export function tellDifferences({ differences }: Comparison): string[] {
  const lines = differences.slice(0, SHOWN).map((difference) => `  ${describe(difference)}`);
  if (differences.length <= SHOWN) return lines;
  const byTable = new Map<string, number>();
  for (const { facility, table, column } of differences) {
    const place = `${facility} ${table}${column === '' ? '' : `.${column}`}`;
    byTable.set(place, (byTable.get(place) ?? 0) + 1);
  }
  const totals = [...byTable].sort((a, b) => b[1] - a[1]).map(([place, count]) => `  ${place}: ${count}`);
  return [...lines, `  … and ${differences.length - SHOWN} more. By column:`, ...totals.slice(0, SHOWN * 2)];
}
