import { setTimeout as sleep } from 'node:timers/promises';
import type sql from 'mssql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestStandin, type TestStandin } from './support/standin.ts';

let standin: TestStandin;
let pool: sql.ConnectionPool;

const batch = async (text: string) => pool.request().batch(text);
const rows = async <T = Record<string, unknown>>(text: string): Promise<T[]> =>
  (await pool.request().batch<T>(text)).recordset as T[];
const refusal = async (text: string): Promise<number | undefined> => {
  try {
    await batch(text);
    return undefined;
  } catch (error) {
    return (error as { number?: number }).number;
  }
};

/** Waits until a query's first row satisfies a test. */
async function until<T>(what: string, text: string, done: (row: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 20_000; ; await sleep(100)) {
    const [row] = await rows<T>(text);
    if (row !== undefined && done(row)) return row;
    if (Date.now() > deadline) throw new Error(`Not in time: ${what}; last seen ${JSON.stringify(row)}`);
  }
}

const captured = (instance: string, count: number) =>
  until<{ n: number }>(
    `${count} rows in cdc.${instance}_CT`,
    `SELECT COUNT(*) AS n FROM cdc.[${instance}_CT]`,
    ({ n }) => n >= count,
  );

/** Changes of an instance in their order: operation, mask, and the captured columns asked for. */
const changes = (instance: string, columns: string) =>
  rows<Record<string, unknown>>(
    `SELECT __$operation AS op, CONVERT(varchar(20), __$update_mask, 1) AS mask, ${columns} FROM cdc.[${instance}_CT]
     ORDER BY __$start_lsn, __$seqval, __$operation`,
  );

const enable = (table: string, more = '') =>
  batch(
    `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'${table}', @role_name = NULL ${more}`,
  );

async function restartCapture(): Promise<void> {
  await batch(`EXEC sys.sp_cdc_stop_job N'capture'; EXEC sys.sp_cdc_start_job N'capture'`);
}

beforeAll(async () => {
  standin = await startTestStandin('standin_cdc');
  const master = await standin.pool();
  await master.request().batch('CREATE DATABASE Clinic');
  await master.close();
  pool = await standin.pool('Clinic');
  await batch('EXEC sys.sp_cdc_enable_db');
  await batch('CREATE TABLE First (id int NOT NULL PRIMARY KEY)');
  await enable('First');
  await batch(`EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 0`);
  await restartCapture();
});

afterAll(async () => {
  await pool?.close();
  await standin?.remove();
});

describe('what a change table holds', () => {
  beforeEach(async () => {
    await batch('DROP TABLE IF EXISTS T');
    await batch(
      `CREATE TABLE T (id int NOT NULL PRIMARY KEY, a nvarchar(20) NULL, b int NULL, c datetime2(7) NULL, d decimal(10,2) NULL,
         e bit NULL, f varbinary(10) NULL, g nvarchar(max) NULL, h uniqueidentifier NULL, i rowversion)`,
    );
    await enable('T');
  });

  test('inserts, deletes and update pairs with their masks; the last byte holds columns 1 to 8', async () => {
    await batch(`INSERT INTO T (id, a) VALUES (1, N'x'), (2, N'y')`);
    await batch(`UPDATE T SET b = 5 WHERE id = 1`);
    await batch(`DELETE FROM T WHERE id = 2`);
    await captured('dbo_T', 5);
    expect(await changes('dbo_T', 'id, a, b')).toEqual([
      { op: 2, mask: '0x03FF', id: 1, a: 'x', b: null },
      { op: 2, mask: '0x03FF', id: 2, a: 'y', b: null },
      { op: 3, mask: '0x0204', id: 1, a: 'x', b: null },
      { op: 4, mask: '0x0204', id: 1, a: 'x', b: 5 },
      { op: 1, mask: '0x03FF', id: 2, a: 'y', b: null },
    ]);
    const pair = await rows<{ seq: string; command: number }>(
      `SELECT CONVERT(varchar(24), __$seqval, 1) AS seq, __$command_id AS command FROM cdc.dbo_T_CT WHERE __$operation IN (3, 4)`,
    );
    expect(pair[0]).toEqual(pair[1]);
  });

  test('a change of the key is a delete and an insert; a change of nothing is nothing', async () => {
    await batch(`INSERT INTO T (id, a) VALUES (1, N'x')`);
    await batch(`UPDATE T SET id = 9, a = N'z' WHERE id = 1`);
    await batch(`CREATE TABLE Plain (id int PRIMARY KEY, a nvarchar(10))`);
    await enable('Plain');
    await batch(
      `INSERT INTO Plain VALUES (1, N'q'); UPDATE Plain SET a = a; UPDATE Plain SET a = N'q ' WHERE id = 1`,
    );
    await captured('dbo_T', 3);
    await captured('dbo_Plain', 3);
    expect((await changes('dbo_T', 'id, a')).map(({ op, id, a }) => [op, id, a])).toEqual([
      [2, 1, 'x'],
      [1, 1, 'x'],
      [2, 9, 'z'],
    ]);
    expect((await changes('dbo_Plain', 'a')).map(({ op, a }) => [op, a])).toEqual([
      [2, 'q'],
      [3, 'q'],
      [4, 'q '],
    ]);
    await batch('DROP TABLE Plain');
  });

  test('nothing of a rolled-back transaction or savepoint', async () => {
    await batch(
      `BEGIN TRAN; INSERT INTO T (id) VALUES (1); SAVE TRAN s; INSERT INTO T (id) VALUES (2); ROLLBACK TRAN s; COMMIT`,
    );
    await batch(`BEGIN TRAN; INSERT INTO T (id) VALUES (3); ROLLBACK`);
    await batch(`INSERT INTO T (id) VALUES (4)`);
    await captured('dbo_T', 2);
    expect((await changes('dbo_T', 'id')).map(({ id }) => id)).toEqual([1, 4]);
  });

  test('a failed statement of a transaction that goes on leaves no trace', async () => {
    await batch(`INSERT INTO T (id) VALUES (1)`);
    await expect(
      batch(
        `BEGIN TRAN; INSERT INTO T (id) VALUES (2); INSERT INTO T (id) VALUES (1); INSERT INTO T (id) VALUES (3); COMMIT`,
      ),
    ).rejects.toMatchObject({ number: 2627 });
    await captured('dbo_T', 3);
    expect((await changes('dbo_T', 'id')).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test('the times are those of the server, three hours east of UTC', async () => {
    await batch(`INSERT INTO T (id) VALUES (1)`);
    await captured('dbo_T', 1);
    const [row] = await rows<{ apart: number; offset: number }>(
      `SELECT DATEDIFF(second, tran_end_time, SYSUTCDATETIME()) AS apart, DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) AS offset
       FROM cdc.lsn_time_mapping WHERE start_lsn = (SELECT MAX(__$start_lsn) FROM cdc.dbo_T_CT)`,
    );
    expect(row?.offset).toBe(180);
    expect(row?.apart).toBeGreaterThan(-180 * 60 - 5);
    expect(row?.apart).toBeLessThan(-180 * 60 + 60);
  });

  test('the function of an instance reads the same, and tells of LSNs out of its range', async () => {
    await batch(`INSERT INTO T (id) VALUES (1); UPDATE T SET b = 1`);
    await captured('dbo_T', 3);
    const all = (filter: string) =>
      rows(`DECLARE @from binary(10) = sys.fn_cdc_get_min_lsn(N'dbo_T'), @to binary(10) = sys.fn_cdc_get_max_lsn();
        SELECT __$operation AS op, id, b FROM cdc.fn_cdc_get_all_changes_dbo_T(@from, @to, N'${filter}') ORDER BY __$start_lsn, op`);
    expect(await all('all')).toEqual([
      { op: 2, id: 1, b: null },
      { op: 4, id: 1, b: 1 },
    ]);
    expect((await all('all update old')).map(({ op }) => op)).toEqual([2, 3, 4]);
    expect(
      await refusal(
        `SELECT * FROM cdc.fn_cdc_get_all_changes_dbo_T(0x00000000000000000001, sys.fn_cdc_get_max_lsn(), N'all')`,
      ),
    ).toBe(313);
    await expect(
      batch(`SELECT * FROM [Clinic].cdc.[fn_cdc_get_all_changes_gone](0x01, 0x02, N'all')`),
    ).rejects.toMatchObject({
      number: 208,
      message: "Invalid object name 'Clinic.cdc.fn_cdc_get_all_changes_gone'.",
    });
  });
});

describe('instances', () => {
  beforeEach(async () => {
    await batch('DROP TABLE IF EXISTS D');
    await batch('CREATE TABLE D (id int NOT NULL CONSTRAINT PK_D PRIMARY KEY, a int NULL, gone int NULL)');
  });

  test('a new column is not captured by the first instance, but by a second one, whose LSN is fresh', async () => {
    await enable('D');
    await batch(`INSERT INTO D (id) VALUES (1)`);
    await captured('dbo_D', 1);
    await batch(`ALTER TABLE D ADD b nvarchar(10) NULL`);
    await batch(`UPDATE D SET b = N'old' WHERE id = 1`);
    await enable('D', `, @capture_instance = N'dbo_D_v2'`);
    await batch(`INSERT INTO D (id, b) VALUES (2, N'new')`);
    await captured('dbo_D', 2);
    await captured('dbo_D_v2', 1);
    expect(await changes('dbo_D_v2', 'id, b')).toEqual([{ op: 2, mask: '0x0F', id: 2, b: 'new' }]);
    expect((await changes('dbo_D', 'id')).map(({ id }) => id)).toEqual([1, 2]);
    const starts = await rows<{ name: string; fresh: number }>(
      `SELECT c.capture_instance AS name, (SELECT COUNT(*) FROM cdc.lsn_time_mapping m WHERE m.start_lsn >= c.start_lsn AND tran_id <> 0x00) AS fresh
       FROM cdc.change_tables c WHERE c.source_object_id = OBJECT_ID(N'dbo.D') ORDER BY c.create_date`,
    );
    expect(starts.at(-1)).toEqual({ name: 'dbo_D_v2', fresh: 1 });
    expect(await refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'D', NULL, N'dbo_D_v3'`)).toBe(22962);
    const history = await rows(
      `SELECT required_column_update AS required, ddl_command FROM cdc.ddl_history WHERE source_object_id = OBJECT_ID(N'dbo.D')`,
    );
    expect(history).toEqual([{ required: false, ddl_command: 'ALTER TABLE D ADD b nvarchar(10) NULL' }]);
  });

  test('a dropped column yields NULL, a changed type is followed', async () => {
    await enable('D');
    await batch(`INSERT INTO D VALUES (1, 7, 8)`);
    await batch(`ALTER TABLE D DROP COLUMN gone`);
    await batch(`ALTER TABLE D ALTER COLUMN a bigint NULL`);
    await batch(`UPDATE D SET a = 5000000000 WHERE id = 1`);
    await captured('dbo_D', 3);
    expect(await changes('dbo_D', 'a, gone')).toEqual([
      { op: 2, mask: '0x07', a: '7', gone: 8 },
      { op: 3, mask: '0x02', a: '7', gone: null },
      { op: 4, mask: '0x02', a: '5000000000', gone: null },
    ]);
  });

  test('a chosen list of columns, a key that must be in it, a gating role that is made', async () => {
    expect(
      await refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'D', NULL, @captured_column_list = N'id, nope'`),
    ).toBe(22930);
    expect(
      await refusal(
        `EXEC sys.sp_cdc_enable_table N'dbo', N'D', NULL, @supports_net_changes = 1, @captured_column_list = N'a'`,
      ),
    ).toBe(22943);
    await enable('D', `, @captured_column_list = N'[a], id'`);
    await batch(`INSERT INTO D VALUES (1, 2, 3)`);
    await captured('dbo_D', 1);
    const columns = await rows(
      `SELECT column_name FROM cdc.captured_columns WHERE object_id = OBJECT_ID(N'cdc.dbo_D_CT') ORDER BY column_ordinal`,
    );
    expect(columns).toEqual([{ column_name: 'id' }, { column_name: 'a' }]);
    await batch(
      `EXEC sys.sp_cdc_disable_table N'dbo', N'D', N'all'; EXEC sys.sp_cdc_enable_table N'dbo', N'D', N'gate'`,
    );
    expect(await rows(`SELECT type FROM sys.database_principals WHERE name = N'gate'`)).toEqual([
      { type: 'R' },
    ]);
  });

  test('what SQL Server refuses is refused', async () => {
    await enable('D');
    expect(await refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'D', NULL`)).toBe(22926);
    expect(await refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'Nowhere', NULL`)).toBe(22931);
    expect(await refusal(`EXEC sys.sp_cdc_enable_table N'cdc', N'change_tables', NULL`)).toBe(22974);
    expect(await refusal(`EXEC sys.sp_cdc_disable_table N'dbo', N'D', N'other'`)).toBe(22960);
    expect(await refusal(`TRUNCATE TABLE D`)).toBe(4711);
    expect(await refusal(`ALTER TABLE D DROP CONSTRAINT PK_D`)).toBe(22983);
    await batch(`CREATE TABLE NoKey (a int)`);
    expect(
      await refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'NoKey', NULL, @supports_net_changes = 1`),
    ).toBe(22939);
    await enable('NoKey', ', @supports_net_changes = 0');
    await batch(`INSERT INTO NoKey VALUES (1), (1); UPDATE NoKey SET a = 2; DELETE FROM NoKey`);
    await captured('dbo_NoKey', 8);
    await batch('DROP TABLE NoKey');
    expect(await refusal(`SELECT * FROM cdc.dbo_NoKey_CT`)).toBe(208);
    expect(await rows(`SELECT * FROM cdc.change_tables WHERE capture_instance = N'dbo_NoKey'`)).toEqual([]);
  });
});

describe('jobs', () => {
  test('with the Agent stopped changes wait in the log; with it started they come', async () => {
    await batch('CREATE TABLE W (id int PRIMARY KEY)');
    await enable('W');
    await batch('EXEC standin.agent_stop');
    const agent = `SELECT CASE WHEN dss.[status]=4 THEN 1 ELSE 0 END AS isRunning FROM [Clinic].sys.dm_server_services dss
      WHERE dss.[servicename] LIKE N'SQL Server Agent (%';`;
    expect(await rows(agent)).toEqual([{ isRunning: 0 }]);
    await batch('INSERT INTO W VALUES (1)');
    await sleep(1500);
    expect(await rows('SELECT COUNT(*) AS n FROM cdc.dbo_W_CT')).toEqual([{ n: 0 }]);
    expect(await refusal(`EXEC sys.sp_cdc_start_job N'capture'`)).toBe(22022);
    await batch('EXEC standin.agent_start');
    await captured('dbo_W', 1);
    expect(await rows(agent)).toEqual([{ isRunning: 1 }]);
  });

  test('a running capture job keeps its settings until it is started again; a stopped one captures nothing', async () => {
    await batch(`EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 3600`);
    await batch('INSERT INTO First VALUES (1)');
    await captured('dbo_First', 1);
    await batch(`EXEC sys.sp_cdc_stop_job N'capture'`);
    await sleep(800);
    await batch('INSERT INTO First VALUES (2)');
    await sleep(1000);
    expect(await rows('SELECT COUNT(*) AS n FROM cdc.dbo_First_CT')).toEqual([{ n: 1 }]);
    expect(await refusal(`EXEC sys.sp_cdc_stop_job N'capture'`)).toBe(22022);
    await batch('EXEC sys.sp_cdc_scan');
    expect(await rows('SELECT COUNT(*) AS n FROM cdc.dbo_First_CT')).toEqual([{ n: 2 }]);
    await batch(
      `EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 0; EXEC sys.sp_cdc_start_job N'capture'`,
    );
    await batch('INSERT INTO First VALUES (3)');
    await captured('dbo_First', 3);
    const jobs = await rows('EXEC sys.sp_cdc_help_jobs');
    expect(jobs).toMatchObject([
      {
        job_type: 'capture',
        job_name: 'cdc.Clinic_capture',
        maxtrans: 500,
        maxscans: 10,
        continuous: true,
        pollinginterval: '0',
      },
      { job_type: 'cleanup', retention: '4320', threshold: '5000' },
    ]);
  });

  test('job settings that make no sense are refused', async () => {
    expect(await refusal(`EXEC sys.sp_cdc_change_job N'nightly'`)).toBe(22992);
    expect(await refusal(`EXEC sys.sp_cdc_change_job N'capture', @retention = 5`)).toBe(22995);
    expect(await refusal(`EXEC sys.sp_cdc_change_job N'cleanup', @pollinginterval = 5`)).toBe(22996);
    expect(await refusal(`EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 90000`)).toBe(22990);
    expect(await refusal(`EXEC sys.sp_cdc_change_job N'cleanup', @retention = 0`)).toBe(22994);
  });

  test('cleanup goes by the newest row, not by the clock, and moves the low-water marks', async () => {
    await batch('CREATE TABLE Old (id int PRIMARY KEY)');
    await enable('Old');
    await batch('INSERT INTO Old VALUES (1)');
    await captured('dbo_Old', 1);
    await batch(
      `UPDATE cdc.lsn_time_mapping SET tran_begin_time = DATEADD(day, -8, tran_begin_time), tran_end_time = DATEADD(day, -8, tran_end_time)`,
    );
    await batch('INSERT INTO Old VALUES (2)');
    await captured('dbo_Old', 2);
    const before = await rows<{ lsn: string }>(
      `SELECT CONVERT(varchar(24), start_lsn, 1) AS lsn FROM cdc.change_tables WHERE capture_instance = N'dbo_Old'`,
    );
    await batch(
      `EXEC sys.sp_cdc_change_job N'cleanup', @retention = 1440; EXEC sys.sp_cdc_start_job N'cleanup'`,
    );
    await until<{ n: number }>('cleanup', 'SELECT COUNT(*) AS n FROM cdc.dbo_Old_CT', ({ n }) => n <= 2);
    await until<{ lsn: string }>(
      'the low-water mark',
      `SELECT CONVERT(varchar(24), start_lsn, 1) AS lsn FROM cdc.change_tables WHERE capture_instance = N'dbo_Old'`,
      ({ lsn }) => lsn > (before[0]?.lsn ?? ''),
    );
    const left = await rows<{ n: number; distinct_starts: number }>(
      `SELECT COUNT(*) AS n, (SELECT COUNT(DISTINCT start_lsn) FROM cdc.change_tables) AS distinct_starts FROM cdc.lsn_time_mapping
       WHERE start_lsn < (SELECT MIN(start_lsn) FROM cdc.change_tables)`,
    );
    expect(left).toEqual([{ n: 0, distinct_starts: 1 }]);
  });

  test('a restart of the stand-in loses nothing and repeats nothing', async () => {
    await batch('CREATE TABLE R (id int PRIMARY KEY)');
    await enable('R');
    await batch('EXEC standin.agent_stop');
    await batch('INSERT INTO R VALUES (1), (2)');
    await pool.close();
    await standin.restart();
    pool = await standin.pool('Clinic');
    await batch('INSERT INTO R VALUES (3)');
    expect(await rows('SELECT COUNT(*) AS n FROM cdc.dbo_R_CT')).toEqual([{ n: 0 }]);
    await batch('EXEC standin.agent_start');
    await captured('dbo_R', 3);
    await sleep(500);
    expect((await changes('dbo_R', 'id')).map(({ id }) => id)).toEqual([1, 2, 3]);
  });
});

describe('CDC off', () => {
  test('disabling the database takes everything along, and it can be enabled again', async () => {
    expect(await refusal('EXEC sys.sp_cdc_enable_db')).toBeUndefined();
    await batch('EXEC sys.sp_cdc_disable_db');
    expect(await rows(`SELECT is_cdc_enabled FROM sys.databases WHERE name = N'Clinic'`)).toEqual([
      { is_cdc_enabled: false },
    ]);
    expect(await refusal('SELECT * FROM cdc.change_tables')).toBe(208);
    expect(await refusal('EXEC sys.sp_cdc_help_change_data_capture')).toBe(22901);
    expect(await refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'First', NULL`)).toBe(22901);
    expect(await rows('SELECT sys.fn_cdc_get_max_lsn() AS lsn')).toEqual([{ lsn: null }]);
    await batch('INSERT INTO First VALUES (100)');
    await batch('EXEC sys.sp_cdc_enable_db');
    await enable('First');
    await batch(`EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 0`);
    await restartCapture();
    await batch('INSERT INTO First VALUES (101)');
    await captured('dbo_First', 1);
    expect((await changes('dbo_First', 'id')).map(({ id }) => id)).toEqual([101]);
    expect(await refusal('USE master; EXEC sys.sp_cdc_enable_db')).toBe(22989);
  });

  test('the jobs reported no error', () => {
    expect(standin.reports).toEqual([]);
  });
});
