import type Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { exchange } from './kafka-exchange.ts';

/** The oldest version that Kafka 4 still speaks; brokers since 1.0 do. */
const DELETE_TOPICS = { apiKey: 20, apiVersion: 1 } as const;
/** How long the controller may take; topics that it has marked go a little later. */
const LIMIT_MS = 30_000;

/** To the controller. kafkajs has this request too, and throws at the first topic that is refused. */
export function deleteTopicsRequest(topics: readonly string[]) {
  return exchange(
    DELETE_TOPICS,
    'DeleteTopics',
    () => new Encoder().writeArray(topics).writeInt32(LIMIT_MS),
    (decoder) => decoder.readArray(readTopic),
  );
}

function readTopic(decoder: Decoder): { name: string; errorCode: number } {
  return { name: decoder.readString() ?? '', errorCode: decoder.readInt16() };
}
