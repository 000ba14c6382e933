import type { KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { FacilityCheck } from '../context.ts';
import { type BrokerAnswer, eachBroker, judgeEach } from './each-broker.ts';
import { loginReason } from './login-reason.ts';

const ID = 'kafka-sasl-auth';

/** Kafka takes the facility's user and password. */
export const kafkaSaslAuth: FacilityCheck<BrokerAnswer<KafkaAnswer<null>>[]> = {
  id: ID,
  title: 'Kafka accepts the user',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-tls-handshake'],
  timeoutMs: 8000,

  probe: ({ kafka, settings }, signal) =>
    eachBroker(settings.kafka.brokers, signal, (address, limited) => kafka.login(address, limited)),

  judge: (facts, { kafka }) =>
    judgeEach(
      ID,
      facts,
      (broker) => `${kafka.user} at ${broker}`,
      (_, failure) => loginReason(failure, kafka),
    ),
};
