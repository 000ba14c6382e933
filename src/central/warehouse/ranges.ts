import type { WarehouseTable } from './tables.ts';
import type { Warehouse } from './warehouse.ts';

/** 16 MB of a table in one statement: it holds the table, against the sink's ALTER TABLE, for a moment only. */
const BLOCKS = 2048;
/** From here on PostgreSQL finds a range of blocks without reading the others. */
const RANGES_SINCE = 140_000;

/** Conditions on the place of a row (of alias `t`) that take a table apart, one for each statement; rows written later lie in the last. */
export async function rangesOf(
  warehouse: Warehouse,
  { partitioned, blocks }: WarehouseTable,
): Promise<string[]> {
  const [row] = await warehouse.ask<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  );
  if (partitioned || (row?.version ?? 0) < RANGES_SINCE) return ['true'];
  const starts = Array.from({ length: Math.floor(blocks / BLOCKS) + 1 }, (_, at) => at * BLOCKS);
  return starts.map((start, at) => {
    // Behind the end that was seen there may be more by now.
    const end = at === starts.length - 1 ? '' : ` AND t.ctid < '(${start + BLOCKS},0)'::tid`;
    return `t.ctid >= '(${start},0)'::tid${end}`;
  });
}
