import { unlessAborted } from './abort.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { endsOf, newestRecord } from './kafka-offsets.ts';
import type { KafkaAccess, KafkaAnswer, KafkaPort, TopicView } from './kafka-port.ts';
import type { MetadataAnswer } from './kafka-requests.ts';
import { kafkaSession } from './kafka-session.ts';

/**
 * Questions to the central Kafka. Nothing is sent before the first one.
 * @param clientId shown in the brokers' logs
 */
export function kafka(access: KafkaAccess, clientId: string): KafkaPort {
  const session = kafkaSession(access, clientId);

  async function answer<T>(
    signal: AbortSignal,
    ask: () => Promise<T>,
    asked = session.home(),
  ): Promise<KafkaAnswer<T>> {
    try {
      return { ok: true, value: await unlessAborted(ask(), signal) };
    } catch (error) {
      const first = error instanceof AggregateError ? error.errors[0] : error;
      return { ok: false, failure: kafkaFailure(first, asked, [access.password]) };
    }
  }

  return {
    login: (address, signal) =>
      answer(
        signal,
        async () => {
          await session.pool.at(address);
          return null;
        },
        `${address.host}:${address.port}`,
      ),

    cluster: (signal) =>
      answer(signal, async () => {
        const { clusterId, controllerId, brokers } = await session.metadata([]);
        return { clusterId, controllerId, brokers };
      }),

    topics: (names, signal) =>
      answer(signal, async () => {
        const view = await session.metadata(names);
        return view.topics.map((topic) => topicView(topic, view.operations.includes('CREATE')));
      }),

    topicNames: (prefix, signal) =>
      answer(signal, async () => {
        const { topics } = await session.metadata(undefined);
        return topics
          .map((topic) => topic.name)
          .filter((name) => name.startsWith(prefix))
          .sort();
      }),

    group: (id, signal) => answer(signal, () => session.describeGroup(id, signal)),

    endOffsets: (topics, signal) =>
      answer(signal, async () => {
        const sums: Record<string, number> = {};
        for (const { led, offset } of await endsOf(session, topics)) {
          sums[led.topic] = (sums[led.topic] ?? 0) + offset;
        }
        return sums;
      }),

    lastRecord: (topic, signal) => answer(signal, () => newestRecord(session, topic)),

    close: async () => session.pool.close(),
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
