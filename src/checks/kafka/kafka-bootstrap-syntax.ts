import type { FacilityCheck } from '../context.ts';
import { fail, listed, pass } from '../verdicts.ts';
import { parseBroker } from './each-broker.ts';

const ID = 'kafka-bootstrap-syntax';

/** The list of brokers is written as Kafka reads it: `host:port`, separated by commas, nothing in front. */
export const kafkaBootstrapSyntax: FacilityCheck<{ brokers: string[] }> = {
  id: ID,
  title: 'The Kafka addresses are well written',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: [],
  timeoutMs: 1000,

  probe: async ({ settings }) => ({ brokers: [...settings.kafka.brokers] }),

  judge({ brokers }) {
    const wrong = brokers.filter((entry) => parseBroker(entry) === undefined);
    if (wrong.length === 0 && brokers.length > 0) return pass(listed(brokers, 5));
    return fail(`${ID}-syntax`, 'KAFKA_BOOTSTRAP_SERVERS cannot be read.', {
      current: wrong.length > 0 ? wrong.join(', ') : 'empty',
      required: 'host:port, separated by commas: kafka-1.example.org:9093,kafka-2.example.org:9093',
      remedy: {
        text: 'Copy the addresses from the enrolment sheet; no http://, ports from 1 to 65535.',
        commands: ['clinicmaster-cdc init --kafka kafka-1.example.org:9093'],
        who: 'you',
      },
    });
  },
};
