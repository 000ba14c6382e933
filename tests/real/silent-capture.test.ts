import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFailed, type CliRun, runCli } from '../../sandbox/src/demo/cli.ts';
import { readTopic, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { payloadOf, recordsOf, untilArrived } from './support/arrived-rows.ts';
import { DATABASE, enableTable } from './support/hospital.ts';
import { jsonOf, type PreparedFacility, prepareFacility } from './support/installed-facility.ts';

/**
 * Failures of the capture that leave connector and task RUNNING: each is put into the real parts, found, cured, and every row
 * compared with what lies in Kafka. Time passes on SQL Server's side, where the checks read it.
 */

const CODE = 'SILENT-CAPTURE';
const REST_PORT = 18820;
const DAY = 24 * 60;
const NO_CHANGE = 'No maximum LSN recorded in the database';
const PATIENTS = { Patients: ['PatientNo'] };
const ALL = { ...PATIENTS, Stock: ['ItemCode'], AuditTrail: ['At', 'What'], Referrals: ['ReferralNo'] };

let facility: PreparedFacility;
/** The connector's passwords and the DBA's login, as a person would give them. */
let environment: Record<string, string>;
/** What was measured. */
const measured: string[] = [];

const dba = (...batches: string[]) => facility.hospital.dba(...batches);
const arrived = (tables: Readonly<Record<string, readonly string[]>>, patienceMs?: number) =>
  untilArrived(facility.hospital, CODE, tables, patienceMs);
const age = (minutes: number) =>
  dba(`UPDATE cdc.lsn_time_mapping SET tran_end_time = DATEADD(MINUTE, -${minutes}, tran_end_time)`);

function program(...argv: string[]): Promise<CliRun> {
  return runCli(argv, environment, () => {}).catch((error: unknown) => {
    if (error instanceof CliFailed) return error.run;
    throw error;
  });
}
const ask = (...argv: string[]) => program(...argv, '--dir', facility.dir);

async function did(...argv: string[]): Promise<string> {
  const { exitCode, output } = await ask(...argv);
  expect(exitCode, output).toBe(0);
  return output.replace(/\s+/g, ' ');
}

interface Status {
  health: string;
  findings: { health: string; check: string; code: string }[];
  unlearnt: { check: string }[];
}

const status = async () => jsonOf<Status>(await ask('status', '--json'));

/** Looks until `status` says so, and notes how long that took. */
async function becomes(
  what: string,
  says: (status: Status) => boolean,
  patienceMs = 20_000,
): Promise<Status> {
  const begun = Date.now();
  for (;;) {
    const seen = await status();
    if (says(seen)) {
      measured.push(`${what}: after ${Date.now() - begun} ms`);
      return seen;
    }
    if (Date.now() - begun > patienceMs) {
      const { health, findings } = seen;
      throw new Error(`not ${what}: ${health} ${findings.map(({ code }) => code).join(' ')}`);
    }
    await wait(300);
  }
}
/** The word and the code of the finding that gives it. */
const found = (health: string, code: string, patienceMs?: number) =>
  becomes(
    `${health}, ${code}`,
    (seen) =>
      seen.health === health && seen.findings.some((one) => one.code === code && one.health === health),
    patienceMs,
  );
/** Connect stores the position every half minute. */
const healthy = (after: string) =>
  becomes(`healthy after ${after}`, ({ health }) => health === 'healthy', 50_000);

/** Nothing that Connect says of itself tells of the trouble. */
async function runs(): Promise<void> {
  const url = `http://127.0.0.1:${REST_PORT}/connectors/${facility.names.connector}/status`;
  const { connector, tasks } = (await (await fetch(url)).json()) as Record<'connector', { state: string }> &
    Record<'tasks', { state: string }[]>;
  expect([connector, ...tasks].map(({ state }) => state)).toEqual(['RUNNING', 'RUNNING']);
}

async function until(what: string, seconds: number, happens: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await happens()); await wait(300)) {
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
  }
}

async function log(): Promise<string> {
  const container = docker.getContainer(facility.names.container);
  return (await container.logs({ stdout: true, stderr: true })).toString();
}

async function heartbeats(): Promise<number> {
  const { heartbeat } = facility.names.topics;
  const there = (await withAdmin((admin) => admin.listTopics())).includes(heartbeat);
  return there ? (await readTopic(heartbeat)).length : 0;
}

async function dbaRows<T>(text: string): Promise<T[]> {
  const pool = await facility.hospital.standin.pool(DATABASE);
  return (
    await pool
      .request()
      .query<T>(text)
      .finally(() => pool.close())
  ).recordset;
}

async function beats(): Promise<number> {
  const [row] = await dbaRows<{ beat_no: string }>('SELECT beat_no FROM clinicmaster_cdc.heartbeat');
  return Number(row?.beat_no);
}

async function instances(): Promise<string[]> {
  const rows = await dbaRows<{ name: string }>(
    "SELECT capture_instance AS name FROM cdc.change_tables WHERE capture_instance LIKE 'dbo%' ORDER BY capture_instance",
  );
  return rows.map(({ name }) => name);
}

let patient = 100;
/** A patient comes. */
async function admit(name: string, village?: string): Promise<void> {
  patient += 1;
  await (village === undefined
    ? dba(`INSERT INTO dbo.Patients (PatientNo, FullName) VALUES (${patient}, N'${name}')`)
    : dba(
        `INSERT INTO dbo.Patients (PatientNo, FullName, Village) VALUES (${patient}, N'${name}', N'${village}')`,
      ));
}

beforeAll(async () => {
  facility = await prepareFacility({
    code: CODE,
    instance: 'silent-capture',
    restPort: REST_PORT,
    storage: 'silent_capture',
    patient: 'Achen',
    heartbeatMs: 1000,
    quiet: true,
  });
  const { sa } = facility.hospital.standin;
  environment = { ...facility.passwords, SQL_DBA_USER: sa.user, SQL_DBA_PASS: sa.password };
});

afterAll(async () => {
  console.log(measured.join('\n'));
  await facility?.remove();
});

test('S9: a table without a key stops init before anything is installed', async () => {
  const at = facility.flags.indexOf('--key-columns');
  const flags = facility.flags.toSpliced(at, 2, '--key-columns', 'dbo.Stock:ItemCode');
  const { exitCode, output } = await program('init', ...flags);
  expect([exitCode, output]).toEqual([3, expect.stringContaining('dbo.AuditTrail')]);
  const filters = { label: [`org.clinicmaster.cdc.facility=${CODE}`] };
  expect(await docker.listContainers({ all: true, filters })).toEqual([]);
});

test('S8: a fresh database that nothing changes sends one heartbeat and no more, until sql enable beats', async () => {
  const installed = await program('init', ...facility.flags);
  expect(installed.exitCode, installed.output).toBe(0);
  await until('Debezium sees no change', 30, async () => (await log()).includes(NO_CHANGE));
  // The first copy sends one at its end, which init takes for the proof. Then there is silence.
  await wait(6000);
  expect(await heartbeats()).toBe(1);
  await runs();
  await dba('UPDATE cdc.change_tables SET create_date = DATEADD(MINUTE, -3, create_date)');
  await found('risk', 'sql-capture-fresh-unchanged');
  // No heartbeat can prove a restart now: that it is connected, and that there is nothing to send, is all there is to see.
  expect(await did('restart')).toContain('no change on record: nothing to send');
  expect(await heartbeats()).toBe(1);
  await runs();

  await did('sql', 'enable', '--apply', '--yes');
  await until('heartbeats', 30, async () => (await heartbeats()) > 3);
  await healthy('sql enable');
});

describe('S1: SQL Server Agent stands still', () => {
  test('is found by what the job does not write, while heartbeats go on; nothing is lost', async () => {
    await dba('EXEC standin.agent_stop');
    await admit('Babirye');
    // The beat that Debezium has SQL Server write: four minutes ago, and the one before it ten.
    const beaten = (minutes: number, table: string) =>
      `UPDATE ${table} SET beat_at = DATEADD(MINUTE, -${minutes}, SYSUTCDATETIME())`;
    await dba(beaten(10, 'cdc.clinicmaster_cdc_heartbeat_CT'), beaten(4, 'clinicmaster_cdc.heartbeat'));
    // It is told against a position, and the first one is stored half a minute after the installation.
    await found('stalled', 'stream-lag-uncaptured', 50_000);
    await dba(beaten(0, 'clinicmaster_cdc.heartbeat'));
    // Where there is no such row, what the job has not written tells.
    await age(16);
    await found('late', 'sql-capture-fresh-late');
    await age(60);
    const stopped = await found('stalled', 'sql-capture-fresh-stopped');
    // The login may not look at the Agent itself, and a heartbeat tells of Debezium alone.
    expect(stopped.unlearnt.map(({ check }) => check)).toContain('sql-agent-running');
    expect(stopped.findings.map(({ check }) => check)).not.toContain('heartbeat-fresh');
    await runs();
    await admit('Nakato');
    expect(await arrived(PATIENTS, 0)).toEqual(['Patients 101', 'Patients 102']);

    await dba('EXEC standin.agent_start');
    await healthy('the start of the Agent');
    expect(await arrived(PATIENTS)).toEqual([]);
  });

  test('is found at once by a login that may see the Agent', async () => {
    await did('sql', 'grant', '--monitoring', '--apply', '--yes');
    await dba('EXEC standin.agent_stop');
    await found('stalled', 'sql-agent-running-stopped');
    await admit('Kato');
    await runs();
    await dba('EXEC standin.agent_start');
    await healthy('the start of the Agent');
    expect(await arrived(PATIENTS)).toEqual([]);
  });
});

test('S8: a long weekend is healthy: the job marks its rest, and the database beats', async () => {
  const before = await beats();
  await age(4 * DAY);
  await dba(`UPDATE clinicmaster_cdc.heartbeat SET beat_at = DATEADD(MINUTE, -${4 * DAY}, beat_at)`);
  await until('a beat', 30, async () => (await beats()) > before);
  await healthy('a long weekend');
  await runs();
});

test('S5: a table of a vendor script streams nothing, without a word; sql enable and a copy bring every row', async () => {
  await dba(
    'CREATE TABLE dbo.Referrals (ReferralNo int NOT NULL PRIMARY KEY, Place nvarchar(40) NULL)',
    "INSERT INTO dbo.Referrals VALUES (1, N'Mulago'), (2, N'Mbarara')",
  );
  await found('losing', 'sql-tables-enabled-missing');
  await admit('Okot');
  expect(await arrived(PATIENTS)).toEqual([]);
  expect(await recordsOf('Referrals')).toEqual([]);
  await runs();

  await did('sql', 'enable', '--apply', '--yes');
  await healthy('sql enable');
  await dba("INSERT INTO dbo.Referrals VALUES (3, N'Gulu')");
  await until('the row after it', 30, async () => (await recordsOf('Referrals')).length > 0);
  expect(await arrived({ Referrals: ['ReferralNo'] }, 0)).toEqual(['Referrals 1', 'Referrals 2']);
  await did('snapshot', 'dbo.Referrals', '--yes', '--no-follow');
  expect(await arrived({ Referrals: ['ReferralNo'] })).toEqual([]);
});

describe('S6: columns come, go and are widened', () => {
  test('it is found; the old instance stays until the connector has gone over', async () => {
    await dba(
      'ALTER TABLE dbo.Patients ADD Village nvarchar(40) NULL',
      'ALTER TABLE dbo.Stock ADD Batch nvarchar(10) NULL',
      'ALTER TABLE dbo.Stock ALTER COLUMN Quantity bigint NULL',
      'ALTER TABLE dbo.Referrals DROP COLUMN Place',
    );
    await found('losing', 'sql-schema-drift-columns');
    await admit('Opio', 'Kiwoko');
    await dba("UPDATE dbo.Patients SET Village = N'Bugoba' WHERE PatientNo = 1");
    await runs();

    await did('pause');
    expect(await did('sql', 'handover', '--apply', '--yes')).toContain('Done: 4 batches.');
    await admit('Adong', 'Atiak');
    const { exitCode, output } = await ask(
      'sql',
      'handover',
      '--finish',
      '--apply',
      '--yes',
      '--patience',
      '1s',
    );
    expect([exitCode, output]).toEqual([3, expect.stringContaining('is not past')]);
    expect(await instances()).toHaveLength(7);
  });

  test('it goes over, the old instances end, and a copy brings what came before', async () => {
    await did('resume');
    const answer = await ask('sql', 'handover', '--apply', '--yes', '--patience', '2m', '--json');
    expect(answer.exitCode, answer.output).toBe(0);
    const { next, batches } = jsonOf<{ next: string[]; batches: { id: string; state: string }[] }>(answer);
    expect(batches.map(({ id, state }) => `${id}: ${state}`)).toEqual([
      'release dbo_Patients: done',
      'release dbo_Referrals: done',
      'release dbo_Stock: done',
    ]);
    expect(await instances()).toEqual([
      'dbo_AuditTrail',
      'dbo_Patients_v2',
      'dbo_Referrals_v2',
      'dbo_Stock_v2',
    ]);
    await healthy('the end of the old instances');
    await dba(
      "INSERT INTO dbo.Stock VALUES ('A1', 3000000000, N'B7')",
      'INSERT INTO dbo.Referrals VALUES (4)',
    );
    await admit('Lakor', 'Gulu');
    // Debezium meets the end of the old instances with the next change, and begins anew.
    await until(
      'the last patient',
      60,
      async () => !(await arrived(PATIENTS, 0)).includes(`Patients ${patient}`),
    );
    await runs();
    // Whoever has a village from before the handover; Adong came after its first half.
    expect(await arrived(ALL, 0)).toEqual(['Patients 1', 'Patients 105']);
    expect(next).toContain("clinicmaster-cdc snapshot dbo.Patients --where '[Village] IS NOT NULL'");
    await did('snapshot', 'dbo.Patients', '--where', '[Village] IS NOT NULL', '--yes', '--no-follow');
    expect(await arrived(ALL)).toEqual([]);
  });
});

test('S9: a new table without a key arrives without one; columns that are named cure it', async () => {
  await dba(
    'CREATE TABLE dbo.Logins (SessionNo int NULL, Who nvarchar(40) NULL)',
    enableTable('Logins'),
    "INSERT INTO dbo.Logins VALUES (1, N'nurse'), (2, N'doctor')",
  );
  await found('losing', 'sql-table-pk-none');
  await until('records', 30, async () => (await recordsOf('Logins')).length === 2);
  expect((await recordsOf('Logins')).map(({ key }) => payloadOf(key))).toEqual([null, null]);
  await runs();

  await did('tables', '--key', 'dbo.Logins:SessionNo,Who', '--yes');
  await did('init', '--yes');
  await did('snapshot', 'dbo.Logins', '--yes', '--no-follow');
  expect(await arrived({ ...ALL, Logins: ['SessionNo', 'Who'] })).toEqual([]);
  await healthy('all of it');
});
