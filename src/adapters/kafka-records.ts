import type Broker from 'kafkajs/src/broker/index.js';
import type { PartitionMessages } from 'kafkajs/src/broker/index.js';
import { asRecord, endsOf, FETCH, FIRST_OFFSET } from './kafka-offsets.ts';
import type { TopicPart, WholeRecord } from './kafka-port.ts';
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
  const { responses } = await broker.listOffsets({
    topics: [{ topic, partitions: [{ partition, timestamp: FIRST_OFFSET }] }],
  });
  const first = Number(responses[0]?.partitions[0]?.offset ?? 0);
  const records: WholeRecord[] = [];
  let at = Math.max(first, from);
  while (at < end) {
    const answer = await broker.fetch({
      ...FETCH,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(at), maxBytes: FETCH.maxBytes }] }],
    });
    // The broker hands out whole batches, from the one that holds the offset, and perhaps what came meanwhile.
    const start = at;
    const found = (answer.responses[0]?.partitions[0]?.messages ?? []).filter(
      ({ offset }) => Number(offset) >= start && Number(offset) < end,
    );
    const last = found.at(-1);
    if (last === undefined) break;
    records.push(...found.map((one) => ({ ...asRecord(one), partition, headers: textHeaders(one.headers) })));
    at = Number(last.offset) + 1;
  }
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
