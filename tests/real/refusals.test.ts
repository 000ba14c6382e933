import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFailed, type CliRun, runCli } from '../../sandbox/src/demo/cli.ts';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { type Login, loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { facilityNames } from '../../src/connector/names.ts';
import { DATABASE, type Hospital, startHospital } from './support/hospital.ts';
import { misadvertisedBroker, type SecondBroker } from './support/second-broker.ts';
import { startWorker, type WorkerContainer } from './support/worker-container.ts';

const CODE = 'REFUSED';
const NAMES = facilityNames(CODE, 'refused');
const REST_PORT = '18777';
const PERSON = {
  you: 'you, on this machine',
  dba: "the facility's DBA or the ClinicMaster vendor",
  network: 'the network administrator',
  central: 'the central data team',
};

let sandbox: Sandbox;
let hospital: Hospital;
let login: Login;
let parent: string;

beforeAll(async () => {
  sandbox = await loadSandbox();
  login = await enrolFacility(CODE);
  hospital = await startHospital('refusals');
  await hospital.prepare();
  parent = await mkdtemp(join(tmpdir(), 'refusals-'));
});

afterAll(async () => {
  await hospital?.remove();
  await removeTopics();
  await rm(parent, { recursive: true, force: true });
});

async function removeTopics(): Promise<void> {
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter((name) => name.startsWith(NAMES.prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}

/** The whole `init`, as a script would call it; all is well unless a test changes something. */
async function init(changes: {
  flags?: Record<string, string>;
  env?: Record<string, string>;
}): Promise<CliRun> {
  const { host, port, user, password, name } = hospital.database;
  const flags = {
    '--dir': join(parent, 'facility'),
    '--instance': 'refused',
    '--rest-port': REST_PORT,
    '--name': 'Refused Hospital',
    '--code': CODE,
    '--db-host': host,
    '--db-port': String(port),
    '--db-user': user,
    '--db-name': name,
    '--db-trust-server-certificate': 'true',
    '--key-columns': 'dbo.AuditTrail:At,What',
    '--kafka': sandbox.kafka.bootstrap,
    '--kafka-user': login.username,
    '--kafka-ca': sandbox.caFile,
    ...changes.flags,
  };
  const env = { DB_PASS: password, KAFKA_PASS: login.password, ...changes.env };
  try {
    return await runCli(['init', '--yes', ...Object.entries(flags).flat()], env, () => {});
  } catch (error) {
    if (error instanceof CliFailed) return error.run;
    throw error;
  }
}

/** What `init` could have changed: Docker's objects, the folder, topics of the facility. */
async function world(): Promise<object> {
  const [containers, networks, { Volumes }, topics] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
    docker.listVolumes(),
    withAdmin((admin) => admin.listTopics()),
  ]);
  return {
    containers: containers
      .map(({ Id }) => Id)
      .filter((id) => id !== undefined)
      .sort(),
    networks: networks.map(({ Id }) => Id).sort(),
    volumes: Volumes.map(({ Name }) => Name).sort(),
    topics: topics.filter((name) => name.startsWith(NAMES.prefix)).sort(),
    folder: existsSync(join(parent, 'facility')),
  };
}

/** Collapses the wrapping at 80 columns. */
const flat = (text: string) => text.replace(/\s+/g, ' ');

async function refused(
  changes: Parameters<typeof init>[0],
  says: { what: string; seen: string; who: string; command?: string },
): Promise<void> {
  const before = await world();
  const { exitCode, output } = await init(changes);
  const text = flat(output);
  expect(text).toContain(says.what);
  expect(text).toContain(says.seen);
  expect(text).toContain(`Who: ${says.who}`);
  if (says.command !== undefined) expect(text).toContain(says.command);
  expect(text).toContain('Nothing was changed');
  expect(exitCode).toBe(3);
  expect(await world()).toEqual(before);
  expect(output).not.toMatch(/^\s+at .*:\d+/m);
  for (const secret of [hospital.database.password, login.password]) expect(output).not.toContain(secret);
}

describe('init refuses before it changes anything', () => {
  test('a wrong password of SQL Server', () =>
    refused(
      { env: { DB_PASS: 'wr0ng-of-the-database' } },
      { what: 'SQL Server refuses the login cdc_reader.', seen: 'error 18456', who: PERSON.you },
    ));

  test('an unknown database', () =>
    refused(
      { flags: { '--db-name': 'NoSuchDatabase' } },
      { what: 'The login cannot open the database NoSuchDatabase.', seen: 'error 4060', who: PERSON.dba },
    ));

  test('CDC off', async () => {
    const untouched = await startHospital('refusals_untouched');
    try {
      await refused(
        { flags: { '--db-port': String(untouched.database.port) } },
        {
          what: `Change data capture is off in ${DATABASE}.`,
          seen: 'is_cdc_enabled = 0',
          who: PERSON.dba,
          command: 'EXEC sys.sp_cdc_enable_db;',
        },
      );
    } finally {
      await untouched.remove();
    }
  });

  test('a table without a key', () =>
    refused(
      { flags: { '--key-columns': 'dbo.Nothing:None' } },
      {
        what: 'Tables to stream that have no key: dbo.AuditTrail.',
        seen: 'dbo.AuditTrail',
        who: PERSON.you,
        command: "clinicmaster-cdc init --tables 'dbo\\..*(?<!^(dbo\\.AuditTrail))'",
      },
    ));

  test('a broker that is not there', () =>
    refused(
      { flags: { '--kafka': `${sandbox.gateway}:1` } },
      {
        what: `${sandbox.gateway} answers, but nothing listens at port 1.`,
        seen: 'ECONNREFUSED',
        who: PERSON.central,
      },
    ));

  test('a wrong password of Kafka', () =>
    refused(
      { env: { KAFKA_PASS: 'wr0ng-of-kafka' } },
      {
        what: `Kafka refuses the user ${login.username}.`,
        seen: 'SASL_AUTHENTICATION_FAILED',
        who: PERSON.you,
      },
    ));

  test('no Docker', () =>
    refused(
      { env: { DOCKER_HOST: `unix://${join(tmpdir(), 'no-such-docker.sock')}` } },
      {
        what: 'DOCKER_HOST names a Docker Engine, and no Engine answers there.',
        seen: 'no-such-docker.sock',
        who: PERSON.you,
        command: 'unset DOCKER_HOST',
      },
    ));

  test('a missing answer, with exit code 2', async () => {
    const before = await world();
    const { exitCode, output } = await init({ flags: { '--db-user': '' } });
    expect(output).toContain('DB_USER');
    expect(exitCode).toBe(2);
    expect(await world()).toEqual(before);
  });

  describe('a broker that sends its clients elsewhere', () => {
    let broker: SecondBroker;
    beforeAll(async () => {
      broker = await misadvertisedBroker('kafka-1.central.invalid:9093');
    });
    afterAll(() => broker?.remove());

    test('is named with its address', () =>
      refused(
        {
          flags: { '--kafka': broker.bootstrap, '--kafka-user': broker.user },
          env: { KAFKA_PASS: broker.password },
        },
        {
          what: 'sends clients on to addresses that do not work from here: broker 1 (kafka-1.central.invalid:9093).',
          seen: 'ENOTFOUND',
          who: PERSON.central,
          command: 'advertised.listeners',
        },
      ));
  });

  describe('another live worker with the same code', () => {
    let other: WorkerContainer;
    beforeAll(async () => {
      const { host, port, user, password, name } = hospital.database;
      other = await startWorker(
        'docker-compose.facility.yml',
        {
          FACILITY_NAME: 'The other site',
          // A container of the same code on this machine would be refused sooner, by its label.
          FACILITY_DHIS2_CODE: 'ELSEWHERE',
          FACILITY_ID: CODE,
          INSTANCE: '-elsewhere',
          REST_PORT: '18786',
          DB_HOST: host,
          DB_PORT: String(port),
          DB_USER: user,
          DB_PASS: password,
          DB_NAME: name,
          DB_TRUST_SERVER_CERTIFICATE: 'true',
          HEARTBEAT_INTERVAL_MS: '1000',
          KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
          KAFKA_USER: login.username,
          KAFKA_PASS: login.password,
          COMPOSE_PROJECT_NAME: 'clinicmaster-cdc-elsewhere',
        },
        { 'kafka-ca.pem': await readFile(sandbox.caFile, 'utf8') },
      );
      // It makes topics until it streams: what init could have changed must stand still meanwhile.
      await other.until('the other site streams', 120, async () => {
        const topics = await withAdmin((admin) => admin.listTopics());
        return Object.values(NAMES.topics).every((topic) => topics.includes(topic));
      });
    });
    afterAll(() => other?.remove());

    test('is seen in its group', () =>
      refused(
        {},
        {
          what: `Another worker is running under the code ${CODE}.`,
          seen: `cdc.${CODE}.worker.`,
          who: PERSON.central,
        },
      ));
  });
});
