import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { enrol, enrolFacility, facilityGrants } from '../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { type Login, loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { KAFKA_CONTAINER } from '../../sandbox/src/names.ts';
import { execIn } from '../../sandbox/src/provision/docker.ts';
import { issueServer, makeAuthority } from '../../sandbox/src/tls/authority.ts';
import { readPrivateAuthority } from '../../sandbox/src/tls/servers.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { kafka } from '../../src/adapters/kafka.ts';
import { facilityNames } from '../../src/connector/names.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { check, checkWith } from './support/facility-checks.ts';
import { throwAway } from './support/facility-view.ts';
import { relay, tlsRelay } from './support/relay.ts';

const ID = 'FAULTS';
const NAMES = facilityNames(ID);
const DATA = 'clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo.FaultsTable';
const DAY_MS = 86_400_000;

let sandbox: Sandbox;
let login: Login;
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  sandbox = await loadSandbox();
  login = await enrolFacility(ID);
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
afterAll(async () => {
  const made = [...Object.values(NAMES.topics), DATA];
  await withAdmin(async (admin) => {
    const there = await admin.listTopics();
    await admin.deleteTopics({ topics: made.filter((name) => there.includes(name)) });
  });
});

function settings(changes: Partial<FacilitySettings['kafka']> = {}): FacilitySettings {
  return facility({
    facilityCode: ID,
    facilityId: ID,
    kafka: {
      ...{ brokers: [sandbox.kafka.bootstrap], user: login.username, password: login.password },
      ...{ securityProtocol: 'SASL_SSL', mechanism: 'SCRAM-SHA-256', ca: sandbox.ca },
      ...changes,
    },
  });
}

/** There is no SQL Server in these tests, which one check of Kafka misses. */
const withoutDatabase = (trouble: string) => trouble !== 'unknown kafka-message-size-no-rows';

const target = () => {
  const [host = '', port = ''] = sandbox.kafka.bootstrap.split(':');
  return { host, port: Number(port), ca: sandbox.ca };
};

/** Makes a topic as somebody did by hand, for this test alone. */
async function topic(name: string, config: Record<string, string>, numPartitions = 1): Promise<void> {
  const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  await withAdmin((admin) => admin.createTopics({ topics: [{ topic: name, numPartitions, configEntries }] }));
  undo.push(() => withAdmin((admin) => admin.deleteTopics({ topics: [name] })));
}

describe('who answers instead of Kafka', () => {
  test('a web server', async () => {
    const server = http.createServer((_, response) => response.end('<html>Welcome to the portal</html>'));
    await new Promise<void>((settle) => server.listen(0, sandbox.gateway, settle));
    undo.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const checked = await check(settings({ brokers: [`${sandbox.gateway}:${port}`] }), 'kafka');
    expect(checked.troubles()).toEqual(['fail kafka-proxy-http']);
    expect(checked.verdict('kafka-proxy').current).toContain('HTTP/1.1 400');
  });

  test.each([
    [
      'an expired certificate',
      { notAfter: new Date(Date.now() - DAY_MS) },
      ['fail kafka-tls-handshake-expired'],
    ],
    [
      'a certificate for another name',
      { hosts: ['kafka.elsewhere.example'] },
      ['fail kafka-tls-handshake-wrong-name'],
    ],
    [
      'one that ends in 20 days',
      { notAfter: new Date(Date.now() + 20.5 * DAY_MS) },
      ['warn kafka-tls-expiry-soon'],
    ],
    [
      'one that ends in 3 days',
      { notAfter: new Date(Date.now() + 3.5 * DAY_MS) },
      ['fail kafka-tls-expiry-now'],
    ],
  ])('%s', async (_, changes, expected) => {
    const authority = await readPrivateAuthority();
    const dates = { notBefore: new Date(Date.now() - 30 * DAY_MS) };
    const request = { commonName: 'kafka', hosts: [sandbox.gateway], ...dates, ...changes };
    const way = await tlsRelay(sandbox.gateway, await issueServer(authority, request), target());
    undo.push(way.close);
    const checked = await check(settings({ brokers: [`${sandbox.gateway}:${way.port}`] }), 'kafka');
    expect(checked.troubles().filter(withoutDatabase)).toEqual(expected);
  });

  test.each([
    ['another authority', 'Some Other CA', 'fail kafka-tls-interception-other-issuer'],
    ['an inspecting firewall', 'FortiGate Inspection CA', 'fail kafka-tls-interception-inspected'],
  ])('%s', async (_, name, expected) => {
    const identity = await issueServer(await makeAuthority(name), {
      commonName: 'kafka',
      hosts: [sandbox.gateway],
    });
    const way = await tlsRelay(sandbox.gateway, identity, target());
    undo.push(way.close);
    const checked = await check(settings({ brokers: [`${sandbox.gateway}:${way.port}`] }), 'kafka');
    expect(checked.troubles()).toEqual(['fail kafka-tls-handshake-untrusted', expected]);
  });
});

describe('rights', () => {
  const without = async (kind: 'own' | 'group' | 'data', operations: readonly string[]) => {
    const at = { own: 0, group: 1, data: 2 }[kind];
    const grants = facilityGrants(ID).map((grant, position) => {
      const kept = grant.operations.filter((operation) => !operations.includes(NAMES_OF[operation] ?? ''));
      return position === at ? { ...grant, operations: kept } : grant;
    });
    const user = await enrol(
      `facility-${ID}-poor`,
      grants.filter((grant) => grant.operations.length > 0),
    );
    undo.push(() => enrol(`facility-${ID}-poor`, []));
    return check(settings({ user: user.username, password: user.password }), 'kafka-acl');
  };
  /** kafkajs's numbers of operations. */
  const NAMES_OF: Record<number, string> = {
    3: 'READ',
    4: 'WRITE',
    5: 'CREATE',
    8: 'DESCRIBE',
    10: 'DESCRIBE_CONFIGS',
  };

  test.each([
    ['own', ['WRITE'], `--operation Write --topic 'cdc.${ID}.'`],
    ['own', ['CREATE'], `--operation Create --topic 'cdc.${ID}.'`],
    ['group', ['READ'], `--operation Read --group 'cdc.${ID}.'`],
    ['group', ['READ', 'DESCRIBE'], `--operation Read --group 'cdc.${ID}.'`],
    ['data', ['WRITE'], "--operation Write --topic 'clinicmasterwarehouse-sqlserver.'"],
  ] as const)('missing on %s: %o', async (kind, operations, line) => {
    const { outcome, code, remedy } = (await without(kind, operations)).verdict('kafka-acl');
    expect([outcome, code, remedy?.who]).toEqual(['fail', 'kafka-acl-missing', 'central-team']);
    expect(remedy?.commands).toEqual([
      `kafka-acls.sh --bootstrap-server ${sandbox.kafka.bootstrap} --command-config admin.properties --add ` +
        `--allow-principal 'User:facility-${ID}-poor' ${line} --resource-pattern-type prefixed`,
    ]);
  });

  test('to look at settings are missed, and nothing else is', async () => {
    const checked = await without('own', ['DESCRIBE_CONFIGS']);
    expect(checked.verdict('kafka-acl').code).toBe('kafka-acl-no-look');
  });

  test('of a user for all facilities, and of an administrator', async () => {
    const shared = await enrol(`facility-${ID}-shared`, [
      { ...facilityGrants(ID)[0]!, name: 'cdc.' },
      ...facilityGrants(ID).slice(1),
    ]);
    undo.push(() => enrol(`facility-${ID}-shared`, []));
    const { username: user, password } = shared;
    expect((await check(settings({ user, password }), 'kafka-principal')).troubles()).toEqual([
      'warn kafka-principal-shared',
    ]);
    const { username, password: secret } = sandbox.kafka.admin;
    const admin = settings({ user: username, password: secret });
    expect((await check(admin, 'kafka-principal')).troubles()).toEqual([
      'warn kafka-principal-administrator',
    ]);
  });
});

describe('topics made by hand', () => {
  test.each([
    [NAMES.topics.offsets, { 'cleanup.policy': 'delete' }, 1, 'fail kafka-internal-topics-policy'],
    [NAMES.topics.configs, { 'cleanup.policy': 'compact' }, 3, 'fail kafka-internal-partitions-configs'],
    [NAMES.topics.status, { 'cleanup.policy': 'compact' }, 5, 'warn kafka-internal-partitions-many'],
    [NAMES.topics.schemaHistory, { 'retention.ms': '604800000' }, 1, 'fail kafka-history-config-retention'],
    [NAMES.topics.heartbeat, { 'min.insync.replicas': '2' }, 1, 'fail kafka-replication-never'],
    [DATA, { 'retention.ms': '86400000' }, 1, 'warn kafka-data-topics-short'],
  ])('%s with %o, %i partitions', async (name, config, partitions, expected) => {
    await topic(name, config, partitions);
    const checked = await check(settings(), 'kafka');
    expect(checked.troubles()).toContain(expected);
  });

  test('settings that the user may not look at are not known, and the right is named', async () => {
    await topic(DATA, {});
    const grants = facilityGrants(ID).map((grant, at) =>
      at === 2 ? { ...grant, operations: grant.operations.filter((operation) => operation !== 10) } : grant,
    );
    const { username: user, password } = await enrol(`facility-${ID}-blind`, grants);
    undo.push(() => enrol(`facility-${ID}-blind`, []));
    const verdict = (await check(settings({ user, password }), 'kafka-data-topics')).verdict(
      'kafka-data-topics',
    );
    expect([verdict.outcome, verdict.code]).toEqual(['unknown', 'kafka-data-topics-no-right']);
    expect(verdict.remedy?.commands?.[0]).toContain(
      "--operation DescribeConfigs --topic 'clinicmasterwarehouse-sqlserver.' --resource-pattern-type prefixed",
    );
  });
});

describe('time and load', () => {
  test.each([
    [0, []],
    [10_000, ['warn kafka-clock-off']],
    [120_000, ['fail kafka-clock-wrong']],
    [-120_000, ['fail kafka-clock-wrong']],
  ])('a clock that is off by %i ms, told by a refusal that stores nothing', async (offMs, expected) => {
    await topic(NAMES.topics.status, { 'cleanup.policy': 'compact' });
    const clock = { ...systemClock, now: () => Date.now() + offMs };
    const checked = await checkWith({ clock }, settings(), 'kafka-clock');
    expect(checked.troubles()).toEqual(expected);
    expect(checked.verdict('kafka-clock').outcome).not.toBe('skip');
    expect(await ends(NAMES.topics.status)).toBe(0);
  });

  test('nothing is sent to a topic that might store it', async () => {
    await topic(NAMES.topics.status, { 'cleanup.policy': 'delete' });
    const checked = await check(settings(), 'kafka-clock');
    expect(checked.verdict('kafka-clock').code).toBe('kafka-clock-not-told');
    expect(await ends(NAMES.topics.status)).toBe(0);
  });

  test('the line is measured from both sides, and nothing is stored', async () => {
    await topic(NAMES.topics.heartbeat, {});
    const given = settings();
    const options = { deep: true, inside: throwAway(given) };
    const checked = await checkWith(options, given, 'kafka-throughput');
    const verdict = checked.verdict('kafka-throughput');
    expect(verdict.code).toBe('kafka-throughput-no-rows');
    expect(verdict.current).toMatch(/ from this machine, .* from inside the container$/);
    expect(await ends(NAMES.topics.heartbeat)).toBe(0);
  });

  test('a quota that holds answers back', async () => {
    await quota(`--add-config request_percentage=0.01`);
    undo.push(() => quota('--delete-config request_percentage'));
    let seen: string[] = [];
    // The broker looks at what a user has used over some seconds.
    for (let tried = 0; tried < 10 && seen.length === 0; tried++) {
      seen = (await check(settings(), 'kafka-quota')).troubles();
    }
    expect(seen).toEqual(['warn kafka-quota-throttled']);
  });

  test.each([
    ['reset', 'with ECONNRESET'],
    ['silence', 'without a word'],
  ] as const)('a router that forgets quiet connections: %s', async (then, how) => {
    const way = await relay(sandbox.gateway, target(), { afterMs: 1500, then });
    undo.push(way.close);
    // A second here is a minute there.
    const clock = { ...systemClock, sleep: (ms: number) => wait(ms / 60) };
    const given = settings({ brokers: [`${sandbox.gateway}:${way.port}`] });
    const checked = await checkWith({ clock, deep: true }, given, 'kafka-middlebox');
    expect(checked.troubles()).toEqual(['warn kafka-middlebox-cut']);
    expect(checked.verdict('kafka-middlebox').current).toContain('survived 60 s, lost after 300 s');
    expect(checked.verdict('kafka-middlebox').summary).toContain(how);
  });
});

async function ends(name: string): Promise<number | undefined> {
  const port = kafka(settings().kafka, `cdc.${ID}.cli`);
  try {
    const answer = await port.endOffsets([name], AbortSignal.timeout(10_000));
    return answer.ok ? answer.value[name] : undefined;
  } finally {
    await port.close();
  }
}

/** Gives the facility's user a quota, with the broker's own tool. */
async function quota(change: string): Promise<void> {
  const tool = [
    ...[
      'java',
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-cp',
      '/opt/kafka/libs/*',
      'kafka.admin.ConfigCommand',
    ],
    ...['--bootstrap-server', '127.0.0.1:9092', '--command-config', '/etc/kafka/broker-client.properties'],
    ...['--alter', '--entity-type', 'users', '--entity-name', login.username, ...change.split(' ')],
  ];
  const { exitCode, output } = await execIn(KAFKA_CONTAINER, tool);
  expect(exitCode, output).toBe(0);
}
