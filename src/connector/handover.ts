import type { StoredPosition } from './stored-position.ts';
import { qualified } from './table-selection.ts';
import type { CapturedTable } from './tsql/handover.ts';
import { bracketed } from './tsql/quote.ts';

/** What a table has become since its newest capture instance was made. */
export interface Difference {
  /** Empty for `altered`, where it is not known which. */
  column: string;
  what: 'not-captured' | 'dropped' | 'type' | 'altered';
}

/**
 * Where the handover of a table stands. `create`: it has changed and has one instance. `finish`: it has two. `none`: one that
 * fits.
 */
export interface Handover {
  table: CapturedTable;
  phase: 'create' | 'finish' | 'none';
  /** Columns that the new instance has, or gets, and the one before it lacks. */
  gained: readonly string[];
  /** It has changed once more since the second one was made. */
  again: boolean;
}

/**
 * @param differences of the newest instance, without columns that were left out on purpose
 * @param excluded columns that shall stay in the hospital
 */
export function handoverOf(
  table: CapturedTable,
  differences: readonly Difference[],
  excluded: (column: string) => boolean,
): Handover {
  const [oldest, newest = oldest] = table.instances;
  const lacking = (captured: readonly string[]) => (column: string) => !captured.includes(column);
  // Without its key a row has no place in the warehouse: a column of it is never left out on purpose.
  const came = [
    ...differences.filter(({ what }) => what === 'not-captured').map(({ column }) => column),
    ...table.key.filter(lacking(newest.columns)),
  ].filter((column) => !excluded(column));
  const changed = came.length > 0 || differences.some(({ what }) => what !== 'not-captured');
  if (table.instances.length > 1) {
    const gained = newest.columns.filter(lacking(oldest.columns)).filter((column) => !excluded(column));
    return { table, phase: 'finish', gained, again: changed };
  }
  return { table, phase: changed ? 'create' : 'none', gained: [...new Set(came)], again: false };
}

/**
 * Why the older instance may not be ended yet; undefined when the connector has gone over. It has when its stored position
 * is behind the beginning of the newer one, and its own history of tables tells of the columns that the newer one has. The
 * position alone proves nothing: Debezium 3.6.1 goes over to one table with each change, and reports the others as read to
 * their end before it knows their columns.
 * @param known columns by the history; null where it does not tell of the table
 */
export function notYetOver(
  handover: Handover,
  position: StoredPosition | undefined,
  known: readonly string[] | null,
): string | undefined {
  const { table, gained } = handover;
  const [old, next = old] = table.instances;
  const name = qualified(table);
  if (position?.lsn == null) return `${name}: the connector has stored no position`;
  if (position.lsn <= next.startLsn) {
    return `${name}: the stored position ${position.lsn} is not past ${next.startLsn}, where ${next.name} begins`;
  }
  if (known === null) return `${name}: the connector's history of tables does not tell of it`;
  const lacking = gained.filter((column) => !known.includes(column));
  if (lacking.length > 0) return `${name}: the connector does not know ${lacking.join(', ')} yet`;
  const gone = lost(handover).filter((column) => known.includes(column));
  return gone.length > 0 ? `${name}: the connector still reads ${gone.join(', ')}` : undefined;
}

/** Whether the second instance may be taken back: the connector must not know its columns yet, or the first lacks some. */
export function mayTakeBack(handover: Handover, known: readonly string[] | null): boolean {
  if (known === null) return true;
  return (
    !handover.gained.some((column) => known.includes(column)) &&
    lost(handover).every((column) => known.includes(column))
  );
}

/** Columns that the newer instance has no more. */
function lost({ table }: Handover): string[] {
  const [old, next = old] = table.instances;
  return old.columns.filter((column) => !next.columns.includes(column));
}

/**
 * The condition for the rows that are to be copied after a handover: those with a value in a column that came. NULL is what the
 * warehouse has there anyway. Undefined where nothing came.
 */
export function copyCondition({ gained }: Handover): string | undefined {
  return gained.length === 0
    ? undefined
    : gained.map((column) => `${bracketed(column)} IS NOT NULL`).join(' OR ');
}
