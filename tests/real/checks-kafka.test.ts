import net from 'node:net';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kafkaFor } from '../../sandbox/src/kafka/client.ts';
import { enrol, enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { type Login, loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { kafka } from '../../src/adapters/kafka.ts';
import { facilityNames } from '../../src/connector/names.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { check } from './support/facility-checks.ts';
import { type Relay, relay } from './support/relay.ts';
import { misadvertisedBroker, type SecondBroker } from './support/second-broker.ts';

const ID = 'CHECKS';
/** There is no SQL Server in these tests, which one check of Kafka misses. */
const NO_DATABASE = 'unknown kafka-message-size-no-rows';
const NAMES = facilityNames(ID);
const soon = () => AbortSignal.timeout(10_000);

let sandbox: Sandbox;
let login: Login;

beforeAll(async () => {
  sandbox = await loadSandbox();
  login = await enrolFacility(ID);
});

function settings(changes: Partial<FacilitySettings['kafka']> = {}): FacilitySettings {
  return facility({
    facilityCode: ID,
    facilityId: ID,
    kafka: {
      brokers: [sandbox.kafka.bootstrap],
      user: login.username,
      password: login.password,
      securityProtocol: 'SASL_SSL',
      mechanism: 'SCRAM-SHA-256',
      ca: sandbox.ca,
      ...changes,
    },
  });
}

const access = () => settings().kafka;

describe('a facility enrolled at a real broker', () => {
  test('finds nothing wrong', async () => {
    const checked = await check(settings(), 'kafka');
    expect(checked.troubles()).toEqual([NO_DATABASE]);
    expect(checked.verdict('kafka-acl').outcome).toBe('pass');
    expect(checked.verdict('kafka-advertised').summary).toBe(sandbox.kafka.bootstrap);
  });

  test.each([
    ['a wrong password', { password: 'not the password' }, 'fail kafka-sasl-auth-refused'],
    ['an unknown user', { user: 'facility-nobody' }, 'fail kafka-sasl-auth-refused'],
    ['another mechanism', { mechanism: 'SCRAM-SHA-512' as const }, 'fail kafka-sasl-mechanism-not-offered'],
    ['the public authorities', { ca: undefined as unknown as string }, 'fail kafka-tls-handshake-untrusted'],
    ['a port without a listener', { brokers: ['127.0.0.1:1'] }, 'fail kafka-tcp-refused'],
    ['a name that nobody knows', { brokers: ['kafka.no-such-place.invalid:9093'] }, 'fail kafka-dns-name'],
    [
      'a protocol without TLS',
      { securityProtocol: 'SASL_PLAINTEXT' as const },
      'fail kafka-api-versions-broken',
    ],
  ])('is told about %s', async (_, changes, expected) => {
    const checked = await check(settings(changes), 'kafka');
    expect(checked.troubles()).toContain(expected);
    expect(JSON.stringify(checked.results)).not.toContain(login.password);
    expect(JSON.stringify(checked.results)).not.toContain('not the password');
  });

  test('is told which rights are missing', async () => {
    const poor = await enrol('facility-CHECKS-poor', []);
    const checked = await check(settings({ user: poor.username, password: poor.password }), 'kafka-acl');
    expect(checked.verdict('kafka-acl')).toMatchObject({
      outcome: 'fail',
      code: 'kafka-acl-missing',
      remedy: { who: 'central-team' },
    });
    expect(checked.verdict('kafka-acl').current).toContain(
      `READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS, CREATE on ${NAMES.topics.configs}`,
    );
  });

  test('sees a stranger in its group', async () => {
    const consumer = (await kafkaFor(login, `cdc.${ID}.worker.ffffffffffff`)).consumer({
      groupId: NAMES.group,
    });
    const topic = NAMES.topics.status;
    await withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }));
    await consumer.connect();
    await consumer.subscribe({ topic });
    try {
      const joined = new Promise((settle) => consumer.on(consumer.events.GROUP_JOIN, settle));
      await consumer.run({ eachMessage: async () => {} });
      await joined;
      const verdict = (await check(settings(), 'kafka-group-foreign-member')).verdict(
        'kafka-group-foreign-member',
      );
      expect(verdict).toMatchObject({ outcome: 'fail', code: 'kafka-group-foreign-member-in-use' });
      expect(verdict.current).toContain(`cdc.${ID}.worker.ffffffffffff at `);
    } finally {
      await consumer.disconnect();
      await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
    }
  });
});

describe('reading a topic', () => {
  const topic = NAMES.topics.heartbeat;
  const send = async (...values: string[]) => {
    const producer = (await kafkaFor(login)).producer();
    await producer.connect();
    await producer.send({
      topic,
      compression: kafkajs.CompressionTypes.GZIP,
      messages: values.map((value) => ({ key: `key of ${value}`, value })),
    });
    await producer.disconnect();
  };

  beforeAll(() => withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })));
  afterAll(() => withAdmin((admin) => admin.deleteTopics({ topics: [topic] })));

  test('hands out the newest record of a batch, without a group', async () => {
    const port = kafka(access(), 'cdc.CHECKS.cli');
    try {
      expect(await port.lastRecord(topic, soon())).toEqual({ ok: true, value: null });
      await send('first', 'second', 'third');
      expect(await port.lastRecord(topic, soon())).toMatchObject({
        ok: true,
        value: { offset: '2', key: 'key of third', value: 'third' },
      });
      expect(await port.endOffsets([topic, 'cdc.CHECKS.none'], soon())).toEqual({
        ok: true,
        value: { [topic]: 3 },
      });
      expect(await port.topicNames('cdc.CHECKS.h', soon())).toEqual({ ok: true, value: [topic] });
      const groups = await withAdmin((admin) => admin.listGroups());
      expect(
        groups.groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(NAMES.prefix)),
      ).not.toContain(`${NAMES.prefix}cli`);
    } finally {
      await port.close();
    }
  });

  test('finds nothing where retention has taken all of it', async () => {
    const port = kafka(access(), 'cdc.CHECKS.cli');
    try {
      await send('taken');
      await withAdmin(async (admin) => {
        await admin.fetchTopicMetadata({ topics: [topic] });
        const [end] = await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({
          topic,
          partitions: [{ partition: 0, offset: end?.high ?? '0' }],
        });
      });
      expect(await port.lastRecord(topic, soon())).toEqual({ ok: true, value: null });
    } finally {
      await port.close();
    }
  });

  test('writes a record that stands there as it was given', async () => {
    const port = kafka(access(), 'cdc.CHECKS.cli');
    const record = { key: 'target-state-cdc-CHECKS', value: '{"state":"PAUSED","state.v2":"STOPPED"}' };
    try {
      expect(await port.append(topic, record, soon())).toEqual({ ok: true, value: null });
      const last = await port.lastRecord(topic, soon());
      expect(last).toMatchObject({ ok: true, value: record });
      const writtenAt = last.ok ? (last.value?.timestampMs ?? 0) : 0;
      expect(Math.abs(writtenAt - Date.now())).toBeLessThan(10_000);
    } finally {
      await port.close();
    }
  });

  test('is refused where another facility keeps its own', async () => {
    const port = kafka(access(), 'cdc.CHECKS.cli');
    try {
      const record = { key: 'k', value: 'v' };
      expect(await port.append('cdc.CHECKS-2.heartbeat', record, soon())).toMatchObject({
        ok: false,
        failure: { kind: 'not-authorised' },
      });
      expect(await port.lastRecord('cdc.CHECKS-2.heartbeat', soon())).toMatchObject({
        ok: false,
        failure: { kind: 'not-authorised' },
      });
    } finally {
      await port.close();
    }
  });
});

describe('a broker that sends its clients elsewhere', () => {
  let broker: SecondBroker;
  beforeAll(async () => {
    broker = await misadvertisedBroker('kafka-1.central.invalid:9093');
  });
  afterAll(() => broker?.remove());

  test('is named, with the address and who must act', async () => {
    const { bootstrap, user, password } = broker;
    const checked = await check(settings({ brokers: [bootstrap], user, password }), 'kafka');
    expect(checked.troubles()).toContain('fail kafka-advertised-name');
    expect(checked.verdict('kafka-advertised')).toMatchObject({
      summary: expect.stringContaining('broker 1 (kafka-1.central.invalid:9093)'),
      remedy: { who: 'central-team' },
    });
  });
});

describe('a broker that sends its clients to a name that is not in its certificate', () => {
  const OTHER = { host: '127.0.0.2', port: 29_193 };
  let broker: SecondBroker;
  let way: Relay;
  beforeAll(async () => {
    broker = await misadvertisedBroker(`${OTHER.host}:${OTHER.port}`);
    const [host = '', port = ''] = broker.bootstrap.split(':');
    way = await relay(OTHER.host, { host, port: Number(port) }, undefined, OTHER.port);
  });
  afterAll(async () => {
    way?.close();
    await broker?.remove();
  });

  test('is named, with the names that the certificate has', async () => {
    const { bootstrap, user, password } = broker;
    const checked = await check(settings({ brokers: [bootstrap], user, password }), 'kafka');
    expect(checked.troubles()).toEqual(
      expect.arrayContaining(['fail kafka-tls-hostname-missing', 'fail kafka-advertised-wrong-name']),
    );
    expect(checked.verdict('kafka-tls-handshake').outcome).toBe('pass');
    expect(checked.verdict('kafka-tls-hostname').current).toContain('127.0.0.2:29193: names ');
  });
});

describe('a black hole', () => {
  test('never takes more than 15 s: a port that takes connections and says nothing', async () => {
    const open = new Set<net.Socket>();
    const hole = net.createServer((socket) => void open.add(socket));
    await new Promise<void>((settle) => hole.listen(0, sandbox.gateway, settle));
    const { port } = hole.address() as net.AddressInfo;
    const silent = settings({ brokers: [`${sandbox.gateway}:${port}`] });
    const database = { ...silent.database, host: sandbox.gateway, port };
    const started = performance.now();
    const checked = await check({ ...silent, database }, 'kafka', 'sqlserver');
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(checked.troubles()).toEqual(['fail sql-tls-timeout', 'fail kafka-tls-handshake-timeout']);
    for (const socket of open) socket.destroy();
    hole.close();
  });
});
