import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { readTopic, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { facilityNames, TOPIC_PREFIX } from '../../src/connector/names.ts';
import { runProgram } from './support/program.ts';
import { startTestStandin, type TestStandin } from './support/standin.ts';
import { startWorker, type WorkerContainer } from './support/worker-container.ts';

/** A database that `sql enable` has prepared, and the real connector on it. */

const CODE = 'OWN-SCHEMA';
const DATABASE = 'OwnSchema';
const LOGIN = 'cdc_reader';
const PASSWORD = 'R3ader-of-the-own-schema!';
const names = facilityNames(CODE);
const topic = (table: string) => `${TOPIC_PREFIX}.${DATABASE}.${table}`;
let standin: TestStandin;
let worker: WorkerContainer;

async function dba<T = unknown>(batch: string): Promise<T[]> {
  const pool = await standin.pool(DATABASE);
  try {
    return ((await pool.request().batch<T>(batch)).recordset ?? []) as T[];
  } finally {
    await pool.close();
  }
}

const recordsOf = async (table: string) =>
  (await withAdmin((admin) => admin.listTopics())).includes(topic(table)) ? readTopic(topic(table)) : [];
const beats = async () =>
  Number((await dba<{ beat_no: string }>('SELECT beat_no FROM clinicmaster_cdc.heartbeat'))[0]?.beat_no);

async function removeTopics(): Promise<void> {
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter(
      (name) => name.startsWith(names.prefix) || name.startsWith(`${TOPIC_PREFIX}.${DATABASE}.`),
    );
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}

beforeAll(async () => {
  const sandbox = await loadSandbox();
  await removeTopics();
  standin = await startTestStandin('own_schema');
  const master = await standin.pool();
  await master.request().batch(`CREATE DATABASE ${DATABASE}`);
  await master.close();
  await dba('CREATE TABLE dbo.Visits (VisitID int NOT NULL PRIMARY KEY, Ward nvarchar(20) NULL)');
  await dba("INSERT INTO dbo.Visits VALUES (1, N'A'), (2, N'B')");
  const database = {
    DB_HOST: standin.host,
    DB_PORT: String(standin.port),
    DB_USER: LOGIN,
    DB_PASS: PASSWORD,
    DB_NAME: DATABASE,
    DB_TRUST_SERVER_CERTIFICATE: 'true',
  };
  const dbaEnv = { SQL_DBA_USER: 'sa', SQL_DBA_PASS: standin.sa.password };
  const { exit, stdout } = await runProgram({ ...database, ...dbaEnv }, 'sql', 'enable', '--apply', '--yes');
  expect(stdout).toContain('Done:');
  expect(exit).toBe(0);
  await dba("EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 1");
  await dba("EXEC sys.sp_cdc_stop_job @job_type = N'capture'");
  await dba("EXEC sys.sp_cdc_start_job @job_type = N'capture'");
  const kafka = await enrolFacility(CODE);
  worker = await startWorker(
    'docker-compose.facility.yml',
    {
      ...database,
      FACILITY_NAME: 'Own Schema',
      FACILITY_DHIS2_CODE: CODE,
      INSTANCE: '-own-schema',
      REST_PORT: '18197',
      HEARTBEAT_INTERVAL_MS: '1000',
      KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
      KAFKA_USER: kafka.username,
      KAFKA_PASS: kafka.password,
    },
    { 'kafka-ca.pem': sandbox.ca },
  );
});

afterAll(async () => {
  await worker?.remove();
  await standin?.remove();
  await removeTopics();
});

test('a login with the rights of sql enable alone copies and streams', async () => {
  await worker.until('the first copy', 90, async () => (await recordsOf('dbo.Visits')).length >= 2);
  await dba("UPDATE dbo.Visits SET Ward = N'C' WHERE VisitID = 1");
  await worker.until('the change', 60, async () => (await recordsOf('dbo.Visits')).length >= 3);
});

test('a quiet database beats through the connector, at most every five minutes', async () => {
  const before = await beats();
  await dba("UPDATE clinicmaster_cdc.heartbeat SET beat_at = '2020-01-01'");
  await worker.until('a beat', 30, async () => (await beats()) > before);
  const after = await beats();
  // Several heartbeats of Debezium pass without another beat.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  expect(await beats()).toBe(after);
  expect(after).toBe(before + 1);
});

test('what it writes there stays out of the warehouse', async () => {
  const shared = (await withAdmin((admin) => admin.listTopics())).filter((name) =>
    name.startsWith(`${TOPIC_PREFIX}.${DATABASE}.`),
  );
  expect(shared).toContain(topic('clinicmaster_cdc.heartbeat'));
  const sink = /^clinicmasterwarehouse-sqlserver\..*\.dbo\..*$/;
  expect(shared.filter((name) => sink.test(name))).toEqual([topic('dbo.Visits')]);
});

test('a signal in our own table copies one table again', async () => {
  const before = (await recordsOf('dbo.Visits')).length;
  await dba(`INSERT INTO clinicmaster_cdc.debezium_signal (id, type, data)
    VALUES ('again-1', 'execute-snapshot', '{"data-collections": ["${DATABASE}.dbo.Visits"], "type": "incremental"}')`);
  await worker.until(
    'two more records',
    60,
    async () => (await recordsOf('dbo.Visits')).length >= before + 2,
  );
});
