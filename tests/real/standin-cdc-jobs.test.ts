import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clinic, captureWithoutPause, enableCapture, openClinic } from './support/standin-clinic.ts';

let clinic: Clinic;

beforeAll(async () => {
  clinic = await openClinic('standin_cdc_jobs');
  await enableCapture(clinic);
});

afterAll(async () => {
  await clinic?.remove();
});

describe('jobs', () => {
  test('with the Agent stopped changes wait in the log; with it started they come', async () => {
    await clinic.batch('CREATE TABLE W (id int PRIMARY KEY)');
    await clinic.enable('W');
    await clinic.batch('EXEC standin.agent_stop');
    const agent = `SELECT CASE WHEN dss.[status]=4 THEN 1 ELSE 0 END AS isRunning FROM [Clinic].sys.dm_server_services dss
      WHERE dss.[servicename] LIKE N'SQL Server Agent (%';`;
    expect(await clinic.rows(agent)).toEqual([{ isRunning: 0 }]);
    await clinic.batch('INSERT INTO W VALUES (1)');
    await sleep(1500);
    expect(await clinic.rows('SELECT COUNT(*) AS n FROM cdc.dbo_W_CT')).toEqual([{ n: 0 }]);
    expect(await clinic.refusal(`EXEC sys.sp_cdc_start_job N'capture'`)).toBe(22022);
    await clinic.batch('EXEC standin.agent_start');
    await clinic.captured('dbo_W', 1);
    expect(await clinic.rows(agent)).toEqual([{ isRunning: 1 }]);
  });

  test('a running capture job keeps its settings until it is started again; a stopped one captures nothing', async () => {
    await clinic.batch(`EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 3600`);
    await clinic.batch('INSERT INTO First VALUES (1)');
    await clinic.captured('dbo_First', 1);
    await clinic.batch(`EXEC sys.sp_cdc_stop_job N'capture'`);
    await sleep(800);
    await clinic.batch('INSERT INTO First VALUES (2)');
    await sleep(1000);
    expect(await clinic.rows('SELECT COUNT(*) AS n FROM cdc.dbo_First_CT')).toEqual([{ n: 1 }]);
    expect(await clinic.refusal(`EXEC sys.sp_cdc_stop_job N'capture'`)).toBe(22022);
    await clinic.batch('EXEC sys.sp_cdc_scan');
    expect(await clinic.rows('SELECT COUNT(*) AS n FROM cdc.dbo_First_CT')).toEqual([{ n: 2 }]);
    await clinic.batch(
      `EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 0; EXEC sys.sp_cdc_start_job N'capture'`,
    );
    await clinic.batch('INSERT INTO First VALUES (3)');
    await clinic.captured('dbo_First', 3);
    const jobs = await clinic.rows('EXEC sys.sp_cdc_help_jobs');
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
    expect(await clinic.refusal(`EXEC sys.sp_cdc_change_job N'nightly'`)).toBe(22992);
    expect(await clinic.refusal(`EXEC sys.sp_cdc_change_job N'capture', @retention = 5`)).toBe(22995);
    expect(await clinic.refusal(`EXEC sys.sp_cdc_change_job N'cleanup', @pollinginterval = 5`)).toBe(22996);
    expect(await clinic.refusal(`EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 90000`)).toBe(
      22990,
    );
    expect(await clinic.refusal(`EXEC sys.sp_cdc_change_job N'cleanup', @retention = 0`)).toBe(22994);
  });

  test('cleanup goes by the newest row, not by the clock, and moves the low-water marks', async () => {
    await clinic.batch('CREATE TABLE Old (id int PRIMARY KEY)');
    await clinic.enable('Old');
    await clinic.batch('INSERT INTO Old VALUES (1)');
    await clinic.captured('dbo_Old', 1);
    await clinic.batch(
      `UPDATE cdc.lsn_time_mapping SET tran_begin_time = DATEADD(day, -8, tran_begin_time), tran_end_time = DATEADD(day, -8, tran_end_time)`,
    );
    await clinic.batch('INSERT INTO Old VALUES (2)');
    await clinic.captured('dbo_Old', 2);
    const before = await clinic.rows<{ lsn: string }>(
      `SELECT CONVERT(varchar(24), start_lsn, 1) AS lsn FROM cdc.change_tables WHERE capture_instance = N'dbo_Old'`,
    );
    await clinic.batch(
      `EXEC sys.sp_cdc_change_job N'cleanup', @retention = 1440; EXEC sys.sp_cdc_start_job N'cleanup'`,
    );
    await clinic.until<{ n: number }>(
      'cleanup',
      'SELECT COUNT(*) AS n FROM cdc.dbo_Old_CT',
      ({ n }) => n <= 2,
    );
    await clinic.until<{ lsn: string }>(
      'the low-water mark',
      `SELECT CONVERT(varchar(24), start_lsn, 1) AS lsn FROM cdc.change_tables WHERE capture_instance = N'dbo_Old'`,
      ({ lsn }) => lsn > (before[0]?.lsn ?? ''),
    );
    const left = await clinic.rows<{ n: number; distinct_starts: number }>(
      `SELECT COUNT(*) AS n, (SELECT COUNT(DISTINCT start_lsn) FROM cdc.change_tables) AS distinct_starts FROM cdc.lsn_time_mapping
       WHERE start_lsn < (SELECT MIN(start_lsn) FROM cdc.change_tables)`,
    );
    expect(left).toEqual([{ n: 0, distinct_starts: 1 }]);
  });

  test('a restart of the stand-in loses nothing and repeats nothing', async () => {
    await clinic.batch('CREATE TABLE R (id int PRIMARY KEY)');
    await clinic.enable('R');
    await clinic.batch('EXEC standin.agent_stop');
    await clinic.batch('INSERT INTO R VALUES (1), (2)');
    await clinic.restart();
    await clinic.batch('INSERT INTO R VALUES (3)');
    expect(await clinic.rows('SELECT COUNT(*) AS n FROM cdc.dbo_R_CT')).toEqual([{ n: 0 }]);
    await clinic.batch('EXEC standin.agent_start');
    await clinic.captured('dbo_R', 3);
    await sleep(500);
    expect((await clinic.changes('dbo_R', 'id')).map(({ id }) => id)).toEqual([1, 2, 3]);
  });
});

describe('CDC off', () => {
  test('disabling the database takes everything along, and it can be enabled again', async () => {
    expect(await clinic.refusal('EXEC sys.sp_cdc_enable_db')).toBeUndefined();
    await clinic.batch('EXEC sys.sp_cdc_disable_db');
    expect(await clinic.rows(`SELECT is_cdc_enabled FROM sys.databases WHERE name = N'Clinic'`)).toEqual([
      { is_cdc_enabled: false },
    ]);
    expect(await clinic.refusal('SELECT * FROM cdc.change_tables')).toBe(208);
    expect(await clinic.refusal('EXEC sys.sp_cdc_help_change_data_capture')).toBe(22901);
    expect(await clinic.refusal(`EXEC sys.sp_cdc_enable_table N'dbo', N'First', NULL`)).toBe(22901);
    expect(await clinic.rows('SELECT sys.fn_cdc_get_max_lsn() AS lsn')).toEqual([{ lsn: null }]);
    await clinic.batch('INSERT INTO First VALUES (100)');
    await clinic.batch('EXEC sys.sp_cdc_enable_db');
    await clinic.enable('First');
    await captureWithoutPause(clinic);
    await clinic.batch('INSERT INTO First VALUES (101)');
    await clinic.captured('dbo_First', 1);
    expect((await clinic.changes('dbo_First', 'id')).map(({ id }) => id)).toEqual([101]);
    expect(await clinic.refusal('USE master; EXEC sys.sp_cdc_enable_db')).toBe(22989);
  });

  test('the jobs reported no error', () => {
    expect(clinic.standin.reports).toEqual([]);
  });
});
