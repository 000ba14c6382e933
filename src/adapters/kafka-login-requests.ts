import Encoder from 'kafkajs/src/protocol/encoder.js';
import { exchange } from './kafka-exchange.ts';

const SASL_HANDSHAKE = { apiKey: 17, apiVersion: 1 } as const;

/** Names a login method and hears which ones the broker offers. kafkajs keeps that list to itself. */
export function saslHandshakeRequest(mechanism: string) {
  return exchange(
    SASL_HANDSHAKE,
    'SaslHandshake',
    () => new Encoder().writeString(mechanism),
    (decoder) => ({
      errorCode: decoder.readInt16(),
      offered: decoder.readArray((name) => name.readString() ?? ''),
    }),
    'nowhere',
  );
}
