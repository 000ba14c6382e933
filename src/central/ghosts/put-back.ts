import { pgIdentifier } from '../../connector/pg-quote.ts';
import { CliError } from '../../errors.ts';
import { REMOVED } from '../warehouse/own-schema.ts';
import type { WarehouseTable } from '../warehouse/tables.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Mark } from './marks.ts';

/** What a restore has done with one table. */
export interface Restored {
  table: string;
  restored: number;
  /** The hospital has sent such a row again: it stays, and so does what was kept. */
  thereAgain: number;
}

/**
 * Puts back what was moved out by a mark.
 * @param only of this table; all of the mark's when undefined
 * @throws CliError where a table has lost columns since
 */
export async function putBack(
  warehouse: Warehouse,
  mark: Mark,
  tables: readonly WarehouseTable[],
  only: string | undefined,
): Promise<Restored[]> {
  const kept = await warehouse.ask<{ name: string; rows: string }>(
    `SELECT table_name AS name, count(*) AS rows FROM ${REMOVED} WHERE mark = $1 GROUP BY 1 ORDER BY 1`,
    [mark.id],
  );
  const done: Restored[] = [];
  for (const { name, rows } of kept.filter((one) => only === undefined || one.name === only)) {
    const table = tables.find((one) => one.name === name);
    await columnsFit(warehouse, mark, name, table);
    const restored = await putBackInto(warehouse, mark, name, table?.key ?? []);
    done.push({ table: name, restored, thereAgain: Number(rows) - restored });
  }
  return done;
}

async function putBackInto(
  warehouse: Warehouse,
  mark: Mark,
  name: string,
  key: readonly string[],
): Promise<number> {
  const target = `public.${pgIdentifier(name)}`;
  // As values and not as texts: a moment is spelled by the time zone of the day.
  const same = (column: string) =>
    `(b.row).${pgIdentifier(column)} = (jsonb_populate_record(NULL::${target}, s.content)).${pgIdentifier(column)}`;
  const sameRow = key.length === 0 ? 's.content <@ to_jsonb(b.row)' : key.map(same).join(' AND ');
  let sum = 0;
  let after = '0';
  for (;;) {
    const [row] = await warehouse.ask<{ n: string; last: string | null }>(
      `WITH batch AS (
         SELECT id, content FROM ${REMOVED} WHERE mark = $1 AND table_name = $2 AND id > $3 ORDER BY id
         LIMIT 1000 FOR UPDATE),
       back AS (
         INSERT INTO ${target} AS t SELECT (jsonb_populate_record(NULL::${target}, content)).* FROM batch
         ON CONFLICT DO NOTHING RETURNING t AS row),
       forgotten AS (
         DELETE FROM ${REMOVED} r USING back b, batch s WHERE r.id = s.id AND ${sameRow} RETURNING 1)
       SELECT (SELECT count(*) FROM back) AS n, (SELECT max(id) FROM batch) AS last,
         (SELECT count(*) FROM forgotten) AS forgotten`,
      [mark.id, name, after],
    );
    if (row === undefined || row.last === null) return sum;
    sum += Number(row.n);
    after = row.last;
  }
}

/** A value whose column is gone would be lost without a word. */
async function columnsFit(
  warehouse: Warehouse,
  mark: Mark,
  name: string,
  table: WarehouseTable | undefined,
): Promise<void> {
  const keys = await warehouse.ask<{ key: string }>(
    `SELECT DISTINCT jsonb_object_keys(content) AS key FROM ${REMOVED} WHERE mark = $1 AND table_name = $2`,
    [mark.id, name],
  );
  const lost = keys.map(({ key }) => key).filter((key) => table?.columns.includes(key) !== true);
  if (lost.length === 0) return;
  throw new CliError('ghosts.columns-gone', `public."${name}" cannot take the rows back as they were.`, {
    seen: table === undefined ? 'there is no such table' : `no column ${lost.join(', ')}`,
    needed: 'The table with the columns that it had.',
    who: 'dba',
  });
}
