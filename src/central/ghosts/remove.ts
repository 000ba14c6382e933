import { pgIdentifier } from '../../connector/pg-quote.ts';
import { REMOVED } from '../warehouse/own-schema.ts';
import { rangesOf } from '../warehouse/ranges.ts';
import type { WarehouseTable } from '../warehouse/tables.ts';
import { FACILITY_COLUMN, type Warehouse } from '../warehouse/warehouse.ts';
import { untouched } from './candidates.ts';
import type { Mark } from './marks.ts';

/**
 * Moves a facility's candidates out of a table into our own. Each statement judges and moves at once: a row that the sink
 * writes meanwhile is looked at again, or passed over where it is being written.
 * @param moved told after each part, with the rows moved so far
 * @returns how many rows were moved
 */
export async function moveOut(
  warehouse: Warehouse,
  table: WarehouseTable,
  mark: Mark,
  since: number,
  moved: (rows: number) => void,
): Promise<number> {
  const name = `public.${pgIdentifier(table.name)}`;
  let sum = 0;
  for (const range of await rangesOf(warehouse, table)) {
    const [row] = await warehouse.ask<{ n: string }>(
      `WITH ghosts AS (
         SELECT t.tableoid AS part, t.ctid AS place FROM ${name} t
         WHERE ${range} AND t.${FACILITY_COLUMN} = $1 AND ${untouched(mark, since)} FOR UPDATE SKIP LOCKED),
       gone AS (
         DELETE FROM ${name} t USING ghosts g
         WHERE ${range} AND t.tableoid = g.part AND t.ctid = g.place AND t.${FACILITY_COLUMN} = $1
           AND ${untouched(mark, since)}
         RETURNING to_jsonb(t.*) AS content),
       kept AS (
         INSERT INTO ${REMOVED} (mark, facility, table_name, content)
         SELECT $2, $1, $3, content FROM gone RETURNING 1)
       SELECT count(*) AS n FROM kept`,
      [mark.facility, mark.id, table.name],
    );
    sum += Number(row?.n);
    moved(sum);
  }
  return sum;
}
