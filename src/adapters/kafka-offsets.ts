import type Broker from 'kafkajs/src/broker/index.js';
import type { PartitionMessages } from 'kafkajs/src/broker/index.js';
import type { KafkaRecord, Tail } from './kafka-port.ts';
import { protocolError, UNKNOWN_TOPIC } from './kafka-requests.ts';
import type { KafkaSession } from './kafka-session.ts';

const END_OFFSET = -1;
const FIRST_OFFSET = -2;
const FETCH = { maxWaitTime: 1000, minBytes: 1, maxBytes: 1_048_576 } as const;

interface Led {
  topic: string;
  partition: number;
  broker: { host: string; port: number };
}

interface End {
  led: Led;
  offset: number;
}

/** End offset of every partition of the topics that exist, asked of its leader. */
export async function endsOf(session: KafkaSession, topics: readonly string[]): Promise<End[]> {
  const byBroker = new Map<string, Led[]>();
  for (const led of await leaders(session, topics)) {
    const key = `${led.broker.host}:${led.broker.port}`;
    byBroker.set(key, [...(byBroker.get(key) ?? []), led]);
  }
  return (await Promise.all([...byBroker.values()].map((led) => endsAtBroker(session, led)))).flat();
}

/**
 * The newest record of a one-partition topic, fetched from its leader: no group, so nothing to join and nothing to leave
 * behind. Null when there is none, or when retention has taken it.
 */
export async function newestRecord(session: KafkaSession, topic: string): Promise<KafkaRecord | null> {
  const [end] = await endsOf(session, [topic]);
  if (end === undefined || end.offset === 0) return null;
  const { partition } = end.led;
  const broker = await session.pool.at(end.led.broker);
  const last = end.offset - 1;
  const fetched = await broker
    .fetch({
      ...FETCH,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(last), maxBytes: FETCH.maxBytes }] }],
    })
    .catch((error: { type?: string }) => {
      // The broker's answer for what retention has taken; asking where the topic begins would cost each reader a round trip.
      if (error.type === 'OFFSET_OUT_OF_RANGE') return undefined;
      throw error;
    });
  // The broker hands out the whole batch that holds the offset.
  const messages = fetched?.responses[0]?.partitions[0]?.messages ?? [];
  const record = messages.findLast(({ offset }) => Number(offset) <= last);
  return record === undefined ? null : asRecord(record);
}

/**
 * The newest records of a one-partition topic, the oldest of them first, fetched from its leader without a group.
 * @param count of offsets to go back; a compacted topic may hold fewer records there
 */
export async function newestRecords(session: KafkaSession, topic: string, count: number): Promise<Tail> {
  const [end] = await endsOf(session, [topic]);
  if (end === undefined || end.offset === 0) return { records: [], whole: true };
  const { broker: address, partition } = end.led;
  const broker = await session.pool.at(address);
  const first = await firstOffset(broker, topic, partition);
  const at = Math.max(first, end.offset - count);
  const messages = await messagesFrom(broker, { topic, partition, at, end: end.offset });
  return { records: messages.map(asRecord), whole: at === first };
}

type Message = PartitionMessages['messages'][number];

/** Fetches from one leader until an end is reached; what came behind it meanwhile may be among the messages. */
export async function messagesFrom(
  broker: Broker,
  { topic, partition, at: start, end }: { topic: string; partition: number; at: number; end: number },
): Promise<Message[]> {
  const messages: Message[] = [];
  let at = start;
  while (at < end) {
    const answer = await broker.fetch({
      ...FETCH,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(at), maxBytes: FETCH.maxBytes }] }],
    });
    // The broker hands out whole batches, from the one that holds the offset.
    const from = at;
    const found = (answer.responses[0]?.partitions[0]?.messages ?? []).filter(
      ({ offset }) => Number(offset) >= from,
    );
    const last = found.at(-1);
    if (last === undefined) break;
    messages.push(...found);
    at = Number(last.offset) + 1;
  }
  return messages;
}

/** Where a partition begins: behind what retention has taken. */
export async function firstOffset(broker: Broker, topic: string, partition: number): Promise<number> {
  const { responses } = await broker.listOffsets({
    topics: [{ topic, partitions: [{ partition, timestamp: FIRST_OFFSET }] }],
  });
  return Number(responses[0]?.partitions[0]?.offset ?? 0);
}

export function asRecord({ offset, timestamp, key, value }: Message): KafkaRecord {
  return {
    offset,
    timestampMs: Number(timestamp),
    key: key?.toString('utf8') ?? null,
    value: value?.toString('utf8') ?? null,
  };
}

/** Partitions of existing topics with the broker that leads each of them. */
export async function leaders(session: KafkaSession, topics: readonly string[]): Promise<Led[]> {
  const view = await session.metadata(topics);
  return view.topics.flatMap((topic) => {
    if (topic.errorCode === UNKNOWN_TOPIC) return [];
    if (topic.errorCode !== 0) throw protocolError(topic.errorCode);
    return topic.layout.map(({ partition, leader }) => {
      const broker = view.brokers.find((candidate) => candidate.id === leader);
      if (broker === undefined) throw new Error(`Partition ${topic.name}-${partition} has no leader.`);
      return { topic: topic.name, partition, broker };
    });
  });
}

async function endsAtBroker(session: KafkaSession, all: readonly Led[]): Promise<End[]> {
  const broker = await session.pool.at(all[0]!.broker);
  const names = [...new Set(all.map(({ topic }) => topic))];
  const { responses } = await broker.listOffsets({
    topics: names.map((topic) => ({
      topic,
      partitions: all
        .filter((led) => led.topic === topic)
        .map(({ partition }) => ({ partition, timestamp: END_OFFSET })),
    })),
  });
  const offsets = new Map(
    responses.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}-${partition}`, Number(offset)] as const),
    ),
  );
  return all.map((led) => ({ led, offset: offsets.get(`${led.topic}-${led.partition}`) ?? 0 }));
}
