import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { registryLogin } from '../../../src/adapters/docker-login.ts';
import { CliError } from '../../../src/errors.ts';
import { pull, push } from '../../../src/install/image/pull.ts';
import { type EngineAnswer, type EngineSocket, engineSocket } from '../../fakes/engine-socket.ts';

const REFERENCE = 'registry.example.org:5000/cdc/connect-facility:0.1.0';
const json = (...lines: object[]) => lines.map((line) => `${JSON.stringify(line)}\r\n`).join('');
const BEGIN = json(
  { status: 'Pulling from cdc/connect-facility', id: '0.1.0' },
  { status: 'Pulling fs layer', id: 'a' },
  { status: 'Pulling fs layer', id: 'b' },
  { status: 'Downloading', id: 'a', progressDetail: { current: 4e6, total: 4e6 } },
  { status: 'Pull complete', id: 'a' },
  { status: 'Downloading', id: 'b', progressDetail: { current: 1e6, total: 6e6 } },
);
const failing = (message: string) => BEGIN + json({ errorDetail: { message }, error: message });

let engine: EngineSocket;
afterEach(() => engine?.close());

/** A clock that jumps. */
const clock = () => {
  const slept: number[] = [];
  let now = 0;
  const sleep = async (ms: number) => {
    slept.push(ms / 1000);
    now += ms;
  };
  return { slept, now: () => now, sleep };
};
const signal = new AbortController().signal;

async function failure(answer: EngineAnswer): Promise<CliError> {
  engine = await engineSocket(() => answer);
  const error = await engine.docker
    .pull(REFERENCE, () => {}, signal)
    .then(
      () => new Error('it came'),
      (cause: unknown) => cause,
    );
  if (error instanceof CliError) return error;
  throw error;
}

describe('an error inside the stream of a pull', () => {
  it.each([
    ['write /var/lib/docker/tmp/GetImageBlob1: no space left on device', 'no-space', 'you'],
    ['failed to register layer: mkdir /var/lib/docker/overlay2/x: read-only file system', 'read-only', 'you'],
    ['toomanyrequests: You have reached your pull rate limit.', 'rate-limit', 'you'],
    ['received unexpected HTTP status: 429 Too Many Requests', 'rate-limit', 'you'],
    [
      'pull access denied for cdc, repository does not exist or may require docker login',
      'denied',
      'central-team',
    ],
    ['Head "https://r/v2/cdc/manifests/1": unauthorized: authentication required', 'denied', 'central-team'],
    ['no basic auth credentials', 'denied', 'central-team'],
    ['manifest for r/cdc:1 not found: manifest unknown: manifest unknown', 'not-found', 'central-team'],
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'platform', 'central-team'],
    ['Get "https://r/v2/": x509: certificate signed by unknown authority', 'certificate', 'network-admin'],
    ['Get "https://r/v2/": http: server gave HTTP response to HTTPS client', 'not-tls', 'central-team'],
    ['Get "https://r/v2/": dial tcp: lookup r on 10.0.0.2:53: no such host', 'name', 'network-admin'],
    [
      'Get "https://r/v2/": dial tcp: lookup r on 10.0.0.2:53: read udp: i/o timeout',
      'name',
      'network-admin',
    ],
    ['proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused', 'proxy', 'network-admin'],
    ['Get "https://r/v2/": net/http: TLS handshake timeout', 'timeout', 'network-admin'],
    ['dial tcp 10.0.0.5:443: i/o timeout', 'timeout', 'network-admin'],
    [
      'net/http: request canceled while waiting for connection (Client.Timeout exceeded)',
      'timeout',
      'network-admin',
    ],
    ['dial tcp 10.0.0.5:5000: connect: connection refused', 'refused', 'network-admin'],
    ['dial tcp 10.0.0.5:443: connect: network is unreachable', 'unreachable', 'network-admin'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'server', 'central-team'],
    ['filesystem layer verification failed for digest sha256:aa', 'damaged', 'network-admin'],
    ['read tcp 10.0.0.1:1->10.0.0.5:443: read: connection reset by peer', 'cut', 'network-admin'],
    ['unexpected EOF', 'cut', 'network-admin'],
    ['something new', 'other', 'you'],
  ])('%s', async (message, kind, who) => {
    const error = await failure({ body: failing(message) });
    expect([error.code, error.seen, error.who]).toEqual([`docker.pull-${kind}`, message, who]);
    expect(error.needed).not.toBe('');
    expect(error.commands).toContain(`docker pull ${REFERENCE}`);
  });

  it('counts where the Engine answers with a status, too', async () => {
    const message = 'manifest for r/cdc:1 not found: manifest unknown';
    const error = await failure({ status: 404, body: JSON.stringify({ message }) });
    expect([error.code, error.seen]).toEqual(['docker.pull-not-found', message]);
  });

  it('counts where the Engine itself goes away', async () => {
    expect((await failure({ body: BEGIN, cut: true })).code).toBe('docker.pull-cut');
  });
});

describe('a pull', () => {
  it('goes on after what passes by itself, waits longer each time and tells what had come', async () => {
    const answers = [failing('unexpected EOF'), failing('connection reset by peer'), BEGIN];
    engine = await engineSocket(() => ({ body: answers.shift() ?? '' }));
    const time = clock();
    const said: string[] = [];
    const ports = { docker: engine.docker, clock: time, signal };
    expect(await pull(REFERENCE, ports, (text) => said.push(text))).toBe('pulled, 10.0 MB, at attempt 3');
    expect([time.slept, engine.requests.length]).toEqual([[2, 5], 3]);
    expect(said).toContain('attempt 1 of 5 failed (unexpected EOF); 1 of 2 layers had come; again in 2 s');
    expect(said).toContain('attempt 3: 5.0 of 10.0 MB, 1 of 2 layers');
  });

  it('waits longer for a registry that counts pulls, and gives up with the number of attempts', async () => {
    engine = await engineSocket(() => ({ body: failing('toomanyrequests: slow down') }));
    const time = clock();
    const ports = { docker: engine.docker, clock: time, signal };
    const error = await pull(REFERENCE, ports, () => {}).catch((cause: CliError) => cause);
    expect(time.slept).toEqual([15, 60, 180]);
    expect(error).toMatchObject({
      code: 'docker.pull-rate-limit',
      seen: 'toomanyrequests: slow down\n(4 attempts; 1 of 2 layers had come)',
    });
  });

  it.each(['no space left on device', 'unauthorized: authentication required', 'manifest unknown'])(
    'is not tried again after: %s',
    async (message) => {
      engine = await engineSocket(() => ({ body: failing(message) }));
      const time = clock();
      await expect(pull(REFERENCE, { docker: engine.docker, clock: time, signal }, () => {})).rejects.toThrow(
        'could not be pulled',
      );
      expect([time.slept, engine.requests.length]).toEqual([[], 1]);
    },
  );
});

describe('the login', () => {
  const folder = async (config: object) => {
    const dir = await mkdtemp(join(tmpdir(), 'docker-config-'));
    await writeFile(join(dir, 'config.json'), JSON.stringify(config));
    return dir;
  };
  const auth = Buffer.from('nakato:pass:with:colons').toString('base64');

  it('of docker login goes with a pull and a push, to its own registry only', async () => {
    const dir = await folder({ auths: { 'registry.example.org:5000': { auth } } });
    engine = await engineSocket(() => ({ body: BEGIN }), { DOCKER_CONFIG: dir });
    const ports = { docker: engine.docker, clock: clock(), signal };
    await pull(REFERENCE, ports, () => {});
    await pull('other.example.org/cdc:1', ports, () => {});
    await push(REFERENCE, ports, () => {});
    await engine.docker.registry(REFERENCE);
    const own = {
      username: 'nakato',
      password: 'pass:with:colons',
      serveraddress: 'registry.example.org:5000',
    };
    expect(engine.requests.map((request) => request.auth)).toEqual([own, undefined, own, own]);
    expect(engine.requests[2]?.path).toMatch(/^\/images\/.*\/push/);
    expect(await engine.docker.hasLogin(REFERENCE)).toBe(true);
    expect(await engine.docker.hasLogin('other.example.org/cdc:1')).toBe(false);
    await rm(dir, { recursive: true });
  });

  it('may be an identity token, or kept by a helper', async () => {
    const dir = await folder({
      auths: { 'a.example.org': { identitytoken: 'tok' }, 'https://any.docker.io/v1/': { auth } },
      credHelpers: { 'b.example.org': 'test', 'c.example.org': 'test', 'd.example.org': 'absent' },
    });
    await writeFile(
      join(dir, 'docker-credential-test'),
      [
        '#!/bin/sh',
        'read -r server',
        'case $server in',
        `  b.*) printf '{"ServerURL":"%s","Username":"<token>","Secret":"held"}' "$server" ;;`,
        '  *) echo "credentials not found in native keychain"; exit 1 ;;',
        'esac',
      ].join('\n'),
    );
    await chmod(join(dir, 'docker-credential-test'), 0o755);
    const env = { DOCKER_CONFIG: dir, PATH: `${dir}${delimiter}${process.env.PATH}` };
    const host = { platform: 'linux' as const, privileged: false, home: '/none', cwd: '/', env };
    const of = (registry: string) => registryLogin(host, registry);
    expect(await of('a.example.org')).toEqual({ identitytoken: 'tok', serveraddress: 'a.example.org' });
    expect(await of('b.example.org')).toEqual({ identitytoken: 'held', serveraddress: 'b.example.org' });
    expect(await of('c.example.org')).toBeUndefined();
    await expect(of('d.example.org')).rejects.toMatchObject({ code: 'docker.login-helper' });
    expect(await of('docker.io')).toMatchObject({ username: 'nakato' });
    expect(await registryLogin({ ...host, env: {} }, 'a.example.org')).toBeUndefined();
    await rm(dir, { recursive: true });
  });
});
