import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueServer, makeAuthority } from '../../../sandbox/src/tls/authority.ts';
import { findDocker } from '../../../src/adapters/docker.ts';
import { openEngine, ping } from '../../../src/adapters/docker-connection.ts';
import type { Endpoint } from '../../../src/adapters/docker-endpoints.ts';
import { installGuide, startGuide } from '../../../src/adapters/docker-guide.ts';
import { explainRefusal, noDocker, type Refusal, refusalLine } from '../../../src/adapters/docker-refusal.ts';
import type { HostFacts } from '../../../src/adapters/host.ts';
import { type HostSystem, hostSystem, type SystemSources } from '../../../src/adapters/host-system.ts';

const host = (more: Partial<HostFacts> = {}): HostFacts => ({
  platform: 'linux',
  privileged: false,
  home: '/home/u',
  cwd: '/',
  env: {},
  ...more,
});
const endpoint: Endpoint = { url: 'unix:///x.sock', origin: 'default socket' };

const cleanup: (() => unknown)[] = [];
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'engine-'));
  cleanup.push(() => rm(dir, { recursive: true }));
});
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

/** Something that listens at a socket, or at a port of this machine. */
async function listening(server: Server, at: string | number = join(dir, 'd.sock')): Promise<Endpoint> {
  await new Promise<void>((done) =>
    server.listen(at, ...((typeof at === 'number' ? ['127.0.0.1'] : []) as []), done),
  );
  cleanup.push(() => server.close());
  const address = server.address();
  return typeof address === 'string'
    ? { ...endpoint, url: `unix://${address}` }
    : { ...endpoint, url: `tcp://127.0.0.1:${(address as AddressInfo).port}` };
}

/** What comes of a place that is asked for Docker. */
async function tried(place: Endpoint): Promise<Refusal | 'answers'> {
  try {
    await ping(openEngine(place));
    return 'answers';
  } catch (cause) {
    return explainRefusal(place, cause);
  }
}

const engine = (answer = 'OK', status = 200) =>
  createHttp((_, response) => response.writeHead(status).end(answer));

describe('a place that is asked for Docker', () => {
  it('answers like an Engine', async () => {
    expect(await tried(await listening(engine()))).toBe('answers');
    expect(await tried(await listening(engine(), 0))).toBe('answers');
  });

  it.each(['ssh://root@far', 'tcp://192.0.2.1:2375'])(
    'is asked itself, whatever DOCKER_HOST says to the library: %s',
    async (elsewhere) => {
      const before = process.env.DOCKER_HOST;
      process.env.DOCKER_HOST = elsewhere;
      cleanup.push(() => {
        if (before === undefined) delete process.env.DOCKER_HOST;
        else process.env.DOCKER_HOST = before;
      });
      expect(await tried(await listening(engine()))).toBe('answers');
    },
  );

  it('is a web server, or speaks no HTTP: not Docker', async () => {
    const greeter = createServer((socket) => socket.end('220 mail.example.org ESMTP\r\n'));
    for (const server of [engine('<html>'), engine('', 404), greeter])
      expect(await tried(await listening(server, 0))).toMatchObject({ kind: 'not-docker' });
  });

  it('is nothing, or nobody listens there', async () => {
    expect(await tried({ ...endpoint, url: `unix://${dir}/none.sock` })).toMatchObject({ kind: 'not-there' });
    const { url } = await listening(engine(), 0);
    await cleanup.pop()?.();
    expect(await tried({ ...endpoint, url })).toMatchObject({ kind: 'not-listening' });
    expect(await tried({ ...endpoint, url: 'tcp://no-such-host.invalid:2375' })).toMatchObject({
      kind: 'unreachable',
    });
  });

  it('wants TLS, or shows a certificate that is not trusted', async () => {
    const authority = await makeAuthority('Docker CA');
    const made = await issueServer(authority, { commonName: 'docker', hosts: ['127.0.0.1'] });
    const server = createHttps({ key: made.key, cert: made.certificate }, (_, response) =>
      response.end('OK'),
    );
    const place = await listening(server, 0);
    expect(await tried({ ...place, tls: { ca: authority.certificate, verify: true } })).toBe('answers');
    expect(await tried({ ...place, tls: { verify: false } })).toBe('answers');
    expect(await tried({ ...place, tls: { verify: true } })).toMatchObject({ kind: 'tls' });
    const told = Object.assign(new Error('Client sent an HTTP request to an HTTPS server.'), {
      statusCode: 400,
    });
    expect(explainRefusal(place, told)).toMatchObject({
      kind: 'tls',
      reason: 'it wants TLS: set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH',
    });
  });

  it.each([
    ['EACCES', 'forbidden', 'this user may not use Docker'],
    ['ENOENT', 'not-there', 'not there'],
    ['ECONNREFUSED', 'not-listening', 'nothing listens there; the service is stopped'],
    ['ENOANSWER', 'no-answer', 'no'],
  ])('%s is %s', (code, kind, reason) => {
    const refusal = explainRefusal(endpoint, Object.assign(new Error('no'), { code }));
    expect(refusal).toMatchObject({ kind, reason });
    expect(refusalLine(refusal)).toBe(`unix:///x.sock (default socket): ${reason}`);
  });
});

/** A system as its files describe it. */
function system(more: {
  platform?: NodeJS.Platform;
  osRelease?: string;
  version?: string;
  release?: string;
  there?: string[];
  kernel?: string;
}): Promise<HostSystem> {
  const files: Record<string, string | undefined> = {
    '/etc/os-release': more.osRelease,
    '/proc/sys/kernel/osrelease': more.kernel ?? '6.8.0-generic',
  };
  const sources: SystemSources = {
    read: async (path) => files[path],
    exists: async (path) => (more.there ?? ['/run/systemd/system']).includes(path),
    version: more.version ?? '',
    release: more.release ?? '',
  };
  return hostSystem(host({ platform: more.platform ?? 'linux' }), sources);
}

const UBUNTU =
  'NAME="Ubuntu"\nPRETTY_NAME="Ubuntu 24.04 LTS"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n';

describe('what to run on this system', () => {
  const APT = ['sudo apt-get update', 'sudo apt-get install -y docker.io'];
  const ENABLE = 'sudo systemctl enable --now docker';
  const OURS = 'sudo clinicmaster-cdc init --install-docker';
  const DOCKER_CE =
    'sudo dnf install -y --allowerasing docker-ce docker-ce-cli containerd.io docker-compose-plugin';
  it.each([
    ['Ubuntu', UBUNTU, [OURS, ...APT, ENABLE]],
    ['Debian', 'ID=debian\nVERSION_ID="12"\n', [OURS, ...APT, ENABLE]],
    ['Mint', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', [OURS, ...APT, ENABLE]],
    ['RHEL', 'ID="rhel"\nID_LIKE="fedora"\n', [DOCKER_CE, ENABLE]],
    ['Rocky', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', [DOCKER_CE, ENABLE]],
    ['Alma', 'ID="almalinux"\nID_LIKE="rhel centos fedora"\n', [DOCKER_CE, ENABLE]],
    ['CentOS', 'ID="centos"\nID_LIKE="rhel fedora"\n', [DOCKER_CE, ENABLE]],
    ['Oracle', 'ID="ol"\nID_LIKE="fedora"\n', [DOCKER_CE, ENABLE]],
    ['a derivative of RHEL', 'ID="eurolinux"\nID_LIKE="rhel fedora"\n', [DOCKER_CE, ENABLE]],
    ['Fedora', 'ID=fedora\n', ['sudo dnf install -y moby-engine', ENABLE]],
    ['SLES', 'ID="sles"\nID_LIKE="suse"\n', ['sudo zypper --non-interactive install docker', ENABLE]],
    [
      'openSUSE',
      'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n',
      ['sudo zypper --non-interactive install docker', ENABLE],
    ],
    ['another Linux', 'ID=void\n', [ENABLE]],
  ])('%s', async (_, osRelease, commands) => {
    expect(installGuide(await system({ osRelease }), host()).commands).toEqual(commands);
  });

  it('root needs no sudo, and a system without systemd starts it by its init script', async () => {
    const bare = await system({ osRelease: UBUNTU, there: [] });
    expect(installGuide(bare, host({ privileged: true })).commands).toEqual([
      'clinicmaster-cdc init --install-docker',
      'apt-get update',
      'apt-get install -y docker.io',
      'service docker start',
    ]);
    expect(startGuide(bare, host({ privileged: true })).commands).toEqual(['service docker start']);
  });

  it('in WSL: the switch of Docker Desktop, and no offer to install a second Docker', async () => {
    const wsl = await system({ osRelease: UBUNTU, kernel: '5.15.167.4-microsoft-standard-WSL2' });
    const { needed, commands } = installGuide(wsl, host());
    expect(needed).toContain('Settings > Resources > WSL integration');
    expect(commands).not.toContain(OURS);
  });

  it.each([
    [
      'Windows 10 Pro',
      '10.0.19045',
      'windows',
      /Docker Desktop with WSL 2/,
      /winget install --exact --id Docker.DockerDesktop/,
    ],
    [
      'Windows 11 Pro',
      '10.0.22631',
      'windows',
      /Docker Desktop with WSL 2/,
      /wsl --install --no-distribution {3}# as administrator/,
    ],
    [
      'Windows Server 2022 Standard',
      '10.0.20348',
      'windows-server-wsl2',
      /runs no Linux containers itself/,
      /wsl --install --distribution Ubuntu/,
    ],
    [
      'Windows Server 2025 Datacenter',
      '10.0.26100',
      'windows-server-wsl2',
      /WSL 2/,
      /--user root -- npx clinicmaster-cdc init/,
    ],
    [
      'Windows Server 2019 Standard',
      '10.0.17763',
      'windows-server-old',
      /Linux virtual machine/,
      /Install-WindowsFeature -Name Hyper-V/,
    ],
  ])('%s', async (version, release, family, needed, command) => {
    const windows = await system({ platform: 'win32', version, release });
    expect(windows.family).toBe(family);
    const guide = installGuide(windows, host({ platform: 'win32' }));
    expect(guide.needed).toMatch(needed);
    expect(guide.commands.join('\n')).toMatch(command);
    expect(guide.commands.join('\n')).not.toContain('sudo');
  });

  it('macOS, and what is installed is only started', async () => {
    const mac = await system({ platform: 'darwin', release: '23.6.0' });
    expect(installGuide(mac, host({ platform: 'darwin' })).commands).toEqual([
      'brew install --cask docker-desktop',
      'open -a Docker',
    ]);
    const there = await system({ platform: 'darwin', there: ['/Applications/Docker.app'] });
    expect(there.installed).toBe(true);
    expect(startGuide(there, host({ platform: 'darwin' })).commands).toEqual(['open -a Docker']);
    const desktop = await system({
      platform: 'win32',
      there: ['C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe'],
    });
    expect(desktop.installed).toBe(true);
    expect(startGuide(desktop, host({ platform: 'win32' })).commands).toEqual([
      '& "$Env:ProgramFiles\\Docker\\Docker\\Docker Desktop.exe"',
    ]);
  });
});

describe('no Docker at all', () => {
  const absent: Refusal = { endpoint, kind: 'not-there', reason: 'not there' };

  it('on a bare Ubuntu: what to run, and that this program can do it', async () => {
    expect(noDocker([absent], {}, await system({ osRelease: UBUNTU }), host())).toMatchObject({
      code: 'docker.absent',
      exitCode: 3,
      message: 'There is no Docker on this machine (Ubuntu 24.04 LTS).',
      seen: 'unix:///x.sock (default socket): not there',
    });
  });

  it('installed and stopped: only start it', async () => {
    const stopped = await system({ osRelease: UBUNTU, there: ['/run/systemd/system', '/usr/sbin/dockerd'] });
    expect(noDocker([absent], {}, stopped, host())).toMatchObject({
      code: 'docker.unreachable',
      message: 'No Docker Engine answers on this machine.',
      commands: ['sudo systemctl enable --now docker'],
    });
  });

  it('forbidden wins over places that are not there', async () => {
    const refused: Refusal = { endpoint, kind: 'forbidden', reason: 'this user may not use Docker' };
    expect(noDocker([absent, refused], {}, await system({ osRelease: UBUNTU }), host())).toMatchObject({
      code: 'docker.forbidden',
      commands: ['sudo usermod -aG docker "$USER"', 'newgrp docker'],
    });
    const windows = await system({ platform: 'win32', version: 'Windows 11 Pro', release: '10.0.22631' });
    expect(noDocker([refused], {}, windows, host({ platform: 'win32' })).commands[0]).toContain(
      'net localgroup docker-users "$Env:USERDOMAIN\\$Env:USERNAME" /add',
    );
  });

  it('Podman that answers is named and not used', async () => {
    const podman = { url: 'unix:///run/podman/podman.sock', origin: 'Podman' };
    const error = noDocker([absent], { podman }, await system({ osRelease: UBUNTU }), host());
    expect(error.seen).toContain(
      'unix:///run/podman/podman.sock (Podman): answers, but this program needs Docker Engine',
    );
  });

  it.each([
    ['docker context use', 'linux', 'docker context use default', /The Docker context "far" was chosen/],
    ['docker context use', 'win32', 'docker context use default', /was chosen/],
    ['DOCKER_CONTEXT', 'linux', 'unset DOCKER_CONTEXT', /DOCKER_CONTEXT chooses the Docker context "far"/],
    ['DOCKER_HOST', 'win32', 'Remove-Item Env:DOCKER_HOST', /DOCKER_HOST names a Docker Engine/],
  ] as const)('a dead %s on %s: %s', async (by, platform, back, message) => {
    const chosen = by === 'DOCKER_HOST' ? { by } : { by, context: 'far' };
    const dead: Refusal = {
      endpoint: { url: 'tcp://h:1', origin: 'Docker context "far"', chosen },
      kind: 'not-listening',
      reason: 'nothing listens there; the service is stopped',
    };
    const error = noDocker(
      [dead],
      { elsewhere: { url: 'unix:///var/run/docker.sock', origin: 'default socket' } },
      await system({ osRelease: UBUNTU }),
      host({ platform }),
    );
    expect(error.message).toMatch(message);
    expect(error.commands).toEqual([back]);
    expect(error.seen).toContain('unix:///var/run/docker.sock (default socket): answers, but was not chosen');
  });

  it('is reported with every place that was tried', async () => {
    const error = await findDocker(host({ env: { DOCKER_HOST: 'unix:///no/such.sock' } })).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({
      code: 'docker.unreachable',
      exitCode: 3,
      seen: expect.stringMatching(/^unix:\/\/\/no\/such\.sock \(DOCKER_HOST\): not there/),
      commands: ['unset DOCKER_HOST'],
    });
  });
});
