import Decoder from 'kafkajs/src/protocol/decoder.js';
import type Encoder from 'kafkajs/src/protocol/encoder.js';

/** One request and how to read its response, as kafkajs wants them. */
export interface Exchange<T> {
  request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<Encoder> };
  response: {
    decode(raw: Buffer): Promise<{ clientSideThrottleTime: number; body: T }>;
    parse(decoded: { body: T }): Promise<T>;
  };
  /** For requests that take long to send; kafkajs' own limit when absent. */
  requestTimeout?: number;
}

/** Where a response says how long it was held back on account of a quota. */
export type ThrottleAt = 'start' | 'end' | 'nowhere';

export function exchange<T>(
  version: { apiKey: number; apiVersion: number },
  apiName: string,
  encode: () => Encoder,
  read: (decoder: Decoder) => T,
  throttleAt: ThrottleAt = 'start',
): Exchange<T> {
  return {
    request: { ...version, apiName, encode: async () => encode() },
    response: {
      decode: async (raw) => {
        const decoder = new Decoder(raw);
        const before = throttleAt === 'start' ? decoder.readInt32() : 0;
        const body = read(decoder);
        const after = throttleAt === 'end' ? decoder.readInt32() : 0;
        return { clientSideThrottleTime: before + after, body };
      },
      parse: async ({ body }) => body,
    },
  };
}
