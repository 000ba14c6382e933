import type { NetworkAnswer } from '../../adapters/network-port.ts';
import type { FacilityCheck } from '../context.ts';
import { type BrokerAnswer, eachBroker, judgeEach } from './each-broker.ts';
import { reachReason } from './reach-reason.ts';

const ID = 'kafka-dns';

/** The names of the brokers resolve. */
export const kafkaDns: FacilityCheck<BrokerAnswer<NetworkAnswer<{ addresses: string[] }>>[]> = {
  id: ID,
  title: 'The Kafka names resolve',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-bootstrap-syntax'],
  timeoutMs: 4000,

  probe: ({ network, settings }, signal) =>
    eachBroker(settings.kafka.brokers, signal, ({ host }, limited) => network.resolve(host, limited)),

  judge: (facts) =>
    judgeEach(
      ID,
      facts,
      (broker, { addresses }) => `${broker.slice(0, broker.lastIndexOf(':'))} is ${addresses[0]}`,
      (broker, failure) => reachReason(broker, failure, 'you'),
    ),
};
