import type Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { exchange } from './kafka-exchange.ts';

/** From this version on (brokers since 2.4) a number of copies of -1 means the brokers' own; kafkajs stops one before it. */
const CREATE_TOPICS = { apiKey: 19, apiVersion: 4 } as const;
const LIMIT_MS = 30_000;
const BROKERS_OWN = -1;

/** Kafka's answer for a topic that is there already. */
export const TOPIC_EXISTS = 36;

export interface Created {
  errorCode: number;
  message: string | null;
}

/** To the controller: one topic of one partition. */
export function createTopicRequest(name: string, settings: Readonly<Record<string, string>>) {
  return exchange(
    CREATE_TOPICS,
    'CreateTopics',
    () => {
      const configs = Object.entries(settings).map(([key, value]) =>
        new Encoder().writeString(key).writeString(value),
      );
      const topic = new Encoder()
        .writeString(name)
        .writeInt32(1)
        .writeInt16(BROKERS_OWN)
        .writeArray([]) // assignments: the controller's choice
        .writeArray(configs);
      return new Encoder().writeArray([topic]).writeInt32(LIMIT_MS).writeBoolean(false);
    },
    readCreated,
  );
}

function readCreated(decoder: Decoder): Created {
  const [topic] = decoder.readArray((entry) => {
    entry.readString(); // name
    return { errorCode: entry.readInt16(), message: entry.readString() };
  });
  return topic ?? { errorCode: -1, message: 'The broker did not answer for the topic.' };
}
