import type { KafkaRecord } from './kafka-port.ts';
import { protocolError, UNKNOWN_TOPIC } from './kafka-requests.ts';
import type { KafkaSession } from './kafka-session.ts';

const END_OFFSET = -1;
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
  const { broker, partition } = end.led;
  const last = end.offset - 1;
  const { responses } = await (await session.pool.at(broker)).fetch({
    ...FETCH,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(last), maxBytes: FETCH.maxBytes }] }],
  });
  // The broker hands out the whole batch that holds the offset.
  const messages = responses[0]?.partitions[0]?.messages ?? [];
  const record = messages.findLast(({ offset }) => Number(offset) <= last);
  if (record === undefined) return null;
  return {
    offset: record.offset,
    timestampMs: Number(record.timestamp),
    key: record.key?.toString('utf8') ?? null,
    value: record.value?.toString('utf8') ?? null,
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
