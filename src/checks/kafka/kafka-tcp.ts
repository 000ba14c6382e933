import type { NetworkAnswer } from '../../adapters/network-port.ts';
import type { FacilityCheck } from '../context.ts';
import { type BrokerAnswer, eachBroker, judgeEach } from './each-broker.ts';
import { reachReason } from './reach-reason.ts';

const ID = 'kafka-tcp';

/** The brokers' ports answer, and how far away they are. */
export const kafkaTcp: FacilityCheck<BrokerAnswer<NetworkAnswer<{ address: string; ms: number }>>[]> = {
  id: ID,
  title: 'Kafka can be reached',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-dns'],
  timeoutMs: 5000,

  probe: ({ network, settings }, signal) =>
    eachBroker(settings.kafka.brokers, signal, ({ host, port }, limited) =>
      network.connect(host, port, limited),
    ),

  judge: (facts) =>
    judgeEach(
      ID,
      facts,
      (broker, { ms }) => `${broker} in ${ms} ms`,
      (broker, failure) => reachReason(broker, failure, 'you'),
    ),
};
