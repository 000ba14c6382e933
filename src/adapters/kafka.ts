import { unlessAborted } from './abort.ts';
import type { Dial } from './kafka-brokers.ts';
import { TOPIC_EXISTS } from './kafka-create-requests.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { positionsOfGroup } from './kafka-group-positions.ts';
import { endsOf, newestRecord, newestRecords } from './kafka-offsets.ts';
import type { Address, KafkaAccess, KafkaAnswer, KafkaPort, TopicView } from './kafka-port.ts';
import {
  askedAfterIdle,
  largeRequestTo,
  mechanismsOf,
  recordWritten,
  refusalOfLoad,
  refusalOfTime,
  versionsOf,
} from './kafka-probes.ts';
import { recordsFrom } from './kafka-records.ts';
import { type MetadataAnswer, protocolError, UNKNOWN_TOPIC } from './kafka-requests.ts';
import { kafkaSession } from './kafka-session.ts';

/**
 * Questions to the central Kafka. Nothing is sent before the first one.
 * @param clientId shown in the brokers' logs
 * @param dial opens the streams; undefined: from this machine
 */
export function kafka(access: KafkaAccess, clientId: string, dial?: Dial): KafkaPort {
  const session = kafkaSession(access, clientId, dial);

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

  /** A question to exactly this broker. */
  const of = <T>({ host, port }: Address, signal: AbortSignal, ask: () => Promise<T>) =>
    answer(signal, ask, `${host}:${port}`);

  return {
    versions: (address, signal) => of(address, signal, () => versionsOf(session, address)),
    mechanisms: (address, signal) =>
      of(address, signal, () => mechanismsOf(session, address, access.mechanism)),
    login: (address, signal) => of(address, signal, () => session.pool.at(address).then(() => null)),
    largeRequest: (address, padding, signal) =>
      of(address, signal, () => largeRequestTo(session, address, padding)),
    afterIdle: (address, idle, signal) => of(address, signal, () => askedAfterIdle(session, address, idle)),

    cluster: (signal) =>
      answer(signal, async () => {
        const { topics: _, ...view } = await session.metadata([]);
        return view;
      }),

    topics: (names, signal) =>
      answer(signal, async () => {
        const view = await session.metadata(names);
        return view.topics.map((topic) => topicView(topic, view.operations.includes('CREATE')));
      }),

    configs: (topics, keys, signal) =>
      answer(signal, async () => {
        const described = topics.length === 0 ? [] : await session.describeConfigs(topics, keys);
        return described.map(({ errorCode, name, values }) => ({
          name,
          values,
          refused: errorCode === 0 ? null : protocolError(errorCode).type,
        }));
      }),

    refusedTime: (topic, signal) => answer(signal, () => refusalOfTime(session, topic)),
    refusedLoad: (topic, bytes, signal) => answer(signal, () => refusalOfLoad(session, topic, bytes)),
    throttledMs: () => session.throttledMs(),

    topicNames: (prefix, signal) =>
      answer(signal, async () => {
        const { topics } = await session.metadata(undefined);
        return topics
          .map((topic) => topic.name)
          .filter((name) => name.startsWith(prefix))
          .sort();
      }),

    group: (id, signal) => answer(signal, () => session.describeGroup(id, signal)),

    groupPositions: (group, topics, signal) =>
      answer(signal, () => positionsOfGroup(session, group, topics, signal)),
    recordsFrom: (topic, from, signal) => answer(signal, () => recordsFrom(session, topic, from)),

    endOffsets: (topics, signal) =>
      answer(signal, async () => {
        const sums: Record<string, number> = {};
        for (const { led, offset } of await endsOf(session, topics)) {
          sums[led.topic] = (sums[led.topic] ?? 0) + offset;
        }
        return sums;
      }),

    lastRecord: (topic, signal) => answer(signal, () => newestRecord(session, topic)),
    newestRecords: (topic, count, signal) => answer(signal, () => newestRecords(session, topic, count)),

    append: (topic, record, signal) => answer(signal, () => recordWritten(session, topic, record)),

    createTopic: (name, settings, signal) =>
      answer(signal, async () => {
        const { errorCode, message } = await session.createTopic(name, settings);
        if (errorCode === 0 || errorCode === TOPIC_EXISTS) return null;
        const error = protocolError(errorCode);
        throw message === null ? error : Object.assign(new Error(message), { type: error.type });
      }),

    deleteTopics: (topics, signal) =>
      answer(signal, async () => {
        if (topics.length === 0) return [];
        const deleted = await session.deleteTopics(topics);
        return deleted.map(({ name, errorCode }) => {
          const gone = errorCode === 0 || errorCode === UNKNOWN_TOPIC;
          return { name, refused: gone ? null : protocolError(errorCode).type };
        });
      }),

    close: async () => session.pool.close(),
  };
}

function topicView(topic: MetadataAnswer['topics'][number], mayCreateAny: boolean): TopicView {
  const operations = new Set(topic.operations);
  if (mayCreateAny) operations.add('CREATE');
  return {
    name: topic.name,
    exists: topic.errorCode === 0,
    ...(topic.errorCode === 0 ? { partitions: topic.layout.length } : {}),
    layout: topic.layout,
    operations: [...operations],
  };
}
