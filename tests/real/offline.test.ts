import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { absentAsUndefined, docker } from '../../sandbox/src/provision/docker.ts';
import { findDocker } from '../../src/adapters/docker.ts';
import type { DockerPort } from '../../src/adapters/docker-port.ts';
import { facilityNames } from '../../src/connector/names.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { type Hospital, startHospital } from './support/hospital.ts';
import { type PackedProgram, packProgram } from './support/packed-program.ts';
import { type PrivateEngine, startPrivateEngine } from './support/private-engine.ts';

const CODE = 'OFFLINE-REAL';
const NAMES = facilityNames(CODE, 'offline');
const REST_PORT = '18660';
/** An image of this test alone, so that nobody else's is removed. */
const IMAGE = 'clinicmaster-cdc/offline-test:0.1.0';
/** All that the scripts call; no npm, no docker, no node. */
const TOOLS = 'sh dirname id uname sha256sum tar gzip mkdir rm mv chmod'.split(' ');

let here: DockerPort;
let island: PrivateEngine;
let program: PackedProgram;
let hospital: Hospital;
let home: string;
let stick: string;
let savedId: string;
let answers: Record<string, string>;

beforeAll(async () => {
  here = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
  home = await mkdtemp(join(tmpdir(), 'offline-'));
  stick = join(home, 'stick');
  await removeTopics();
  [program, island] = await Promise.all([packProgram(), startPrivateEngine('off', 201)]);
  const sandbox = await loadSandbox();
  hospital = await startHospital('offline');
  await hospital.prepare();
  await hospital.dba("INSERT INTO dbo.Patients VALUES (1, N'Akello')");
  const login = await enrolFacility(CODE);
  const { host, port, user, password, name } = hospital.database;
  answers = {
    FACILITY_NAME: 'Hospital without the internet',
    FACILITY_DHIS2_CODE: CODE,
    INSTANCE: 'offline',
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
    REST_PORT,
  };
  await cp(sandbox.caFile, join(home, 'kafka-ca.pem'));
  await mkdir(join(home, 'tools'));
  for (const tool of TOOLS) {
    const { stdout } = await execa('sh', ['-c', `command -v ${tool}`]);
    await symlink(stdout, join(home, 'tools', tool));
  }
});

afterAll(async () => {
  if ((await island?.docker.container(NAMES.container)) !== undefined) {
    await island.docker.stop(NAMES.container, 60);
    await island.docker.remove(NAMES.container);
  }
  await island?.remove();
  await hospital?.remove();
  await removeTopics();
  await program?.remove();
  await removeImage();
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

async function removeImage(): Promise<void> {
  await absentAsUndefined(docker.getImage(IMAGE).remove());
}

async function removeTopics(): Promise<void> {
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter((name) => name.startsWith(NAMES.prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}

const environment = () => ({
  PATH: join(home, 'tools'),
  HOME: join(home, 'user'),
  LANG: 'C.UTF-8',
  DOCKER_HOST: island.endpoint,
  CDC_PROGRAM_DIR: join(home, 'program'),
  CDC_BIN_DIR: join(home, 'bin'),
  ...answers,
});
const folder = () => join(home, 'facility');
const install = (from: string) =>
  island.run(
    [
      join(home, 'tools', 'sh'),
      join(from, 'install.sh'),
      ...['--yes', '--json', '--dir', folder(), '--kafka-ca', join(home, 'kafka-ca.pem')],
    ],
    environment(),
  );

describe('a stick', () => {
  test('is written by an installed program, with no npm at hand', async () => {
    await here.build(
      {
        tag: IMAGE,
        target: 'facility',
        dockerfile: 'Dockerfile',
        contextDir: home,
        include: [],
        extraFiles: {
          Dockerfile: 'FROM clinicmaster-cdc/connect-facility:0.1.0 AS facility\nLABEL test=offline\n',
        },
        args: {},
        networkMode: 'none',
      },
      () => {},
    );
    savedId = (await here.image(IMAGE))?.id ?? '';
    // Of this very Node, as nodejs.org would pack it; gzip's quickest level is enough for a test.
    const node = `node-v${process.versions.node}-linux-${process.arch}`;
    await mkdir(join(home, node, 'bin'), { recursive: true });
    await cp(process.execPath, join(home, node, 'bin/node'));
    const archive = join(home, `${node}.tar.gz`);
    await execa('sh', ['-c', `tar -cf - '${node}' | gzip -1 >'${archive}'`], { cwd: home });

    const { exitCode, stdout, stderr } = await program.run(
      ['bundle', '--offline', stick, '--image', IMAGE, '--with-node', archive, '--json'],
      { PATH: join(home, 'tools') },
    );
    expect([exitCode, stderr.includes('✖')]).toEqual([0, false]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, image: IMAGE, id: savedId, enrolment: false });
    // What the program has packed of itself is what npm packs.
    const packed = await execa('tar', ['-tzf', join(stick, 'clinicmaster-cdc-0.1.0.tgz')]);
    const byNpm = await execa('tar', ['-tzf', join(program.home, 'clinicmaster-cdc-0.1.0.tgz')]);
    const files = (text: string) =>
      text
        .split('\n')
        .filter((line) => !line.endsWith('/'))
        .sort();
    expect(files(packed.stdout)).toEqual(files(byNpm.stdout));
    await removeImage();
    expect(await here.image(IMAGE)).toBeUndefined();
  });

  test.each([
    ['a file with another byte', async (dir: string) => append(join(dir, 'clinicmaster-cdc-0.1.0.tgz'))],
    ['a file that is not there', async (dir: string) => rm(join(dir, 'image-facility.tar.gz'))],
    ['no checksums', async (dir: string) => rm(join(dir, 'SHA256SUMS'))],
    ['checksums that leave one out', async (dir: string) => leaveOut(dir, 'image-facility.tar.gz')],
  ])('with %s installs nothing', async (_, spoil) => {
    const copy = await mkdtemp(join(home, 'spoiled-'));
    await execa('cp', ['--reflink=auto', '-r', `${stick}/.`, copy]);
    await spoil(copy);
    const { exitCode, stderr } = await install(copy);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('Nothing was changed.')]);
    expect(await readdir(home)).not.toContain('program');
    await rm(copy, { recursive: true });
  });
});

describe('a machine without a route to anywhere', () => {
  test('is one', async () => {
    const route = await island.run(['/bin/sh', '-c', 'ip route show default'], {
      PATH: process.env.PATH ?? '',
    });
    expect(route.stdout).toBe('');
    const reach = `require('node:net').connect(443,'1.1.1.1').on('error',(e)=>console.log(e.code)).on('connect',()=>console.log('connected'))`;
    expect((await island.run([process.execPath, '-e', reach], {})).stdout).toBe('ENETUNREACH');
    expect(await island.docker.image(IMAGE)).toBeUndefined();
  });

  test('is installed from the stick alone, to a stream that is proven', async () => {
    const { exitCode, stdout, stderr } = await install(stick);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('loaded from')]);
    const answer = JSON.parse(stdout.slice(stdout.indexOf('{\n')));
    expect(answer).toMatchObject({ ok: true, changed: true, container: NAMES.container });
    expect(answer.checks.map(({ id }: { id: string }) => id)).not.toContain('docker-registry');
    const [image, container] = await Promise.all([
      island.docker.image(IMAGE),
      island.docker.container(NAMES.container),
    ]);
    expect([image?.id, container?.imageId, container?.running]).toEqual([savedId, savedId, true]);
    const env = envValues(parseEnv(await readFile(join(folder(), '.env'), 'utf8')));
    expect([env.IMAGE, env.IMAGE_PIN]).toEqual([IMAGE, `${IMAGE}@${savedId}`]);
  });

  test('has a program afterwards that works without npm and without a Node of its own', async () => {
    const command = join(home, 'bin/clinicmaster-cdc');
    const { exitCode, stdout } = await island.run(
      [command, 'image', 'verify', '--dir', folder(), '--json'],
      environment(),
    );
    const { ok, findings } = JSON.parse(stdout);
    const outcomes = Object.fromEntries(
      findings.map(({ id, outcome }: { id: string; outcome: string }) => [id, outcome]),
    );
    expect([exitCode, ok]).toEqual([0, true]);
    expect(outcomes).toMatchObject({ image: 'pass', pin: 'pass', container: 'pass', architecture: 'pass' });
    expect((await install(stick)).exitCode).toBe(0);
    expect((await readFile(command, 'utf8')).split('\n')[1]).toContain(join(home, 'program/node/bin/node'));
  });
});

async function append(path: string): Promise<void> {
  await writeFile(path, 'x', { flag: 'a' });
}

async function leaveOut(dir: string, name: string): Promise<void> {
  const path = join(dir, 'SHA256SUMS');
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => !line.endsWith(name));
  await writeFile(path, lines.join('\n'));
}
