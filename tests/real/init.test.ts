import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { listTopics, readTopic, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { docker as engine } from '../../sandbox/src/provision/docker.ts';
import { findDocker } from '../../src/adapters/docker.ts';
import type { DockerPort } from '../../src/adapters/docker-port.ts';
import { facilityNames, TOPIC_PREFIX } from '../../src/connector/names.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { type Hospital, startHospital } from './support/hospital.ts';
import { type PackedProgram, packProgram, type Run } from './support/packed-program.ts';

const CODE = 'INIT-REAL';
const NAMES = facilityNames(CODE, 'init-real');
const FACILITY_NAME = `St. Mary's "Lacor" Hospital, Gulu & Co $1 / ünïcode`;
/** Quotes, backslash, `$`, `#`, blanks: what `.env`, shells, JAAS lines and JSON stumble over. */
const KAFKA_PASSWORD = `K4fka's "\\$x" # %&; init`;

let program: PackedProgram;
let sandbox: Sandbox;
let hospital: Hospital;
let docker: DockerPort;
let environment: Record<string, string>;

beforeAll(async () => {
  program = await packProgram();
  sandbox = await loadSandbox();
  docker = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
  await removeAll();
  hospital = await startHospital('init_real');
  await hospital.prepare();
  const login = await enrolFacility(CODE, KAFKA_PASSWORD);
  const { host, port, user, password, name } = hospital.database;
  environment = {
    FACILITY_NAME,
    FACILITY_DHIS2_CODE: CODE,
    INSTANCE: 'init-real',
    DB_HOST: host,
    DB_PORT: String(port),
    DB_USER: user,
    DB_PASS: password,
    DB_NAME: name,
    DB_TRUST_SERVER_CERTIFICATE: 'true',
    KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
    KAFKA_USER: login.username,
    KAFKA_PASS: login.password,
    MESSAGE_KEY_COLUMNS: 'dbo.AuditTrail:At,What',
    HEARTBEAT_INTERVAL_MS: '1000',
    REST_PORT: '18781',
  };
});

afterAll(async () => {
  await removeAll();
  await hospital?.remove();
  await program?.remove();
});

async function removeAll(): Promise<void> {
  await removeContainer();
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter((name) => name.startsWith(NAMES.prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}

/** In order, so that Kafka does not take the worker for one that still works elsewhere. */
async function removeContainer(): Promise<void> {
  if ((await docker.container(NAMES.container)) !== undefined) {
    await docker.stop(NAMES.container, 60);
    await docker.remove(NAMES.container);
  }
  if ((await docker.network(NAMES.container)) !== undefined) await docker.removeNetwork(NAMES.container);
}

const folder = () => join(program.home, 'facility');
const init = (more: readonly string[] = [], interruptAt?: string): Promise<Run> =>
  program.run(
    ['init', '--yes', '--dir', folder(), '--kafka-ca', sandbox.caFile, ...more],
    environment,
    interruptAt,
  );
let patients = 0;
const admitPatient = () =>
  hospital.dba(`INSERT INTO dbo.Patients VALUES (${++patients}, N'Nakato ${patients}')`);

describe('init, packed and installed in an empty folder', () => {
  test('takes a facility from nothing to a proven stream', async () => {
    await admitPatient();
    const { exitCode, stdout, stderr } = await init(['--json']);
    expect([exitCode, stderr.includes('✖')]).toEqual([0, false]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, changed: true, container: NAMES.container });
    const container = await docker.container(NAMES.container);
    expect(container).toMatchObject({ running: true, labels: { 'org.clinicmaster.cdc.facility': CODE } });
    expect((await stat(join(folder(), '.env'))).mode & 0o777).toBe(0o600);
  });

  test('makes what the specification promises: the code in key and value, the name unchanged', async () => {
    const own = async () => {
      const records = await readTopic(`${TOPIC_PREFIX}.${hospital.database.name}.dbo.Patients`);
      const read = records.map(({ key, value }) => ({ key: payload(key), value: payload(value) }));
      return read.filter(({ key }) => key?.facility_dhis2_code === CODE)[0];
    };
    // The proof is a heartbeat, and the first one may overtake the rows of the first copy.
    await expect.poll(own, { timeout: 30_000, interval: 500 }).toMatchObject({
      key: { PatientNo: 1 },
      value: { PatientNo: 1, FullName: 'Nakato 1', facility_dhis2_code: CODE, facility_name: FACILITY_NAME },
    });
  });

  test('changes nothing the second time, without any answer', async () => {
    const before = await docker.container(NAMES.container);
    const env = await readFile(join(folder(), '.env'), 'utf8');
    const { exitCode, stdout } = await program.run(['init', '--yes', '--dir', folder(), '--json'], {});
    expect([exitCode, JSON.parse(stdout).changed]).toEqual([0, false]);
    expect((await docker.container(NAMES.container))?.id).toBe(before?.id);
    expect(await readFile(join(folder(), '.env'), 'utf8')).toBe(env);
  });

  test('puts a changed setting into effect and says which', async () => {
    await admitPatient();
    const { exitCode, stderr } = await init(['--memory', '800m']);
    expect([
      exitCode,
      stderr.replace(/\s+/g, ' ').includes('made anew, because of HostConfig.Memory'),
    ]).toEqual([0, true]);
  });

  test('leaves no secret in the folder but in .env', async () => {
    const journal = await readFile(join(folder(), 'journal.json'), 'utf8');
    for (const secret of [KAFKA_PASSWORD, hospital.database.password]) {
      expect(journal).not.toContain(secret);
      expect(journal).not.toContain(Buffer.from(secret).toString('base64'));
    }
    expect(Object.keys(envValues(parseEnv(await readFile(join(folder(), '.env'), 'utf8'))))).toContain(
      'KAFKA_PASS_B64',
    );
  });
});

describe('Ctrl-C', () => {
  test('during the checks leaves everything as it was', async () => {
    await removeContainer();
    await rm(folder(), { recursive: true });
    const { exitCode } = await init([], 'Kafka can be reached');
    expect(exitCode).toBe(130);
    await expect(stat(folder())).rejects.toThrow('ENOENT');
    expect(await docker.container(NAMES.container)).toBeUndefined();
    // Nor what it has looked through.
    const filters = { name: [`${NAMES.container}-look-`] };
    const left = await Promise.all([
      engine.listContainers({ all: true, filters }),
      engine.listNetworks({ filters }),
    ]);
    expect(left).toEqual([[], []]);
  });

  test.each(['✔ Folder', '✔ Container', '✔ Connect worker'])(
    'after «%s» leaves what the next init completes',
    async (moment) => {
      await removeContainer();
      await rm(folder(), { recursive: true, force: true });
      const cut = await init([], moment);
      expect([cut.exitCode, cut.stderr]).toEqual([
        130,
        expect.stringContaining('Start the same command again'),
      ]);
      await admitPatient();
      const { exitCode, stderr } = await init();
      expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('✖')]);
    },
  );
});

describe('the heartbeat', () => {
  test('carries the facility code in its key', async () => {
    expect(await listTopics()).toContain(NAMES.topics.heartbeat);
    const [first] = await readTopic(NAMES.topics.heartbeat);
    expect(payload(first?.key ?? null)).toMatchObject({ facility_dhis2_code: CODE });
  });
});

function payload(bytes: Buffer | null): Record<string, unknown> | null {
  return bytes === null ? null : (JSON.parse(bytes.toString()).payload as Record<string, unknown> | null);
}
