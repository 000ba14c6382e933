import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Clinic, enableCapture, openClinic } from './support/standin-clinic.ts';

let clinic: Clinic;

beforeAll(async () => {
  clinic = await openClinic('standin_cdc_changes');
  await enableCapture(clinic);
});

afterAll(async () => {
  await clinic?.remove();
});

describe('what a change table holds', () => {
  beforeEach(async () => {
    await clinic.batch('DROP TABLE IF EXISTS T');
    await clinic.batch(
      `CREATE TABLE T (id int NOT NULL PRIMARY KEY, a nvarchar(20) NULL, b int NULL, c datetime2(7) NULL, d decimal(10,2) NULL,
         e bit NULL, f varbinary(10) NULL, g nvarchar(max) NULL, h uniqueidentifier NULL, i rowversion)`,
    );
    await clinic.enable('T');
  });

  test('inserts, deletes and update pairs with their masks; the last byte holds columns 1 to 8', async () => {
    await clinic.batch(`INSERT INTO T (id, a) VALUES (1, N'x'), (2, N'y')`);
    await clinic.batch(`UPDATE T SET b = 5 WHERE id = 1`);
    await clinic.batch(`DELETE FROM T WHERE id = 2`);
    await clinic.captured('dbo_T', 5);
    expect(await clinic.changes('dbo_T', 'id, a, b')).toEqual([
      { op: 2, mask: '0x03FF', id: 1, a: 'x', b: null },
      { op: 2, mask: '0x03FF', id: 2, a: 'y', b: null },
      { op: 3, mask: '0x0204', id: 1, a: 'x', b: null },
      { op: 4, mask: '0x0204', id: 1, a: 'x', b: 5 },
      { op: 1, mask: '0x03FF', id: 2, a: 'y', b: null },
    ]);
    const pair = await clinic.rows<{ seq: string; command: number }>(
      `SELECT CONVERT(varchar(24), __$seqval, 1) AS seq, __$command_id AS command FROM cdc.dbo_T_CT WHERE __$operation IN (3, 4)`,
    );
    expect(pair[0]).toEqual(pair[1]);
  });

  test('a change of the key is a delete and an insert; a change of nothing is nothing', async () => {
    await clinic.batch(`INSERT INTO T (id, a) VALUES (1, N'x')`);
    await clinic.batch(`UPDATE T SET id = 9, a = N'z' WHERE id = 1`);
    await clinic.batch(`CREATE TABLE Plain (id int PRIMARY KEY, a nvarchar(10))`);
    await clinic.enable('Plain');
    await clinic.batch(
      `INSERT INTO Plain VALUES (1, N'q'); UPDATE Plain SET a = a; UPDATE Plain SET a = N'q ' WHERE id = 1`,
    );
    await clinic.captured('dbo_T', 3);
    await clinic.captured('dbo_Plain', 3);
    expect((await clinic.changes('dbo_T', 'id, a')).map(({ op, id, a }) => [op, id, a])).toEqual([
      [2, 1, 'x'],
      [1, 1, 'x'],
      [2, 9, 'z'],
    ]);
    expect((await clinic.changes('dbo_Plain', 'a')).map(({ op, a }) => [op, a])).toEqual([
      [2, 'q'],
      [3, 'q'],
      [4, 'q '],
    ]);
    await clinic.batch('DROP TABLE Plain');
  });

  test('nothing of a rolled-back transaction or savepoint', async () => {
    await clinic.batch(
      `BEGIN TRAN; INSERT INTO T (id) VALUES (1); SAVE TRAN s; INSERT INTO T (id) VALUES (2); ROLLBACK TRAN s; COMMIT`,
    );
    await clinic.batch(`BEGIN TRAN; INSERT INTO T (id) VALUES (3); ROLLBACK`);
    await clinic.batch(`INSERT INTO T (id) VALUES (4)`);
    await clinic.captured('dbo_T', 2);
    expect((await clinic.changes('dbo_T', 'id')).map(({ id }) => id)).toEqual([1, 4]);
  });

  test('a failed statement of a transaction that goes on leaves no trace', async () => {
    await clinic.batch(`INSERT INTO T (id) VALUES (1)`);
    await expect(
      clinic.batch(
        `BEGIN TRAN; INSERT INTO T (id) VALUES (2); INSERT INTO T (id) VALUES (1); INSERT INTO T (id) VALUES (3); COMMIT`,
      ),
    ).rejects.toMatchObject({ number: 2627 });
    await clinic.captured('dbo_T', 3);
    expect((await clinic.changes('dbo_T', 'id')).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test('the times are those of the server, three hours east of UTC', async () => {
    await clinic.batch(`INSERT INTO T (id) VALUES (1)`);
    await clinic.captured('dbo_T', 1);
    const [row] = await clinic.rows<{ apart: number; offset: number }>(
      `SELECT DATEDIFF(second, tran_end_time, SYSUTCDATETIME()) AS apart, DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) AS offset
       FROM cdc.lsn_time_mapping WHERE start_lsn = (SELECT MAX(__$start_lsn) FROM cdc.dbo_T_CT)`,
    );
    expect(row?.offset).toBe(180);
    expect(row?.apart).toBeGreaterThan(-180 * 60 - 5);
    expect(row?.apart).toBeLessThan(-180 * 60 + 60);
  });

  test('the function of an instance reads the same, and tells of LSNs out of its range', async () => {
    await clinic.batch(`INSERT INTO T (id) VALUES (1); UPDATE T SET b = 1`);
    await clinic.captured('dbo_T', 3);
    const all = (filter: string) =>
      clinic.rows(`DECLARE @from binary(10) = sys.fn_cdc_get_min_lsn(N'dbo_T'), @to binary(10) = sys.fn_cdc_get_max_lsn();
        SELECT __$operation AS op, id, b FROM cdc.fn_cdc_get_all_changes_dbo_T(@from, @to, N'${filter}') ORDER BY __$start_lsn, op`);
    expect(await all('all')).toEqual([
      { op: 2, id: 1, b: null },
      { op: 4, id: 1, b: 1 },
    ]);
    expect((await all('all update old')).map(({ op }) => op)).toEqual([2, 3, 4]);
    expect(
      await clinic.refusal(
        `SELECT * FROM cdc.fn_cdc_get_all_changes_dbo_T(0x00000000000000000001, sys.fn_cdc_get_max_lsn(), N'all')`,
      ),
    ).toBe(313);
    await expect(
      clinic.batch(`SELECT * FROM [Clinic].cdc.[fn_cdc_get_all_changes_gone](0x01, 0x02, N'all')`),
    ).rejects.toMatchObject({
      number: 208,
      message: "Invalid object name 'Clinic.cdc.fn_cdc_get_all_changes_gone'.",
    });
  });
});

describe('instances', () => {
  beforeEach(async () => {
    await clinic.batch('DROP TABLE IF EXISTS D');
    await clinic.batch(
      'CREATE TABLE D (id int NOT NULL CONSTRAINT PK_D PRIMARY KEY, a int NULL, gone int NULL)',
    );
  });

  test('a new column is not captured by the first instance, but by a second one, whose LSN is fresh', async () => {
    await clinic.enable('D');
    await clinic.batch(`INSERT INTO D (id) VALUES (1)`);
    await clinic.captured('dbo_D', 1);
    await clinic.batch(`ALTER TABLE D ADD b nvarchar(10) NULL`);
    await clinic.batch(`UPDATE D SET b = N'old' WHERE id = 1`);
    await clinic.enable('D', `, @capture_instance = N'dbo_D_v2'`);
    await clinic.batch(`INSERT INTO D (id, b) VALUES (2, N'new')`);
    await clinic.captured('dbo_D', 2);
    await clinic.captured('dbo_D_v2', 1);
    expect(await clinic.changes('dbo_D_v2', 'id, b')).toEqual([{ op: 2, mask: '0x0F', id: 2, b: 'new' }]);
    expect((await clinic.changes('dbo_D', 'id')).map(({ id }) => id)).toEqual([1, 2]);
    const starts = await clinic.rows<{ name: string; fresh: number }>(
      `SELECT c.capture_instance AS name, (SELECT COUNT(*) FROM cdc.lsn_time_mapping m WHERE m.start_lsn >= c.start_lsn AND tran_id <> 0x00) AS fresh
       FROM cdc.change_tables c WHERE c.source_object_id = OBJECT_ID(N'dbo.D') ORDER BY c.create_date`,
    );
    expect(starts.at(-1)).toEqual({ name: 'dbo_D_v2', fresh: 1 });
    expect(await clinic.refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'D', NULL, N'dbo_D_v3'`)).toBe(22962);
    const history = await clinic.rows(
      `SELECT required_column_update AS required, ddl_command FROM cdc.ddl_history WHERE source_object_id = OBJECT_ID(N'dbo.D')`,
    );
    expect(history).toEqual([{ required: false, ddl_command: 'ALTER TABLE D ADD b nvarchar(10) NULL' }]);
  });

  test('a dropped column yields NULL, a changed type is followed', async () => {
    await clinic.enable('D');
    await clinic.batch(`INSERT INTO D VALUES (1, 7, 8)`);
    await clinic.batch(`ALTER TABLE D DROP COLUMN gone`);
    await clinic.batch(`ALTER TABLE D ALTER COLUMN a bigint NULL`);
    await clinic.batch(`UPDATE D SET a = 5000000000 WHERE id = 1`);
    await clinic.captured('dbo_D', 3);
    expect(await clinic.changes('dbo_D', 'a, gone')).toEqual([
      { op: 2, mask: '0x07', a: '7', gone: 8 },
      { op: 3, mask: '0x02', a: '7', gone: null },
      { op: 4, mask: '0x02', a: '5000000000', gone: null },
    ]);
  });

  test('a chosen list of columns, a key that must be in it, a gating role that is made', async () => {
    expect(
      await clinic.refusal(
        `EXEC sys.sp_cdc_enable_table N'dbo', N'D', NULL, @captured_column_list = N'id, nope'`,
      ),
    ).toBe(22930);
    expect(
      await clinic.refusal(
        `EXEC sys.sp_cdc_enable_table N'dbo', N'D', NULL, @supports_net_changes = 1, @captured_column_list = N'a'`,
      ),
    ).toBe(22943);
    await clinic.enable('D', `, @captured_column_list = N'[a], id'`);
    await clinic.batch(`INSERT INTO D VALUES (1, 2, 3)`);
    await clinic.captured('dbo_D', 1);
    const columns = await clinic.rows(
      `SELECT column_name FROM cdc.captured_columns WHERE object_id = OBJECT_ID(N'cdc.dbo_D_CT') ORDER BY column_ordinal`,
    );
    expect(columns).toEqual([{ column_name: 'id' }, { column_name: 'a' }]);
    await clinic.batch(
      `EXEC sys.sp_cdc_disable_table N'dbo', N'D', N'all'; EXEC sys.sp_cdc_enable_table N'dbo', N'D', N'gate'`,
    );
    expect(await clinic.rows(`SELECT type FROM sys.database_principals WHERE name = N'gate'`)).toEqual([
      { type: 'R' },
    ]);
  });

  test('what SQL Server refuses is refused', async () => {
    await clinic.enable('D');
    expect(await clinic.refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'D', NULL`)).toBe(22926);
    expect(await clinic.refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'Nowhere', NULL`)).toBe(22931);
    expect(await clinic.refusal(`EXEC sys.sp_cdc_enable_table N'cdc', N'change_tables', NULL`)).toBe(22974);
    expect(await clinic.refusal(`EXEC sys.sp_cdc_disable_table N'dbo', N'D', N'other'`)).toBe(22960);
    expect(await clinic.refusal(`TRUNCATE TABLE D`)).toBe(4711);
    expect(await clinic.refusal(`ALTER TABLE D DROP CONSTRAINT PK_D`)).toBe(22983);
    await clinic.batch(`CREATE TABLE NoKey (a int)`);
    expect(
      await clinic.refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'NoKey', NULL, @supports_net_changes = 1`),
    ).toBe(22939);
    await clinic.enable('NoKey', ', @supports_net_changes = 0');
    await clinic.batch(`INSERT INTO NoKey VALUES (1), (1); UPDATE NoKey SET a = 2; DELETE FROM NoKey`);
    await clinic.captured('dbo_NoKey', 8);
    await clinic.batch('DROP TABLE NoKey');
    expect(await clinic.refusal(`SELECT * FROM cdc.dbo_NoKey_CT`)).toBe(208);
    expect(
      await clinic.rows(`SELECT * FROM cdc.change_tables WHERE capture_instance = N'dbo_NoKey'`),
    ).toEqual([]);
  });
});

test('the jobs reported no error', () => {
  expect(clinic.standin.reports).toEqual([]);
});
