import type { KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { FacilityCheck } from '../context.ts';
import { curePacketSize, fromBoth, judgeBoth, type TwoViews } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { type BrokerAnswer, eachBroker, judgeEach } from './each-broker.ts';
import { loginReason } from './login-reason.ts';

const ID = 'kafka-sasl-auth';

type Logins = BrokerAnswer<KafkaAnswer<null>>[];

/** Kafka takes the facility's user and password. */
export const kafkaSaslAuth: FacilityCheck<TwoViews<Logins>> = {
  id: ID,
  title: 'Kafka accepts the user',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-sasl-mechanism'],
  timeoutMs: 8000,

  probe: (context, signal) =>
    fromBoth(context, signal, ({ kafka }) =>
      eachBroker(context.settings.kafka.brokers, signal, (address, limited) => kafka.login(address, limited)),
    ),

  judge(facts, { kafka }) {
    const judge = (answers: Logins): Verdict =>
      judgeEach(
        ID,
        answers,
        (broker) => `${kafka.user} at ${broker}`,
        (_, failure) => loginReason(failure, kafka),
      );
    return judgeBoth(ID, facts, judge, (inside) =>
      inside.code.endsWith('-timeout') ? curePacketSize() : (inside.remedy ?? curePacketSize()),
    );
  },
};
