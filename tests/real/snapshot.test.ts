import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { readTopic, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { docker, removeContainer } from '../../sandbox/src/provision/docker.ts';
import type { CopyState } from '../../src/connector/copy-state.ts';
import { facilityNames, TOPIC_PREFIX } from '../../src/connector/names.ts';
import { mergeEnv } from '../../src/settings/env-write.ts';
import { runProgram } from './support/program.ts';
import { startTestStandin, type TestStandin } from './support/standin.ts';
import { startWorker, type WorkerContainer } from './support/worker-container.ts';

/** Tables that are copied again beside the stream: the real connector, asked by the program through its signal table. */

const CODE = 'SNAPSHOT';
const DATABASE = process.env.CDC_TEST_DATABASE ?? 'ClinicSnapshot';
const LOGIN = 'cdc_reader';
const PASSWORD = 'R3ader-of-the-snapshots!';
const VISITS = 24_000;
/** A second facility on the same server, whose first copy has its hours. */
const NIGHT = 'SNAPSHOT-W';
const nightNames = facilityNames(NIGHT, 'snapshot-w');
const names = facilityNames(CODE);
const NIGHT_DATABASE = `${DATABASE}Night`;
const topic = (table: string, database = DATABASE) => `${TOPIC_PREFIX}.${database}.dbo.${table}`;
let standin: TestStandin;
let worker: WorkerContainer;
let dir: string;
let nightDir: string;

const dba = <T = unknown>(...batches: string[]): Promise<T[]> => dbaOf<T>(DATABASE, ...batches);

async function dbaOf<T = unknown>(database: string, ...batches: string[]): Promise<T[]> {
  const pool = await standin.pool(database);
  try {
    let rows: T[] = [];
    for (const batch of batches) rows = ((await pool.request().batch<T>(batch)).recordset ?? []) as T[];
    return rows;
  } finally {
    await pool.close();
  }
}

const snapshot = (...argv: string[]) => runProgram({}, 'snapshot', '--dir', dir, ...argv);
const state = async (): Promise<CopyState> => JSON.parse((await snapshot('--json')).stdout).state;
const records = async (table: string, database = DATABASE) => {
  const name = topic(table, database);
  const topics = await withAdmin((admin) => admin.listTopics());
  return topics.includes(name) ? (await readTopic(name)).length : 0;
};
const visits = (count: number) =>
  Array.from({ length: count / 1000 }, (_, part) => {
    const rows = Array.from({ length: 1000 }, (_, row) => `(${part * 1000 + row + 1}, N'A')`);
    return `INSERT INTO dbo.Visits VALUES ${rows.join(',')}`;
  });
const runs = async () => {
  const status = await worker.connect.status(names.connector).catch(() => undefined);
  return status?.tasks[0]?.state === 'RUNNING';
};

async function removeTopics(): Promise<void> {
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter((name) =>
      [names.prefix, nightNames.prefix, `${TOPIC_PREFIX}.${DATABASE}`].some((own) => name.startsWith(own)),
    );
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}

/** The last record of each visit in Kafka, by its key. */
async function inKafka(database = DATABASE): Promise<Map<number, string>> {
  const last = new Map<number, string>();
  for (const { value } of await readTopic(topic('Visits', database))) {
    if (value === null) continue;
    const { payload } = JSON.parse(value.toString());
    last.set(payload.VisitID, payload.Ward);
  }
  return last;
}

/** A second for each chunk: slow enough to be paused and killed in the middle. */
const QUICK_CAPTURE = [
  "EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 1",
  "EXEC sys.sp_cdc_stop_job @job_type = N'capture'",
  "EXEC sys.sp_cdc_start_job @job_type = N'capture'",
];

beforeAll(async () => {
  const sandbox = await loadSandbox();
  await removeTopics();
  standin = await startTestStandin('snapshot');
  const master = await standin.pool();
  await master.request().batch(`CREATE DATABASE ${DATABASE}`);
  await master.request().batch(`CREATE DATABASE ${NIGHT_DATABASE}`);
  await master.close();
  await dba(
    'CREATE TABLE dbo.Visits (VisitID int NOT NULL PRIMARY KEY, Ward nvarchar(20) NULL)',
    'CREATE TABLE dbo.Patients (PatientNo int NOT NULL PRIMARY KEY, FullName nvarchar(60) NULL)',
    'CREATE TABLE dbo.AuditTrail (At datetime2 NULL, What nvarchar(60) NULL)',
    'CREATE TABLE dbo.Notes (What nvarchar(60) NULL)',
    'CREATE TABLE dbo.LogOfThings (Id int NOT NULL PRIMARY KEY)',
    "INSERT INTO dbo.Patients VALUES (1, N'Auma')",
    "INSERT INTO dbo.AuditTrail VALUES ('2024-01-01', N'a'), ('2024-01-01', N'b'), (NULL, N'c')",
    ...visits(VISITS),
  );
  const kafka = await enrolFacility(CODE);
  const values = {
    DB_HOST: standin.host,
    DB_PORT: String(standin.port),
    DB_USER: LOGIN,
    DB_PASS: PASSWORD,
    DB_NAME: DATABASE,
    DB_TRUST_SERVER_CERTIFICATE: 'true',
    FACILITY_NAME: 'Snapshot',
    FACILITY_DHIS2_CODE: CODE,
    INSTANCE: '-snapshot',
    REST_PORT: '18721',
    HEARTBEAT_INTERVAL_MS: '1000',
    TABLE_INCLUDE_LIST: 'dbo\\..*(?<!LogOfThings)',
    MESSAGE_KEY_COLUMNS: 'dbo\\.AuditTrail:At,What',
    KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
    KAFKA_USER: kafka.username,
    KAFKA_PASS: kafka.password,
    ...(process.env.CDC_TEST_IMAGE === undefined ? {} : { IMAGE: process.env.CDC_TEST_IMAGE }),
  };
  dir = await mkdtemp(join(tmpdir(), 'snapshot-'));
  await mkdir(join(dir, 'ca'));
  await writeFile(join(dir, '.env'), mergeEnv('', values, 'Written by a test'));
  await writeFile(join(dir, 'ca', 'kafka-ca.pem'), sandbox.ca);
  const dbaEnv = { SQL_DBA_USER: 'sa', SQL_DBA_PASS: standin.sa.password };
  const enabled = await runProgram(dbaEnv, 'sql', 'enable', '--dir', dir, '--apply', '--yes');
  expect(enabled.exit, enabled.stderr).toBe(0);
  await dba(...QUICK_CAPTURE);
  worker = await startWorker('docker-compose.facility.yml', values, { 'kafka-ca.pem': sandbox.ca });
  await worker.until('the first copy', 120, async () => {
    const topics = await withAdmin((admin) => admin.listTopics());
    return (await runs()) && topics.includes(topic('Visits')) && (await records('Visits')) >= VISITS;
  });
});

afterAll(async () => {
  await worker?.remove();
  await removeContainer(nightNames.container);
  await docker
    .getNetwork(nightNames.container)
    .remove()
    .catch(() => {});
  await standin?.remove();
  await removeTopics();
  for (const folder of [dir, nightDir]) await rm(folder, { recursive: true, force: true });
});

/** When the hours of the second facility begin, in milliseconds since 1970: a full minute. */
let opens = 0;
const night = (...argv: string[]) => runProgram({}, 'snapshot', '--dir', nightDir, '--json', ...argv);
const nightState = async (): Promise<CopyState> => JSON.parse((await night()).stdout).state;

async function installNight(): Promise<ReturnType<typeof runProgram>> {
  const sandbox = await loadSandbox();
  await dbaOf(
    NIGHT_DATABASE,
    'CREATE TABLE dbo.Visits (VisitID int NOT NULL PRIMARY KEY, Ward nvarchar(20) NULL)',
    ...visits(VISITS),
  );
  nightDir = await mkdtemp(join(tmpdir(), 'snapshot-w-'));
  const env = {
    DB_HOST: standin.host,
    DB_PORT: String(standin.port),
    DB_USER: LOGIN,
    DB_PASS: PASSWORD,
    DB_NAME: NIGHT_DATABASE,
    DB_TRUST_SERVER_CERTIFICATE: 'true',
  };
  const dbaEnv = { ...env, SQL_DBA_USER: 'sa', SQL_DBA_PASS: standin.sa.password };
  const enabled = await runProgram(dbaEnv, 'sql', 'enable', '--apply', '--yes');
  expect(enabled.exit, enabled.stderr).toBe(0);
  await dbaOf(NIGHT_DATABASE, ...QUICK_CAPTURE);
  const kafka = await enrolFacility(NIGHT);
  opens = Math.floor((Date.now() + 170_000) / 60_000) * 60_000;
  const clock = (at: number) => new Date(at).toISOString().slice(11, 16);
  return runProgram(
    {
      ...env,
      FACILITY_NAME: 'Snapshot by night',
      FACILITY_DHIS2_CODE: NIGHT,
      INSTANCE: 'snapshot-w',
      REST_PORT: '18722',
      HEARTBEAT_INTERVAL_MS: '1000',
      KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
      KAFKA_USER: kafka.username,
      KAFKA_PASS: kafka.password,
      ...(process.env.CDC_TEST_IMAGE === undefined ? {} : { IMAGE: process.env.CDC_TEST_IMAGE }),
    },
    'init',
    ...['--yes', '--dir', nightDir, '--kafka-ca', sandbox.caFile],
    ...['--first-copy-window', `${clock(opens)}-${clock(opens + 12 * 3_600_000)}+00:00`],
  );
}

test('a facility that has hours for its first copy streams at once, and copies nothing before them', async () => {
  const installed = await installNight();
  expect(installed.exit, installed.stderr).toBe(0);
  expect(installed.stderr).toMatch(/First copy asked for: done, 24000 rows[\s\S]*\(UTC\+0\),\s+opens\s+in/);

  await dbaOf(NIGHT_DATABASE, "UPDATE dbo.Visits SET Ward = N'B' WHERE VisitID = 24000");
  await worker.until('the change', 30, async () => (await records('Visits', NIGHT_DATABASE)) >= 1);
  // The container forgets nothing that matters: it goes on waiting after a restart.
  await docker.getContainer(nightNames.container).restart({ t: 0 });
  await sleep(25_000);
  expect(Date.now()).toBeLessThan(opens);
  expect(await records('Visits', NIGHT_DATABASE)).toBeLessThan(VISITS / 2);
  expect((await nightState()).phase).toBe('paused');
});

test('refuses what Debezium would pass over, and says what comes first', async () => {
  const cases: [argv: string[], exit: number, words: RegExp][] = [
    [['dbo.Vsits', '--yes'], 2, /No table is called dbo\.Vsits[\s\S]*dbo\.Visits/],
    [['LogOfThings', '--yes'], 3, /LogOfThings is left out[\s\S]*tables --stream dbo\.LogOfThings/],
    [['Notes', '--yes'], 3, /Notes has no key[\s\S]*tables --key dbo\.Notes/],
    [['Visits', '--where', '1=1; DROP TABLE dbo.Visits', '--yes'], 2, /it holds ;/],
    [['Visits', '--where', 'NoSuchColumn = 1', '--yes'], 2, /NoSuchColumn/],
    [['Visits'], 2, /nothing is started unless --yes/],
    [['--pause'], 3, /No copy is under way/],
  ];
  for (const [argv, exit, words] of cases) {
    const ran = await snapshot(...argv);
    expect(ran.stderr + ran.stdout).toMatch(words);
    expect(ran.exit).toBe(exit);
  }
  expect((await state()).phase).toBe('none');
});

test('without the right to ask, the DBA is named', async () => {
  await dba('REVOKE INSERT ON OBJECT::[clinicmaster_cdc].[debezium_signal] FROM [clinicmaster_cdc_reader]');
  const ran = await snapshot('Visits', '--yes');
  await dba('GRANT INSERT ON OBJECT::[clinicmaster_cdc].[debezium_signal] TO [clinicmaster_cdc_reader]');
  expect(ran.stderr).toMatch(/INSERT is\s+missing[\s\S]*sql grant/);
  expect(ran.exit).toBe(3);
});

test('copies beside the stream, paused and resumed, and goes on after a kill', async () => {
  const patients = await records('Patients');
  const audits = await records('AuditTrail');
  // The table without a primary key goes along the key that was named for it.
  const started = await snapshot('dbo.Visits', 'AuditTrail', '--yes', '--no-follow');
  expect(started.exit).toBe(0);
  expect(started.stderr).toMatch(/24 003 rows[\s\S]*measured just now/);

  await worker.until('some chunks', 30, async () => (await state()).read >= 2);
  expect((await snapshot('dbo.Patients', '--yes')).stderr).toMatch(/A copy is under way already/);
  // Before and behind the place where the copy is.
  await dba(
    "UPDATE dbo.Visits SET Ward = N'B' WHERE VisitID IN (1, 23999)",
    'DELETE FROM dbo.Visits WHERE VisitID = 23998',
  );

  expect((await snapshot('--pause')).stdout).toContain('paused');
  await sleep(4000);
  const paused = await state();
  await dba("INSERT INTO dbo.Visits VALUES (24001, N'new')");
  await sleep(4000);
  expect(await state()).toEqual(paused);
  expect(paused.phase).toBe('paused');
  expect(paused.percent).toBeLessThan(100);

  // The position that a kill falls back to names the copy, once it has been stored.
  await worker.until('the position', 60, async () => {
    const [stored] = (await worker.connect.offsets(names.connector)) ?? [];
    return stored?.offset?.incremental_snapshot_collections !== undefined;
  });
  expect((await snapshot('--resume')).exit).toBe(0);
  await worker.until('more chunks', 30, async () => (await state()).read > paused.read);
  await worker.docker.stop(worker.name, 0);
  await worker.docker.start(worker.name);
  await dba("UPDATE dbo.Visits SET Ward = N'C' WHERE VisitID IN (2, 24000)");
  await worker.until('the worker', 90, runs);

  const followed = await snapshot('--follow');
  expect(followed.stdout).toContain('the last copy is complete');
  const rows = await dba<{ VisitID: number; Ward: string }>('SELECT VisitID, Ward FROM dbo.Visits');
  const last = await inKafka();
  expect(rows.filter(({ VisitID, Ward }) => last.get(VisitID) !== Ward)).toEqual([]);
  expect(await records('Visits')).toBeGreaterThanOrEqual(2 * VISITS);
  expect(await records('AuditTrail')).toBe(audits + 3);
  // Nothing else was copied again.
  expect(await records('Patients')).toBe(patients);
});

test('a stopped copy stays stopped after a restart', async () => {
  await snapshot('Visits', '--yes', '--no-follow', '--where', 'VisitID > 0');
  await worker.until('a chunk', 30, async () => (await state()).read >= 1);
  expect((await snapshot('--stop')).exit).toBe(0);
  await worker.until('the end', 60, async () => (await state()).phase === 'stopped');
  const stopped = await records('Visits');
  await worker.docker.stop(worker.name, 10);
  await worker.docker.start(worker.name);
  await worker.until('the worker', 90, runs);
  await sleep(6000);
  expect(await records('Visits')).toBeLessThan(stopped + 100);
  expect((await state()).phase).toBe('stopped');
});

test('the first copy begins by itself when its hours begin, and is asked for once', async () => {
  const end = opens + 90_000;
  while ((await records('Visits', NIGHT_DATABASE)) <= VISITS) {
    if (Date.now() > end)
      throw new Error(
        `Not every visit arrived:\n${await worker.docker.logs(nightNames.container, { tail: 150 })}`,
      );
    await sleep(1000);
  }
  expect(Date.now()).toBeGreaterThan(opens);
  const { stdout } = await night('--follow');
  expect(JSON.parse(stdout)).toMatchObject({ state: { phase: 'finished' } });
  const last = await inKafka(NIGHT_DATABASE);
  expect([last.size, last.get(1), last.get(24_000)]).toEqual([VISITS, 'A', 'B']);
  const again = await runProgram({}, 'init', '--yes', '--dir', nightDir);
  expect(again.stderr).toContain('First copy asked for: unchanged, asked for already');
});
