import type { Client } from 'pg';
import { inTransaction } from '../postgres/connect.ts';
import { cdcSchema, changeTablesOf, HARVEST_LOCK, lockText } from './change-log.ts';
import type { HarvestSource } from './harvest.ts';

const MINUTE_TICKS = 600_000_000;

/**
 * The cleanup job: everything older than `retentionMinutes` before the newest row of `cdc.lsn_time_mapping` (not before
 * now) goes. Idle rows count as time too, so an idle database loses its history as a busy one does.
 * Resolves with the number of change rows removed.
 */
export async function cleanUp(
  client: Client,
  source: HarvestSource,
  retentionMinutes: number,
): Promise<number> {
  const mapping = `${cdcSchema(source.database)}.lsn_time_mapping`;
  const { rows } = await client.query<{ lsn: Buffer | null }>(
    `SELECT (SELECT start_lsn FROM ${mapping} WHERE tran_end_time <= newest - $1 ORDER BY start_lsn DESC LIMIT 1) AS lsn
     FROM (SELECT max(tran_end_time) AS newest FROM ${mapping}) m`,
    [retentionMinutes * MINUTE_TICKS],
  );
  const lsn = rows[0]?.lsn;
  return lsn ? moveLowWaterMark(client, source, lsn) : 0;
}

/**
 * Moves the low-water mark of every instance (or of one) up to `lsn`: older change rows go, `change_tables.start_lsn`
 * rises, and rows of `lsn_time_mapping` that no instance needs go too.
 */
export async function moveLowWaterMark(
  client: Client,
  source: HarvestSource,
  lsn: Buffer,
  changeTableId?: number,
): Promise<number> {
  const changeTables = changeTablesOf(source.database);
  return inTransaction(client, async () => {
    await client.query(lockText(HARVEST_LOCK, source.databaseId));
    const instances = await client.query<{ object_id: number; change_table: string }>(
      `SELECT object_id, standin.physical_table(object_id) AS change_table FROM ${changeTables}
       WHERE start_lsn < $1 AND ($2::int IS NULL OR object_id = $2)`,
      [lsn, changeTableId ?? null],
    );
    let removed = 0;
    for (const instance of instances.rows) {
      const gone = await client.query(`DELETE FROM ${instance.change_table} WHERE "__$start_lsn" < $1`, [
        lsn,
      ]);
      removed += gone.rowCount ?? 0;
      await client.query(`UPDATE ${changeTables} SET start_lsn = $1 WHERE object_id = $2`, [
        lsn,
        instance.object_id,
      ]);
    }
    await client.query(
      `DELETE FROM ${cdcSchema(source.database)}.lsn_time_mapping
       WHERE start_lsn < coalesce((SELECT start_lsn FROM ${changeTables} ORDER BY start_lsn LIMIT 1), $1)`,
      [lsn],
    );
    return removed;
  });
}
