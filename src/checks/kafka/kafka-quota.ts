import type { ClusterView, KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import { pass, warn } from '../verdicts.ts';
import { notAnswered } from './not-answered.ts';

const ID = 'kafka-quota';

export type QuotaFacts = {
  asked: KafkaAnswer<ClusterView>;
  /** The longest time for which an answer to this program was held back, in ms. */
  throttledMs: number;
};

/** Kafka does not hold this user back. Each answer says how long it was kept waiting on account of a quota. */
export const kafkaQuota: FacilityCheck<QuotaFacts> = {
  id: ID,
  title: 'Kafka does not slow this user down',
  area: 'kafka',
  when: ['daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const asked = await askKafka(context, signal, (kafka) => kafka.cluster(signal));
    const inside = asked.ok ? await context.inside().catch(() => undefined) : undefined;
    return { asked, throttledMs: Math.max(context.kafka.throttledMs(), inside?.kafka.throttledMs() ?? 0) };
  },

  judge({ asked, throttledMs }, { kafka }) {
    if (!asked.ok) return notAnswered(ID, 'whether there is a quota', asked.failure);
    if (throttledMs === 0) return pass('no answer was held back');
    return warn(`${ID}-throttled`, `Kafka holds the answers to ${kafka.user} back.`, {
      current: `up to ${throttledMs} ms`,
      required: 'no waiting outside the first copy',
      remedy: {
        text:
          'A quota of this user (or of all of them) is used up: during the first copy that is meant so and only takes longer. ' +
          'If it lasts, ask the central team for a larger one.',
        commands: [
          `kafka-configs.sh --bootstrap-server BROKER:PORT --command-config admin.properties --describe --entity-type users --entity-name '${kafka.user}'`,
        ],
        who: 'central-team',
      },
    });
  },
};
