import { describe, expect, it } from 'vitest';
import type { BrokerVersions, KafkaFailureKind } from '../../../src/adapters/kafka-port.ts';
import type { TlsView } from '../../../src/adapters/network-port.ts';
import { kafkaApiVersions, release } from '../../../src/checks/kafka/kafka-api-versions.ts';
import { kafkaMiddlebox } from '../../../src/checks/kafka/kafka-middlebox.ts';
import { kafkaMtu } from '../../../src/checks/kafka/kafka-mtu.ts';
import { kafkaProxy, speakerOf } from '../../../src/checks/kafka/kafka-proxy.ts';
import { kafkaSaslMechanism } from '../../../src/checks/kafka/kafka-sasl-mechanism.ts';
import { kafkaTlsExpiry } from '../../../src/checks/kafka/kafka-tls-expiry.ts';
import { kafkaTlsHostname } from '../../../src/checks/kafka/kafka-tls-hostname.ts';
import { kafkaTlsInterception } from '../../../src/checks/kafka/kafka-tls-interception.ts';
import { facility, gist, judge } from './fixtures.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const B1 = 'kafka-1.example.org:9093';

const ok = <T>(value: T) => ({ ok: true as const, value });
const fault = (kind: KafkaFailureKind, code = `K-${kind}`) => ({
  ok: false as const,
  failure: { kind, code, message: 'broker text', broker: B1 },
});
const netFault = { ok: false as const, failure: { kind: 'reset' as const, code: 'ECONNRESET', message: '' } };
/** One broker, seen from this machine and perhaps from inside. */
const seen = <H, I = H>(host: H, inside?: I) => ({
  host: [{ broker: B1, answer: host }],
  inside: inside === undefined ? null : [{ broker: B1, answer: inside }],
});

const view = (changes: Partial<TlsView> = {}): TlsView => ({
  protocol: 'TLSv1.3',
  subject: 'kafka-1.example.org',
  issuer: 'Ministry CA',
  names: ['kafka-1.example.org'],
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2027-11-24T08:00:00.000Z',
  selfSigned: false,
  chain: [
    { subject: 'kafka-1', issuer: 'Ministry CA', validTo: '2027-11-24T08:00:00.000Z', fingerprint: 'AA' },
    { subject: 'Ministry CA', issuer: 'Ministry CA', validTo: '2030-01-01T00:00:00.000Z', fingerprint: 'CA' },
  ],
  nameMatches: true,
  ...changes,
});

describe('kafka-proxy', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  it.each([
    ['HTTP/1.1 400 Bad Request\r\nServer: squid\r\n', 'http'],
    ['<!DOCTYPE html><html>', 'http'],
    ['\x15\x03\x03\x00\x02\x02\x50', 'tls'],
    ['\x00\x00\x00\x20\x00\x00\x00\x07\x00\x00', 'kafka'],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'other'],
    ['', 'silent'],
  ])('%o is %s', (text, speaks) => {
    expect(speakerOf(bytes(text)).speaks).toBe(speaks);
  });
  const http = ok({ speaks: 'http' as const, first: 'HTTP/1.1 400 Bad Request' });
  const tls = ok({ speaks: 'tls' as const, first: 'TLSv1.3' });
  it.each([
    ['Kafka', seen(tls), 'pass ok'],
    ['a proxy', seen(http), 'fail kafka-proxy-http network-admin'],
    ['a proxy for the container alone', seen(tls, http), 'fail kafka-proxy-inside network-admin'],
    ['a broken line, which the handshake will tell of', seen(netFault), 'pass ok'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(kafkaProxy, facts))).toBe(expected);
  });
});

describe('kafka-tls-expiry', () => {
  const facts = (leaf: string, authority: string) => ({
    shown: [{ broker: B1, certificate: { ...view().chain[0]!, validTo: leaf } }],
    trusted: [{ subject: 'Ministry CA', validTo: authority }],
    nowMs: NOW,
  });
  const late = '2030-01-01T00:00:00.000Z';
  it.each([
    ['a year', facts('2027-11-24T08:00:00.000Z', late), 'pass ok'],
    ['30 days', facts('2026-12-24T08:00:00.000Z', late), 'pass ok'],
    ['29 days', facts('2026-12-23T08:00:00.000Z', late), 'warn kafka-tls-expiry-soon central-team'],
    ['7 days', facts('2026-12-01T08:00:00.000Z', late), 'warn kafka-tls-expiry-soon central-team'],
    ['6 days', facts('2026-11-30T08:00:00.000Z', late), 'fail kafka-tls-expiry-now central-team'],
    [
      'the authority ends',
      facts(late, '2026-12-04T08:00:00.000Z'),
      'warn kafka-tls-expiry-soon central-team',
    ],
    ['nobody shows one', { shown: [], trusted: [], nowMs: NOW }, 'skip kafka-tls-expiry-unanswered'],
    ['no TLS', { shown: null, trusted: [], nowMs: NOW }, 'skip kafka-tls-expiry-off'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaTlsExpiry, given))).toBe(expected);
  });
  it('names the file when it is the facility’s own', () => {
    const verdict = judge(kafkaTlsExpiry, facts(late, '2026-12-04T08:00:00.000Z'));
    expect(verdict.current).toBe('ca/kafka-ca.pem: Ministry CA ends in 10 days');
    expect(verdict.remedy?.commands).toContain('clinicmaster-cdc init --kafka-ca new-ca.pem');
  });
});

describe('kafka-tls-interception', () => {
  const bad = { chainError: 'SELF_SIGNED_CERT_IN_CHAIN' };
  const other = view({
    ...bad,
    issuer: 'Another CA',
    chain: [{ subject: 'x', issuer: 'Another CA', validTo: '', fingerprint: 'XX' }],
  });
  it.each([
    ['the right authority', { brokers: seen(ok(view())), expected: ['CA'] }, 'pass ok'],
    ['a public authority', { brokers: seen(ok(view())), expected: null }, 'pass ok'],
    [
      'the right authority, expired',
      { brokers: seen(ok(view({ chainError: 'CERT_HAS_EXPIRED' }))), expected: ['CA'] },
      'pass ok',
    ],
    [
      'another one that sends the right authority along',
      { brokers: seen(ok(view({ chainError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }))), expected: ['CA'] },
      'fail kafka-tls-interception-other-issuer central-team',
    ],
    [
      'a firewall by its name',
      { brokers: seen(ok(view({ ...bad, issuer: 'FortiGate CA' }))), expected: ['CA'] },
      'fail kafka-tls-interception-inspected network-admin',
    ],
    [
      'another authority',
      { brokers: seen(ok(other)), expected: ['CA'] },
      'fail kafka-tls-interception-other-issuer central-team',
    ],
    [
      'nothing to compare with',
      { brokers: seen(ok(view(bad))), expected: null },
      'unknown kafka-tls-interception-no-ca central-team',
    ],
    [
      'another certificate for the container',
      {
        brokers: seen(ok(view()), ok(view({ chain: [{ ...view().chain[0]!, fingerprint: 'BB' }] }))),
        expected: ['CA'],
      },
      'fail kafka-tls-interception-inside network-admin',
    ],
    ['no answer', { brokers: seen(netFault), expected: ['CA'] }, 'skip kafka-tls-interception-unanswered'],
    ['no TLS', { brokers: null, expected: null }, 'skip kafka-tls-interception-off'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(kafkaTlsInterception, facts))).toBe(expected);
  });
});

describe('kafka-tls-hostname', () => {
  const broker = { id: 1, host: 'kafka-1.internal', port: 9092 };
  const cluster = ok({ clusterId: 'Abc', controllerId: 1, brokers: [broker], operations: [] });
  const facts = (...views: (TlsView | null)[]) => ({
    cluster,
    shown: views.map((shown) => ({ broker, answer: shown === null ? netFault : ok(shown) })),
    tls: true,
  });
  it.each([
    ['names that match', facts(view()), 'pass ok'],
    [
      'a name that is missing',
      facts(view({ nameMatches: false })),
      'fail kafka-tls-hostname-missing central-team',
    ],
    ['unreachable', facts(null), 'unknown kafka-tls-hostname-unanswered central-team'],
    ['one of two unreachable', facts(null, view()), 'pass ok'],
    [
      'no list',
      { ...facts(), cluster: fault('timeout') },
      'unknown kafka-tls-hostname-unanswered central-team',
    ],
    ['no TLS', { ...facts(), tls: false }, 'skip kafka-tls-hostname-off'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaTlsHostname, given))).toBe(expected);
  });
});

describe('kafka-api-versions', () => {
  const api = (...keys: [number, number, number][]): BrokerVersions =>
    Object.fromEntries(keys.map(([key, minVersion, maxVersion]) => [key, { minVersion, maxVersion }]));
  const v4 = api([1, 4, 17], [3, 0, 13]);
  const v3 = api([1, 0, 12], [3, 0, 11], [60, 0, 0], [66, 0, 0]);
  const v26 = api([1, 0, 11], [3, 0, 9]);
  const v21 = api([1, 0, 10], [3, 0, 7]);
  const v10 = api([1, 0, 7], [3, 0, 5]);
  it.each([
    [v4, '4.0'],
    [v3, '3.0'],
    [api([1, 0, 12], [3, 0, 11], [60, 0, 0]), '2.8'],
    [v26, '2.3'],
    [v21, '2.1'],
    [v10, undefined],
  ])('%o is %s', (versions, expected) => {
    expect(release(versions)).toBe(expected);
  });
  it.each([
    ['4', seen(ok(v4)), 'pass ok'],
    ['3.0', seen(ok(v3)), 'pass ok'],
    ['2.6', seen(ok(v26)), 'warn kafka-api-versions-old central-team'],
    ['1.0', seen(ok(v10)), 'fail kafka-api-versions-too-old central-team'],
    ['a closed line', seen(fault('closed')), 'fail kafka-api-versions-broken central-team'],
    ['silence', seen(fault('timeout')), 'fail kafka-api-versions-timeout network-admin'],
    ['silence inside', seen(ok(v4), fault('timeout')), 'fail kafka-api-versions-inside you'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(kafkaApiVersions, facts))).toBe(expected);
  });
});

describe('kafka-sasl-mechanism', () => {
  const offer = (code: string | null, ...offered: string[]) => ok({ code, offered });
  it.each([
    ['offered', seen(offer(null, 'SCRAM-SHA-256')), 'pass ok'],
    [
      'another one offered',
      seen(offer('UNSUPPORTED_SASL_MECHANISM', 'PLAIN', 'SCRAM-SHA-512')),
      'fail kafka-sasl-mechanism-not-offered you',
    ],
    [
      'none that we know',
      seen(offer('UNSUPPORTED_SASL_MECHANISM', 'GSSAPI')),
      'fail kafka-sasl-mechanism-not-offered central-team',
    ],
    [
      'a listener without login',
      seen(fault('other', 'ILLEGAL_SASL_STATE')),
      'fail kafka-sasl-mechanism-no-login central-team',
    ],
    ['silence', seen(fault('timeout')), 'fail kafka-sasl-mechanism-timeout network-admin'],
    ['no login set', null, 'skip kafka-sasl-mechanism-off'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(kafkaSaslMechanism, facts))).toBe(expected);
  });
  it('names what is offered and how to set the best of it', () => {
    const verdict = judge(
      kafkaSaslMechanism,
      seen(offer('UNSUPPORTED_SASL_MECHANISM', 'PLAIN', 'SCRAM-SHA-512')),
      facility(),
    );
    expect(verdict.summary).toBe('Kafka offers PLAIN, SCRAM-SHA-512; this facility is set to SCRAM-SHA-256.');
    expect(verdict.remedy?.commands).toEqual(['clinicmaster-cdc init --kafka-mechanism SCRAM-SHA-512']);
  });
});

describe('kafka-mtu', () => {
  const sizes = (largeMs: number | null) => ok({ smallMs: 40, largeMs, bytes: 16_456 });
  it.each([
    ['both pass', seen(sizes(80)), 'pass ok'],
    ['the large one is lost', seen(sizes(null)), 'fail kafka-mtu-black-hole network-admin'],
    ['lost inside alone', seen(sizes(80), sizes(null)), 'fail kafka-mtu-inside you'],
    ['no answer', seen(fault('timeout')), 'unknown kafka-mtu-unanswered central-team'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(kafkaMtu, facts))).toBe(expected);
  });
  it('sets the packet size of the network when the container alone is hit', () => {
    expect(judge(kafkaMtu, seen(sizes(80), sizes(null))).remedy?.commands).toEqual([
      'clinicmaster-cdc init --mtu 1360',
    ]);
  });
});

describe('kafka-middlebox', () => {
  const facts = (...lost: number[]) => ({
    broker: B1,
    waits: [60, 300, 600].map((seconds) => ({
      seconds,
      answer: lost.includes(seconds) ? fault('timeout') : ok(null),
    })),
  });
  it.each([
    [facts(), 'pass ok'],
    [facts(600), 'warn kafka-middlebox-cut network-admin'],
    [facts(60, 300, 600), 'warn kafka-middlebox-cut network-admin'],
  ])('%#', (given, expected) => {
    expect(gist(judge(kafkaMiddlebox, given))).toBe(expected);
  });
  it('says how long it lasted', () => {
    expect(judge(kafkaMiddlebox, facts(300, 600)).current).toBe(`${B1}: survived 60 s, lost after 300 s`);
  });
});
