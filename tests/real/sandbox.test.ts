import { stat } from 'node:fs/promises';
import { execa } from 'execa';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { restartBroker, startBroker, stopBroker } from '../../sandbox/src/kafka/broker.ts';
import { canLogIn, kafkaFor } from '../../sandbox/src/kafka/client.ts';
import { enrolFacility, enrolSink } from '../../sandbox/src/kafka/enrol.ts';
import { readTopic, topicOffsets, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { type Login, loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { BASE_IMAGE, KAFKA_CONTAINER, KAFKA_PORT, POSTGRES_PORT } from '../../sandbox/src/names.ts';
import { CREDENTIALS, STATE } from '../../sandbox/src/paths.ts';
import { dropDatabase, ensureDatabase } from '../../sandbox/src/postgres/server.ts';
import { inspectContainer } from '../../sandbox/src/provision/docker.ts';
import { readCredentials } from '../../sandbox/src/state.ts';
import { bringUp } from '../../sandbox/src/up.ts';
import { facilityNames, TOPIC_PREFIX } from '../../src/connector/names.ts';

const FACILITY = 'GROUND';
const NAMES = facilityNames(FACILITY);
const DATA_TOPIC = `${TOPIC_PREFIX}.Ground.dbo.Patients`;
const OTHERS_TOPIC = facilityNames('GROUND-2').topics.offsets;

let sandbox: Sandbox;
let facility: Login;
let sink: Login;

async function send(login: Login | undefined, topic: string, value: string): Promise<void> {
  const client = await kafkaFor(login);
  const producer = client.producer({ allowAutoTopicCreation: false, retry: { retries: 1 } });
  await producer.connect();
  try {
    await producer.send({
      topic,
      messages: [{ key: 'k', value }],
      compression: kafkajs.CompressionTypes.GZIP,
    });
  } finally {
    await producer.disconnect();
  }
}

async function read(login: Login, groupId: string, topic: string): Promise<string> {
  const client = await kafkaFor(login);
  const consumer = client.consumer({ groupId, maxWaitTimeInMs: 100, retry: { retries: 0 } });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    return await new Promise<string>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({ eachMessage: async ({ message }) => resolve(message.value?.toString() ?? 'tombstone') })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}

beforeAll(async () => {
  sandbox = await loadSandbox();
  facility = await enrolFacility(FACILITY);
  sink = await enrolSink();
  await withAdmin(async (admin) => {
    await admin.deleteTopics({
      topics: await existing(admin, [DATA_TOPIC, NAMES.topics.offsets, OTHERS_TOPIC]),
    });
    await admin.createTopics({
      topics: [DATA_TOPIC, OTHERS_TOPIC].map((topic) => ({ topic, numPartitions: 1 })),
    });
  });
});

afterAll(async () => {
  await withAdmin(async (admin) => {
    await admin.deleteTopics({
      topics: await existing(admin, [DATA_TOPIC, NAMES.topics.offsets, OTHERS_TOPIC]),
    });
  });
});

async function existing(admin: kafkajs.Admin, topics: string[]): Promise<string[]> {
  const present = new Set(await admin.listTopics());
  return topics.filter((topic) => present.has(topic));
}

describe('the ground of the sandbox', () => {
  test('keeps its passwords from everybody else', async () => {
    expect((await stat(STATE)).mode & 0o777).toBe(0o700);
    expect((await stat(CREDENTIALS)).mode & 0o777).toBe(0o600);
    const { Config, Args } = (await inspectContainer(KAFKA_CONTAINER))!;
    const visible = JSON.stringify([Config.Env, Config.Cmd, Config.Labels, Args]);
    expect(visible).not.toContain(sandbox.kafka.admin.password);
    expect(visible).not.toContain((await readCredentials())!.kafka.brokerPassword);
  });

  test('stays as it is when it is brought up again', async () => {
    const before = await inspectContainer(KAFKA_CONTAINER);
    await bringUp();
    expect((await inspectContainer(KAFKA_CONTAINER))?.State.StartedAt).toBe(before?.State.StartedAt);
  });
});

describe('Kafka', () => {
  test('lets in who knows the password, and nobody else', async () => {
    expect(await canLogIn(facility)).toBe('yes');
    expect(await canLogIn({ ...facility, password: `${facility.password}x` })).toBe('refused');
    expect(await canLogIn({ username: 'facility-nobody', password: 'x' })).toBe('refused');
  });

  test('takes a password with every awkward character', async () => {
    const awkward = `a"b'c\\d$e#f,g=h[i]j k%l:m!n`;
    const login = await enrolFacility('GROUND-awkward', awkward);
    expect(await canLogIn(login)).toBe('yes');
    expect(await canLogIn({ ...login, password: awkward.replace('\\', '') })).toBe('refused');
  });

  test('gives a facility its own topics and groups, and only writing to the shared ones', async () => {
    const admin = (await kafkaFor(facility)).admin();
    await admin.connect();
    await admin.createTopics({
      topics: [{ topic: NAMES.topics.offsets, numPartitions: 1 }],
      waitForLeaders: true,
    });
    await admin.disconnect();
    await send(facility, NAMES.topics.offsets, 'mine');
    expect(await read(facility, NAMES.group, NAMES.topics.offsets)).toBe('mine');

    await send(facility, DATA_TOPIC, 'a patient');
    await expect(read(facility, NAMES.group, DATA_TOPIC)).rejects.toThrow(/not authorized/i);
    await expect(send(facility, OTHERS_TOPIC, 'forged')).rejects.toThrow(/not authorized/i);
    // So kafkajs puts the broker's GROUP_AUTHORIZATION_FAILED; the facility's own group was found above.
    await expect(read(facility, 'cdc.GROUND-2.workers', NAMES.topics.offsets)).rejects.toThrow(
      /Failed to find group coordinator/,
    );
  });

  test('lets the sink read data, not write it, nor read what belongs to a facility', async () => {
    await send(undefined, DATA_TOPIC, 'for the sink');
    expect(await read(sink, 'connect-cdc-sink', DATA_TOPIC)).toBeDefined();
    await expect(send(sink, DATA_TOPIC, 'forged')).rejects.toThrow(/not authorized/i);
    await expect(read(sink, 'connect-cdc-sink', OTHERS_TOPIC)).rejects.toThrow(/not authorized/i);
  });

  test('makes no topic by itself', async () => {
    const topic = `${TOPIC_PREFIX}.Ground.dbo.Misspelt`;
    await expect(send(undefined, topic, 'x')).rejects.toThrow(/does not host this topic-partition/i);
  });

  test('is told apart when it is down from when it refuses', async () => {
    await stopBroker();
    expect(await canLogIn(facility)).toBe('unreachable');
    await startBroker((await readCredentials())!);
    expect(await canLogIn(facility)).toBe('yes');
  });

  test('keeps records, users and ACLs through a restart', async () => {
    await send(undefined, DATA_TOPIC, 'before the restart');
    const before = await topicOffsets(DATA_TOPIC);
    await restartBroker((await readCredentials())!);
    expect(await topicOffsets(DATA_TOPIC)).toEqual(before);
    const records = await readTopic(DATA_TOPIC);
    expect(records.at(-1)?.value?.toString()).toBe('before the restart');
    expect(await canLogIn(facility)).toBe('yes');
    await expect(send(facility, OTHERS_TOPIC, 'forged')).rejects.toThrow(/not authorized/i);
  });
});

describe('PostgreSQL', () => {
  test('has the warehouse and a database for each stand-in', async () => {
    const { warehouse, standin } = sandbox.postgres;
    for (const login of [warehouse, standin(1), standin(2)]) {
      const client = new pg.Client(login);
      await client.connect();
      const { rows } = await client.query(
        `SELECT current_database() AS name, current_setting('server_version_num')::int / 10000 AS major,
                pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = current_database()`,
      );
      await client.end();
      expect(rows).toEqual([{ name: login.database, major: 15, encoding: 'UTF8' }]);
    }
  });

  test('refuses a wrong password', async () => {
    const client = new pg.Client({ ...sandbox.postgres.warehouse, password: 'wrong' });
    await expect(client.connect()).rejects.toThrow(/password authentication failed/);
  });

  test('makes and drops further databases', async () => {
    const login = await ensureDatabase({ ...sandbox.postgres.warehouse, database: 'ground_test' });
    const client = new pg.Client(login);
    await client.connect();
    await client.query('CREATE TABLE t (a int)');
    await client.end();
    await ensureDatabase(login);
    await dropDatabase('ground_test');
    await expect(new pg.Client(login).connect()).rejects.toThrow(/does not exist/);
  });
});

describe('from inside a container', () => {
  test.each([
    ['Kafka', KAFKA_PORT],
    ['PostgreSQL', POSTGRES_PORT],
  ])('%s answers under the same address', async (_, port) => {
    const script = `exec 3<>/dev/tcp/${sandbox.gateway}/${port} && echo open`;
    const { stdout } = await execa('docker', ['run', '--rm', BASE_IMAGE, 'bash', '-c', script]);
    expect(stdout).toBe('open');
  });

  test('the certificate of Kafka is that of the gateway address', async () => {
    const client = await kafkaFor();
    const admin = client.admin();
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    await admin.disconnect();
    expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual([sandbox.kafka.bootstrap]);
  });
});
