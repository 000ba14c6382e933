import kafkajs from 'kafkajs';
import { expect } from 'vitest';
import { kafkaFor } from '../../../sandbox/src/kafka/client.ts';
import { recordsWritten } from '../../../sandbox/src/kafka/topics.ts';
import { DLQ_TOPIC } from '../../../src/connector/names.ts';

/** Sends a record that no sink can read, and waits until the sink that runs has set it aside. */
export async function poison(topic: string, key: Record<string, unknown>): Promise<void> {
  const letters = () => recordsWritten(DLQ_TOPIC);
  const before = await letters();
  const producer = (await kafkaFor()).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  await producer.send({ topic, messages: [{ key: JSON.stringify(key), value: 'no JSON' }] });
  await producer.disconnect();
  await expect.poll(letters, { timeout: 30_000, interval: 300 }).toBeGreaterThan(before);
}
