import type { Canonical } from './canonical.ts';

/** One thing that is not as it should be: a value, a row that is missing or too much, or a column's type. */
export interface Difference {
  facility: string;
  table: string;
  /** Key of the row; empty where the table itself is meant. */
  key: string;
  /** Column; empty where the whole row is meant. */
  column: string;
  /** Where it stands as what; `undefined` = not there. */
  seen: Partial<Record<Place, Canonical | undefined>>;
}

export const PLACES = ['ledger', 'SQL Server', 'PostgreSQL'] as const;
export type Place = (typeof PLACES)[number];

/** Gathers differences: one for each value, however many places disagree about it. */
export class Differences {
  private readonly found = new Map<string, Difference>();
  private readonly facility: string;
  private readonly table: string;

  constructor(facility: string, table: string) {
    this.facility = facility;
    this.table = table;
  }

  get all(): Difference[] {
    return [...this.found.values()];
  }

  add(key: string, column: string, seen: Difference['seen']): void {
    const id = JSON.stringify([key, column]);
    const known = this.found.get(id);
    if (known === undefined) {
      this.found.set(id, { facility: this.facility, table: this.table, key, column, seen });
    } else {
      known.seen = { ...known.seen, ...seen };
    }
  }
}

const LONGEST = 60;

/** One line for people. */
export function describe(difference: Difference): string {
  const { facility, table, key, column, seen } = difference;
  const where = [table, column].filter((part) => part !== '').join('.');
  const values = PLACES.filter((place) => place in seen).map((place) => `${place} ${show(seen[place])}`);
  return `${facility} ${where}${key === '' ? '' : ` ${key}`}: ${values.join(', ')}`;
}

function show(value: Canonical | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'NULL';
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${value.length} characters)` : text;
}
