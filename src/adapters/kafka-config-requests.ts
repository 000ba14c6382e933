import type Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { exchange } from './kafka-exchange.ts';

/** The oldest version that Kafka 4 still speaks; brokers since 1.1 do. */
const DESCRIBE_CONFIGS = { apiKey: 32, apiVersion: 1 } as const;
const TOPIC = 2;

export interface DescribedTopic {
  errorCode: number;
  name: string;
  values: Record<string, string>;
}

/** @param keys settings to ask for, of each of the topics */
export function describeConfigsRequest(topics: readonly string[], keys: readonly string[]) {
  return exchange(
    DESCRIBE_CONFIGS,
    'DescribeConfigs',
    () => {
      const body = new Encoder().writeInt32(topics.length);
      for (const topic of topics) body.writeInt8(TOPIC).writeString(topic).writeArray(keys);
      const synonyms = false;
      return body.writeBoolean(synonyms);
    },
    (decoder) => decoder.readArray(readTopic),
  );
}

function readTopic(decoder: Decoder): DescribedTopic {
  const errorCode = decoder.readInt16();
  decoder.readString(); // message
  decoder.readInt8(); // type
  const name = decoder.readString() ?? '';
  const entries = decoder.readArray((entry) => {
    const pair = [entry.readString() ?? '', entry.readString()] as const;
    entry.readBoolean(); // read only
    entry.readInt8(); // source
    entry.readBoolean(); // sensitive
    entry.readArray((synonym) => [synonym.readString(), synonym.readString(), synonym.readInt8()]);
    return pair;
  });
  return {
    errorCode,
    name,
    values: Object.fromEntries(entries.filter(([, value]) => value !== null)) as Record<string, string>,
  };
}
