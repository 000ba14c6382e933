import type Broker from 'kafkajs/src/broker/index.js';
import { unlessAborted } from './abort.ts';
import { brokerPool } from './kafka-brokers.ts';
import { kafkaFailure } from './kafka-failure.ts';
import type { GroupView, KafkaAccess, KafkaAnswer, KafkaPort, KafkaRecord, TopicView } from './kafka-port.ts';
import {
  describeGroupsRequest,
  METADATA,
  type MetadataAnswer,
  metadataRequest,
  protocolError,
  UNKNOWN_TOPIC,
} from './kafka-requests.ts';

const GROUP_COORDINATOR = 0;
const END_OFFSET = -1;
const FETCH = { maxWaitTime: 1000, minBytes: 1, maxBytes: 1_048_576 } as const;

/** Questions to the central Kafka. Nothing is sent before the first one. */
export function kafka(access: KafkaAccess, clientId: string): KafkaPort {
  const pool = brokerPool(access, clientId);
  const bootstrap = access.brokers.map(parseAddress);
  let home: { broker: Broker; address: string } | undefined;

  /** The first bootstrap broker that lets us in; asked again each time while none does. */
  async function anyBroker(): Promise<Broker> {
    home ??= await Promise.any(
      bootstrap.map(async (address) => ({ broker: await pool.at(address), address: text(address) })),
    );
    return home.broker;
  }

  async function answer<T>(
    signal: AbortSignal,
    ask: () => Promise<T>,
    asked = home?.address ?? access.brokers.join(','),
  ): Promise<KafkaAnswer<T>> {
    try {
      return { ok: true, value: await unlessAborted(ask(), signal) };
    } catch (error) {
      const first = error instanceof AggregateError ? error.errors[0] : error;
      return { ok: false, failure: kafkaFailure(first, asked, [access.password]) };
    }
  }

  async function metadata(topics: readonly string[] | undefined): Promise<MetadataAnswer> {
    const broker = await anyBroker();
    const newest = broker.versions?.[METADATA.apiKey]?.maxVersion ?? 0;
    if (newest < METADATA.apiVersion) throw new Error('The broker is older than Kafka 2.3.');
    return await broker.connectionPool.send<MetadataAnswer>(metadataRequest(topics));
  }

  /** Partitions of existing topics with the broker that leads each of them. */
  async function leaders(topics: readonly string[]): Promise<Led[]> {
    const view = await metadata(topics);
    return view.topics.flatMap((topic) => {
      if (topic.errorCode === UNKNOWN_TOPIC) return [];
      if (topic.errorCode !== 0) throw protocolError(topic.errorCode);
      return topic.leaders.map(({ partition, leader }) => {
        const broker = view.brokers.find((candidate) => candidate.id === leader);
        if (broker === undefined) throw new Error(`Partition ${topic.name}-${partition} has no leader.`);
        return { topic: topic.name, partition, broker };
      });
    });
  }

  async function endOf(partitions: readonly Led[]): Promise<{ topic: string; offset: number }[]> {
    const byBroker = new Map<string, Led[]>();
    for (const led of partitions) {
      const key = text(led.broker);
      byBroker.set(key, [...(byBroker.get(key) ?? []), led]);
    }
    const answers = await Promise.all(
      [...byBroker.values()].map(async (led) => {
        const broker = await pool.at(led[0]!.broker);
        const topics = led.map(({ topic, partition }) => ({
          topic,
          partitions: [{ partition, timestamp: END_OFFSET }],
        }));
        return (await broker.listOffsets({ topics })).responses;
      }),
    );
    return answers
      .flat()
      .flatMap(({ topic, partitions: ends }) => ends.map((end) => ({ topic, offset: Number(end.offset) })));
  }

  return {
    login: (address, signal) =>
      answer(
        signal,
        async () => {
          await pool.at(address);
          return null;
        },
        text(address),
      ),

    cluster: (signal) =>
      answer(signal, async () => {
        const { clusterId, controllerId, brokers } = await metadata([]);
        return { clusterId, controllerId, brokers };
      }),

    topics: (names, signal) =>
      answer(signal, async () => {
        const view = await metadata(names);
        return view.topics.map((topic) => topicView(topic, view.operations.includes('CREATE')));
      }),

    topicNames: (prefix, signal) =>
      answer(signal, async () => {
        const { topics } = await metadata(undefined);
        return topics
          .map((topic) => topic.name)
          .filter((name) => name.startsWith(prefix))
          .sort();
      }),

    group: (id, signal) =>
      answer(signal, async (): Promise<GroupView> => {
        const request = { groupId: id, coordinatorType: GROUP_COORDINATOR };
        const { coordinator } = await (await anyBroker()).findGroupCoordinator(request);
        const broker = await pool.at(coordinator);
        const [group] = await broker.connectionPool.send<(GroupView & { errorCode: number })[]>(
          describeGroupsRequest(id),
        );
        if (group === undefined) throw new Error(`The broker did not describe the group ${id}.`);
        const { errorCode, ...view } = group;
        if (errorCode !== 0) throw protocolError(errorCode);
        return view;
      }),

    endOffsets: (topics, signal) =>
      answer(signal, async () => {
        const sums: Record<string, number> = {};
        for (const { topic, offset } of await endOf(await leaders(topics))) {
          sums[topic] = (sums[topic] ?? 0) + offset;
        }
        return sums;
      }),

    lastRecord: (topic, signal) =>
      answer(signal, async (): Promise<KafkaRecord | null> => {
        const [led] = await leaders([topic]);
        if (led === undefined) return null;
        const [end] = await endOf([led]);
        if (end === undefined || end.offset === 0) return null;
        return await readAt(await pool.at(led.broker), led, end.offset - 1);
      }),

    close: async () => {
      home = undefined;
      pool.close();
    },
  };
}

interface Led {
  topic: string;
  partition: number;
  broker: { host: string; port: number };
}

/** The newest record at or before the offset, of the batch that holds it; null when retention has taken it. */
async function readAt(
  broker: Broker,
  { topic, partition }: Led,
  offset: number,
): Promise<KafkaRecord | null> {
  const { responses } = await broker.fetch({
    ...FETCH,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: FETCH.maxBytes }] }],
  });
  const record = responses[0]?.partitions[0]?.messages.findLast(
    (message) => Number(message.offset) <= offset,
  );
  if (record === undefined) return null;
  return {
    offset: record.offset,
    timestampMs: Number(record.timestamp),
    key: record.key?.toString('utf8') ?? null,
    value: record.value?.toString('utf8') ?? null,
  };
}

function topicView(topic: MetadataAnswer['topics'][number], mayCreateAny: boolean): TopicView {
  const operations = new Set(topic.operations);
  if (mayCreateAny) operations.add('CREATE');
  return {
    name: topic.name,
    exists: topic.errorCode === 0,
    ...(topic.errorCode === 0 ? { partitions: topic.leaders.length } : {}),
    operations: [...operations],
  };
}

/** `host:port`; IPv6 addresses in brackets. */
export function parseAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return {
    host: address.slice(0, colon).replace(/^\[|\]$/g, ''),
    port: Number(address.slice(colon + 1)),
  };
}

function text(address: { host: string; port: number }): string {
  return `${address.host}:${address.port}`;
}
