import { pgIdentifier, pgLiteral } from '../../connector/pg-quote.ts';
import type { WarehouseTable } from '../warehouse/tables.ts';
import { FACILITY_COLUMN, type Warehouse } from '../warehouse/warehouse.ts';
import type { Mark } from './marks.ts';

/** More transactions than begin while one statement runs. */
const SLACK = 2 ** 30;
/** The numbers in rows (`xmin`) have 32 bits and begin anew. */
const MASK = 2 ** 32 - 1;

/**
 * SQL that is true for rows (of alias `t`) that no transaction has written since the mark.
 *
 * A row that was written since then has a number between the mark's horizon and the next one to be given out, so its
 * distance behind the horizon, taken over 32 bits, is at most `since` and what begins while the statement runs; the
 * slack is far more than that. Such a row is never a candidate, also where it is looked at again because somebody
 * changed it meanwhile. A row that was not written since then stands before the horizon, hence at a distance near 2³²;
 * only where its number has gone round (some three thousand million transactions ago) can it look newer, and then it
 * stays. So an error keeps a ghost; it never takes a row that lives. Freezing leaves the number in the row as it was.
 * @param since transactions that have begun since the mark
 */
export function untouched({ horizon }: Pick<Mark, 'horizon'>, since: number): string {
  return `((t.xmin::text::bigint - ${horizon}) & ${MASK}) > ${since + SLACK}`;
}

export interface Counts {
  /** Of the facility in the warehouse. */
  rows: number;
  /** Written since the mark. */
  rewritten: number;
  /** Not written since: ghosts, where the copy has come wholly. */
  candidates: number;
}

/** Counts a facility's rows, in one look at the table. */
export async function countRows(
  warehouse: Warehouse,
  table: WarehouseTable,
  mark: Mark,
  since: number,
): Promise<Counts> {
  const [row] = await warehouse.ask<{ rows: string; candidates: string }>(
    `SELECT count(*) AS rows, count(*) FILTER (WHERE ${untouched(mark, since)}) AS candidates
     FROM public.${pgIdentifier(table.name)} t WHERE t.${FACILITY_COLUMN} = $1`,
    [mark.facility],
  );
  const [rows, candidates] = [Number(row?.rows), Number(row?.candidates)];
  return { rows, candidates, rewritten: rows - candidates };
}

/** The keys of candidates, and nothing else of them: one JSON object for each. Patients' data. */
export async function candidateKeys(
  warehouse: Warehouse,
  table: WarehouseTable,
  mark: Mark,
  since: number,
): Promise<string[]> {
  const names = table.key.filter((name) => name !== FACILITY_COLUMN);
  const pairs = names.map((name) => `${pgLiteral(name)}::text, t.${pgIdentifier(name)}`);
  const rows = await warehouse.ask<{ key: string }>(
    `SELECT json_build_object(${pairs.join(', ')})::text AS key FROM public.${pgIdentifier(table.name)} t
     WHERE t.${FACILITY_COLUMN} = $1 AND ${untouched(mark, since)}`,
    [mark.facility],
  );
  return rows.map(({ key }) => key);
}
