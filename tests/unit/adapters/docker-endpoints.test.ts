import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpoints } from '../../../src/adapters/docker-endpoints.ts';
import type { HostFacts } from '../../../src/adapters/host.ts';

let config: string;
beforeEach(async () => {
  config = await mkdtemp(join(tmpdir(), 'docker-'));
});
afterEach(() => rm(config, { recursive: true }));

const host = (more: Partial<HostFacts> = {}): HostFacts => ({
  platform: 'linux',
  privileged: false,
  home: '/home/u',
  cwd: '/',
  env: {},
  ...more,
});
const urls = async (facts: HostFacts) => (await endpoints(facts)).map(({ url }) => url);

/** A context as `docker context create` leaves it. */
async function context(name: string, endpoint: object, pem: Record<string, string> = {}) {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = join(config, 'contexts/meta', id);
  await mkdir(meta, { recursive: true });
  await writeFile(join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: endpoint } }));
  if (Object.keys(pem).length === 0) return;
  const tls = join(config, 'contexts/tls', id, 'docker');
  await mkdir(tls, { recursive: true });
  for (const [file, text] of Object.entries(pem)) await writeFile(join(tls, file), text);
}

const use = (name: string) =>
  writeFile(join(config, 'config.json'), JSON.stringify({ currentContext: name }));

describe('where Docker may listen', () => {
  it('on Linux: the system socket, rootless, Docker Desktop', async () => {
    expect(await urls(host({ uid: 1000, env: { XDG_RUNTIME_DIR: '/run/user/1' } }))).toEqual([
      'unix:///var/run/docker.sock',
      'unix:///run/user/1/docker.sock',
      'unix:///run/user/1000/docker.sock',
      'unix:///home/u/.docker/run/docker.sock',
      'unix:///home/u/.docker/desktop/docker.sock',
    ]);
  });

  it('rootless Docker is found where sudo and cron take XDG_RUNTIME_DIR away, and root has none', async () => {
    expect(await urls(host({ uid: 1000 }))).toContain('unix:///run/user/1000/docker.sock');
    for (const facts of [host({ uid: 0, privileged: true }), host()])
      expect((await urls(facts)).join()).not.toContain('/run/user');
  });

  it('on Windows: both pipes', async () => {
    expect(await urls(host({ platform: 'win32', home: 'C:\\Users\\u' }))).toEqual([
      'npipe:////./pipe/docker_engine',
      'npipe:////./pipe/dockerDesktopLinuxEngine',
    ]);
  });
});

describe('DOCKER_HOST', () => {
  const given = (DOCKER_HOST: string, env = {}) => endpoints(host({ env: { DOCKER_HOST, ...env } }));

  it('is the only place when it is set, whatever context is chosen', async () => {
    await context('far', { Host: 'tcp://10.9.9.9:2375' });
    const found = await given('tcp://10.0.0.1:2375', { DOCKER_CONTEXT: 'far', DOCKER_CONFIG: config });
    expect(found).toEqual([
      { url: 'tcp://10.0.0.1:2375', origin: 'DOCKER_HOST', chosen: { by: 'DOCKER_HOST' } },
    ]);
  });

  it.each([
    ['10.0.0.1:2375', 'tcp://10.0.0.1:2375', undefined],
    ['unix:///x.sock', 'unix:///x.sock', undefined],
    ['ssh://root@far', 'ssh://root@far', /over ssh is not supported; run this program on the Docker host/],
    ['npipe:////./pipe/docker_engine', 'npipe:////./pipe/docker_engine', /on Windows only/],
    ['fd://', 'fd://', /not an address of Docker/],
    ['tcp://a b', 'tcp://a b', /not an address/],
  ])('%s', async (text, url, fault) => {
    const [found] = await given(text);
    expect(found?.url).toBe(url);
    if (fault === undefined) expect(found?.fault).toBeUndefined();
    else expect(found?.fault).toMatch(fault);
  });

  it('takes the certificates of DOCKER_CERT_PATH when TLS is asked for, and only then', async () => {
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(config, `${name}.pem`), `PEM ${name}`);
    const files = { ca: 'PEM ca', cert: 'PEM cert', key: 'PEM key' };
    const at = (env: object) => given('tcp://h:2376', { DOCKER_CERT_PATH: config, ...env });
    expect((await at({ DOCKER_TLS_VERIFY: '1' }))[0]?.tls).toEqual({ ...files, verify: true });
    expect((await at({ DOCKER_TLS: '1' }))[0]?.tls).toEqual({ ...files, verify: false });
    expect((await at({}))[0]).not.toHaveProperty('tls');
  });

  it('says that there is no certificate to verify with', async () => {
    const [found] = await given('tcp://h:2376', { DOCKER_CERT_PATH: config, DOCKER_TLS_VERIFY: '1' });
    expect(found?.fault).toContain(`no ca.pem that can be read in ${config}`);
  });
});

describe('a Docker context', () => {
  const chosen = (env = {}) => endpoints(host({ env: { DOCKER_CONFIG: config, ...env } }));

  it('that `docker context use` has chosen is the only place', async () => {
    await context('desktop-linux', { Host: 'unix:///d.sock' });
    await use('desktop-linux');
    expect(await chosen()).toEqual([
      {
        url: 'unix:///d.sock',
        origin: 'Docker context "desktop-linux"',
        chosen: { by: 'docker context use', context: 'desktop-linux' },
      },
    ]);
  });

  it('of DOCKER_CONTEXT wins over it, and `default` means none', async () => {
    await context('a', { Host: 'unix:///a.sock' });
    await context('b', { Host: 'unix:///b.sock' });
    await use('a');
    expect((await chosen({ DOCKER_CONTEXT: 'b' }))[0]).toMatchObject({
      url: 'unix:///b.sock',
      chosen: { by: 'DOCKER_CONTEXT', context: 'b' },
    });
    expect((await chosen({ DOCKER_CONTEXT: '' }))[0]?.url).toBe('unix:///a.sock');
    expect((await chosen({ DOCKER_CONTEXT: 'default' }))[0]?.origin).toBe('default socket');
  });

  it('brings its own certificates', async () => {
    await context(
      'far',
      { Host: 'tcp://h:2376', SkipTLSVerify: false },
      { 'ca.pem': 'A', 'cert.pem': 'C', 'key.pem': 'K' },
    );
    await context('lax', { Host: 'tcp://h:2376', SkipTLSVerify: true }, { 'cert.pem': 'C' });
    expect((await chosen({ DOCKER_CONTEXT: 'far' }))[0]?.tls).toEqual({
      ca: 'A',
      cert: 'C',
      key: 'K',
      verify: true,
    });
    expect((await chosen({ DOCKER_CONTEXT: 'lax' }))[0]?.tls).toEqual({ cert: 'C', verify: false });
  });

  it('that is not there, or reaches over ssh, is a fault and not a reason to try another engine', async () => {
    await context('over-ssh', { Host: 'ssh://root@far' });
    expect(await chosen({ DOCKER_CONTEXT: 'gone' })).toMatchObject([
      { fault: `there is no context "gone" in ${config}` },
    ]);
    expect(await chosen({ DOCKER_CONTEXT: 'over-ssh' })).toMatchObject([
      { fault: expect.stringContaining('over ssh is not supported') },
    ]);
  });
});
