import { sampleChanges } from '../../../checks/tables/change-size.ts';
import { type CopyEstimate, estimateCopy } from '../../../checks/tables/copy-estimate.ts';
import { copyObstacle } from '../../../checks/tables/copyable.ts';
import type { TableFacts } from '../../../checks/tables/facts.ts';
import { judgeTables } from '../../../checks/tables/judged.ts';
import { readInventory } from '../../../checks/tables/questions.ts';
import { excludesColumn, includes, qualified } from '../../../connector/table-selection.ts';
import type { Context } from '../../../context.ts';
import { signalAccess } from '../../../install/database/signals.ts';
import type { LeftOut } from '../../../ui/recover-text.ts';
import { captureRest, lineRate } from '../copy-start.ts';
import { CHUNK_ROWS } from '../first-copy.ts';
import type { Life } from '../life.ts';

/** Tables that a recovery copies, and what that costs. */
export interface TablesToCopy {
  /** Every captured table that streams, whatever is copied. */
  all: readonly string[];
  tables: readonly TableFacts[];
  left: readonly LeftOut[];
  estimate: CopyEstimate;
}

/**
 * Asked without the connector, which may not be running.
 * @param names `dbo.Visits`; null: every captured table that streams
 * @param how beside the stream, along keys and by signals; or by Debezium itself, before it streams
 * @throws CliError when the connector could not be asked for a copy at all
 */
export async function tablesToCopy(
  names: readonly string[] | null,
  how: 'beside' | 'itself',
  { settings, names: facility }: Life,
  context: Context,
): Promise<TablesToCopy> {
  const { clock, out, signal } = context;
  const sql = await context.sqlServer(settings.database);
  try {
    if (how === 'beside') await signalAccess(sql, signal);
    const step = out.step('Tables of SQL Server');
    const inventory = await readInventory(sql, signal);
    const streams = includes(settings.tableIncludeList);
    const all = inventory.tables.filter((table) => table.schema === 'dbo' && table.tracked && streams(table));
    const meant = names === null ? all : inventory.tables.filter((table) => names.includes(qualified(table)));
    const excluded = excludesColumn(settings.columnExcludeList);
    const { sizes } = await sampleChanges(meant, excluded, sql, clock, signal);
    const judged = judgeTables({ ...inventory, tables: meant }, settings, sizes);
    const left: LeftOut[] = (how === 'beside' ? judged : []).flatMap((table) => {
      const obstacle = copyObstacle(table, table.change, CHUNK_ROWS);
      return obstacle === undefined ? [] : [{ table: obstacle.table, why: obstacle.why }];
    });
    const known = new Set(meant.map(qualified));
    for (const name of names ?? []) {
      if (!known.has(name)) left.push({ table: name, why: 'is not there any more, or may not be read' });
    }
    const uncopied = new Set(left.map(({ table }) => table));
    const tables = meant.filter((table) => !uncopied.has(qualified(table)));
    step.succeed(`${tables.length} to copy${left.length === 0 ? '' : `, ${left.length} cannot be`}`);
    // Debezium itself waits for no scan of the capture job.
    const polling = how === 'beside' ? await captureRest({ sql }, context) : 0;
    const rate = tables.length === 0 ? null : await lineRate(settings, { names: facility }, context);
    return {
      all: all.map(qualified),
      tables,
      left,
      estimate: estimateCopy(tables, sizes, CHUNK_ROWS, rate, polling),
    };
  } finally {
    await sql.close();
  }
}

/** Rows that SQL Server counts in these tables now; null where it does not tell. */
export async function rowsNow(
  names: readonly string[],
  { settings }: Life,
  context: Context,
): Promise<{ table: string; rows: number | null }[]> {
  if (names.length === 0) return [];
  const sql = await context.sqlServer(settings.database);
  try {
    const { tables } = await readInventory(sql, context.signal);
    const rows = new Map(tables.map((table) => [qualified(table), table.rows]));
    return names.map((table) => ({ table, rows: rows.get(table) ?? null }));
  } finally {
    await sql.close();
  }
}
