import { randomBytes } from 'node:crypto';
import type Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import record from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import { exchange } from './kafka-exchange.ts';

/** From this version on (brokers since 2.4) a refusal says what is wrong with which record. */
const PRODUCE = { apiKey: 0, apiVersion: 8 } as const;
const ALL_REPLICAS = -1;
const LIMIT_MS = 30_000;
/** Place of the check sum in a batch: after first offset, length, epoch and version. */
const CRC_AT = 8 + 4 + 4 + 1;
/** 9999-12-31T00:00:00Z in ms. */
const FAR_FUTURE = 253_402_214_400_000;
const KEY = Buffer.from('clinicmaster-cdc doctor');

export interface Produced {
  errorCode: number;
  message: string | null;
}

/** Two records of which a compacted topic can take neither: one from the far future, one without a key. */
export async function impossibleRecords(): Promise<Buffer> {
  const records = [
    record({ offsetDelta: 0, key: KEY, value: null }),
    record({ offsetDelta: 1, key: null, value: null }),
  ];
  return batch(records);
}

/** One record of random bytes in a batch whose check sum is wrong. */
export async function brokenRecords(bytes: number): Promise<Buffer> {
  const whole = await batch([record({ offsetDelta: 0, key: KEY, value: randomBytes(bytes) })]);
  whole[CRC_AT] = (whole[CRC_AT] ?? 0) ^ 0xff;
  return whole;
}

/** One record as it shall stand in a topic. @param at ms since 1970 */
export async function oneRecord(key: string | null, value: string, at: number): Promise<Buffer> {
  return batch(
    [record({ offsetDelta: 0, key: key === null ? null : Buffer.from(key), value: Buffer.from(value) })],
    at,
  );
}

async function batch(records: Encoder[], at = FAR_FUTURE): Promise<Buffer> {
  const times = { firstTimestamp: at, maxTimestamp: at };
  const made = await RecordBatch({ records, lastOffsetDelta: records.length - 1, ...times });
  return made.buffer;
}

/** Sends a batch to the first partition of a topic. */
export function produceRequest(topic: string, records: Buffer) {
  return exchange(
    PRODUCE,
    'Produce',
    () => {
      const transaction = null;
      return new Encoder()
        .writeString(transaction)
        .writeInt16(ALL_REPLICAS)
        .writeInt32(LIMIT_MS)
        .writeInt32(1)
        .writeString(topic)
        .writeInt32(1)
        .writeInt32(0)
        .writeBytes(records);
    },
    (decoder) => decoder.readArray(readTopic).flat(),
    'end',
  );
}

function readTopic(decoder: Decoder): Produced[] {
  decoder.readString(); // topic
  return decoder.readArray((partition) => {
    partition.readInt32(); // partition
    const errorCode = partition.readInt16();
    for (let field = 0; field < 3; field++) partition.readInt64(); // offset, time of the append, first offset
    const complaints = partition.readArray((one) => [one.readInt32(), one.readString()] as const);
    const whole = partition.readString();
    return { errorCode, message: complaints.find(([at]) => at === 0)?.[1] ?? whole };
  });
}
