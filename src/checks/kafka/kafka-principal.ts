import type { ClusterView, KafkaAnswer, TopicView } from '../../adapters/kafka-port.ts';
import { facilityNames } from '../../connector/names.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Remedy, Verdict } from '../types.ts';
import { pass, warn } from '../verdicts.ts';
import { sampleDataTopic } from './data-topic.ts';
import { notAnswered } from './not-answered.ts';

const ID = 'kafka-principal';

export type PrincipalFacts = {
  cluster: KafkaAnswer<ClusterView>;
  /** Rights on a name that another facility would have, and on the data topics. */
  topics: KafkaAnswer<TopicView[]>;
};

/**
 * The Kafka user is this facility's own and may do no more than it should. Nobody tells who a user is; what it may do on names
 * that are not its own does.
 */
export const kafkaPrincipal: FacilityCheck<PrincipalFacts> = {
  id: ID,
  title: 'The Kafka user is this facility’s own',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-sasl-auth'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const names = [foreignTopic(context.settings), sampleDataTopic(context.settings)];
    const [cluster, topics] = await Promise.all([
      askKafka(context, signal, (kafka) => kafka.cluster(signal)),
      askKafka(context, signal, (kafka) => kafka.topics(names, signal)),
    ]);
    return { cluster, topics };
  },

  judge({ cluster, topics }, settings) {
    if (!topics.ok) return notAnswered(ID, 'what this user may do', topics.failure);
    const rightsOn = (name: string) => topics.value.find((topic) => topic.name === name)?.operations ?? [];
    const { user } = settings.kafka;
    if (cluster.ok && cluster.value.operations.includes('ALTER')) {
      return tooMuch('administrator', `${user} may change the whole cluster`, settings);
    }
    const foreign = rightsOn(foreignTopic(settings));
    if (foreign.length > 0) {
      return tooMuch('shared', `${foreign.join(', ')} on topics of other facilities`, settings);
    }
    if (rightsOn(sampleDataTopic(settings)).includes('READ')) {
      return tooMuch('reads-data', 'READ on the data topics of all facilities', settings);
    }
    return pass(`${user} may do nothing on other facilities’ topics`);
  },
};

/** A name that this facility never has; the topic need not exist. */
function foreignTopic({ facilityId }: Pick<FacilitySettings, 'facilityId'>): string {
  return facilityNames(`${facilityId}-another`).topics.offsets;
}

const SUMMARIES = {
  administrator: 'This Kafka user is an administrator.',
  shared: 'This Kafka user may also work for other facilities.',
  'reads-data': 'This Kafka user may read the patients of every facility.',
} as const;

function tooMuch(kind: keyof typeof SUMMARIES, current: string, settings: FacilitySettings): Verdict {
  const remedy: Remedy = {
    text:
      'The stream works. But who gets hold of this one password gets far more than one facility: the central team makes a ' +
      'user for this facility alone, with the rights that the check kafka-acl lists, and takes this one back.',
    commands: ['clinicmaster-cdc init --kafka-user NEW-USER   # then with the new password in KAFKA_PASS'],
    who: 'central-team',
  };
  return warn(`${ID}-${kind}`, SUMMARIES[kind], {
    current: `${settings.kafka.user}: ${current}`,
    required: 'A user of its own for each facility, with the rights of a facility.',
    remedy,
  });
}
