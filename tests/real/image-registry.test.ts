import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findDocker } from '../../src/adapters/docker.ts';
import type { DockerPort } from '../../src/adapters/docker-port.ts';
import { imageFiles } from '../../src/adapters/image-file.ts';
import type { CliError } from '../../src/errors.ts';
import { pull, push } from '../../src/install/image/pull.ts';
import { digestOf, isPinned } from '../../src/settings/image-pin.ts';
import { bridgeOfDocker, type PrivateEngine, startPrivateEngine } from './support/private-engine.ts';
import { runProgram } from './support/program.ts';
import { BASIC, type FaultyLine, faultyLine, LOGIN, startRegistry } from './support/registry.ts';

const [REGISTRY, LINE, NOBODY] = [18661, 18662, 18663];
const OURS = 'clinicmaster-cdc/connect-facility:0.1.0';
const signal = new AbortController().signal;

let island: PrivateEngine;
let registry: { stop(): Promise<void> };
let line: FaultyLine;
let home: string;
/** The same Engine, with and without a login for the registry. */
let docker: DockerPort;
let anonymous: DockerPort;
let engine: Docker;
/** Names of the image: at the registry, and over the faulty line. */
let direct: string;
let far: string;
let layers: { digest: string; size: number }[];
let manifestDigest: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'image-registry-'));
  const here = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
  const { address: gateway } = await bridgeOfDocker();
  const insecure = [REGISTRY, LINE, NOBODY].flatMap((port) => ['--insecure-registry', `${gateway}:${port}`]);
  // As few attempts of the Engine's own as it allows: what is tested is what comes after it has given up.
  const flags = ['--max-download-attempts', '1', ...insecure];
  [island, registry] = await Promise.all([
    startPrivateEngine('reg', 202, { flags, room: '700m' }),
    startRegistry(gateway, REGISTRY),
  ]);
  line = await faultyLine(gateway, LINE, REGISTRY);
  direct = `${gateway}:${REGISTRY}/cdc/connect-facility:0.1.0`;
  far = `${gateway}:${LINE}/cdc/connect-facility:0.1.0`;
  const auth = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64');
  const auths = { [`${gateway}:${REGISTRY}`]: { auth }, [`${gateway}:${LINE}`]: { auth } };
  await mkdir(join(home, 'docker'));
  await writeFile(join(home, 'docker/config.json'), JSON.stringify({ auths }));
  const env = { DOCKER_HOST: island.endpoint, DOCKER_CONFIG: join(home, 'docker') };
  docker = await findDocker({ platform: 'linux', privileged: true, home, cwd: '/', env });
  anonymous = island.docker;
  engine = new Docker({ socketPath: island.endpoint.replace('unix://', '') });
  await docker.load(await here.save(OURS));
});

afterAll(async () => {
  await line?.close();
  await registry?.stop();
  await island?.remove();
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

/** Time that passes at once. */
const hasty = () => {
  const slept: number[] = [];
  const sleep = async (ms: number) => void slept.push(ms / 1000);
  return { slept, now: () => performance.now(), sleep };
};
const failure = async (port: DockerPort, reference: string, clock = hasty()) =>
  pull(reference, { docker: port, clock, signal }, () => {}).then(
    () => 'it came',
    (cause: CliError) => cause.code,
  );
const forget = async (...names: string[]) => {
  for (const name of names) await engine.getImage(name).remove({ force: true });
};

describe('a real registry', () => {
  test('takes the image from somebody who has logged in, and tells its digest', async () => {
    await docker.tag(OURS, direct);
    const refused = await push(direct, { docker: anonymous, clock: hasty(), signal }, () => {}).catch(
      (cause: CliError) => cause.code,
    );
    expect(refused).toBe('docker.push-denied');
    const said: string[] = [];
    const ports = { docker, clock: hasty(), signal };
    expect(await push(direct, ports, (text) => said.push(text))).toMatch(/^pushed, [\d.]+ MB$/);
    expect(said.some((text) => /^[\d.]+ of [\d.]+ MB, \d of \d layers, /.test(text))).toBe(true);
    const [host, path] = direct.split(/\/(.*)/s);
    const answer = await fetch(`http://${host}/v2/${path?.replace(':', '/manifests/')}`, {
      headers: { authorization: BASIC, accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    });
    manifestDigest = answer.headers.get('docker-content-digest') ?? '';
    layers = ((await answer.json()) as { layers: typeof layers }).layers;
    const image = await docker.image(direct);
    expect(image && digestOf(direct, image)).toBe(manifestDigest);
    await forget(direct, OURS);
  });

  test('whose line is cut again and again in the middle of a layer gives it all the same', async () => {
    const last = layers.at(-1) ?? { digest: '', size: 0 };
    // Twice, because the Engine itself tries once more.
    line.cut = { digest: last.digest, afterBytes: last.size / 4, times: 2 };
    const said: string[] = [];
    const clock = hasty();
    const came = await pull(far, { docker, clock, signal }, (text) => said.push(text));
    expect([came, clock.slept]).toEqual([expect.stringMatching(/^pulled, .*at attempt 2$/), [2]]);
    const kept = said.find((text) => text.startsWith('attempt 1 of 5 failed'));
    expect(kept).toMatch(
      /(unexpected EOF|connection reset by peer).*; \d of \d layers had come; again in 2 s$/,
    );
    // The Engine went on in the middle of the layer before it gave up.
    const ranges = line.fetched.filter(({ digest }) => digest === last.digest).map(({ range }) => range);
    expect(ranges.slice(0, 2)).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-/)]);
    const image = await docker.image(far);
    expect(image && [digestOf(far, image), isPinned(image, manifestDigest)]).toEqual([manifestDigest, true]);
  });

  test('that is busy is asked again', async () => {
    // The Engine asks for the head first, and then all the same.
    line.busy = 2;
    const clock = hasty();
    expect(await pull(far, { docker, clock, signal }, () => {})).toContain('at attempt 2');
    expect(clock.slept).toEqual([15]);
    await forget(far);
  });

  test('that refuses, does not know, or is not there is told apart', async () => {
    expect(await failure(anonymous, direct)).toBe('docker.pull-denied');
    expect(await failure(docker, direct.replace('0.1.0', '9.9.9'))).toBe('docker.pull-not-found');
    const clock = hasty();
    expect(await failure(docker, direct.replace(String(REGISTRY), String(NOBODY)), clock)).toBe(
      'docker.pull-refused',
    );
    expect(clock.slept).toEqual([5, 15]);
  });
});

describe('a full disk', () => {
  test('ends a pull and a load at once, and says so', async () => {
    const filler = join(island.dataRoot, 'filler');
    const { stdout } = await execa('df', ['--output=avail', '-B1', island.dataRoot]);
    const room = Number(stdout.trim().split('\n').at(-1)) - 40e6;
    await execa('fallocate', ['-l', String(Math.floor(room)), filler]);
    const clock = hasty();
    expect([await failure(docker, direct, clock), clock.slept]).toEqual(['docker.pull-no-space', []]);
    const here = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
    await expect(docker.load(await here.save(OURS))).rejects.toMatchObject({ code: 'docker.load-no-space' });
    await rm(filler);
    expect(await pull(direct, { docker, clock, signal }, () => {})).toMatch(/^pulled, /);
  });

  test('leaves no half file of a saved image', async () => {
    const small = join(home, 'small');
    await mkdir(small);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', small]);
    try {
      const { exit, stdout } = await runProgram({}, 'image', 'save', join(small, 'image.tar.gz'), '--json');
      expect([exit, JSON.parse(stdout).error.code]).toEqual([3, 'image-file.no-space']);
      expect(await readdir(small)).toEqual([]);
      const stick = await runProgram({}, 'bundle', '--offline', join(small, 'stick'), '--json');
      expect([stick.exit, JSON.parse(stick.stdout).error.code]).toEqual([3, 'image-file.no-space']);
      expect(await readdir(small)).toEqual([]);
      await expect(imageFiles.inspect(join(small, 'image.tar.gz'))).rejects.toThrow('damaged');
    } finally {
      await execa('umount', [small]);
    }
  });
});
