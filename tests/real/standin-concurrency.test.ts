import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'mssql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStandin, type TestStandin } from './support/standin.ts';

const WRITERS = 10;
const TRANSACTIONS = 120;
const TABLES = ['A', 'B', 'C'] as const;

interface Change {
  lsn: string;
  seq: string;
  operation: number;
  table: string;
  id: string;
}

let standin: TestStandin;
let pool: sql.ConnectionPool;

beforeAll(async () => {
  standin = await startTestStandin('standin_concurrency');
  const master = await standin.pool();
  await master.request().batch('CREATE DATABASE Busy');
  await master.close();
  pool = await standin.pool('Busy');
  await pool.request().batch('EXEC sys.sp_cdc_enable_db');
  for (const table of TABLES) {
    await pool
      .request()
      .batch(
        `CREATE TABLE ${table} (id varchar(40) NOT NULL PRIMARY KEY, n int NOT NULL, note nvarchar(50) NULL)`,
      );
    await pool.request().batch(`EXEC sys.sp_cdc_enable_table N'dbo', N'${table}', NULL`);
  }
  await pool.request().batch(`EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 0;
    EXEC sys.sp_cdc_stop_job N'capture'; EXEC sys.sp_cdc_start_job N'capture'`);
});

afterAll(async () => {
  await pool?.close();
  await standin?.remove();
});

/** What one writer committed, by the ids it inserted; some transactions touch several tables, some are rolled back. */
async function write(writer: number): Promise<string[]> {
  const committed: string[] = [];
  for (let n = 0; n < TRANSACTIONS; n += 1) {
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    const ids: string[] = [];
    for (const table of TABLES.slice(0, 1 + ((writer + n) % TABLES.length))) {
      const id = `${writer}-${n}-${table}`;
      await transaction.request().query(`INSERT INTO ${table} (id, n) VALUES ('${id}', ${n})`);
      if (n % 3 === 0) await sleep(Math.random() * 8);
      await transaction.request().query(`UPDATE ${table} SET n = n + 1 WHERE id = '${id}'`);
      ids.push(`${table}:${id}`);
    }
    if (n % 7 === 6) await transaction.rollback();
    else {
      await transaction.commit();
      committed.push(...ids);
    }
  }
  return committed;
}

/** Reads as a connector does: the greatest LSN, then every change after the last position up to it. */
async function follow(stopped: () => boolean): Promise<{ seen: Change[]; positions: string[] }> {
  const seen: Change[] = [];
  const positions: string[] = [];
  let last = '0x00000000000000000000';
  for (;;) {
    const ending = stopped();
    const { recordset } = await pool
      .request()
      .query<{ lsn: string | null }>('SELECT CONVERT(varchar(24), sys.fn_cdc_get_max_lsn(), 1) AS lsn');
    const next = recordset[0]?.lsn ?? null;
    if (next !== null && next > last) {
      seen.push(...(await changes(last, next)));
      positions.push(next);
      last = next;
    } else if (ending) return { seen, positions };
    await sleep(5);
  }
}

async function changes(after: string, upTo: string): Promise<Change[]> {
  const all: Change[] = [];
  for (const table of TABLES) {
    const { recordset } = await pool.request().query<Change>(
      `SELECT CONVERT(varchar(24), __$start_lsn, 1) AS lsn, CONVERT(varchar(24), __$seqval, 1) AS seq,
         __$operation AS operation, '${table}' AS [table], id FROM cdc.dbo_${table}_CT
       WHERE __$start_lsn > ${after} AND __$start_lsn <= ${upTo}`,
    );
    all.push(...recordset);
  }
  return all;
}

const key = (change: Change) =>
  `${change.lsn} ${change.seq} ${change.operation} ${change.table} ${change.id}`;

describe('many sessions commit at once while a reader follows the greatest LSN', () => {
  let committed: string[];
  let seen: Change[];
  let positions: string[];

  beforeAll(async () => {
    let done = false;
    const following = follow(() => done);
    committed = (await Promise.all([...Array(WRITERS).keys()].map(write))).flat();
    const total = committed.length;
    // Changes that got lost never come; the tests below then say which.
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
      const { recordset } = await pool
        .request()
        .query<{ n: number }>(
          `SELECT (SELECT COUNT(*) FROM cdc.dbo_A_CT) + (SELECT COUNT(*) FROM cdc.dbo_B_CT) + (SELECT COUNT(*) FROM cdc.dbo_C_CT) AS n`,
        );
      if ((recordset[0]?.n ?? 0) >= 3 * total) break;
      await sleep(50);
    }
    done = true;
    ({ seen, positions } = await following);
  }, 240_000);

  test('the reader saw every committed change once, and nothing of a rolled-back transaction', () => {
    const inserts = seen
      .filter(({ operation }) => operation === 2)
      .map(({ table, id }) => `${table}:${id}`)
      .sort();
    expect(inserts).toEqual([...committed].sort());
    expect(seen).toHaveLength(3 * committed.length);
    expect(new Set(seen.map(key)).size).toBe(seen.length);
  });

  test('nothing turned up later below a position that was already read', async () => {
    const everything = await changes('0x00000000000000000000', positions.at(-1) ?? '');
    expect(everything.map(key).sort()).toEqual(seen.map(key).sort());
    expect(positions.length).toBeGreaterThan(10);
  });

  test('within a transaction the sequence values grow across tables, and an update is a pair', () => {
    const bySequence = new Map<string, Change[]>();
    for (const change of seen) {
      const pair = `${change.lsn} ${change.seq}`;
      bySequence.set(pair, [...(bySequence.get(pair) ?? []), change]);
    }
    for (const group of bySequence.values()) {
      const operations = group.map(({ operation }) => operation).sort();
      expect([[2], [3, 4]]).toContainEqual(operations);
      expect(new Set(group.map(({ table, id }) => table + id)).size).toBe(1);
    }
    for (const { lsn, seq } of seen) expect(seq < lsn).toBe(true);
  });

  test('every transaction has its row in lsn_time_mapping, in commit order', async () => {
    const { recordset } = await pool.request().query<{ lsn: string; ended: Date }>(
      `SELECT CONVERT(varchar(24), start_lsn, 1) AS lsn, tran_end_time AS ended FROM cdc.lsn_time_mapping
       WHERE tran_id <> 0x00 ORDER BY start_lsn`,
    );
    expect(new Set(recordset.map(({ lsn }) => lsn))).toEqual(new Set(seen.map(({ lsn }) => lsn)));
    const times = recordset.map(({ ended }) => ended.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('the jobs reported no error', () => {
    expect(standin.reports).toEqual([]);
  });
});
