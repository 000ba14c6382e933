import type { NetworkAnswer, TlsView } from '../../adapters/network-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import { curePacketSize, judgeBoth, type TwoViews } from '../two-views.ts';
import type { Remedy, Verdict } from '../types.ts';
import { warn } from '../verdicts.ts';
import { type BrokerAnswer, judgeEach } from './each-broker.ts';
import { type Handshakes, handshakes } from './handshakes.ts';
import { certificateFault, daysLeft, handshakeFault } from './tls-reason.ts';

const ID = 'kafka-tls-handshake';

export type KafkaTlsFacts = {
  /** Null when the facility is set up without TLS. */
  brokers: TwoViews<Handshakes> | null;
  nowMs: number;
};

/** The certificate of each bootstrap broker: chain, name, dates. */
export const kafkaTlsHandshake: FacilityCheck<KafkaTlsFacts> = {
  id: ID,
  title: 'Kafka proves who it is',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-proxy'],
  timeoutMs: 5500,

  async probe(context, signal) {
    return { brokers: await handshakes(context, signal), nowMs: context.clock.now() };
  },

  judge({ brokers, nowMs }, settings) {
    if (brokers === null) return plain(settings);
    const judge = (answers: Handshakes): Verdict =>
      judgeEach(ID, answers.map(withFault(settings, nowMs)), describe(nowMs), (_, reason) => reason);
    return judgeBoth(ID, brokers, judge, cure);
  },
};

/** A handshake that hangs in the container only is a matter of packet size; other faults speak for themselves. */
function cure(inside: Verdict): Remedy {
  if (inside.code.endsWith('-timeout') || inside.remedy === undefined) return curePacketSize();
  return {
    ...inside.remedy,
    text: `Something answers the container that does not answer this machine. ${inside.remedy.text}`,
  };
}

function plain({ kafka }: FacilitySettings): Verdict {
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
    `${broker} (${view.protocol}, ${daysLeft(view.validTo, nowMs)} days left)`;
}
