import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compared, comparedInTime } from './support/compared.ts';
import { jsonOf } from './support/installed-facility.ts';
import { killWhen } from './support/killed-program.ts';
import { installRecoverable, type Recoverable } from './support/recoverable.ts';

/** Changes that SQL Server deleted before they were read, while connector and task say RUNNING: found, and recovered. */

const CODE = 'RECOVER-GAP';
const INSTANCES = ['dbo_Patients', 'dbo_Stock', 'dbo_AuditTrail', 'clinicmaster_cdc_heartbeat'];
const SIGNALS = 'clinicmaster_cdc_debezium_signal';

let facility: Recoverable;

beforeAll(async () => {
  facility = await installRecoverable({
    code: CODE,
    instance: 'recovergap',
    restPort: 18810,
    storage: 'recover_gap',
    patient: 'Achen',
    heartbeatMs: 1000,
  });
  await facility.hospital.dba(
    "INSERT INTO dbo.Patients VALUES (2, N'Babirye'), (3, N'Cikuru'), (4, N'Dembe'), (5, N'Ejang')",
    "INSERT INTO dbo.Stock VALUES ('ACT', 20), ('ORS', 400)",
  );
  expect((await comparedInTime(facility.hospital, CODE, 'Patients')).different).toEqual([]);
  await facility.stored();
});

afterAll(() => facility?.remove());

const text = ({ output }: { output: string }) => output.replace(/\s+/g, ' ');
const recover = (...argv: string[]) => facility.ask('recover', ...argv);

/** Rows, values and deleted rows that the warehouse would hold otherwise than SQL Server. */
async function differences() {
  const [patients, stock] = await Promise.all([
    comparedInTime(facility.hospital, CODE, 'Patients'),
    comparedInTime(facility.hospital, CODE, 'Stock'),
  ]);
  return { different: [...patients.different, ...stock.different], ghosts: patients.ghosts };
}

/** The connector hangs in a read; meanwhile a patient comes twice, one goes, and the retention passes. */
async function loseChanges(first: number): Promise<number> {
  facility.line.freeze();
  await facility.hospital.dba(
    `INSERT INTO dbo.Patients VALUES (${first}, N'Lost ${first}')`,
    `UPDATE dbo.Patients SET FullName = N'Passing ${first}' WHERE PatientNo = 3`,
    `UPDATE dbo.Patients SET FullName = N'Staying ${first}' WHERE PatientNo = 3`,
    `DELETE FROM dbo.Patients WHERE PatientNo = ${first === 100 ? 5 : 4}`,
    `UPDATE dbo.Stock SET Quantity = ${first} WHERE ItemCode = 'ORS'`,
  );
  await facility.captured(`PatientNo = ${first}`);
  await facility.captured(`FullName = N'Staying ${first}'`);
  await facility.hospital.dba(`INSERT INTO dbo.Patients VALUES (${first + 1}, N'Still there')`);
  await facility.captured(`PatientNo = ${first + 1}`);
  await facility.cleanUp(...INSTANCES, SIGNALS);
  return Date.now();
}

describe('S2: the retention has passed', () => {
  let position = '';

  test('is seen while connector and task say RUNNING', async () => {
    position = await facility.position();
    const lostAt = await loseChanges(100);
    expect(await facility.states()).toBe('RUNNING RUNNING');
    expect((await facility.verdict('sql-offset-window')).code).toBe('sql-offset-window-lost');
    const { word, codes } = await facility.health();
    expect([word, codes]).toEqual(['lost', expect.arrayContaining(['sql-offset-window-lost'])]);
    const seconds = (Date.now() - lostAt) / 1000;
    expect(seconds).toBeLessThan(15);
    console.info(`S2 seen after ${seconds.toFixed(1)} s`);
    expect(await facility.states()).toBe('RUNNING RUNNING');
  });

  test('a restart is refused and names the recovery; the recovery names its price', async () => {
    const restart = await facility.ask('restart');
    expect([restart.exitCode, text(restart)]).toEqual([
      3,
      expect.stringContaining(`clinicmaster-cdc recover gap --dir ${facility.dir}`),
    ]);
    const looked = await recover('--json');
    expect([looked.exitCode, jsonOf(looked)]).toEqual([
      3,
      expect.objectContaining({ found: [expect.objectContaining({ playbook: 'retention' })] }),
    ]);
    const asked = await recover('gap', '--yes');
    expect(asked.exitCode, asked.output).toBe(2);
    expect(text(asked)).toContain('--yes --accept-risk resnapshot');
    expect(text(asked)).toContain(`central ghosts mark --facility ${CODE} --tables all`);
    expect(await facility.position()).toBe(position);
    expect(await facility.saved()).toEqual([]);
  });

  test('killed in the middle and run again: every row and value is there; deleted rows are named', async () => {
    const argv = [
      'recover',
      'gap',
      '--yes',
      '--accept-risk',
      'resnapshot',
      '--marked',
      '--dir',
      facility.dir,
    ];
    const journal = await killWhen(argv, {}, `${facility.dir}/journal.json`, ({ steps }) =>
      steps.some(({ id, state }) => id === 'position' && state === 'done'),
    );
    expect(journal.command).toBe('recover gap');
    const run = await recover('gap', '--yes', '--accept-risk', 'resnapshot', '--marked', '--json');
    expect(run.exitCode, run.output).toBe(0);
    const answer = jsonOf<{ copied: { table: string; rows: number }[]; next: string[] }>(run);
    expect(answer.copied.map(({ table, rows }) => `${table} ${rows}`)).toEqual([
      'dbo.AuditTrail 0',
      'dbo.Patients 6',
      'dbo.Stock 2',
    ]);
    expect(answer.next[0]).toBe(
      `clinicmaster-cdc central ghosts show --facility ${CODE} --rows dbo.AuditTrail=0,dbo.Patients=6,dbo.Stock=2`,
    );
    facility.line.thaw();
    // The patient who was deleted in between; no copy tells of that.
    expect(await differences()).toEqual({ different: [], ghosts: ['5'] });
    expect(await facility.states()).toBe('RUNNING RUNNING');
    const [saved] = await facility.saved();
    expect([saved?.mode, saved?.text]).toEqual([
      '600',
      expect.stringContaining(JSON.parse(position).commit_lsn),
    ]);
    expect((await facility.verdict('sql-offset-window')).code).toBe('ok');
    expect((await recover()).exitCode).toBe(0);
  });
});

describe('S2, when the connector has gone on behind the gap', () => {
  test('is not forgotten, and recovered by the copy alone', async () => {
    await loseChanges(200);
    expect((await facility.verdict('sql-offset-window')).code).toBe('sql-offset-window-lost');
    facility.line.thaw();
    await facility.until('it has gone on', 90, async () => {
      const { code } = await facility.verdict('sql-offset-window');
      return code === 'sql-offset-window-passed';
    });
    expect(await facility.states()).toBe('RUNNING RUNNING');
    expect((await compared(facility.hospital, CODE, 'Patients')).different).toContain('200');
    expect((await facility.health()).word).toBe('lost');

    const saved = (await facility.saved()).length;
    const run = await recover('gap', '--yes', '--accept-risk', 'resnapshot');
    expect(run.exitCode, run.output).toBe(0);
    expect(text(run)).toContain('deleted meanwhile stay in the warehouse: they were not marked');
    expect(await differences()).toEqual({ different: [], ghosts: ['4', '5'] });
    expect((await facility.saved()).length).toBe(saved);
    expect((await facility.verdict('sql-offset-window')).code).toBe('ok');
  });
});

describe('S3: the capture of one table was made anew', () => {
  test('is seen while connector and task say RUNNING, and that table alone is copied', async () => {
    expect((await facility.verdict('sql-capture-gap')).code).toBe('ok');
    const stock = await compared(facility.hospital, CODE, 'Stock');
    await facility.hospital.dba(
      "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'Patients', @capture_instance = N'all'",
      "INSERT INTO dbo.Patients VALUES (300, N'Unseen'); UPDATE dbo.Patients SET FullName = N'Unseen too' WHERE PatientNo = 2",
      'DELETE FROM dbo.Patients WHERE PatientNo = 1',
      "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'Patients', @role_name = N'clinicmaster_cdc_reader', @supports_net_changes = 0",
    );
    const lostAt = Date.now();
    let seen = '';
    await facility.until('it is seen', 60, async () => {
      seen = (await facility.verdict('sql-capture-gap')).code;
      return seen !== 'ok';
    });
    console.info(`S3 seen as ${seen} after ${((Date.now() - lostAt) / 1000).toFixed(1)} s`);
    expect(seen).toMatch(/^sql-capture-gap-(lost|replaced)$/);
    const { word, codes } = await facility.health();
    expect([word, codes.some((code) => code.startsWith('sql-capture-gap-'))]).toEqual(['lost', true]);
    expect(await facility.states()).toBe('RUNNING RUNNING');
    await facility.hospital.dba("INSERT INTO dbo.Patients VALUES (301, N'Seen again')");
    await facility.until('it streams', 60, async () => {
      const { different } = await compared(facility.hospital, CODE, 'Patients');
      return !different.includes('301');
    });
    expect((await compared(facility.hospital, CODE, 'Patients')).different).toEqual(['2', '300']);

    const run = await recover('gap', '--yes', '--accept-risk', 'resnapshot', '--marked', '--json');
    expect(run.exitCode, run.output).toBe(0);
    expect(jsonOf<{ copied: { table: string }[] }>(run).copied.map(({ table }) => table)).toEqual([
      'dbo.Patients',
    ]);
    expect(await differences()).toEqual({ different: [], ghosts: ['1', '4', '5'] });
    expect((await compared(facility.hospital, CODE, 'Stock')).records).toBe(stock.records);
    expect((await facility.verdict('sql-capture-gap')).code).toBe('ok');
  });
});

test('the stand-in reported no fault of its own', () => {
  expect(facility.hospital.standin.reports).toEqual([]);
});
