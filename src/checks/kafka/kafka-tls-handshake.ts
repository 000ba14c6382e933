import type { NetworkAnswer, TlsView } from '../../adapters/network-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import { warn } from '../verdicts.ts';
import { type BrokerAnswer, eachBroker, judgeEach } from './each-broker.ts';
import { certificateFault, daysLeft, EXPIRY_WARNING_DAYS, handshakeFault } from './tls-reason.ts';

const ID = 'kafka-tls-handshake';

export type KafkaTlsFacts = {
  /** Null when the facility is set up without TLS. */
  brokers: BrokerAnswer<NetworkAnswer<TlsView>>[] | null;
  nowMs: number;
};

/** The certificate of each bootstrap broker: chain, name, dates. */
export const kafkaTlsHandshake: FacilityCheck<KafkaTlsFacts> = {
  id: ID,
  title: 'Kafka proves who it is',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-tcp'],
  timeoutMs: 5000,

  async probe({ network, settings: { kafka }, clock }, signal) {
    const brokers = kafka.securityProtocol.endsWith('SSL')
      ? await eachBroker(kafka.brokers, signal, ({ host, port }, limited) =>
          network.tls(host, port, kafka.ca, limited),
        )
      : null;
    return { brokers, nowMs: clock.now() };
  },

  judge({ brokers, nowMs }, settings) {
    if (brokers === null) return plain(settings);
    const verdict = judgeEach(
      ID,
      brokers.map(withFault(settings, nowMs)),
      describe(nowMs),
      (_, reason) => reason,
    );
    const shortest = Math.min(
      ...brokers.flatMap(({ answer }) => (answer.ok ? [daysLeft(answer.value, nowMs)] : [])),
    );
    if (verdict.outcome !== 'pass' || shortest >= EXPIRY_WARNING_DAYS) return verdict;
    return warn(`${ID}-expires-soon`, `The certificate of Kafka ends in ${shortest} days.`, {
      current: verdict.summary,
      required: `more than ${EXPIRY_WARNING_DAYS} days`,
      remedy: { text: 'Tell the central team, so that it is renewed in time.', who: 'central-team' },
    });
  },
};

function plain({ kafka }: FacilitySettings) {
  return warn(`${ID}-off`, 'The connection to Kafka is not encrypted.', {
    current: `KAFKA_SECURITY_PROTOCOL=${kafka.securityProtocol}`,
    required: 'SASL_SSL',
    remedy: {
      text: 'Patients’ data and the password travel in the open. Ask the central team for a SASL_SSL listener.',
      who: 'central-team',
    },
  });
}

/** Turns a session with a bad certificate into a failure with its reason. */
function withFault({ kafka }: FacilitySettings, nowMs: number) {
  return ({ broker, answer }: BrokerAnswer<NetworkAnswer<TlsView>>) => {
    if (!answer.ok)
      return { broker, answer: { ok: false as const, failure: handshakeFault(broker, answer.failure) } };
    const fault = certificateFault(broker, answer.value, kafka.ca !== undefined, nowMs);
    return { broker, answer: fault === undefined ? answer : { ok: false as const, failure: fault } };
  };
}

function describe(nowMs: number) {
  return (broker: string, view: TlsView) =>
    `${broker} (${view.protocol}, ${daysLeft(view, nowMs)} days left)`;
}
