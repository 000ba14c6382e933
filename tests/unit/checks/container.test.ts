import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configuredContainer } from '../../../src/checks/connect/configured-container.ts';
import { dockerCleanShutdown } from '../../../src/checks/connect/docker-clean-shutdown.ts';
import { addressesInside, dockerDns } from '../../../src/checks/connect/docker-dns.ts';
import { dockerEnvSecrets } from '../../../src/checks/connect/docker-env-secrets.ts';
import { dockerImage } from '../../../src/checks/connect/docker-image.ts';
import { dockerLog } from '../../../src/checks/connect/docker-log.ts';
import { dockerPluginVersion } from '../../../src/checks/connect/docker-plugin-version.ts';
import { dockerRestartPolicy } from '../../../src/checks/connect/docker-restart-policy.ts';
import type { CheckContext } from '../../../src/checks/context.ts';
import { dockerDisk } from '../../../src/checks/host/docker-disk.ts';
import { dockerTime } from '../../../src/checks/host/docker-time.ts';
import { CONNECTOR_CLASS, CONNECTOR_VERSION, OUR_TRANSFORM } from '../../../src/connector/plugins.ts';
import { dockerEngine } from '../../fakes/docker-engine.ts';
import { fakeMachine } from '../../fakes/machine.ts';
import { facility, gist, judge } from './fixtures.ts';

describe('docker-image', () => {
  const reference = 'cdc/connect-facility:0.1.0';
  const image = {
    id: `sha256:${'a'.repeat(64)}`,
    digests: [`cdc/x@sha256:${'d'.repeat(64)}`],
    architecture: 'amd64',
  };
  const facts = { reference, image, machine: 'x86_64', containerImageId: image.id };
  it.each([
    [facts, 'pass ok'],
    [{ ...facts, containerImageId: null }, 'pass ok'],
    [{ ...facts, image: null, containerImageId: null }, 'fail docker-image-absent you'],
    [{ ...facts, image: null }, 'warn docker-image-absent you'],
    [{ ...facts, machine: 'aarch64' }, 'fail docker-image-architecture you'],
    [{ ...facts, reference: `cdc/x@sha256:${'d'.repeat(64)}` }, 'pass ok'],
    [{ ...facts, reference: `cdc/x@sha256:${'e'.repeat(64)}` }, 'fail docker-image-digest you'],
    [{ ...facts, pinned: image.id }, 'pass ok'],
    [{ ...facts, pinned: `sha256:${'d'.repeat(64)}` }, 'pass ok'],
    [{ ...facts, pinned: `sha256:${'b'.repeat(64)}` }, 'fail docker-image-pin you'],
    [{ ...facts, containerImageId: `sha256:${'b'.repeat(64)}` }, 'warn docker-image-stale you'],
  ])('%#', (given, expected) => {
    expect(gist(judge(dockerImage, given))).toBe(expected);
  });
});

describe('docker-restart-policy', () => {
  it.each([
    ['unless-stopped', 'pass ok'],
    ['always', 'pass ok'],
    ['no', 'fail docker-restart-policy-no you'],
    ['on-failure', 'warn docker-restart-policy-on-failure you'],
    [null, 'skip docker-restart-policy-absent'],
  ])('%s', (policy, expected) => {
    expect(gist(judge(dockerRestartPolicy, { container: 'c', policy }))).toBe(expected);
  });
});

describe('docker-log', () => {
  const log = (driver: string, options: Record<string, string> = {}) => ({
    log: { driver, options },
    bytes: 5e6,
  });
  it.each([
    [log('json-file', { 'max-size': '20m', 'max-file': '5' }), 'pass ok'],
    [log('json-file', { 'max-size': '20m' }), 'pass ok'],
    [log('json-file', { 'max-file': '5' }), 'fail docker-log-unlimited you'],
    [log('json-file'), 'fail docker-log-unlimited you'],
    [log('local'), 'pass ok'],
    [log('journald'), 'pass ok'],
    [log('none'), 'warn docker-log-elsewhere you'],
    [{ log: null, bytes: null }, 'skip docker-log-absent'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerLog, facts))).toBe(expected);
  });
});

describe('docker-clean-shutdown', () => {
  it.each([
    [60, 'pass ok'],
    [30, 'pass ok'],
    [10, 'warn docker-clean-shutdown-short you'],
    [null, 'skip docker-clean-shutdown-absent'],
  ])('%s', (seconds, expected) => {
    expect(gist(judge(dockerCleanShutdown, { seconds }))).toBe(expected);
  });
});

describe('docker-plugin-version', () => {
  const connector = (version: string) => ({ class: CONNECTOR_CLASS, type: 'source', version });
  const transform = { class: OUR_TRANSFORM, type: 'transformation', version: '0.1.0' };
  it.each([
    [[connector(CONNECTOR_VERSION), transform], 'pass ok'],
    [[transform], 'fail docker-plugin-version-missing you'],
    [
      [connector(CONNECTOR_VERSION), connector('3.5.0.Final'), transform],
      'fail docker-plugin-version-twice you',
    ],
    [[connector('3.5.0.Final'), transform], 'fail docker-plugin-version-other you'],
    [[connector(CONNECTOR_VERSION)], 'fail docker-plugin-version-no-transform you'],
  ])('%#', (found, expected) => {
    expect(gist(judge(dockerPluginVersion, { found }))).toBe(expected);
  });
  it('knows the version that the image is built with', () => {
    const pom = readFileSync(new URL('../../../connect/pom.xml', import.meta.url), 'utf8');
    expect(pom).toContain(`<debezium.sqlserver.version>${CONNECTOR_VERSION}<`);
  });
});

describe('docker-env-secrets', () => {
  const clean = { places: [], literals: [], connectorSeen: true, envMode: 0o600 };
  it.each([
    [clean, 'pass ok'],
    [{ ...clean, connectorSeen: false, envMode: null }, 'pass ok'],
    [{ ...clean, places: ['label x of the container'] }, 'warn docker-env-secrets-clear you'],
    [{ ...clean, literals: ['database.password'] }, 'warn docker-env-secrets-clear you'],
    [{ ...clean, envMode: 0o644 }, 'warn docker-env-secrets-mode you'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerEnvSecrets, facts))).toBe(expected);
  });

  /** A facility whose passwords stand in many places; the facts may name the places alone. */
  async function probe(config: Record<string, string> | undefined, compose = '') {
    const docker = dockerEngine();
    const settings = facility();
    await docker.createContainer('c', {
      Image: 'i',
      Labels: { note: `pass=${settings.kafka.password}`, role: 'facility' },
      Cmd: ['run', settings.database.password],
      Env: [`DB_PASS=${settings.database.password}`],
    });
    const context = {
      settings,
      names: { container: 'c', connector: 'k' },
      docker: async () => docker,
      files: { read: async () => compose, mode: async () => 0o600 },
      connect: {
        config: async () => {
          if (config === undefined) throw new Error('down');
          return config;
        },
      },
    } as unknown as CheckContext;
    return dockerEnvSecrets.probe(context, new AbortController().signal);
  }
  it('finds passwords by value and by name, and takes along none of them', async () => {
    const { database, kafka } = facility();
    const facts = await probe(
      {
        'database.password': database.password,
        'other.password': 'something-else',
        'x.sasl.jaas.config': 'ScramLoginModule required username="u" password="p4ssword";',
        'y.sasl.jaas.config': '${env:KAFKA_JAAS_CONFIG}',
        'driver.trustStorePassword': 'changeit',
        'z.password': '${env:DB_PASS}',
      },
      `environment:\n  KAFKA_PASS: ${kafka.password}\n`,
    );
    expect(facts).toEqual({
      places: [
        'label note of the container',
        'command of the container',
        'docker-compose.facility.yml',
        'setting database.password of the connector',
      ],
      literals: ['database.password', 'other.password', 'x.sasl.jaas.config'],
      connectorSeen: true,
      envMode: 0o600,
    });
    for (const secret of [database.password, kafka.password, 'p4ssword', 'something-else'])
      expect(JSON.stringify([facts, judge(dockerEnvSecrets, facts)])).not.toContain(secret);
  });
  it('goes on without the worker', async () => {
    expect(await probe(undefined)).toMatchObject({ connectorSeen: false, literals: [] });
  });
});

describe('docker-dns', () => {
  const name = (inside: string[], outside: string[], host = 'sql.hospital.lan') => ({
    host,
    inside,
    outside,
  });
  it.each([
    [{ running: false, names: [] }, 'skip docker-dns-not-running'],
    [{ running: true, names: [] }, 'pass ok'],
    [{ running: true, names: [name(['10.0.0.1'], ['10.0.0.1'])] }, 'pass ok'],
    [{ running: true, names: [name([], ['10.0.0.1'])] }, 'fail docker-dns-inside network-admin'],
    [{ running: true, names: [name([], [])] }, 'unknown docker-dns-nowhere network-admin'],
    [{ running: true, names: [name(['10.0.0.2'], ['10.0.0.1'])] }, 'warn docker-dns-other network-admin'],
    [{ running: true, names: [name(['172.17.0.1'], ['127.0.0.1'], 'host.docker.internal')] }, 'pass ok'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(dockerDns, facts))).toBe(expected);
  });
  const output = `127.0.0.1\tlocalhost
172.17.0.1\thost.docker.internal
@ kafka.example.org
Server:\t\t127.0.0.11
Address:\t127.0.0.11:53

Non-authoritative answer:
Name:\tkafka.example.org
Address: 10.8.0.4
Name:\tkafka.example.org
Address: fd00::4

@ nowhere.example.org
Server:\t\t127.0.0.11
Address:\t127.0.0.11:53

** server can't find nowhere.example.org: NXDOMAIN
`;
  it.each([
    ['host.docker.internal', ['172.17.0.1']],
    ['kafka.example.org', ['10.8.0.4', 'fd00::4']],
    ['nowhere.example.org', []],
  ])('reads what busybox answers for %s', (host, expected) => {
    expect(addressesInside(output, host)).toEqual(expected);
  });
});

describe('a container that restarts again and again', () => {
  it('is not asked to run anything', async () => {
    const docker = {
      ...dockerEngine(),
      container: async () => ({ running: true, status: 'restarting' }),
      exec: () => Promise.reject(new Error('is restarting, wait until the container is running')),
    };
    const context = {
      settings: facility(),
      names: { container: 'c' },
      docker: async () => docker,
      machine: { ...fakeMachine(), disk: async () => undefined },
    } as unknown as CheckContext;
    const { signal } = new AbortController();
    expect(await dockerDns.probe(context, signal)).toEqual({ running: false, names: [] });
    expect(await dockerTime.probe(context, signal)).toMatchObject({ differenceMs: null });
    expect(await dockerDisk.probe(context, signal)).toMatchObject({ from: null });
  });
});

describe('a container’s configuration', () => {
  it('is Docker’s own where it names nothing, and never its environment', async () => {
    const docker = dockerEngine();
    await docker.createContainer('bare', {
      Image: 'i',
      Env: ['DB_PASS=s3cret', 'HEAP_OPTS=', 'DEFAULT_HEAP_OPTS=-Xmx384m'],
    });
    const found = await configuredContainer(docker, 'bare');
    expect(found).toEqual({
      image: 'i',
      restartPolicy: 'no',
      logDriver: '',
      logOptions: {},
      memoryBytes: 0,
      cpus: null,
      stopSeconds: 10,
      extraHosts: [],
      heapOpts: '-Xmx384m',
    });
    expect(await configuredContainer(docker, 'none')).toBeNull();
  });
  it('reads both ways to bound processors', async () => {
    const docker = dockerEngine();
    await docker.createContainer('nano', { HostConfig: { NanoCpus: 5e8 } });
    await docker.createContainer('quota', { HostConfig: { CpuQuota: 150_000 } });
    expect((await configuredContainer(docker, 'nano'))?.cpus).toBe(0.5);
    expect((await configuredContainer(docker, 'quota'))?.cpus).toBe(1.5);
  });
});
