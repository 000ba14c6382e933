import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docker, removeContainer } from '../../sandbox/src/provision/docker.ts';
import { findDocker } from '../../src/adapters/docker.ts';
import { hostMachine } from '../../src/adapters/machine.ts';
import type { CheckContext } from '../../src/checks/context.ts';
import { dockerDisk } from '../../src/checks/host/docker-disk.ts';
import { facilityNames } from '../../src/connector/names.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { check } from './support/facility-checks.ts';

const run = promisify(execFile);
const INSTANCE = 'bare';
const NAME = facilityNames('BARE', INSTANCE).container;
const PORT = 18_779;
const HOST = { platform: process.platform, privileged: true, home: '/root', cwd: '/', env: {} };
const KAFKA = facility().kafka;
const FACILITY_IMAGE = facility().image;

/** A facility whose Kafka is an address that nobody is asked for here. */
const bare = (changes: Partial<FacilitySettings> = {}) =>
  facility({
    facilityCode: 'BARE',
    facilityId: 'BARE',
    instance: INSTANCE,
    restPort: PORT,
    image: FACILITY_IMAGE,
    kafka: { ...KAFKA, brokers: ['192.0.2.1:9093'] },
    ...changes,
  });

/** A container of the product's image that only sleeps, made as somebody might by hand. */
async function container(options: object = {}, script = 'sleep 600') {
  await removeContainer(NAME);
  const wanted = {
    name: NAME,
    Image: FACILITY_IMAGE,
    Entrypoint: ['/bin/busybox', 'sh', '-c', script],
    ...options,
  };
  await docker.createContainer(wanted);
  const made = docker.getContainer(NAME);
  await made.start();
  return made;
}

afterAll(() => removeContainer(NAME));

describe('a container that was made by hand', () => {
  beforeAll(() =>
    container({
      Labels: { note: `login ${facility().database.password}` },
      ExposedPorts: { '8083/tcp': {} },
      HostConfig: { NanoCpus: 5e8, PortBindings: { '8083/tcp': [{ HostPort: String(PORT) }] } },
    }),
  );

  test('lacks what the compose file gives', async () => {
    const checked = await check(
      bare(),
      ...['docker-restart-policy', 'docker-log', 'docker-clean-shutdown', 'docker-memory', 'docker-port'],
      ...['docker-env-secrets', 'docker-image', 'docker-time', 'docker-dns', 'docker-cpu'],
    );
    expect(checked.troubles()).toEqual([
      'warn docker-memory-no-limit',
      'warn docker-cpu-quota',
      'fail docker-port-open',
      'fail docker-restart-policy-no',
      'fail docker-log-unlimited',
      'warn docker-clean-shutdown-short',
      'warn docker-env-secrets-clear',
    ]);
    expect(checked.verdict('docker-env-secrets').current).toBe('label note of the container');
    expect(JSON.stringify(checked.results)).not.toContain(facility().database.password);
  });

  test('does not know a name that only this machine knows', async () => {
    const settings = bare({ database: { ...facility().database, host: hostname() } });
    const { results } = await check(settings, 'docker-dns', 'docker-sql-same-host');
    const verdicts = Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts['docker-dns']).toMatchObject({
      code: 'docker-dns-inside',
      remedy: { who: 'network-admin' },
    });
  });

  test('has not the name by which it would reach this machine', async () => {
    const settings = bare({ database: { ...facility().database, host: 'host.docker.internal' } });
    const checked = await check(settings, 'docker-sql-same-host', 'docker-dns');
    expect(checked.troubles()).toEqual(['fail docker-sql-same-host-no-name', 'fail docker-dns-inside']);
  });

  test('is not the one of the image that the settings name', async () => {
    const checked = await check(bare({ image: 'clinicmaster-cdc/connect-central:0.1.0' }), 'docker-image');
    expect(checked.troubles()).toEqual(['warn docker-image-stale']);
    const absent = await check(bare({ image: 'clinicmaster-cdc/none:1' }), 'docker-image');
    expect(absent.troubles()).toEqual(['warn docker-image-absent']);
  });

  test('is not running while it is frozen', async () => {
    await docker.getContainer(NAME).pause();
    expect((await check(bare(), 'docker-container-state')).troubles()).toEqual([
      'fail docker-container-state-paused',
    ]);
    await docker.getContainer(NAME).unpause();
  });

  test('is killed when it takes more memory than it is given', async () => {
    const greedy = await container(
      { HostConfig: { Memory: 32 * 2 ** 20, MemorySwap: 32 * 2 ** 20 } },
      'x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done',
    );
    for (const end = Date.now() + 60_000; (await greedy.inspect()).State.Running && Date.now() < end; )
      await wait(200);
    const exitCode = (await greedy.inspect()).State.ExitCode;
    const checked = await check(bare(), 'docker-container-state');
    expect([exitCode, ...checked.troubles()]).toEqual([137, 'fail docker-container-state-memory']);
    expect(checked.verdict('docker-container-state').remedy?.commands?.[0]).toContain('--memory 1g');
  });
});

describe('the local port', () => {
  let server: Server;
  beforeAll(async () => {
    await removeContainer(NAME);
    server = createServer().listen(PORT, '127.0.0.1');
    await new Promise((settle) => server.once('listening', settle));
  });
  afterAll(() => new Promise((settle) => server.close(settle)));

  test('held by another program is named with that program', async () => {
    const { summary, code } = (await check(bare(), 'docker-port')).verdict('docker-port');
    expect(code).toBe('docker-port-taken');
    expect(summary).toContain(`(pid ${process.pid})`);
  });
});

describe('a network of Docker', () => {
  const name = `clash-${process.pid}`;
  // Reserved for documentation: no machine has such an address.
  const subnet = '198.51.100.0/24';
  beforeAll(async () => {
    await docker.createNetwork({ Name: name, Driver: 'bridge', IPAM: { Config: [{ Subnet: subnet }] } });
  });
  afterAll(() => docker.getNetwork(name).remove());

  test('that covers the address of a broker hides it', async () => {
    const kafka = { ...KAFKA, brokers: ['198.51.100.9:9093'] };
    const checked = await check(bare({ kafka }), 'docker-subnet-clash');
    expect(checked.troubles()).toEqual(['fail docker-subnet-clash-peer']);
    expect(checked.verdict('docker-subnet-clash').current).toContain(
      `198.51.100.9) lies in ${name} (${subnet})`,
    );
    expect((await check(bare(), 'docker-subnet-clash')).troubles()).toEqual([]);
  });

  test('that has lost its rule of address translation is told', async () => {
    expect((await check(bare(), 'docker-ip-forward')).troubles()).toEqual([]);
    const { stdout } = await run('iptables', ['-w', '-t', 'nat', '-S', 'POSTROUTING']);
    const rule = stdout.split('\n').find((line) => line.includes(`-s ${subnet} `))!;
    const words = (action: string) => ['-w', '-t', 'nat', ...rule.replace('-A', action).split(' ')];
    await run('iptables', words('-D'));
    try {
      const checked = await check(bare(), 'docker-ip-forward');
      expect(checked.troubles()).toEqual(['warn docker-ip-forward-rules']);
      expect(checked.verdict('docker-ip-forward').current).toContain(subnet);
    } finally {
      await run('iptables', words('-A'));
    }
  });
});

describe('a disk', () => {
  const mount = join(tmpdir(), `small-disk-${process.pid}`);
  beforeAll(async () => {
    await mkdir(mount, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4g', 'tmpfs', mount]);
  });
  afterAll(async () => {
    await run('umount', [mount]);
    await rm(mount, { recursive: true, force: true });
  });

  test('that is nearly full is told by its real figures', async () => {
    const engine = await findDocker(HOST);
    const info = { ...(await engine.info()), rootDir: mount };
    const context = {
      docker: async () => ({ ...engine, info: async () => info }),
      machine: hostMachine(),
      names: { container: NAME },
    } as unknown as CheckContext;
    const verdict = async () =>
      dockerDisk.judge(await dockerDisk.probe(context, new AbortController().signal), bare()).code;
    expect(await verdict()).toBe('docker-disk-low');
    await run('fallocate', ['-l', '1500M', join(mount, 'images')]);
    expect(await verdict()).toBe('docker-disk-full');
  });
});

describe('an engine', () => {
  let home: string;
  beforeAll(async () => {
    // Another user must be able to read the program and its settings.
    home = await mkdtemp(join(tmpdir(), 'other-user-'));
    for (const part of ['bin', 'dist', 'templates', 'package.json'])
      await cp(part, join(home, part), { recursive: true });
    const { database, kafka } = bare();
    await mkdir(join(home, 'site'));
    await writeFile(
      join(home, 'site', '.env'),
      `FACILITY_NAME=Bare\nFACILITY_DHIS2_CODE=BARE\nINSTANCE=-${INSTANCE}\nREST_PORT=${PORT}\nDB_HOST=192.0.2.2\nDB_USER=${database.user}\nDB_PASS=${database.password}\nKAFKA_BOOTSTRAP_SERVERS=192.0.2.1:9093\nKAFKA_USER=${kafka.user}\nKAFKA_PASS=${kafka.password}\n`,
    );
    await run('chmod', ['-R', 'a+rX', home]);
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  /** `doctor --only docker-endpoint` as another user of this machine. */
  async function doctor(environment: Record<string, string> = {}) {
    const argv = [
      'bin/clinicmaster-cdc.js',
      'doctor',
      '--only',
      'docker-endpoint',
      '--json',
      '--dir',
      join(home, 'site'),
    ];
    const options = {
      cwd: home,
      uid: 65_534,
      gid: 65_534,
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...environment },
    };
    const { stdout } = await run(process.execPath, argv, options).catch((error: { stdout: string }) => error);
    const { checks } = JSON.parse(stdout) as {
      checks: { id: string; verdict: { code: string; current?: string } }[];
    };
    return Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
  }

  test('that this user may not use is told from one that is not there', async () => {
    const verdicts = await doctor();
    expect(verdicts['docker-permission']).toMatchObject({
      code: 'docker-permission-refused',
      remedy: { commands: ['sudo usermod -aG docker "$USER"', 'newgrp docker'], who: 'you' },
    });
    expect(verdicts['docker-endpoint']?.code).toBe('docker-endpoint-skipped');
  });

  test('that is stopped says that its service is, and one that is missing that it is', async () => {
    const socket = join(home, 'stopped.sock');
    const script = `require('node:net').createServer().listen('${socket}', () => process.kill(process.pid, 'SIGKILL'))`;
    await run(process.execPath, ['-e', script]).catch(() => {});
    await run('chmod', ['a+rw', socket]);
    const stopped = await doctor({ DOCKER_HOST: `unix://${socket}` });
    expect(stopped['docker-permission']?.code).toBe('ok');
    expect(stopped['docker-endpoint']).toMatchObject({
      code: 'docker-endpoint-absent',
      current: expect.stringContaining('the service is stopped'),
    });
    const missing = await doctor({ DOCKER_HOST: `unix://${join(home, 'none.sock')}` });
    expect(missing['docker-endpoint']?.current).toContain('not there');
  });
});

describe('the registry', () => {
  test('that cannot be reached stops an installation only while the image is not here', async () => {
    // Nobody listens at port 1 of this machine.
    const image = 'localhost:1/clinicmaster-cdc/connect-facility:0.1.0';
    expect((await check(bare({ image }), 'docker-registry')).troubles()).toEqual([
      'fail docker-registry-unreachable',
    ]);
    await docker.getImage(FACILITY_IMAGE).tag({ repo: image.slice(0, image.lastIndexOf(':')), tag: '0.1.0' });
    try {
      expect((await check(bare({ image }), 'docker-registry')).troubles()).toEqual([
        'warn docker-registry-unreachable',
      ]);
    } finally {
      await docker.getImage(image).remove();
    }
  });
});

test('the plain answers of this machine are facts, not faults', async () => {
  const { results } = await check(bare(), 'host');
  const broken = results.filter(({ verdict }) => /-(crashed|error|timeout)$/.test(verdict.code));
  expect(broken).toEqual([]);
  const etc = await readFile('/etc/os-release', 'utf8');
  const kind = results.find(({ id }) => id === 'docker-engine-kind')!;
  expect(etc).toContain((kind.facts as { system: string }).system);
});
