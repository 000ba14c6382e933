import { afterAll, beforeAll, expect, test } from 'vitest';
import { compared, comparedInTime } from './support/compared.ts';
import { installRecoverable, type Recoverable } from './support/recoverable.ts';

/** A facility that copies beside the stream, within hours: idle with the heartbeat table, stopped for too long, restored. */

const CODE = 'RECOVER-STOP';
const INSTANCES = ['dbo_Patients', 'dbo_Stock', 'dbo_AuditTrail', 'clinicmaster_cdc_heartbeat'];
const SIGNALS = 'clinicmaster_cdc_debezium_signal';

let facility: Recoverable;

beforeAll(async () => {
  facility = await installRecoverable(
    {
      code: CODE,
      instance: 'recoverstop',
      restPort: 18814,
      storage: 'recover_stopped',
      patient: 'Achen',
      heartbeatMs: 1000,
    },
    true,
    ['--first-copy-window', '00:00-23:59'],
  );
  await facility.hospital.dba(
    "INSERT INTO dbo.Patients VALUES (2, N'Babirye'), (3, N'Cikuru')",
    "INSERT INTO dbo.Stock VALUES ('ACT', 20)",
  );
  expect(await differences()).toEqual({ different: [], ghosts: [] });
  await facility.until('the first copy is complete', 90, async () => {
    return (await facility.ask('snapshot', '--json')).output.includes('"finished"');
  });
});

afterAll(() => facility?.remove());

const text = ({ output }: { output: string }) => output.replace(/\s+/g, ' ');
const recover = (...argv: string[]) => facility.ask('recover', ...argv);

async function differences() {
  const patients = await comparedInTime(facility.hospital, CODE, 'Patients', 40_000);
  const stock = await comparedInTime(facility.hospital, CODE, 'Stock', 40_000);
  return { different: [...patients.different, ...stock.different], ghosts: patients.ghosts };
}

test('S7 with the heartbeat table: the position goes on while nothing is changed, and nothing looks lost', async () => {
  await facility.stored();
  const before = await facility.position();
  for (let round = 0; round < 2; round++) {
    await facility.rows(
      'UPDATE cdc.lsn_time_mapping SET tran_begin_time = DATEADD(DAY, -20, tran_begin_time), tran_end_time = DATEADD(DAY, -20, tran_end_time)',
    );
    // Five minutes in the life of the row; the connector's own beat follows.
    const [row] = await facility.rows<{ beat_no: string }>('SELECT beat_no FROM clinicmaster_cdc.heartbeat');
    await facility.rows('UPDATE clinicmaster_cdc.heartbeat SET beat_at = DATEADD(MINUTE, -6, beat_at)');
    await facility.until('the connector beats', 30, async () => {
      const [now] = await facility.rows<{ beat_no: string }>(
        'SELECT beat_no FROM clinicmaster_cdc.heartbeat',
      );
      return Number(now?.beat_no) > Number(row?.beat_no);
    });
  }
  await facility.rows("EXEC sys.sp_cdc_start_job @job_type = N'cleanup'");
  await facility.stored();
  expect(await facility.position()).not.toBe(before);
  expect((await facility.verdict('sql-offset-window')).code).toBe('ok');
  expect((await recover()).exitCode).toBe(0);
});

test('S2 with a stopped container: recovered from there', async () => {
  expect((await facility.ask('stop')).exitCode).toBe(0);
  await facility.hospital.dba(
    "INSERT INTO dbo.Patients VALUES (100, N'Lost')",
    "UPDATE dbo.Patients SET FullName = N'Lost too' WHERE PatientNo = 3",
  );
  await facility.captured("FullName = N'Lost too'");
  await facility.hospital.dba("INSERT INTO dbo.Patients VALUES (101, N'Still there')");
  await facility.captured('PatientNo = 101');
  await facility.cleanUp(...INSTANCES, SIGNALS);
  expect((await facility.verdict('sql-offset-window')).code).toBe('sql-offset-window-lost');
  const start = await facility.ask('start');
  expect([start.exitCode, text(start)]).toEqual([3, expect.stringContaining('recover gap')]);

  const run = await recover('gap', '--yes', '--accept-risk', 'resnapshot');
  expect(run.exitCode, run.output).toBe(0);
  expect(text(run)).toContain('Connector kept from starting: done');
  expect(await differences()).toEqual({ different: [], ghosts: [] });
  expect(await facility.states()).toBe('RUNNING RUNNING');
  expect((await facility.verdict('sql-offset-window')).code).toBe('ok');
  const init = await facility.ask('init', '--yes');
  expect(init.exitCode, init.output).toBe(0);
});

test('S4 with hours for the first copy: asked for anew, and copied beside the stream', async () => {
  await facility.ask('doctor', '--only', 'sql-lsn-regressed,sql-db-restored');
  const [backup] = await facility.rows<{ lsn: string }>(
    'SELECT CONVERT(varchar(24), sys.fn_cdc_get_max_lsn(), 1) AS lsn',
  );
  await facility.hospital.dba(
    "INSERT INTO dbo.Patients VALUES (80, N'After the backup')",
    ...[1, 2, 3].map((n) => `UPDATE dbo.Patients SET FullName = N'Later ${n}' WHERE PatientNo = 2`),
  );
  expect((await differences()).different).toEqual([]);
  await facility.rows(
    `DECLARE @lsn binary(10) = CONVERT(binary(10), '${backup?.lsn}', 1); EXEC standin.restore_backup @lsn = @lsn`,
  );
  await facility.hospital.dba(
    'DELETE FROM dbo.Patients WHERE PatientNo = 80',
    "UPDATE dbo.Patients SET FullName = N'Babirye' WHERE PatientNo = 2",
  );
  expect((await facility.verdict('sql-db-restored')).code).toBe('sql-db-restored-changed');
  const run = await recover('restored', '--yes', '--accept-risk', 'resnapshot', '--marked');
  expect(run.exitCode, run.output).toBe(0);
  expect(text(run)).toContain('First copy asked for: done');
  expect(await differences()).toEqual({ different: [], ghosts: ['80'] });
  expect((await compared(facility.hospital, CODE, 'Patients')).rows).toBe(5);
  expect((await facility.verdict('sql-db-restored')).code).toBe('ok');
  expect((await recover()).exitCode).toBe(0);
});

test('the stand-in reported no fault of its own', () => {
  expect(facility.hospital.standin.reports).toEqual([]);
});
