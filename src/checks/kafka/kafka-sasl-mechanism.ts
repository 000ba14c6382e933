import type { KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { KafkaSettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import { curePacketSize, fromBoth, judgeBoth, type TwoViews } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { skip } from '../verdicts.ts';
import { type BrokerAnswer, eachBroker, judgeEach, type Reason } from './each-broker.ts';
import { loginReason } from './login-reason.ts';

const ID = 'kafka-sasl-mechanism';

type Offer = { code: string | null; offered: string[] };
type Offers = BrokerAnswer<KafkaAnswer<Offer>>[];

/** The login methods that this program can be set to. */
const OURS = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'];

/** The broker offers the login method that this facility is set up with. */
export const kafkaSaslMechanism: FacilityCheck<TwoViews<Offers> | null> = {
  id: ID,
  title: 'Kafka offers the login method',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-api-versions'],
  timeoutMs: 6000,

  probe: async (context, signal) =>
    context.settings.kafka.securityProtocol.startsWith('SASL')
      ? fromBoth(context, signal, ({ kafka }) =>
          eachBroker(context.settings.kafka.brokers, signal, (address, limited) =>
            kafka.mechanisms(address, limited),
          ),
        )
      : null,

  judge(facts, { kafka }) {
    if (facts === null) return noLogin(kafka);
    const judge = (answers: Offers): Verdict =>
      judgeEach(
        ID,
        answers.map(({ broker, answer }) => ({ broker, answer: withReason(broker, answer, kafka) })),
        (broker, { offered }) => `${broker} offers ${offered.join(', ')}`,
        (_, reason) => reason,
      );
    return judgeBoth(ID, facts, judge, ({ remedy }) => remedy ?? curePacketSize());
  },
};

function noLogin({ securityProtocol }: KafkaSettings): Verdict {
  return skip(`${ID}-off`, `Not checked: with ${securityProtocol} there is no login.`);
}

function withReason(broker: string, answer: KafkaAnswer<Offer>, kafka: KafkaSettings) {
  if (!answer.ok) {
    const reason = noSasl(broker, answer.failure.code) ?? loginReason(answer.failure, kafka);
    return { ok: false as const, failure: reason };
  }
  return answer.value.code === null
    ? answer
    : { ok: false as const, failure: notOffered(broker, answer.value, kafka) };
}

/** A listener without SASL says that this request has no place here. */
function noSasl(broker: string, code: string): Reason | undefined {
  if (code !== 'ILLEGAL_SASL_STATE') return undefined;
  return {
    kind: 'no-login',
    summary: `The port of ${broker} takes no login at all.`,
    current: code,
    required: 'The port of the SASL_SSL listener.',
    remedy: { text: 'Ask the central team for the port that facilities log in at.', who: 'central-team' },
  };
}

function notOffered(broker: string, { code, offered }: Offer, { mechanism }: KafkaSettings): Reason {
  const other = OURS.find((name) => offered.includes(name));
  return {
    kind: 'not-offered',
    summary: `Kafka offers ${offered.join(', ') || 'no login method'}; this facility is set to ${mechanism}.`,
    current: `${code} from ${broker}; offered: ${offered.join(', ') || 'none'}`,
    required: `${mechanism}, or KAFKA_SASL_MECHANISM set to what is offered`,
    remedy:
      other === undefined
        ? {
            text: `The central team has to offer one of ${OURS.join(', ')} on this listener.`,
            who: 'central-team',
          }
        : {
            text: 'Compare with the enrolment sheet: the password was made for one method. Then set that one.',
            commands: [`clinicmaster-cdc init --kafka-mechanism ${other}`],
            who: 'you',
          },
  };
}
