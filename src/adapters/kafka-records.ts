import type Broker from 'kafkajs/src/broker/index.js';
import type { PartitionMessages } from 'kafkajs/src/broker/index.js';
import { asRecord, endsOf, firstOffset, messagesFrom } from './kafka-offsets.ts';
import type { TopicPart } from './kafka-port.ts';
import type { KafkaSession } from './kafka-session.ts';

/** What a topic holds from these offsets on, until the ends of now, fetched from the leaders: no group is joined. */
export async function recordsFrom(
  session: KafkaSession,
  topic: string,
  from: Readonly<Record<number, number>>,
): Promise<TopicPart> {
  const parts = await Promise.all(
    (await endsOf(session, [topic])).map(async ({ led: { partition, broker }, offset: end }) =>
      partFrom(await session.pool.at(broker), topic, partition, from[partition] ?? 0, end),
    ),
  );
  return { records: parts.flatMap(({ records }) => records), whole: parts.every(({ whole }) => whole) };
}

async function partFrom(
  broker: Broker,
  topic: string,
  partition: number,
  from: number,
  end: number,
): Promise<TopicPart> {
  const first = await firstOffset(broker, topic, partition);
  const messages = await messagesFrom(broker, { topic, partition, at: Math.max(first, from), end });
  const records = messages
    .filter(({ offset }) => Number(offset) < end)
    .map((one) => ({ ...asRecord(one), partition, headers: textHeaders(one.headers) }));
  return { records, whole: first <= from };
}

function textHeaders(headers: PartitionMessages['messages'][number]['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).flatMap(([name, value]) => {
      const last = Array.isArray(value) ? value.at(-1) : value;
      return last === undefined || last === null ? [] : [[name, last.toString('utf8')]];
    }),
  );
}
