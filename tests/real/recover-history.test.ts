import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { compared, comparedInTime } from './support/compared.ts';
import { jsonOf } from './support/installed-facility.ts';
import { killWhen } from './support/killed-program.ts';
import { installRecoverable, type Recoverable } from './support/recoverable.ts';

/** The history of the tables lost, a facility that was idle, a backup restored: while connector and task say RUNNING. */

const CODE = 'RECOVER-HIST';

let facility: Recoverable;
let history: string;

beforeAll(async () => {
  // Without the tables of `sql enable`: nothing moves the position of an idle facility.
  facility = await installRecoverable(
    {
      code: CODE,
      instance: 'recoverhist',
      restPort: 18812,
      storage: 'recover_history',
      patient: 'Achen',
      heartbeatMs: 1000,
    },
    false,
  );
  history = facility.names.topics.schemaHistory;
  await facility.hospital.dba(
    "INSERT INTO dbo.Patients VALUES (2, N'Babirye'), (3, N'Cikuru')",
    "INSERT INTO dbo.Stock VALUES ('ACT', 20)",
  );
  expect((await comparedInTime(facility.hospital, CODE, 'Patients')).different).toEqual([]);
  await facility.stored();
});

afterAll(() => facility?.remove());

const text = ({ output }: { output: string }) => output.replace(/\s+/g, ' ');
const recover = (...argv: string[]) => facility.ask('recover', ...argv);
const config = async () => (await facility.connect.config(facility.names.connector))?.['snapshot.mode'];
const SHIPPED = `$${'{env:SNAPSHOT_MODE}'}`;

async function records(): Promise<number> {
  const [patients, stock] = [
    await compared(facility.hospital, CODE, 'Patients'),
    await compared(facility.hospital, CODE, 'Stock'),
  ];
  return patients.records + stock.records;
}

async function differences() {
  const patients = await comparedInTime(facility.hospital, CODE, 'Patients');
  const stock = await comparedInTime(facility.hospital, CODE, 'Stock');
  return { different: [...patients.different, ...stock.different], ghosts: patients.ghosts };
}

/** As a topic whose retention has passed: it is there, and holds nothing. */
async function expireHistory(): Promise<void> {
  await withAdmin(async (admin) => {
    await admin.fetchTopicMetadata({ topics: [history] });
    const [end] = await admin.fetchTopicOffsets(history);
    await admin.deleteTopicRecords({
      topic: history,
      partitions: [{ partition: 0, offset: end?.high ?? '0' }],
    });
  });
}

/** Time passes in the hospital and nothing is changed: twice the retention, and the cleanup job runs. */
async function idleBeyondRetention(): Promise<void> {
  const newest = async () =>
    (await facility.rows<{ n: string }>('SELECT MAX(start_lsn) AS n FROM cdc.lsn_time_mapping'))[0];
  for (let round = 0; round < 2; round++) {
    const before = JSON.stringify(await newest());
    await facility.rows(
      'UPDATE cdc.lsn_time_mapping SET tran_begin_time = DATEADD(DAY, -20, tran_begin_time), tran_end_time = DATEADD(DAY, -20, tran_end_time)',
    );
    await facility.until(
      'SQL Server marks that nothing happened',
      30,
      async () => JSON.stringify(await newest()) !== before,
    );
    if (round === 0)
      expect((await facility.verdict('sql-offset-window')).code).toBe('sql-offset-window-idle');
  }
  await facility.rows("EXEC sys.sp_cdc_start_job @job_type = N'cleanup'");
}

describe('S11: the history of the tables is gone', () => {
  test('deleted: seen while RUNNING; built again without a row copied', async () => {
    await withAdmin((admin) => admin.deleteTopics({ topics: [history] }));
    const lostAt = Date.now();
    expect((await facility.verdict('kafka-history-config')).code).toBe('kafka-history-config-gone');
    const { word, codes } = await facility.health();
    expect([word, codes]).toEqual(['risk', expect.arrayContaining(['kafka-history-config-gone'])]);
    console.info(`S11 seen after ${((Date.now() - lostAt) / 1000).toFixed(1)} s`);
    expect(await facility.states()).toBe('RUNNING RUNNING');
    const restart = await facility.ask('restart');
    expect([restart.exitCode, text(restart)]).toEqual([
      3,
      expect.stringContaining(`clinicmaster-cdc recover history --dir ${facility.dir}`),
    ]);
    await facility.hospital.dba("INSERT INTO dbo.Patients VALUES (4, N'Dembe')");
    expect(await differences()).toEqual({ different: [], ghosts: [] });
    const before = await records();
    const run = await recover('history', '--yes');
    expect(run.exitCode, run.output).toBe(0);
    await facility.hospital.dba("INSERT INTO dbo.Patients VALUES (5, N'Ejang')");
    expect(await differences()).toEqual({ different: [], ghosts: [] });
    // One more record for the one more row.
    expect(await records()).toBe(before + 1);
    expect([await config(), (await facility.verdict('kafka-history-config')).code]).toEqual([SHIPPED, 'ok']);
  });

  test('expired, and the program killed in the middle: init ends with the usual configuration', async () => {
    await expireHistory();
    expect((await facility.verdict('kafka-history-config')).code).toBe('kafka-history-config-gone');
    const before = await records();
    await killWhen(
      ['recover', 'history', '--yes', '--dir', facility.dir],
      {},
      `${facility.dir}/journal.json`,
      ({ steps }) => steps.some(({ id, state }) => id === 'history' && state === 'done'),
    );
    expect(await config()).toBe('recovery');
    const init = await facility.ask('init', '--yes');
    expect(init.exitCode, init.output).toBe(0);
    expect(await config()).toBe(SHIPPED);
    expect([await differences(), await records()]).toEqual([{ different: [], ghosts: [] }, before]);
  });

  test('killed earlier: the same command goes on', async () => {
    await expireHistory();
    const before = await records();
    await killWhen(
      ['recover', 'history', '--yes', '--dir', facility.dir],
      {},
      `${facility.dir}/journal.json`,
      ({ steps }) => steps.some(({ id, state }) => id === 'rebuild' && state === 'done'),
    );
    const run = await recover('history', '--yes');
    expect(run.exitCode, run.output).toBe(0);
    expect([await config(), await differences()]).toEqual([SHIPPED, { different: [], ghosts: [] }]);
    // Nothing is copied. On a busy machine a task may be stopped before its position is stored: then the last change comes twice.
    expect([before, before + 1]).toContain(await records());
  });

  test('is refused where a table was altered after the position', async () => {
    await facility.ask('pause');
    await facility.hospital.dba(
      'ALTER TABLE dbo.Stock ADD Unit nvarchar(20) NULL',
      "INSERT INTO dbo.Stock (ItemCode, Quantity) VALUES ('ORS', 3)",
    );
    await facility.until('the alteration is captured', 30, async () => {
      const found = await facility.rows('SELECT TOP (1) 1 AS one FROM cdc.ddl_history');
      return found.length > 0;
    });
    await expireHistory();
    const refused = await recover('history', '--yes');
    expect([refused.exitCode, text(refused)]).toEqual([3, expect.stringContaining('dbo.Stock')]);
    expect(text(refused)).toContain(`clinicmaster-cdc recover restored --dir ${facility.dir}`);
    const run = await recover('restored', '--yes', '--accept-risk', 'resnapshot');
    expect(run.exitCode, run.output).toBe(0);
    expect(await differences()).toEqual({ different: [], ghosts: [] });
    expect((await facility.verdict('kafka-history-config')).code).toBe('ok');
    // Nobody has had the column captured.
    await facility.hospital.dba('ALTER TABLE dbo.Stock DROP COLUMN Unit');
  });
});

describe('S7: idle for longer than the retention, without the heartbeat table', () => {
  test('proven by an earlier look: seen while RUNNING, moved on without a price, nothing copied', async () => {
    await facility.hospital.dba("UPDATE dbo.Patients SET FullName = N'Babirye again' WHERE PatientNo = 2");
    expect((await differences()).different).toEqual([]);
    await facility.stored();
    const position = await facility.position();
    await idleBeyondRetention();
    await facility.until('the position looks lost', 30, async () => {
      return (await facility.verdict('sql-offset-window')).code === 'sql-offset-window-idle-lost';
    });
    const { word, codes } = await facility.health();
    expect([word, codes]).toEqual(['risk', expect.arrayContaining(['sql-offset-window-idle-lost'])]);
    expect([await facility.states(), await facility.position()]).toEqual(['RUNNING RUNNING', position]);
    const restart = await facility.ask('restart');
    expect([restart.exitCode, text(restart)]).toEqual([3, expect.stringContaining('copies nothing')]);

    const before = await records();
    const run = await recover('gap', '--yes');
    expect(run.exitCode, run.output).toBe(0);
    expect(text(run)).toContain('nothing was lost');
    await facility.hospital.dba("INSERT INTO dbo.Patients VALUES (70, N'After the holiday')");
    expect(await differences()).toEqual({ different: [], ghosts: [] });
    expect(await records()).toBe(before + 1);
    await facility.stored();
    expect((await facility.verdict('sql-offset-window')).code).toBe('ok');
  });

  test('not proven: it has a price, and nothing is copied where that is accepted', async () => {
    // Nobody has looked while nothing happened.
    await facility.hospital.dba("INSERT INTO dbo.Patients VALUES (71, N'Before the holiday')");
    expect((await differences()).different).toEqual([]);
    await facility.stored();
    for (let round = 0; round < 2; round++) {
      await facility.rows(
        'UPDATE cdc.lsn_time_mapping SET tran_begin_time = DATEADD(DAY, -20, tran_begin_time), tran_end_time = DATEADD(DAY, -20, tran_end_time)',
      );
      await new Promise((settle) => setTimeout(settle, 4000));
    }
    await facility.rows("EXEC sys.sp_cdc_start_job @job_type = N'cleanup'");
    await facility.until('the position looks lost', 30, async () => {
      return (await facility.verdict('sql-offset-window')).code === 'sql-offset-window-lost';
    });
    const asked = await recover('gap', '--nothing-changed', '--yes');
    expect([asked.exitCode, text(asked)]).toEqual([2, expect.stringContaining('--accept-risk skip-changes')]);
    const before = await records();
    const run = await recover('gap', '--nothing-changed', '--yes', '--accept-risk', 'skip-changes');
    expect(run.exitCode, run.output).toBe(0);
    expect([await differences(), await records()]).toEqual([{ different: [], ghosts: [] }, before]);
    expect((await facility.verdict('sql-offset-window')).code).toBe('ok');
  });
});

describe('S4: an older backup was restored', () => {
  test('is seen while RUNNING, and everything is made anew', async () => {
    for (const check of ['sql-lsn-regressed', 'sql-db-restored'])
      expect((await facility.verdict(check)).code).toBe('ok');
    const [backup] = await facility.rows<{ lsn: string }>(
      'SELECT CONVERT(varchar(24), sys.fn_cdc_get_max_lsn(), 1) AS lsn',
    );
    await facility.hospital.dba(
      "INSERT INTO dbo.Patients VALUES (80, N'After the backup')",
      ...[1, 2, 3, 4, 5].map(
        (n) => `UPDATE dbo.Patients SET FullName = N'After the backup ${n}' WHERE PatientNo = 3`,
      ),
    );
    expect((await differences()).different).toEqual([]);
    await facility.stored();
    await facility.verdict('sql-lsn-regressed');
    await facility.rows(
      `DECLARE @lsn binary(10) = CONVERT(binary(10), '${backup?.lsn}', 1); EXEC standin.restore_backup @lsn = @lsn`,
    );
    // The stand-in leaves the hospital's own rows to the test.
    await facility.hospital.dba(
      'DELETE FROM dbo.Patients WHERE PatientNo = 80',
      "UPDATE dbo.Patients SET FullName = N'Cikuru' WHERE PatientNo = 3",
    );
    const lostAt = Date.now();
    expect((await facility.verdict('sql-db-restored')).code).toBe('sql-db-restored-changed');
    expect((await facility.verdict('sql-lsn-regressed')).code).toBe('sql-lsn-regressed-back');
    const { word, codes } = await facility.health();
    expect([word, codes]).toEqual(['losing', expect.arrayContaining(['sql-db-restored-changed'])]);
    console.info(`S4 seen after ${((Date.now() - lostAt) / 1000).toFixed(1)} s`);
    expect(await facility.states()).toBe('RUNNING RUNNING');
    expect((await compared(facility.hospital, CODE, 'Patients')).different).toEqual(['3']);

    const other = await recover('gap', '--yes', '--accept-risk', 'resnapshot');
    expect([other.exitCode, text(other)]).toEqual([3, expect.stringContaining('recover restored')]);
    const run = await recover('restored', '--yes', '--accept-risk', 'resnapshot', '--marked', '--json');
    expect(run.exitCode, run.output).toBe(0);
    expect(jsonOf<{ next: string[] }>(run).next).toContain(
      `clinicmaster-cdc central ghosts show --facility ${CODE}`,
    );
    expect(await differences()).toEqual({ different: [], ghosts: ['80'] });
    for (const check of ['sql-lsn-regressed', 'sql-db-restored', 'sql-capture-gap', 'sql-offset-window']) {
      expect((await facility.verdict(check)).code).not.toMatch(/-(back|changed|lost|passed|replaced)$/);
    }
  });

  test('a restart finds its way through the old history and the new one', async () => {
    await facility.hospital.dba("INSERT INTO dbo.Patients VALUES (81, N'Akello')");
    expect((await differences()).different).toEqual([]);
    await facility.stored();
    expect((await facility.ask('restart')).exitCode).toBe(0);
    await facility.hospital.dba("UPDATE dbo.Patients SET FullName = N'Akello again' WHERE PatientNo = 81");
    expect((await differences()).different).toEqual([]);
    expect((await facility.saved()).map(({ mode }) => mode)).toEqual(
      (await facility.saved()).map(() => '600'),
    );
  });
});

test('the stand-in reported no fault of its own', () => {
  expect(facility.hospital.standin.reports).toEqual([]);
});
