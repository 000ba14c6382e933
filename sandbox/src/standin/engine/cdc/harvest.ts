import type { Client } from 'pg';
import { inTransaction } from '../postgres/connect.ts';
import { literal } from '../postgres/quote.ts';
import {
  COMMIT_LOCK,
  cdcSchema,
  changeTablesOf,
  HARVEST_LOCK,
  lockText,
  logSchema,
  stagingTable,
} from './change-log.ts';

/** The capture job's view of one database. */
export interface HarvestSource {
  databaseId: number;
  database: string;
}

export interface HarvestResult {
  transactions: number;
  commands: number;
}

/** A transaction row for idle times, about this often (as SQL Server's capture job writes one). */
const IDLE_MARK_SECONDS = 300;

interface InstanceTable {
  object_id: number;
  change_table: string;
  columns: string;
}

/**
 * One scan of the log: moves the changes of at most `maxTransactions` committed transactions, the oldest first, into the
 * change tables, with their row in `cdc.lsn_time_mapping`, in one PostgreSQL transaction.
 *
 * Nothing smaller can turn up later: numbers are given under a lock that is held until the commit is visible, so whoever
 * sees number n sees every smaller one. A crash between scans loses nothing: what is committed is in the log or in the
 * change tables, never in both.
 */
export async function harvest(
  client: Client,
  source: HarvestSource,
  maxTransactions: number,
): Promise<HarvestResult> {
  const log = logSchema(source.database);
  const bound = await client.query<{ last: string | null; transactions: number }>(
    `SELECT max(commit_no) AS last, count(*)::int AS transactions FROM (SELECT commit_no FROM ${log}.transaction
      WHERE commit_no IS NOT NULL ORDER BY commit_no LIMIT $1) t`,
    [maxTransactions],
  );
  const { last, transactions } = bound.rows[0]!;
  if (last === null) return { transactions: 0, commands: 0 };
  return inTransaction(client, async () => {
    await client.query(lockText(HARVEST_LOCK, source.databaseId));
    let commands = 0;
    for (const instance of await instanceTables(client, source)) {
      const moved = await client.query(moveStatement(source, instance), [last]);
      commands += moved.rowCount ?? 0;
    }
    await client.query(
      `WITH done AS (DELETE FROM ${log}.transaction WHERE commit_no <= $1 RETURNING *)
       INSERT INTO ${mappingOf(source)} (start_lsn, tran_begin_time, tran_end_time, tran_id, tran_begin_lsn)
       SELECT standin.lsn(commit_no), tsql.server_datetime(begin_time), tsql.server_datetime(commit_time),
         substr(xid8send(xid), 3), standin.lsn(first_seq) FROM done`,
      [last],
    );
    return { transactions, commands };
  });
}

function mappingOf(source: HarvestSource): string {
  return `${cdcSchema(source.database)}.lsn_time_mapping`;
}

/** Change tables with the quoted list of their captured columns. */
async function instanceTables(client: Client, source: HarvestSource): Promise<InstanceTable[]> {
  const { rows } = await client.query<InstanceTable>(
    `SELECT c.object_id, standin.physical_table(c.object_id) AS change_table,
       (SELECT string_agg(quote_ident(k.physical), ', ' ORDER BY k.column_id) FROM standin."column" k
         WHERE k.object_id = c.object_id AND left(k.name, 3) <> '__$') AS columns
     FROM ${changeTablesOf(source.database)} c`,
  );
  return rows;
}

function moveStatement(source: HarvestSource, instance: InstanceTable): string {
  const log = logSchema(source.database);
  const staging = stagingTable(source.database, instance.object_id);
  return `
WITH moved AS (
  DELETE FROM ${staging} s USING ${log}.transaction t
  WHERE t.xid = s.standin_xid AND t.commit_no <= $1
  RETURNING t.commit_no AS standin_commit, t.first_seq AS standin_first, s.*)
INSERT INTO ${instance.change_table}
  ("__$start_lsn", "__$seqval", "__$operation", "__$update_mask", "__$command_id", ${instance.columns})
SELECT standin.lsn(standin_commit), standin.lsn(standin_seq), standin_op, standin_mask,
  standin_seq - standin_first + 1, ${instance.columns} FROM moved`;
}

/**
 * Writes a row with transaction id 0x00 when the log is empty and the newest row is old, so that time goes on in
 * `cdc.lsn_time_mapping` while nothing happens. It takes its number under the commit lock and only if nothing committed
 * waits, since that has smaller numbers.
 */
export async function markIdle(client: Client, source: HarvestSource): Promise<void> {
  const log = logSchema(source.database);
  const due = `NOT EXISTS (SELECT FROM ${mappingOf(source)}
    WHERE tran_end_time > tsql.server_datetime(now() - interval '${IDLE_MARK_SECONDS} seconds'))`;
  const first = await client.query<{ due: boolean }>(`SELECT ${due} AS due`);
  if (!first.rows[0]?.due) return;
  await inTransaction(client, async () => {
    await client.query(lockText(COMMIT_LOCK, source.databaseId));
    await client.query(
      `INSERT INTO ${mappingOf(source)} (start_lsn, tran_begin_time, tran_end_time, tran_id, tran_begin_lsn)
       SELECT standin.lsn(nextval(${literal(`${log}.lsn`)})), tsql.server_datetime(clock_timestamp()),
         tsql.server_datetime(clock_timestamp()), '\\x00'::bytea, '\\x00000000000000000000'::bytea
       WHERE ${due} AND NOT EXISTS (SELECT FROM ${log}.transaction WHERE commit_no IS NOT NULL)`,
    );
  });
}
