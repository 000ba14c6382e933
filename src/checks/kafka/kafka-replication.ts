import type { ClusterView, KafkaAnswer, TopicView } from '../../adapters/kafka-port.ts';
import { facilityNames } from '../../connector/names.ts';
import type { FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';
import { notAnswered, topicConfigCommand } from './not-answered.ts';
import { insufficient, lookAt, type TopicsFacts } from './own-topics.ts';

const ID = 'kafka-replication';

/** With three copies one broker may be repaired while another fails. */
const COPIES = 3;

export type ReplicationFacts = TopicsFacts & { cluster: KafkaAnswer<ClusterView> };

/** The facility's topics stand on several brokers, and a record counts as written only when more than one has it. */
export const kafkaReplication: FacilityCheck<ReplicationFacts> = {
  id: ID,
  title: 'Kafka keeps copies',
  area: 'kafka',
  when: ['daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const [cluster, facts] = await Promise.all([
      askKafka(context, signal, (kafka) => kafka.cluster(signal)),
      lookAt(context, Object.values(context.names.topics), ['min.insync.replicas'], signal),
    ]);
    return { cluster, ...facts };
  },

  judge(facts, settings) {
    const { cluster, topics, configs } = facts;
    if (!cluster.ok) return notAnswered(ID, 'which brokers it has', cluster.failure);
    if (!topics.ok) return notAnswered(ID, 'how many copies there are', topics.failure);
    const brokers = cluster.value.brokers.length;
    const there = topics.value.filter(({ exists }) => exists);
    if (there.length === 0) return pass('no topic is made yet; the brokers’ own default counts then');
    const few = there.filter((topic) => copies(topic) < Math.min(COPIES, brokers));
    if (few.length > 0) return tooFew(few, brokers);
    const cannot = insufficient(ID, facts, settings, facilityNames(settings.facilityId).prefix);
    if (cannot !== undefined || !configs.ok) return cannot ?? pass('');
    const wanted = (name: string) =>
      Number(configs.value.find((config) => config.name === name)?.values['min.insync.replicas'] ?? 1);
    const never = there.filter((topic) => wanted(topic.name) > copies(topic));
    if (never.length > 0) {
      return fail(`${ID}-never`, 'Kafka can never take a record: more copies are wanted than there are.', {
        current: never
          .map((topic) => `${topic.name}: copies ${copies(topic)}, min.insync.replicas=${wanted(topic.name)}`)
          .join('; '),
        required: 'min.insync.replicas below the number of copies',
        remedy: {
          text: 'The central team runs these lines, or adds copies.',
          commands: never.map((topic) =>
            topicConfigCommand(settings, topic.name, `min.insync.replicas=${Math.max(1, copies(topic) - 1)}`),
          ),
          who: 'central-team',
        },
      });
    }
    const single = there.filter((topic) => copies(topic) >= COPIES && wanted(topic.name) < 2);
    if (single.length > 0) {
      return warn(`${ID}-one-suffices`, 'A record counts as written when one broker has it.', {
        current: `min.insync.replicas=1 on ${listed(
          single.map(({ name }) => name),
          5,
        )}`,
        required: 'min.insync.replicas=2',
        remedy: {
          text: 'If that broker dies at that moment, the position goes back or a change is lost. The central team runs these lines.',
          commands: single.map(({ name }) => topicConfigCommand(settings, name, 'min.insync.replicas=2')),
          who: 'central-team',
        },
      });
    }
    const least = Math.min(...there.map(copies));
    return brokers === 1
      ? pass('one copy: the cluster has one broker', 'a loss of that broker loses the position')
      : pass(`${least} copies on ${brokers} brokers`);
  },
};

function copies({ layout }: TopicView): number {
  return Math.min(...layout.map(({ replicas }) => replicas));
}

function tooFew(few: readonly TopicView[], brokers: number): Verdict {
  return warn(`${ID}-few`, 'A broker that dies would take the facility’s position with it.', {
    current: few.map((topic) => `${topic.name}: ${copies(topic)} of ${brokers} brokers`).join('; '),
    required: `${Math.min(COPIES, brokers)} copies`,
    remedy: {
      text: 'The central team adds copies (kafka-reassign-partitions.sh) and sets default.replication.factor on the brokers, so that new topics have them.',
      who: 'central-team',
    },
  });
}
