import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type sql from 'mssql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { readTopic, type TopicRecord, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { findDocker } from '../../src/adapters/docker.ts';
import { facilityNames, TOPIC_PREFIX } from '../../src/connector/names.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { realCli } from './support/program.ts';
import { startTestStandin, type TestStandin } from './support/standin.ts';
import { startWorker, type WorkerContainer } from './support/worker-container.ts';

const CODE = 'TABLES-2';
const INSTANCE = '-tables';
const DATABASE = 'TablesDebezium';
const LOGIN = { user: 'cdc_reader', password: 'R3ader-of-tables' };
/** Stands in columns that are left out: it may be in no topic at all. */
const PRIVATE = '+256 700 123456';

/** Names with everything that a list, an expression, a key or a `.env` file reads as its own. */
const ORDERS = 'Order, Lines (v2.0) [a|b]';
const LOG = 'Log.2024';
const STOCK = 'Stock$';

const names = facilityNames(CODE);
const topic = (table: string) => `${TOPIC_PREFIX}.${DATABASE}.dbo.${table.replace(/[^A-Za-z0-9._-]/g, '_')}`;

let sandbox: Sandbox;
let standin: TestStandin;
let pool: sql.ConnectionPool;
let worker: WorkerContainer | undefined;
let kafkaLogin: { username: string; password: string };
let dir: string;

const run = async (text: string) => void (await pool.request().batch(text));
const bracketed = (name: string) => `[${name.replaceAll(']', ']]')}]`;
const topics = () => withAdmin((admin) => admin.listTopics());
const records = async (table: string): Promise<TopicRecord[]> =>
  (await topics()).includes(topic(table)) ? readTopic(topic(table)) : [];
const payload = (bytes: Buffer | null) => (bytes === null ? null : JSON.parse(bytes.toString()).payload);
const values = async (table: string) =>
  (await records(table)).map(({ value }) => payload(value) as Record<string, unknown> | null);

async function untilValue(table: string, field: string, wanted: string): Promise<void> {
  await worker!.until(`${wanted} in ${table}`, 90, async () =>
    (await values(table)).some((value) => value?.[field] === wanted),
  );
}

async function removeTopics(): Promise<void> {
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter(
      (name) => name.startsWith(names.prefix) || name.startsWith(`${TOPIC_PREFIX}.${DATABASE}.`),
    );
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}

/** A run that was killed leaves a worker behind, which would fill the topics of this one. */
async function removeStale(): Promise<void> {
  const docker = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
  const name = `clinicmasterwarehouse${INSTANCE}`;
  if ((await docker.container(name)) !== undefined) await docker.remove(name);
}

async function choose(...argv: string[]): Promise<void> {
  const { exit, stderr } = await realCli('tables', '--dir', dir, '--yes', ...argv);
  expect([exit, stderr]).toEqual([0, expect.any(String)]);
}

/** A container with the `.env` as it stands, as `docker compose up -d` would make it. */
async function start(): Promise<void> {
  // A worker that is stopped stores its position; one that is killed sends its last records again.
  if (worker !== undefined) await worker.docker.stop(worker.name, 60);
  await worker?.remove();
  const values = envValues(parseEnv(await readFile(join(dir, '.env'), 'utf8')));
  worker = await startWorker('docker-compose.facility.yml', values, { 'kafka-ca.pem': sandbox.ca });
}

beforeAll(async () => {
  sandbox = await loadSandbox();
  await removeStale();
  await removeTopics();
  standin = await startTestStandin('tables_debezium');
  const master = await standin.pool();
  await master.request().batch(`CREATE DATABASE ${DATABASE}`);
  await master.request().batch(`ALTER DATABASE ${DATABASE} SET ALLOW_SNAPSHOT_ISOLATION ON`);
  await master
    .request()
    .batch(`CREATE LOGIN ${LOGIN.user} WITH PASSWORD = N'${LOGIN.password}', CHECK_POLICY = OFF`);
  await master.close();
  pool = await standin.pool(DATABASE);
  for (const text of [
    `CREATE TABLE Patients (Id int NOT NULL PRIMARY KEY, Name nvarchar(100) NULL, Phone nvarchar(40) NULL, Photo varbinary(max) NULL,
       Born date NULL, Paid decimal(10,2) NULL)`,
    `CREATE TABLE ${bracketed(ORDERS)} ([line: no] int NOT NULL PRIMARY KEY, [e,mail] nvarchar(60) NULL, [text] nvarchar(60) NULL)`,
    `CREATE TABLE ${bracketed(LOG)} (Id int NOT NULL PRIMARY KEY, [text] nvarchar(60) NULL)`,
    `CREATE TABLE ${bracketed(STOCK)} (Id int NOT NULL PRIMARY KEY, [text] nvarchar(60) NULL)`,
    'CREATE TABLE Late (Id int NOT NULL PRIMARY KEY, [text] nvarchar(60) NULL)',
    'CREATE TABLE Audit ([What, Who] nvarchar(40) NOT NULL, [x:y] int NOT NULL, Note nvarchar(60) NULL)',
    'EXEC sys.sp_cdc_enable_db',
    ...['Patients', ORDERS, LOG, STOCK, 'Late', 'Audit'].map(
      (table, at) =>
        `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'${table}', @capture_instance = N'dbo_${at}', @role_name = NULL`,
    ),
    "EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 1",
    "EXEC sys.sp_cdc_stop_job @job_type = N'capture'",
    "EXEC sys.sp_cdc_start_job @job_type = N'capture'",
    `CREATE USER ${LOGIN.user} FOR LOGIN ${LOGIN.user}`,
    `GRANT SELECT ON SCHEMA::dbo TO ${LOGIN.user}; GRANT SELECT ON SCHEMA::cdc TO ${LOGIN.user}`,
    `INSERT INTO Patients VALUES (1, N'${'Amina '.repeat(16)}', N'${PRIVATE}', 0x${Buffer.from(PRIVATE).toString('hex')}, '2000-02-29', 12.5)`,
    `INSERT INTO ${bracketed(ORDERS)} VALUES (1, N'${PRIVATE}', N'first')`,
    ...[LOG, STOCK, 'Late'].map((table) => `INSERT INTO ${bracketed(table)} VALUES (1, N'old')`),
    "INSERT INTO Audit VALUES (N'login', 1, N'first')",
  ]) {
    await run(text);
  }
  // A password of its own for each run: a broker that was made anew meanwhile knows none from before.
  kafkaLogin = await enrolFacility(CODE, randomUUID());
  dir = await mkdtemp(join(tmpdir(), 'tables-'));
  await writeFile(
    join(dir, '.env'),
    `FACILITY_NAME=Tables Test
FACILITY_DHIS2_CODE=${CODE}
INSTANCE=${INSTANCE}
REST_PORT=18196
DB_HOST=${standin.host}
DB_PORT=${standin.port}
DB_USER=${LOGIN.user}
DB_PASS=${LOGIN.password}
DB_NAME=${DATABASE}
DB_TRUST_SERVER_CERTIFICATE=true
HEARTBEAT_INTERVAL_MS=2000
KAFKA_BOOTSTRAP_SERVERS=${sandbox.kafka.bootstrap}
KAFKA_USER=${kafkaLogin.username}
KAFKA_PASS='${kafkaLogin.password}'
`,
  );
});

afterAll(async () => {
  await worker?.remove();
  await pool?.close();
  await standin?.remove();
  await removeTopics();
  if (dir !== undefined) await rm(dir, { recursive: true });
});

describe('Debezium 3.6 takes a choice as tables wrote it', () => {
  test('all but the tables left out, without the columns left out, with the key given', async () => {
    await choose(
      '--leave-out',
      `${bracketed(LOG)},${bracketed(STOCK)},Late`,
      '--leave-out-columns',
      `Patients:Ph*;${bracketed(ORDERS)}:[e,mail]`,
      '--key',
      'Audit:[x:y],[What, Who]',
    );
    await start();
    await untilValue(ORDERS, 'text', 'first');
    await untilValue('Audit', 'Note', 'first');
    for (const table of [LOG, STOCK, 'Late'])
      await run(`INSERT INTO ${bracketed(table)} VALUES (2, N'streamed')`);
    await run(`INSERT INTO ${bracketed(ORDERS)} VALUES (2, N'${PRIVATE}', N'second')`);
    await run(`UPDATE Audit SET Note = N'second' WHERE [x:y] = 1`);
    await run(`UPDATE Patients SET Name = N'last', Phone = N'${PRIVATE}!' WHERE Id = 1`);
    await untilValue('Patients', 'Name', 'last');
    await untilValue('Audit', 'Note', 'second');
    await untilValue(ORDERS, 'text', 'second');

    const written = (await topics()).filter((name) => name.startsWith(`${TOPIC_PREFIX}.${DATABASE}.`));
    expect(written.sort()).toEqual([topic('Audit'), topic(ORDERS), topic('Patients')].sort());
    const patients = await values('Patients');
    expect(patients.map((value) => Object.keys(value ?? {}))).toEqual(
      patients.map(() => ['Id', 'Name', 'Born', 'Paid', 'facility_dhis2_code', 'facility_name']),
    );
    const keys = (await records('Audit')).map(({ key }) => payload(key));
    expect(keys).toEqual(keys.map(() => ({ 'x:y': 1, 'What, Who': 'login', facility_dhis2_code: CODE })));
    const all = (await Promise.all(['Audit', ORDERS, 'Patients'].map(records))).flat();
    const bytes = all.map(({ key, value }) => `${key}${value}`).join('\n');
    for (const form of [PRIVATE, Buffer.from(PRIVATE).toString('base64')]) expect(bytes).not.toContain(form);
  });

  test('the size of a change is about that of a real record', async () => {
    await run(
      `INSERT INTO Patients VALUES (2, N'${'Brian '.repeat(16)}', NULL, NULL, '2000-02-29', 1234567.5)`,
    );
    await untilValue('Patients', 'Name', 'Brian '.repeat(16));
    const sizes = (await records('Patients')).map(
      ({ key, value }) => (key?.length ?? 0) + (value?.length ?? 0),
    );
    const { stdout } = await realCli('tables', '--dir', dir, '--json', 'Patients');
    const [patients] = JSON.parse(stdout).tables;
    expect(patients.change).toMatchObject({ from: 'sample', rows: 2 });
    expect(patients.change.bytes / Math.max(...sizes)).toBeGreaterThan(0.9);
    expect(patients.change.bytes / Math.max(...sizes)).toBeLessThan(1.1);
  });

  test('by name alone; a table that joins later brings its changes, not its old rows', async () => {
    const before = { orders: (await records(ORDERS)).length, patients: (await records('Patients')).length };
    await choose('--stream-only', `Patients,Late,${bracketed(STOCK)}`);
    await start();
    await worker!.until('the connector', 90, async () => {
      const status = await worker!.connect.status(names.connector).catch(() => undefined);
      return status?.tasks[0]?.state === 'RUNNING';
    });
    await run(`INSERT INTO ${bracketed(ORDERS)} VALUES (3, NULL, N'third')`);
    for (const table of ['Late', STOCK, LOG])
      await run(`INSERT INTO ${bracketed(table)} VALUES (3, N'third')`);
    await run(`UPDATE Patients SET Name = N'after' WHERE Id = 1`);
    await untilValue('Patients', 'Name', 'after');
    await untilValue('Late', 'text', 'third');
    await untilValue(STOCK, 'text', 'third');
    expect((await values('Late')).map((value) => value?.text)).not.toContain('old');
    expect(await records(ORDERS)).toHaveLength(before.orders);
    expect(await records(LOG)).toEqual([]);
    // No second copy of what streamed before.
    expect((await records('Patients')).length).toBe(before.patients + 1);
    expect((await values('Patients')).at(-1)).not.toHaveProperty('Phone');
  });

  test('the stand-in itself reported no bug', () => {
    expect(standin.reports).toEqual([]);
  });
});
