import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFailed, type CliRun, runCli } from '../../sandbox/src/demo/cli.ts';
import { listTopics, readTopic, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { connectRest } from '../../src/adapters/connect-rest.ts';
import { findDocker } from '../../src/adapters/docker.ts';
import type { DockerPort } from '../../src/adapters/docker-port.ts';
import { TOPIC_PREFIX } from '../../src/connector/names.ts';
import type { Journal } from '../../src/install/journal.ts';
import { jsonOf, type PreparedFacility, prepareFacility } from './support/installed-facility.ts';
import { killWhen } from './support/killed-program.ts';

const CODE = 'PLAN-KILLED';
const REST_PORT = 18640;
const run = promisify(execFile);
const connect = connectRest(`http://127.0.0.1:${REST_PORT}`);

let docker: DockerPort;
let facility: PreparedFacility;
let patients = 1;
beforeAll(async () => {
  docker = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
  facility = await prepareFacility({
    code: CODE,
    instance: 'plan-killed',
    restPort: REST_PORT,
    storage: 'plan_killed',
    patient: 'Nakato 1',
    heartbeatMs: 1000,
  });
  // A small file system of its own, so that its end can be met.
  await mkdir(facility.dir);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', facility.dir]);
});
afterAll(async () => {
  if (facility !== undefined) await run('umount', [facility.dir]).catch(() => {});
  await facility?.remove();
});

const path = (name: string) => join(facility.dir, name);
const cli = (...argv: string[]): Promise<CliRun> =>
  runCli(argv, facility.passwords, () => {}).catch((error: unknown) => {
    if (error instanceof CliFailed) return error.run;
    throw error;
  });
const init = (...more: string[]) => cli('init', ...facility.flags, ...more);
const kill = (moment: (journal: Journal) => boolean, ...more: string[]) =>
  killWhen(['init', ...facility.flags, ...more], facility.passwords, path('journal.json'), moment);
const begun = (id: string) => (journal: Journal) => journal.steps.some((step) => step.id === id);
const over = (id: string) => (journal: Journal) =>
  journal.steps.some((step) => step.id === id && step.state === 'done');
const admitPatient = () =>
  facility.hospital.dba(`INSERT INTO dbo.Patients VALUES (${++patients}, N'Nakato ${patients}')`);

/** What this facility has put into the shared topic, row by row. */
async function streamed(): Promise<number[]> {
  const records = await readTopic(`${TOPIC_PREFIX}.${facility.hospital.database.name}.dbo.Patients`);
  return records
    .map(({ key }) => JSON.parse(String(key)).payload)
    .filter((key) => key.facility_dhis2_code === CODE)
    .map((key) => key.PatientNo)
    .sort((a, b) => a - b);
}

/** One container, one connector that runs, one first copy, every row, nothing half-written, nothing open to others. */
async function expectWhole(what: string): Promise<void> {
  const { container, connector } = facility.names;
  const ours = await docker.containersByLabel({ 'org.clinicmaster.cdc.facility': CODE });
  const status = await connect.status(connector);
  const states = [status?.connector.state, ...(status?.tasks ?? []).map(({ state }) => state)];
  expect([what, ours.map(({ name }) => name), await connect.connectors(), states]).toEqual([
    what,
    [container],
    [connector],
    ['RUNNING', 'RUNNING'],
  ]);
  const wanted = Array.from({ length: patients }, (_, index) => index + 1);
  const rows = async () => [...new Set(await streamed())];
  await expect.poll(rows, { timeout: 30_000, interval: 500, message: what }).toEqual(wanted);
  // Debezium may send the last change once more after a restart; only a second copy would send the first row again.
  expect([what, (await streamed()).filter((row) => row === 1)]).toEqual([what, [1]]);
  const names = await readdir(facility.dir);
  expect([what, names.filter((name) => name.endsWith('.tmp'))]).toEqual([what, []]);
  for (const name of ['.env', 'journal.json']) {
    expect([what, name, (await stat(path(name))).mode & 0o777]).toEqual([what, name, 0o600]);
  }
}

async function finish(what: string, ...more: string[]): Promise<void> {
  await admitPatient();
  const { exitCode, output } = await init(...more);
  expect([what, exitCode, output]).toEqual([what, 0, expect.not.stringContaining('✖')]);
  expect(output.replace(/\s+/g, ' ')).toMatch(/was cut off (in|after) the step/);
  await expectWhole(what);
}

describe('a first installation that is killed', () => {
  test('--dry-run before it shows the plan and makes nothing', async () => {
    const { exitCode, output } = await init('--dry-run');
    expect([exitCode, output]).toEqual([0, expect.stringContaining('The chosen tables are copied once')]);
    expect(output).not.toContain(facility.passwords.DB_PASS);
    expect(await readdir(facility.dir)).toEqual([]);
    expect(await docker.container(facility.names.container)).toBeUndefined();
    expect(await docker.network(facility.names.container)).toBeUndefined();
  });

  test('again and again, later each time, is completed by the next run', async () => {
    for (const moment of [begun('folder'), over('folder'), over('network'), begun('container')]) {
      const journal = await kill(moment);
      expect(journal.finishedAt).toBeUndefined();
    }
    await finish('in the first container');
  });
});

describe('an installation that is killed while it changes', () => {
  test.each<[string, ((journal: Journal) => boolean)[], string[]]>([
    ['while the container is made anew', [begun('container')], ['--memory', '801m']],
    [
      'after it, then while it waits for the stream',
      [over('container'), begun('stream')],
      ['--memory', '803m'],
    ],
  ])('%s', async (what, moments, flags) => {
    for (const moment of moments) await kill(moment, ...flags);
    await finish(what, ...flags);
  });

  test('while the connector is registered', async () => {
    await connect.remove(facility.names.connector);
    await kill(begun('connector'));
    await finish('connector');
  });
});

describe('init --dry-run', () => {
  test('shows what differs, asks Connect, and changes nothing', async () => {
    const before = await everything();
    const same = jsonOf<{ plan: { changes: boolean; validation: object } }>(
      await init('--dry-run', '--json'),
    );
    const flags = ['--memory', '850m', '--heartbeat-ms', '2000'];
    const other = jsonOf<{ plan: { steps: { id: string; changes: object[] }[]; stream: string } }>(
      await init('--dry-run', '--json', ...flags),
    );
    // This run gives no --memory: the .env that stands there answers.
    expect(same.plan).toMatchObject({ changes: false, validation: { state: 'accepted', problems: [] } });
    expect(other.plan.steps.find(({ id }) => id === 'container')?.changes).toEqual([
      { name: 'HEARTBEAT_INTERVAL_MS', before: '1000', after: '2000' },
      { name: 'HostConfig.Memory', before: '803 MiB', after: '850 MiB' },
    ]);
    expect(other.plan.stream).toContain('about 20 s without streaming');
    expect(await everything()).toEqual(before);
  });
});

/** The folder and what stands in Docker and Connect; seen.json is the checks' own, and a dry run leaves it too. */
async function everything() {
  const names = (await readdir(facility.dir)).sort();
  const files = await Promise.all(
    names.map(async (name) => [name, (await stat(path(name))).mtimeMs, await hash(path(name))]),
  );
  const found = await docker.container(facility.names.container);
  return [files, found?.id, found?.startedAt, await connect.config(facility.names.connector)];
}

async function hash(file: string): Promise<string> {
  const text = await readFile(file).catch(() => Buffer.from('a folder'));
  return createHash('sha256').update(text).digest('hex');
}

describe('a full disk', () => {
  test('leaves .env and journal as they were, no rest, and the stream as it is', async () => {
    const before = await everything();
    // All that is left: what is written beside the old files does not fit.
    await run('dd', ['if=/dev/zero', `of=${path('filling')}`, 'bs=4096']).catch(() => {});
    const { exitCode, output } = await init('--memory', '860m');
    expect([exitCode, output.replace(/\s+/g, ' ')]).toEqual([
      3,
      expect.stringContaining('The journal cannot be written, so nothing more is changed.'),
    ]);
    expect(output).toContain('ENOSPC');
    await run('rm', [path('filling')]);
    expect(await everything()).toEqual(before);
  });
});

describe('uninstall', () => {
  const group = () => docker.container(facility.names.container);
  const offer = async () =>
    (await listTopics()).filter((name) => name.startsWith(facility.names.prefix)).length;

  test('a container of another version is noticed', async () => {
    const file = path('docker-compose.facility.yml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('cdc.version: 0.1.0', 'cdc.version: 0.0.9'));
    const { exitCode, output } = await init();
    expect(exitCode, output).toBe(0);
    // A notice that is not ready at once, as on a busy machine, is left out.
    const said = async () => (await cli('status', '--dir', facility.dir)).output.replace(/\s+/g, ' ');
    await expect
      .poll(said, { timeout: 30_000 })
      .toContain('the container is 0.0.9, the compose file is 0.0.9. To bring it along:');
  });

  test('keeps the position: a later init goes on, and copies nothing twice', async () => {
    const { exitCode, output } = await cli('uninstall', '--dir', facility.dir, '--yes', '--keep-settings');
    expect([exitCode, output]).toEqual([0, expect.stringContaining('its position is stored in Kafka')]);
    expect([await group(), await docker.network(facility.names.container)]).toEqual([undefined, undefined]);
    await admitPatient();
    expect((await init()).exitCode).toBe(0);
    await expectWhole('after uninstall and init');
  });

  test('removes the position only where Kafka allows it, and says who does', async () => {
    const purge = () =>
      cli('uninstall', '--dir', facility.dir, '--yes', '--purge-position', '--accept-risk', 'data');
    const refused = await purge();
    expect([refused.exitCode, refused.output]).toEqual([
      3,
      expect.stringContaining('TOPIC_AUTHORIZATION_FAILED'),
    ]);
    expect([await group(), await offer(), await readdir(facility.dir)]).toEqual([
      undefined,
      5,
      expect.arrayContaining(['.env']),
    ]);
    await withAdmin((admin) =>
      admin.createAcls({
        acl: [
          {
            resourceType: kafkajs.AclResourceTypes.TOPIC,
            resourceName: facility.names.prefix,
            resourcePatternType: kafkajs.ResourcePatternTypes.PREFIXED,
            principal: `User:facility-${CODE}`,
            host: '*',
            operation: kafkajs.AclOperationTypes.DELETE,
            permissionType: kafkajs.AclPermissionTypes.ALLOW,
          },
        ],
      }),
    );
    const { exitCode, output } = await purge();
    expect([exitCode, output]).toEqual([0, expect.stringContaining('removed 5')]);
    await expect.poll(offer, { timeout: 20_000 }).toBe(0);
    expect(await readdir(facility.dir)).toEqual([]);
    expect((await cli('uninstall', '--dir', facility.dir, '--yes')).exitCode).toBe(0);
  });
});
