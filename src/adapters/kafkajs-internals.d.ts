/**
 * The parts of kafkajs 2.2.4 (pinned, its last release) below its public clients. Those retry, move on to another broker and
 * wrap what they met, which hides the cause that a check is after; and they read a topic only as a consumer group.
 */
declare module 'kafkajs/src/network/connectionPool.js' {
  /** The connections to one broker: one for fetches, one for everything else. */
  export default class ConnectionPool {
    constructor(options: Record<string, unknown>);
    send<T>(exchange: { request: unknown; response: unknown; requestTimeout?: number }): Promise<T>;
    destroy(): Promise<void>;
  }
}

declare module 'kafkajs/src/broker/index.js' {
  import type ConnectionPool from 'kafkajs/src/network/connectionPool.js';

  export interface PartitionMessages {
    partition: number;
    errorCode: number;
    messages: {
      offset: string;
      timestamp: string;
      key: Buffer | null;
      value: Buffer | null;
      headers?: Record<string, Buffer | Buffer[] | undefined>;
    }[];
  }

  export default class Broker {
    constructor(options: Record<string, unknown>);
    readonly versions: Record<number, { minVersion: number; maxVersion: number }> | null;
    readonly connectionPool: ConnectionPool;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    /** And logged in. */
    isConnected(): boolean;
    /** Asked before the login. */
    apiVersions(): Promise<Record<number, { minVersion: number; maxVersion: number }>>;
    findGroupCoordinator(request: {
      groupId: string;
      coordinatorType: number;
    }): Promise<{ coordinator: { nodeId: number; host: string; port: number } }>;
    /** An offset of -1: the group has stored none. */
    offsetFetch(request: {
      groupId: string;
      topics: { topic: string; partitions: { partition: number }[] }[];
    }): Promise<{
      responses: { topic: string; partitions: { partition: number; errorCode: number; offset: string }[] }[];
    }>;
    /** `timestamp` -1 asks for the end offset. */
    listOffsets(request: {
      topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
    }): Promise<{
      responses: { topic: string; partitions: { partition: number; errorCode: number; offset: string }[] }[];
    }>;
    fetch(request: {
      maxWaitTime: number;
      minBytes: number;
      maxBytes: number;
      topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
    }): Promise<{ responses: { topicName: string; partitions: PartitionMessages[] }[] }>;
  }
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    readonly buffer: Buffer;
    writeInt8(value: number): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeString(value: string | null): this;
    writeBytes(value: Buffer): this;
    writeBoolean(value: boolean): this;
    writeArray(values: readonly (string | Encoder)[]): this;
    /** An empty array is written as null. */
    writeNullableArray(values: readonly string[]): this;
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt64(): bigint;
    readInt32(): number;
    readBoolean(): boolean;
    readString(): string | null;
    readBytes(): Buffer | null;
    readArray<T>(read: (decoder: Decoder) => T): T[];
  }
}

declare module 'kafkajs/src/protocol/error.js' {
  /** Kafka's error for a number other than 0: `type` is its name in the protocol. */
  export function createErrorFromCode(code: number): Error & { type: string; code: number };
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  export default function record(fields: {
    offsetDelta: number;
    key: Buffer | null;
    value: Buffer | null;
  }): Encoder;
}

declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  /** Times in ms since 1970. */
  export function RecordBatch(fields: {
    records: Encoder[];
    lastOffsetDelta: number;
    firstTimestamp: number;
    maxTimestamp: number;
  }): Promise<Encoder>;
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  export default function crc32C(bytes: Buffer): number;
}
