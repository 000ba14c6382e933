import type { Admin, KafkaMessage } from 'kafkajs';
import { kafkaFor } from './client.ts';

/** One record as it lies in a topic. */
export interface TopicRecord {
  partition: number;
  offset: bigint;
  timestamp: number;
  key: Buffer | null;
  /** Null: a tombstone. */
  value: Buffer | null;
  headers: KafkaMessage['headers'];
}

/** Runs `work` with an administrator's connection. */
export async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = (await kafkaFor()).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Names of all topics, sorted; Kafka's own (`__…`) left out. */
export async function listTopics(): Promise<string[]> {
  const names = await withAdmin((admin) => admin.listTopics());
  return names.filter((name) => !name.startsWith('__')).sort();
}

/** First and next offset by partition. */
export async function topicOffsets(
  topic: string,
): Promise<{ partition: number; low: bigint; high: bigint }[]> {
  const offsets = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
  return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
}

/** How many records were ever written to a topic, all partitions together. */
export async function recordsWritten(topic: string): Promise<number> {
  return (await topicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
}

/**
 * Hands every record that a topic holds at the time of the call to `each`, in order within a partition. Needs no
 * group of its own to stay behind.
 */
export async function scanTopic(topic: string, each: (record: TopicRecord) => void): Promise<void> {
  const ends = (await topicOffsets(topic)).filter(({ low, high }) => high > low);
  if (ends.length === 0) return;
  const groupId = `sandbox-read-${crypto.randomUUID()}`;
  const consumer = (await kafkaFor()).consumer({ groupId, maxWaitTimeInMs: 200 });
  const open = new Map(ends.map(({ partition, high }) => [partition, high]));
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            const end = open.get(batch.partition);
            if (end === undefined) return;
            for (const message of batch.messages) {
              if (BigInt(message.offset) < end) each(record(batch.partition, message));
            }
            // Not the last record's offset: transaction markers and compaction leave gaps at the end.
            if (BigInt(batch.lastOffset()) + 1n >= end) open.delete(batch.partition);
            if (open.size === 0) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
    // It holds no offsets, and goes by itself where the broker has not yet let go of its member.
    await withAdmin((admin) => admin.deleteGroups([groupId])).catch(() => {});
  }
}

/** All records of a topic, for topics that fit into memory. */
export async function readTopic(topic: string): Promise<TopicRecord[]> {
  const records: TopicRecord[] = [];
  await scanTopic(topic, (one) => records.push(one));
  return records;
}

function record(partition: number, message: KafkaMessage): TopicRecord {
  return {
    partition,
    offset: BigInt(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: message.headers,
  };
}
