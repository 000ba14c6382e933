import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../../sandbox/src/demo/cli.ts';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { type Login, loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { docker, removeContainer } from '../../sandbox/src/provision/docker.ts';
import { facilityNames } from '../../src/connector/names.ts';
import { type Hospital, startHospital } from './support/hospital.ts';
import { Terminal } from './support/terminal.ts';

const CODE = 'WIZARD-REAL';
const INSTANCE = 'wizard-real';
const NAMES = facilityNames(CODE, INSTANCE);
const REST_PORT = 18620;
const TAKEN_PORT = 18621;
/** For a start of the worker and a first copy. */
const INSTALLED_MS = 120_000;

let sandbox: Sandbox;
let hospital: Hospital;
let kafka: Login;
let home: string;
let holder: Server;

beforeAll(async () => {
  sandbox = await loadSandbox();
  home = await mkdtemp(join(tmpdir(), 'wizard-'));
  await removeFacility();
  hospital = await startHospital('wizard_real');
  await hospital.prepare();
  await hospital.dba("INSERT INTO dbo.Patients VALUES (1, N'Nakato')");
  kafka = await enrolFacility(CODE);
  holder = createServer().listen(TAKEN_PORT, '127.0.0.1');
});

afterAll(async () => {
  holder?.close();
  await removeFacility();
  await hospital?.remove();
  await rm(home, { recursive: true, force: true });
});

async function removeFacility(): Promise<void> {
  // In order, so that Kafka does not take the worker for one that still works elsewhere.
  await docker
    .getContainer(NAMES.container)
    .stop({ t: 60 })
    .catch(() => {});
  await removeContainer(NAMES.container);
  await docker
    .getNetwork(NAMES.container)
    .remove()
    .catch(() => {});
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter((name) => name.startsWith(NAMES.prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}

const dir = () => join(home, 'facility');
const envText = () => readFile(join(dir(), '.env'), 'utf8');

/** What is no question of the wizard: tests run side by side, and a heartbeat each second is proof sooner. */
const GIVEN = { INSTANCE, HEARTBEAT_INTERVAL_MS: '1000' };

function wizard(restPort: number): Terminal {
  const environment = Object.entries(GIVEN).map(([key, value]) => `${key}=${value}`);
  const program = [process.execPath, 'bin/clinicmaster-cdc.js', 'init', '--dir', dir()];
  return new Terminal([...environment, ...program, '--rest-port', String(restPort)].join(' '));
}

/** The end that counts: the stream is proven, and no password was ever on the screen. */
async function untilRunning(terminal: Terminal): Promise<void> {
  await terminal.pick('Is this right?', 'Yes, go on');
  const plan = await terminal.until('Do this now?', INSTALLED_MS);
  expect(plan).toContain('DB_PASS: set (hidden)');
  terminal.type('y\r');
  await terminal.until('Stream proven in Kafka: done', INSTALLED_MS);
  expect(await terminal.ended).toBe(0);
  for (const secret of [hospital.database.password, kafka.password])
    expect(terminal.text).not.toContain(secret);
  expect((await docker.getContainer(NAMES.container).inspect()).State.Running).toBe(true);
}

test('goes from nothing to a proven stream', async () => {
  const { host, port, user, password } = hospital.database;
  const terminal = wizard(REST_PORT);
  await terminal.answer('Name of the facility', 'Kayunga Hospital');
  await terminal.answer('DHIS2 code of the facility', CODE);
  await terminal.answer('SQL Server host', host);
  await terminal.answer('SQL Server port', String(port));
  await terminal.pick('Trust SQL Server?', 'Yes, as it is');
  await terminal.answer('SQL Server login', user);
  await terminal.answer('SQL Server password', password);
  await terminal.pick('Database', hospital.database.name);
  await terminal.pick('Tables to stream', 'All 3 of them');
  await terminal.answer('Key columns of dbo.AuditTrail', ' \u001b[B ');
  await terminal.answer('Kafka brokers', sandbox.kafka.bootstrap);
  await terminal.answer('CA certificate of Kafka', sandbox.caFile);
  await terminal.answer('Kafka user', kafka.username);
  await terminal.answer('Kafka password', kafka.password);
  await untilRunning(terminal);
});

test('writes what the flags alone write', async () => {
  const byWizard = await envText();
  await rm(dir(), { recursive: true, force: true });
  const { host, port, user, password, name } = hospital.database;
  const flags = {
    '--dir': dir(),
    '--rest-port': String(REST_PORT),
    '--name': 'Kayunga Hospital',
    '--code': CODE,
    '--db-host': host,
    '--db-port': String(port),
    '--db-user': user,
    '--db-name': name,
    '--db-trust-server-certificate': 'true',
    '--key-columns': 'dbo\\.AuditTrail:At,What',
    '--kafka': sandbox.kafka.bootstrap,
    '--kafka-user': kafka.username,
    '--kafka-ca': sandbox.caFile,
  };
  const environment = { ...GIVEN, DB_PASS: password, KAFKA_PASS: kafka.password };
  await runCli(['init', '--yes', ...Object.entries(flags).flat()], environment, () => {});
  expect(await envText()).toBe(byWizard);
});

test('takes a mistake at every question and still ends in a proven stream', async () => {
  await removeFacility();
  await rm(dir(), { recursive: true, force: true });
  const { host, port, user, password, name } = hospital.database;
  const terminal = wizard(TAKEN_PORT);
  const correct = (what: string) => terminal.pick('What now?', `Correct: ${what}`);

  await terminal.answer('Name of the facility', '');
  await terminal.until('is empty.');
  terminal.type('Kayunga Hospital\r');
  await terminal.answer('DHIS2 code of the facility', '12345');
  await terminal.until('That is a sample');
  terminal.type('\u0015wizard-real\r');

  await terminal.answer('SQL Server host', 'no-such-host.invalid');
  await terminal.answer('SQL Server port', String(port));
  await terminal.until('No address is known for no-such-host.invalid.');
  await correct('SQL Server host');
  await terminal.answer('SQL Server host:', host);
  await terminal.pick('Trust SQL Server?', 'Correct the host');
  await terminal.answer('SQL Server host:', host);
  await terminal.pick('What now?', 'Take the certificate as it is, or give');
  await terminal.pick('Trust SQL Server?', 'Give a CA certificate');
  await terminal.answer('CA certificate of SQL Server', '/nowhere/ca.pem');
  await terminal.until('there is no such file');
  await terminal.answer('CA certificate of SQL Server', sandbox.caFile);

  await terminal.answer('SQL Server login', user);
  await terminal.answer('SQL Server password', 'not the password');
  await terminal.until('error 18456');
  await terminal.pick('What now?', 'Change another answer');
  await terminal.pick('Which answer?', 'SQL Server port');
  await terminal.answer('SQL Server port:', '9');
  await terminal.until('nothing listens at port 9');
  await correct('SQL Server port');
  await terminal.answer('SQL Server port:', String(port));
  await terminal.until('refuses the login cdc_reader. (as');
  await correct('SQL Server password');
  await terminal.answer('SQL Server password:', password);

  await terminal.pick('Database', 'Laboratory');
  await terminal.until('cannot open the database Laboratory');
  await correct('Database');
  await terminal.pick('Database', name);
  await terminal.pick('Tables to stream', 'All 3 of them');
  await terminal.answer('Key columns of dbo.AuditTrail', '');

  await terminal.answer('Kafka brokers', `${host}:9`);
  await terminal.until('nothing listens at port 9');
  await correct('Kafka brokers');
  await terminal.answer('Kafka brokers (', sandbox.kafka.bootstrap);
  await terminal.answer('CA certificate of Kafka', '');
  await terminal.until('A certificate signed by a public authority.');
  await terminal.pick('What now?', 'Give the file of the CA');
  await terminal.answer('CA certificate of Kafka', sandbox.caFile);
  await terminal.answer('Kafka user', 'nobody-of-the-wizard');
  await terminal.answer('Kafka password', kafka.password);
  await terminal.until('Kafka refuses the user nobody-of-the-wizard.');
  await correct('Kafka user');
  await terminal.answer('Kafka user:', kafka.username);

  await terminal.until('Ask Kafka about the DHIS2 code: failed');
  await correct('DHIS2 code');
  await terminal.answer('DHIS2 code of the facility:', CODE);
  await terminal.until('nobody else does');

  await terminal.until(`Port ${TAKEN_PORT} of this machine is held by`);
  await terminal.pick('What now?', 'which is free');
  await untilRunning(terminal);
});
