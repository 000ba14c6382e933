import { pgIdentifier } from '../connector/pg-quote.ts';
import { ensureOwnSchema, hasOwnSchema, RECODED, REMOVED } from './warehouse/own-schema.ts';
import { rangesOf } from './warehouse/ranges.ts';
import type { WarehouseTable } from './warehouse/tables.ts';
import { FACILITY_COLUMN, type Warehouse } from './warehouse/warehouse.ts';

/** One table before its rows get another code. */
export interface RecodeCount {
  table: string;
  /** Under the old code, and under the new one. */
  was: number;
  becomes: number;
  /** Rows of the old code whose key the new one has already. */
  collisions: number;
}

export interface Codes {
  was: string;
  becomes: string;
}

/** Counts what a change of code would meet. Tables that hold nothing of either code are left out. */
export async function countRecode(
  warehouse: Warehouse,
  tables: readonly WarehouseTable[],
  { was, becomes }: Codes,
): Promise<RecodeCount[]> {
  const counts: RecodeCount[] = [];
  for (const { name, key } of tables) {
    const table = `public.${pgIdentifier(name)}`;
    const [row] = await warehouse.ask<{ was: string; becomes: string }>(
      `SELECT count(*) FILTER (WHERE ${FACILITY_COLUMN} = $1) AS was,
         count(*) FILTER (WHERE ${FACILITY_COLUMN} = $2) AS becomes
       FROM ${table} WHERE ${FACILITY_COLUMN} IN ($1, $2)`,
      [was, becomes],
    );
    const [old, fresh] = [Number(row?.was), Number(row?.becomes)];
    if (old + fresh === 0) continue;
    const collisions = old === 0 || fresh === 0 ? 0 : await collide(warehouse, table, key, { was, becomes });
    counts.push({ table: name, was: old, becomes: fresh, collisions });
  }
  return counts;
}

async function collide(
  warehouse: Warehouse,
  table: string,
  key: readonly string[],
  { was, becomes }: Codes,
): Promise<number> {
  const columns = key.filter((column) => column !== FACILITY_COLUMN).map(pgIdentifier);
  if (columns.length === 0) return 0;
  const [row] = await warehouse.ask<{ n: string }>(
    `SELECT count(*) AS n FROM ${table} o JOIN ${table} n USING (${columns.join(', ')})
     WHERE o.${FACILITY_COLUMN} = $1 AND n.${FACILITY_COLUMN} = $2`,
    [was, becomes],
  );
  return Number(row?.n);
}

/** Whether this very change was begun before: rows under the new code are then its own. */
export async function recodeBegun(warehouse: Warehouse, { was, becomes }: Codes): Promise<boolean> {
  if (!(await hasOwnSchema(warehouse))) return false;
  const rows = await warehouse.ask(`SELECT 1 FROM ${RECODED} WHERE was = $1 AND becomes = $2`, [
    was,
    becomes,
  ]);
  return rows.length > 0;
}

/** Notes that the change is begun, before its first row; rows that are kept for a restore get the code, too. @param user of the warehouse, for messages */
export async function noteRecode(warehouse: Warehouse, { was, becomes }: Codes, user: string): Promise<void> {
  await ensureOwnSchema(warehouse, user);
  await warehouse.ask(`INSERT INTO ${RECODED} (was, becomes) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [
    was,
    becomes,
  ]);
  // Marks stay those of the old code: after this no row stands as the mark has seen it.
  await warehouse.ask(
    `UPDATE ${REMOVED} SET content = jsonb_set(content, '{${FACILITY_COLUMN}}', to_jsonb($2::text)) WHERE facility = $1`,
    [was, becomes],
  );
}

/** Gives a table's rows the new code, a range of blocks in each statement. Can be repeated. */
export async function recodeTable(
  warehouse: Warehouse,
  table: WarehouseTable,
  { was, becomes }: Codes,
  done: (rows: number) => void,
): Promise<number> {
  let sum = 0;
  for (const range of await rangesOf(warehouse, table)) {
    const [row] = await warehouse.ask<{ n: string }>(
      `WITH changed AS (
         UPDATE public.${pgIdentifier(table.name)} t SET ${FACILITY_COLUMN} = $2
         WHERE ${range} AND t.${FACILITY_COLUMN} = $1 RETURNING 1)
       SELECT count(*) AS n FROM changed`,
      [was, becomes],
    );
    sum += Number(row?.n);
    done(sum);
  }
  return sum;
}
