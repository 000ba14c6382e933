import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { type Login, loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { facilityNames } from '../../src/connector/names.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { check, checkWith } from './support/facility-checks.ts';
import { type Clinic, openClinic } from './support/standin-clinic.ts';

/** Checks of Kafka that ask SQL Server too. */
const ID = 'SIZES';
const HEARTBEAT = facilityNames(ID).topics.heartbeat;
const DATA = 'clinicmasterwarehouse-sqlserver.Clinic.dbo';

let sandbox: Sandbox;
let login: Login;
let clinic: Clinic;

beforeAll(async () => {
  sandbox = await loadSandbox();
  login = await enrolFacility(ID);
  clinic = await openClinic('checks_kafka_database');
  await clinic.batch('EXEC sys.sp_cdc_enable_db');
  await clinic.batch(
    'CREATE TABLE Scans (id int NOT NULL PRIMARY KEY, picture varbinary(max) NULL, note nvarchar(50))',
  );
  await clinic.batch('CREATE TABLE Visits (id int NOT NULL PRIMARY KEY, note nvarchar(50))');
  await clinic.batch("INSERT INTO Visits (id, note) VALUES (1, N'a'), (2, N'b'), (3, N'c')");
  await clinic.enable('Scans');
  await clinic.enable('Visits');
  await withAdmin((admin) =>
    admin.createTopics({
      topics: [HEARTBEAT, `${DATA}.Visits`].map((topic) => ({ topic, numPartitions: 1 })),
    }),
  );
});
afterAll(async () => {
  await withAdmin((admin) => admin.deleteTopics({ topics: [HEARTBEAT, `${DATA}.Visits`] }));
  await clinic?.remove();
});

function settings(tableIncludeList = 'dbo\\..*', columnExcludeList = ''): FacilitySettings {
  const { host, port, sa } = clinic.standin;
  const { username: user, password } = login;
  return facility({
    facilityCode: ID,
    facilityId: ID,
    tableIncludeList,
    columnExcludeList,
    database: { ...facility().database, host, port, ...sa, name: 'Clinic', trustServerCertificate: true },
    kafka: {
      ...{ brokers: [sandbox.kafka.bootstrap], user, password, ca: sandbox.ca },
      ...{ securityProtocol: 'SASL_SSL', mechanism: 'SCRAM-SHA-256' },
    },
  });
}

const size = async (bytes: number) => {
  await clinic.batch('DELETE FROM Scans');
  await clinic.batch(
    `INSERT INTO Scans (id, picture) VALUES (1, CONVERT(varbinary(max), REPLICATE(CONVERT(varchar(max), 'x'), ${bytes})))`,
  );
  return (await check(settings(), 'kafka-message-size')).verdict('kafka-message-size');
};

test.each([
  [1000, 'ok'],
  [500_000, 'kafka-message-size-near'],
  [900_000, 'kafka-message-size-too-large'],
])('a value of %i bytes against what Kafka takes', async (bytes, expected) => {
  const verdict = await size(bytes);
  expect(verdict.code).toBe(expected);
  expect(verdict.current).toContain('dbo.Scans.picture');
});

test('a table that is not streamed does not count, nor does a column that is left out', async () => {
  const without = settings(undefined, 'dbo\\.Scans\\.picture');
  expect((await check(without, 'kafka-message-size')).verdict('kafka-message-size').code).toBe('ok');
  const verdict = (await check(settings('dbo\\.Visits'), 'kafka-message-size')).verdict('kafka-message-size');
  expect(verdict).toMatchObject({ code: 'ok', summary: 'no column to stream is longer than 8000 bytes' });
});

test('the captured tables against the topics that are there', async () => {
  const { summary, outcome } = (await check(settings(), 'kafka-data-topics')).verdict('kafka-data-topics');
  expect([outcome, summary]).toEqual([
    'pass',
    '1 topic there, kept for 7 days or more; 1 other to be made with a first row',
  ]);
});

test('the first copy is estimated from the rows of the tables to stream', async () => {
  const given = settings('dbo\\.Visits');
  const verdict = (await checkWith({ deep: true }, given, 'kafka-throughput')).verdict('kafka-throughput');
  expect(verdict.outcome).toBe('pass');
  expect(verdict.summary).toContain('a first copy of 3 rows takes about 1 s');
});
