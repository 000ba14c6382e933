import { describe, expect, it } from 'vitest';
import { dockerApi } from '../../../src/checks/host/docker-api.ts';
import { dockerCpu } from '../../../src/checks/host/docker-cpu.ts';
import { dockerDisk } from '../../../src/checks/host/docker-disk.ts';
import { dockerEndpoint } from '../../../src/checks/host/docker-endpoint.ts';
import { dockerEngineKind } from '../../../src/checks/host/docker-engine-kind.ts';
import { dockerIpForward } from '../../../src/checks/host/docker-ip-forward.ts';
import { dockerMemory, heapBytes } from '../../../src/checks/host/docker-memory.ts';
import { dockerPermission } from '../../../src/checks/host/docker-permission.ts';
import { dockerPort } from '../../../src/checks/host/docker-port.ts';
import { dockerRegistry } from '../../../src/checks/host/docker-registry.ts';
import { dockerSqlSameHost } from '../../../src/checks/host/docker-sql-same-host.ts';
import { dockerStartOnBoot } from '../../../src/checks/host/docker-start-on-boot.ts';
import { dockerSubnetClash } from '../../../src/checks/host/docker-subnet-clash.ts';
import { dockerTime } from '../../../src/checks/host/docker-time.ts';
import { hostAv } from '../../../src/checks/host/host-av.ts';
import { hostPower } from '../../../src/checks/host/host-power.ts';
import { holds, overlaps } from '../../../src/checks/host/subnet.ts';
import { gist, judge } from './fixtures.ts';

const MEBIBYTE = 2 ** 20;

describe('docker-permission', () => {
  const refused = 'unix:///var/run/docker.sock (default socket): this user may not use Docker';
  it.each([
    [{ platform: 'linux', refused: null, commands: [] }, 'pass ok'],
    [{ platform: 'linux', refused, commands: ['usermod'] }, 'fail docker-permission-refused you'],
    [{ platform: 'win32', refused, commands: [] }, 'fail docker-permission-refused you'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerPermission, facts))).toBe(expected);
  });
});

describe('docker-endpoint', () => {
  const there = {
    ok: true as const,
    endpoint: 'unix:///var/run/docker.sock',
    origin: 'default socket',
    guarded: true,
    serverVersion: '27.1.1',
    operatingSystem: 'Ubuntu 24.04',
  };
  const absent = {
    ok: false as const,
    message: 'No Docker Engine answers on this machine.',
    seen: 'unix:///var/run/docker.sock: not there',
    needed: 'A running Docker Engine.',
    commands: ['systemctl start docker'],
    who: 'you' as const,
  };
  it.each([
    [there, 'pass ok'],
    [{ ...there, endpoint: 'tcp://10.0.0.1:2375', guarded: false }, 'warn docker-endpoint-plain-tcp you'],
    [absent, 'fail docker-endpoint-absent you'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerEndpoint, facts))).toBe(expected);
  });
});

describe('docker-api', () => {
  const api = { apiVersion: '1.46', serverVersion: '27.1.1', osType: 'linux' };
  it.each([
    [api, 'pass ok'],
    [{ ...api, apiVersion: '1.41' }, 'pass ok'],
    [{ ...api, apiVersion: '1.100' }, 'pass ok'],
    [{ ...api, apiVersion: '1.39' }, 'warn docker-api-old you'],
    [{ ...api, osType: 'windows' }, 'fail docker-api-windows you'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerApi, facts))).toBe(expected);
  });
});

describe('docker-engine-kind', () => {
  const engine = {
    platform: 'linux',
    system: 'Ubuntu 24.04 LTS',
    operatingSystem: 'Ubuntu 24.04 LTS',
    components: ['Engine', 'containerd'],
    rootless: false,
    lingers: null,
  };
  const desktop = { ...engine, operatingSystem: 'Docker Desktop' };
  const server = { platform: 'win32', system: 'Microsoft Windows Server 2019 Standard' };
  it.each([
    [engine, 'pass ok'],
    [{ ...engine, rootless: true, lingers: true }, 'pass ok'],
    [{ ...engine, rootless: true }, 'warn docker-engine-kind-rootless you'],
    [{ ...engine, rootless: true, lingers: false }, 'warn docker-engine-kind-rootless you'],
    [{ ...engine, components: ['Podman Engine'] }, 'warn docker-engine-kind-podman you'],
    [desktop, 'warn docker-engine-kind-desktop you'],
    [
      { ...desktop, platform: 'win32', system: 'Microsoft Windows 11 Pro' },
      'warn docker-engine-kind-desktop you',
    ],
    [{ ...desktop, ...server }, 'fail docker-engine-kind-desktop-server you'],
    [{ ...engine, ...server }, 'pass ok'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerEngineKind, facts))).toBe(expected);
  });
});

describe('docker-start-on-boot', () => {
  const linux = (services: Record<string, string>) => ({ platform: 'linux', services });
  const desktop = (at: { atSignIn: boolean; signsIn: boolean } | null) => ({
    platform: 'win32',
    services: { 'com.docker.service': 'auto' },
    engine: 'desktop' as const,
    desktop: at,
  });
  const rootless = (service: string | null, lingers: boolean) => ({
    ...linux({ 'docker.service': 'enabled' }),
    engine: 'rootless' as const,
    user: { service, lingers },
  });
  it.each([
    [linux({ 'docker.service': 'enabled' }), 'pass ok'],
    [linux({ 'docker.service': 'disabled', 'docker.socket': 'enabled' }), 'pass ok'],
    [
      linux({ 'docker.service': 'disabled', 'docker.socket': 'static' }),
      'fail docker-start-on-boot-disabled you',
    ],
    [linux({ 'docker.service': 'masked' }), 'fail docker-start-on-boot-disabled you'],
    [linux({}), 'unknown docker-start-on-boot-unknown you'],
    // The service of Docker Desktop helps it, and does not start it.
    [
      { platform: 'win32', services: { 'com.docker.service': 'auto' } },
      'unknown docker-start-on-boot-unknown you',
    ],
    [{ platform: 'win32', services: { docker: 'demand' } }, 'fail docker-start-on-boot-disabled you'],
    [{ platform: 'win32', services: { docker: 'auto' } }, 'pass ok'],
    [desktop({ atSignIn: false, signsIn: true }), 'fail docker-start-on-boot-desktop you'],
    [desktop({ atSignIn: true, signsIn: false }), 'warn docker-start-on-boot-sign-in you'],
    [desktop({ atSignIn: true, signsIn: true }), 'pass ok'],
    [desktop(null), 'unknown docker-start-on-boot-unknown you'],
    // The service of the system does not start a rootless Engine.
    [rootless('enabled', true), 'pass ok'],
    [rootless('enabled', false), 'fail docker-start-on-boot-rootless you'],
    [rootless('disabled', true), 'fail docker-start-on-boot-rootless you'],
    [rootless(null, true), 'unknown docker-start-on-boot-unknown you'],
    [{ ...linux({ 'docker.service': 'enabled' }), wsl: true }, 'warn docker-start-on-boot-wsl you'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerStartOnBoot, facts))).toBe(expected);
  });
});

describe('docker-registry', () => {
  const image = 'registry.example.org/cdc/connect-facility:0.1.0';
  const facts = (kind: 'refused' | 'not-found' | 'unreachable', present: boolean) => ({
    image,
    registry: 'registry.example.org',
    present,
    answer: { ok: false as const, failure: { kind, message: 'm' } },
  });
  it.each([
    [{ image: 'a/b:1', registry: null, present: false, answer: null }, 'skip docker-registry-none'],
    [{ ...facts('refused', false), answer: { ok: true as const, value: { digest: 'sha256:1' } } }, 'pass ok'],
    [facts('unreachable', false), 'fail docker-registry-unreachable you'],
    [facts('unreachable', true), 'warn docker-registry-unreachable you'],
    [facts('not-found', false), 'fail docker-registry-not-found central-team'],
    [facts('refused', false), 'warn docker-registry-refused you'],
  ])('%#', (given, expected) => {
    expect(gist(judge(dockerRegistry, given))).toBe(expected);
  });
});

describe('docker-disk', () => {
  const disk = (freeBytes: number | null) => ({
    rootDir: '/var/lib/docker',
    from: 'machine' as const,
    totalBytes: freeBytes === null ? null : 200e9,
    freeBytes,
  });
  it.each([
    [disk(10e9), 'pass ok'],
    [disk(9.9e9), 'warn docker-disk-low you'],
    [disk(2.9e9), 'fail docker-disk-full you'],
    [disk(null), 'unknown docker-disk-unseen you'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerDisk, facts))).toBe(expected);
  });
});

describe('docker-memory', () => {
  const facts = (container: object | null, changes: object = {}) => ({
    totalBytes: 8192 * MEBIBYTE,
    availableBytes: 4096 * MEBIBYTE,
    engineBytes: 8192 * MEBIBYTE,
    sqlServerHere: false,
    container:
      container === null
        ? null
        : { running: true, limitBytes: 768 * MEBIBYTE, heapBytes: 384 * MEBIBYTE, ...container },
    ...changes,
  });
  it.each([
    [facts({}), 'pass ok'],
    [facts(null), 'pass ok'],
    [facts({ heapBytes: null }), 'pass ok'],
    [facts({ heapBytes: 538 * MEBIBYTE }), 'warn docker-memory-heap-tight you'],
    [facts({ heapBytes: 769 * MEBIBYTE }), 'fail docker-memory-heap you'],
    [facts({ limitBytes: 0 }), 'warn docker-memory-no-limit you'],
    [facts({ limitBytes: 0 }, { sqlServerHere: null }), 'warn docker-memory-no-limit you'],
    [facts({ limitBytes: 0 }, { sqlServerHere: true }), 'fail docker-memory-no-limit you'],
    [facts({}, { engineBytes: 512 * MEBIBYTE }), 'warn docker-memory-engine you'],
    [facts(null, { availableBytes: 511 * MEBIBYTE }), 'warn docker-memory-scarce dba'],
    [facts({}, { availableBytes: 100 * MEBIBYTE }), 'pass ok'],
  ])('%#', (given, expected) => {
    expect(gist(judge(dockerMemory, given))).toBe(expected);
  });
  it('reads Java’s flags as Java does', () => {
    expect(
      ['-Xms64m -Xmx384m', '-Xmx1g', '-Xmx2048k', '-Xmx512m -Xmx1G', '-Xms64m', ''].map(heapBytes),
    ).toEqual([384 * MEBIBYTE, 1024 * MEBIBYTE, 2 * MEBIBYTE, 1024 * MEBIBYTE, undefined, undefined]);
  });
});

describe('docker-cpu', () => {
  it.each([
    [{ processors: 2, load15: 3.9, quota: null }, 'pass ok'],
    [{ processors: 2, load15: 4.1, quota: null }, 'warn docker-cpu-busy you'],
    [{ processors: 4, load15: null, quota: 0.5 }, 'warn docker-cpu-quota you'],
    [{ processors: 4, load15: null, quota: 1 }, 'pass ok'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerCpu, facts))).toBe(expected);
  });
});

describe('docker-port', () => {
  const port = { port: 8083, own: 'clinicmasterwarehouse', program: null, addresses: [] };
  const taken = { ...port, free: false, publishedBy: null };
  it.each([
    [{ ...port, free: true, publishedBy: null }, 'pass ok'],
    [{ ...port, free: false, publishedBy: 'clinicmasterwarehouse', addresses: ['127.0.0.1'] }, 'pass ok'],
    [{ ...port, free: false, publishedBy: 'airbyte' }, 'fail docker-port-taken you'],
    [taken, 'fail docker-port-taken you'],
    [
      { ...port, free: false, publishedBy: 'clinicmasterwarehouse', addresses: ['0.0.0.0'] },
      'fail docker-port-open you',
    ],
    [{ ...port, free: true, publishedBy: null, addresses: ['192.168.1.7'] }, 'fail docker-port-open you'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerPort, facts))).toBe(expected);
  });
  it('names who holds it', () => {
    const { summary, remedy } = judge(dockerPort, { ...taken, publishedBy: 'airbyte' });
    expect(summary).toContain('the container airbyte');
    expect(remedy?.commands).toContain('docker stop airbyte');
    expect(judge(dockerPort, { ...taken, program: 'nginx (pid 7)' }).summary).toContain('nginx (pid 7)');
  });
});

describe('docker-sql-same-host', () => {
  const there = {
    platform: 'linux',
    host: '192.168.1.100',
    addresses: ['192.168.1.100'],
    hostname: 'hospital',
    own: ['192.168.1.7', '172.17.0.1'],
    extraHosts: ['host.docker.internal:host-gateway'],
  };
  const local = (host: string, addresses: string[]) => ({ ...there, host, addresses });
  it.each([
    [there, 'pass ok'],
    [local('localhost', ['127.0.0.1']), 'fail docker-sql-same-host-localhost you'],
    [local('127.0.1.1', ['127.0.1.1']), 'fail docker-sql-same-host-localhost you'],
    [local('(local)', []), 'fail docker-sql-same-host-localhost you'],
    [local('.', []), 'fail docker-sql-same-host-localhost you'],
    [local('hospital', ['127.0.1.1']), 'fail docker-sql-same-host-loopback you'],
    [local('hospital', ['192.168.1.7']), 'pass ok'],
    [local('host.docker.internal', ['172.17.0.1']), 'pass ok'],
    [{ ...local('host.docker.internal', ['127.0.0.1']), extraHosts: null }, 'pass ok'],
    [{ ...local('host.docker.internal', []), extraHosts: [] }, 'fail docker-sql-same-host-no-name you'],
    [{ ...local('host.docker.internal', []), extraHosts: [], platform: 'win32' }, 'pass ok'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerSqlSameHost, facts))).toBe(expected);
  });
  it('says when the server is this machine', () => {
    expect(judge(dockerSqlSameHost, local('192.168.1.7', ['192.168.1.7'])).summary).toContain(
      'on this machine',
    );
  });
});

describe('docker-subnet-clash', () => {
  const network = {
    name: 'site',
    bridge: 'br-0',
    subnets: ['192.168.0.0/20'],
    addresses: ['192.168.0.2'],
  };
  const facts = (address: string, routes: { cidr: string; device: string }[] = []) => ({
    networks: [network],
    own: ['192.168.0.1'],
    routes,
    peers: [{ host: 'sql', addresses: [address] }],
  });
  it.each([
    [facts('10.8.0.1'), 'pass ok'],
    [facts('192.168.1.100'), 'fail docker-subnet-clash-peer network-admin'],
    // This machine itself, and a container that answers where it is.
    [facts('192.168.0.1'), 'pass ok'],
    [facts('192.168.0.2'), 'pass ok'],
    [
      facts('10.8.0.1', [{ cidr: '192.168.15.0/24', device: 'eth0' }]),
      'warn docker-subnet-clash-route network-admin',
    ],
    [facts('10.8.0.1', [{ cidr: '192.168.16.0/24', device: 'tun0' }]), 'pass ok'],
    [{ networks: [], own: [], routes: [], peers: [] }, 'pass ok'],
  ])('%#', (given, expected) => {
    expect(gist(judge(dockerSubnetClash, given))).toBe(expected);
  });
  it('reckons with ranges', () => {
    expect(overlaps('10.0.0.0/8', '10.255.255.0/24')).toBe(true);
    expect(overlaps('172.17.0.1/16', '172.18.0.0/16')).toBe(false);
    expect(overlaps('fd00::/8', '10.0.0.0/8')).toBe(false);
    expect([holds('192.168.1.7/24', '192.168.1.255'), holds('192.168.1.7/24', '192.168.2.0')]).toEqual([
      true,
      false,
    ]);
    expect([holds('10.0.0.0/24', '10.0.0.0'), holds('200.0.0.0/1', '255.255.255.255')]).toEqual([true, true]);
  });
});

describe('docker-ip-forward', () => {
  it.each([
    [{ forwarding: true, unmasked: [] }, 'pass ok'],
    [{ forwarding: true, unmasked: null }, 'pass ok'],
    [{ forwarding: false, unmasked: null }, 'fail docker-ip-forward-off you'],
    [{ forwarding: true, unmasked: ['172.17.0.0/16'] }, 'warn docker-ip-forward-rules you'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerIpForward, facts))).toBe(expected);
  });
});

describe('docker-time', () => {
  const time = (differenceMs: number | null, synchronised: boolean | null = true) => ({
    platform: 'linux',
    differenceMs,
    synchronised,
  });
  it.each([
    [time(0), 'pass ok'],
    [time(null, null), 'pass ok'],
    [time(-5001), 'warn docker-time-container you'],
    [time(60_001), 'fail docker-time-container you'],
    [time(-120_000, false), 'fail docker-time-container you'],
    [time(0, false), 'warn docker-time-not-synchronised you'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerTime, facts))).toBe(expected);
  });
});

describe('host-power and host-av', () => {
  it.each([
    [null, 'pass ok'],
    [{ starts: 9, unclean: 2 }, 'pass ok'],
    [{ starts: 9, unclean: 3 }, 'warn host-power-cuts you'],
  ])('power %#', (starts, expected) => {
    expect(gist(judge(hostPower, { uptimeSeconds: 7200, starts }))).toBe(expected);
  });
  const av = (scanners: string[] | null, exclusions: string[] | null = null) => ({
    rootDir: '/var/lib/docker',
    scanners,
    exclusions,
  });
  it.each([
    [av([]), 'pass ok'],
    [av(['clamonacc']), 'warn host-av-scans network-admin'],
    [av(['MsMpEng.exe'], ['C:\\Users\\x\\AppData\\Local\\Docker']), 'pass ok'],
    [av(['MsMpEng.exe'], ['D:\\Backups']), 'warn host-av-scans network-admin'],
    [av(null), 'unknown host-av-unseen you'],
  ])('antivirus %#', (facts, expected) => {
    expect(gist(judge(hostAv, facts))).toBe(expected);
  });
});
