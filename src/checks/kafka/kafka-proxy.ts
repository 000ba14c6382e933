import type { Vantage } from '../../adapters/inside-port.ts';
import type { NetworkAnswer } from '../../adapters/network-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import { fromBoth, judgeBoth, type TwoViews } from '../two-views.ts';
import type { Remedy, Verdict } from '../types.ts';
import { pass } from '../verdicts.ts';
import { type Address, type BrokerAnswer, eachBroker, judgeEach, type Reason } from './each-broker.ts';

const ID = 'kafka-proxy';

/** Who answers at a broker's port. `silent`: nobody said a word; the checks after this one say more. */
export type Speaker = { speaks: 'tls' | 'http' | 'kafka' | 'silent' | 'other'; first: string };
type Speakers = BrokerAnswer<NetworkAnswer<Speaker>>[];

/** ApiVersions, version 0, of the client `cdc`: the mildest question that Kafka knows. */
const KAFKA_GREETING = Uint8Array.from([0, 0, 0, 13, 0, 18, 0, 0, 0, 0, 0, 7, 0, 3, 99, 100, 99]);
const KAFKA_ANSWER = [0, 0, 0, 7];
/** Content types of TLS records: alert and handshake, followed by the version 3.x. */
const TLS_TYPES = new Set([21, 22]);

/**
 * What answers at the port is Kafka and not a web proxy or a portal. Where TLS comes about nothing else is asked: a broker
 * notes each greeting that it does not understand.
 */
export const kafkaProxy: FacilityCheck<TwoViews<Speakers>> = {
  id: ID,
  title: 'No web proxy answers instead of Kafka',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-tcp'],
  timeoutMs: 6000,

  probe: (context, signal) =>
    fromBoth(context, signal, (from) =>
      eachBroker(context.settings.kafka.brokers, signal, (address, limited) =>
        speaker(from, address, context.settings, limited),
      ),
    ),

  judge: (facts) => judgeBoth(ID, facts, judgeSpeakers, ({ remedy }) => remedy ?? direct('')),
};

async function speaker(
  { network }: Vantage,
  { host, port }: Address,
  { kafka }: Pick<FacilitySettings, 'kafka'>,
  signal: AbortSignal,
): Promise<NetworkAnswer<Speaker>> {
  if (kafka.securityProtocol.endsWith('SSL')) {
    const session = await network.tls(host, port, kafka.ca, signal);
    if (session.ok) return { ok: true, value: { speaks: 'tls', first: session.value.protocol } };
    // Whoever takes a handshake and says nothing would not say more to another greeting.
    if (session.failure.kind === 'timeout') return { ok: true, value: { speaks: 'silent', first: '' } };
  }
  const answer = await network.firstBytes(host, port, KAFKA_GREETING, signal);
  return answer.ok ? { ok: true, value: speakerOf(answer.value) } : answer;
}

/** Tells a protocol by its first bytes. */
export function speakerOf(bytes: Uint8Array): Speaker {
  const text = String.fromCharCode(...bytes);
  const first = text.replace(/[^\x20-\x7e]+/g, '.').slice(0, 40);
  if (bytes.length === 0) return { speaks: 'silent', first };
  if (/^(HTTP\/|<!doctype|<html)/i.test(text))
    return { speaks: 'http', first: text.split('\r\n')[0] ?? first };
  if (TLS_TYPES.has(bytes[0] ?? 0) && bytes[1] === 3) return { speaks: 'tls', first };
  if (KAFKA_ANSWER.every((byte, at) => bytes[at + 4] === byte)) return { speaks: 'kafka', first };
  return { speaks: 'other', first };
}

function judgeSpeakers(answers: Speakers): Verdict {
  // A connection that broke down is not a proxy: the handshake, which comes next, tells what it is.
  const told = answers.flatMap(({ broker, answer }) =>
    answer.ok ? [{ broker, answer: withReason(broker, answer.value) }] : [],
  );
  if (told.length === 0) return pass('no web server answers');
  return judgeEach(
    ID,
    told,
    (broker, { speaks }) => `${broker} ${speaks === 'tls' ? 'answers with TLS' : 'is no web server'}`,
    (_, reason) => reason,
  );
}

function withReason(broker: string, speaker: Speaker) {
  return speaker.speaks === 'http'
    ? { ok: false as const, failure: httpReason(broker, speaker.first) }
    : { ok: true as const, value: speaker };
}

function httpReason(broker: string, first: string): Reason {
  return {
    kind: 'http',
    summary: `A web server or proxy answers at ${broker}, not Kafka.`,
    current: `first words: ${first}`,
    required: 'Kafka at this address and port.',
    remedy: direct(broker),
  };
}

function direct(broker: string): Remedy {
  return {
    text:
      'Kafka is not HTTP: no web proxy can carry it, and NO_PROXY changes nothing here. Check the port first; if it is right, ' +
      `ask for a rule that lets this machine through to ${broker} directly, without the proxy or the captive portal.`,
    who: 'network-admin',
  };
}
