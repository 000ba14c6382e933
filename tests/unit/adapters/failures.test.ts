import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureText } from '../../../src/adapters/failure-text.ts';
import { kafkaFailure } from '../../../src/adapters/kafka-failure.ts';
import { networkFailure } from '../../../src/adapters/network-failure.ts';
import { sqlFailure } from '../../../src/adapters/sqlserver.ts';

const coded = (code: string, message = 'text') => Object.assign(new Error(message), { code });
const named = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

describe('networkFailure', () => {
  it.each([
    ['ENOTFOUND', 'name-unknown'],
    ['EAI_AGAIN', 'name-unknown'],
    ['ECONNREFUSED', 'refused'],
    ['ETIMEDOUT', 'timeout'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['ECONNRESET', 'reset'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'no-tls'],
    ['EWHAT', 'other'],
  ])('%s is %s', (code, kind) => {
    expect(networkFailure(coded(code))).toMatchObject({ kind, code });
  });
  it('lets the first address of a name speak', () => {
    expect(networkFailure(new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')])).kind).toBe(
      'refused',
    );
  });
});

describe('kafkaFailure', () => {
  it.each([
    [
      named(
        'KafkaJSSASLAuthenticationError',
        'SASL SCRAM SHA256 authentication failed: Authentication failed due to invalid credentials',
      ),
      'login',
    ],
    [
      named('KafkaJSSASLAuthenticationError', 'SASL SCRAM-SHA-512 mechanism is not supported by the server'),
      'mechanism',
    ],
    [
      named(
        'KafkaJSSASLAuthenticationError',
        'SASL SCRAM SHA256 authentication failed: Request SaslAuthenticate timed out',
      ),
      'timeout',
    ],
    [
      named('KafkaJSSASLAuthenticationError', 'SASL SCRAM SHA256 authentication failed: Closed connection'),
      'closed',
    ],
    [named('KafkaJSProtocolError', 'x', { type: 'UNSUPPORTED_SASL_MECHANISM', code: 33 }), 'mechanism'],
    [named('KafkaJSProtocolError', 'x', { type: 'GROUP_AUTHORIZATION_FAILED', code: 30 }), 'not-authorised'],
    [named('KafkaJSProtocolError', 'x', { type: 'UNKNOWN_TOPIC_OR_PARTITION', code: 3 }), 'not-found'],
    [named('KafkaJSConnectionError', 'Connection timeout'), 'timeout'],
    [
      named('KafkaJSConnectionError', 'Connection error: connect ECONNREFUSED', { code: 'ECONNREFUSED' }),
      'unreachable',
    ],
    [
      named('KafkaJSConnectionError', 'Connection error: self-signed', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'tls',
    ],
    [named('KafkaJSConnectionError', 'Connection error: read ECONNRESET', { code: 'ECONNRESET' }), 'closed'],
    [named('Error', 'something'), 'other'],
  ])('%s is %s', (error, kind) => {
    expect(kafkaFailure(error, 'k:9093', [])).toMatchObject({ kind, broker: 'k:9093' });
  });
});

describe('sqlFailure', () => {
  it('keeps the numbers that the server sent while logging in', () => {
    const login = coded('ELOGIN', "Login failed for user 'x'.");
    expect(sqlFailure(login, [4060, 18456], [])).toMatchObject({
      kind: 'sql',
      number: 4060,
      numbers: [4060, 18456],
    });
  });
  it('keeps the number of a refused question', () => {
    const refused = Object.assign(coded('EREQUEST'), { number: 229, precedingErrors: [{ number: 297 }] });
    expect(sqlFailure(refused, [], [])).toMatchObject({ kind: 'sql', number: 229, numbers: [297, 229] });
  });
  it.each([
    ['ETIMEOUT', 'timeout'],
    ['ECANCEL', 'timeout'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['EENCRYPT', 'tls'],
    ['ECONNREFUSED', 'unreachable'],
    ['ECONNRESET', 'unreachable'],
    ['EWHAT', 'other'],
  ])('looks through the driver’s wrapping: %s is %s', (code, kind) => {
    const wrapped = Object.assign(new Error('Failed to connect'), {
      code: 'ESOCKET',
      originalError: coded(code),
    });
    expect(sqlFailure(wrapped, [], [])).toMatchObject({ kind, code });
  });
});

describe('failureText', () => {
  it('never shows a secret, plain or in base64', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6 }).filter((text) => !text.includes('\n') && !'***'.includes(text)),
        (secret) => {
          const message = `login of cdc with ${secret} (${Buffer.from(secret).toString('base64')}) refused`;
          const shown = failureText(new Error(message), [secret]);
          expect(shown).not.toContain(Buffer.from(secret).toString('base64'));
          expect(shown.replaceAll('***', '')).not.toContain(secret);
        },
      ),
    );
  });
  it('keeps one line and no stack', () => {
    expect(failureText(new Error('first\nat second'), [])).toBe('first');
    expect(failureText('plain', [''])).toBe('plain');
    expect(failureText(new Error(''), [])).toBe('No reason was given.');
  });
});
