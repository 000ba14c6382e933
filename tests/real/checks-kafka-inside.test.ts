import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FACILITY_IMAGE } from '../../sandbox/src/images/recipes.ts';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { type Login, loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { checkWith } from './support/facility-checks.ts';
import { throwAway } from './support/facility-view.ts';
import { swallow } from './support/packet-filter.ts';
import { type Relay, relay } from './support/relay.ts';

const ID = 'INSIDE';
/** There is no SQL Server in these tests, which one check of Kafka misses. */
const NO_DATABASE = 'unknown kafka-message-size-no-rows';

let sandbox: Sandbox;
let login: Login;
/** A way to Kafka with a port of its own, so that rules for it disturb nobody else. */
let way: Relay;
const undo: (() => void)[] = [];

beforeAll(async () => {
  sandbox = await loadSandbox();
  login = await enrolFacility(ID);
  const [host = '', port = ''] = sandbox.kafka.bootstrap.split(':');
  way = await relay(sandbox.gateway, { host, port: Number(port) });
});
afterAll(() => way?.close());
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

const arrange = (step: () => void) => undo.push(step);
const own = () => `${sandbox.gateway}:${way.port}`;

function settings(broker = own()): FacilitySettings {
  const { username: user, password } = login;
  return facility({
    facilityCode: ID,
    facilityId: ID,
    kafka: {
      ...{ brokers: [broker], user, password, ca: sandbox.ca },
      ...{ securityProtocol: 'SASL_SSL', mechanism: 'SCRAM-SHA-256' },
    },
  });
}

/** Rungs that are climbed from both sides. */
const LADDER = [
  'kafka-dns',
  'kafka-tcp',
  'kafka-proxy',
  'kafka-tls-handshake',
  'kafka-api-versions',
  'kafka-sasl-mechanism',
  'kafka-sasl-auth',
  'kafka-mtu',
  'kafka-advertised',
];

describe('the view from inside', () => {
  test('goes the whole way to Kafka through a throw-away container, and leaves nothing behind', async () => {
    const given = settings();
    const checked = await checkWith({ inside: throwAway(given) }, given, 'kafka');
    expect(checked.troubles()).toEqual([NO_DATABASE]);
    for (const id of LADDER) {
      expect(checked.verdict(id).current, id).toContain('the same from inside the container');
    }
    const left = await docker.listContainers({ all: true, filters: { name: ['-look-'] } });
    const networks = await docker.listNetworks({ filters: { name: ['-look-'] } });
    expect([left, networks]).toEqual([[], []]);
  });

  test('looks through the facility’s own container where that runs, with nothing secret in it', async () => {
    const name = `clinicmaster-cdc-test-${ID}`;
    const container = await docker.createContainer({
      name,
      Image: FACILITY_IMAGE.tag,
      Entrypoint: ['/bin/busybox', 'sleep', '300'],
      HostConfig: { ReadonlyRootfs: true, CapDrop: ['ALL'], NetworkMode: 'bridge' },
    });
    try {
      await container.start();
      const given = settings();
      const inside = throwAway(given);
      const words: string[] = [];
      const watch = setInterval(() => {
        words.push(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }));
      }, 20);
      const checked = await checkWith({ inside }, given, 'kafka-advertised');
      clearInterval(watch);
      expect(checked.troubles()).toEqual([]);
      expect(checked.verdict('kafka-sasl-auth').current).toContain('the same from inside the container');
      expect(words.join()).toContain(`nc -w 5 ${sandbox.gateway} ${way.port}`);
      expect(words.join()).not.toContain(login.password);
    } finally {
      await container.remove({ force: true });
    }
  });
});

describe('what differs inside', () => {
  test('a name that only this machine knows', async () => {
    // Docker gives this name to containers only where extra_hosts asks for it.
    const given = settings(`host.docker.internal:${way.port}`);
    const without = await checkWith({ inside: throwAway(given) }, given, 'kafka-dns');
    expect(without.verdict('kafka-dns')).toMatchObject({
      outcome: 'fail',
      code: 'kafka-dns-inside',
      remedy: { who: 'you' },
    });
    expect(without.verdict('kafka-dns').current).toContain('ENOTFOUND');
    const hosts = ['host.docker.internal:host-gateway'];
    const cured = await checkWith({ inside: throwAway(given, { hosts }) }, given, 'kafka-sasl-auth');
    expect(cured.troubles()).toEqual([]);
  });

  test('a port that swallows the container’s packets alone', async () => {
    arrange(swallow(`! -i lo -p tcp --dport ${way.port}`));
    const given = settings();
    const started = performance.now();
    const checked = await checkWith({ inside: throwAway(given) }, given, 'kafka');
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(checked.troubles()).toEqual(['fail kafka-tcp-inside']);
    expect(checked.verdict('kafka-tcp')).toMatchObject({ remedy: { who: 'network-admin' } });
    expect(checked.verdict('kafka-tcp').current).toContain('ETIMEDOUT');
  });

  test('a port that swallows this machine’s packets alone: the rest is asked through the container', async () => {
    arrange(swallow(`-i lo -p tcp --dport ${way.port}`));
    const given = settings();
    const checked = await checkWith({ inside: throwAway(given) }, given, 'kafka-tcp');
    expect(checked.troubles()).toEqual(['warn kafka-tcp-outside']);
  });

  test('large packets of the container get lost: found, and cured by the network’s MTU', async () => {
    arrange(swallow(`! -i lo -p tcp --dport ${way.port} -m length --length 1201:65535`));
    const given = settings();
    const checked = await checkWith({ inside: throwAway(given) }, given, 'kafka-mtu');
    expect(checked.verdict('kafka-mtu')).toMatchObject({
      code: 'kafka-mtu-inside',
      remedy: { commands: ['clinicmaster-cdc init --mtu 1360'] },
    });
    const cured = await checkWith({ inside: throwAway(given, { mtu: 1200 }) }, given, 'kafka-mtu');
    expect(cured.troubles()).toEqual([]);
  });
});

describe('a black hole', () => {
  test('on both sides takes no more than 15 s, and ends at the rung where it is', async () => {
    arrange(swallow(`-p tcp --dport ${way.port}`));
    const given = settings();
    const started = performance.now();
    const checked = await checkWith({ inside: throwAway(given) }, given, 'kafka');
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(checked.troubles()).toEqual(['fail kafka-tcp-timeout']);
    expect(checked.verdict('kafka-tcp').current).toContain('from inside the container:');
  });

  test('for large packets alone is told from one for all', async () => {
    arrange(swallow(`-p tcp --dport ${way.port} -m length --length 1201:65535`));
    const given = settings();
    const started = performance.now();
    const checked = await checkWith({ inside: throwAway(given) }, given, 'kafka');
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(checked.troubles()).toEqual(['fail kafka-mtu-black-hole', NO_DATABASE]);
    expect(checked.verdict('kafka-mtu')).toMatchObject({ remedy: { who: 'network-admin' } });
  });
});
