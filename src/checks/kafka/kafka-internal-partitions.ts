import type { KafkaAnswer, TopicView } from '../../adapters/kafka-port.ts';
import { facilityNames } from '../../connector/names.ts';
import type { FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { counted, fail, pass, warn } from '../verdicts.ts';
import { notAnswered } from './not-answered.ts';

const ID = 'kafka-internal-partitions';

export type PartitionsFacts = { topics: KafkaAnswer<TopicView[]> };

/** One partition each: the configuration must stand in one order, and one worker has no use for more of the others. */
export const kafkaInternalPartitions: FacilityCheck<PartitionsFacts> = {
  id: ID,
  title: 'The facility’s topics have one partition',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  probe: async (context, signal) => ({
    topics: await askKafka(context, signal, (kafka) =>
      kafka.topics(Object.values(context.names.topics), signal),
    ),
  }),

  judge({ topics }, settings) {
    if (!topics.ok) return notAnswered(ID, 'how many partitions there are', topics.failure);
    const names = facilityNames(settings.facilityId).topics;
    const many = topics.value.filter(({ partitions }) => (partitions ?? 1) > 1);
    const split = many.find(({ name }) => name === names.configs);
    if (split !== undefined) return splitConfigs(split);
    if (many.length > 0) return wasteful(many);
    const there = topics.value.filter(({ exists }) => exists).length;
    return pass(
      there === 0 ? 'not made yet; the worker makes them' : `${counted(there, 'topic')} with one each`,
    );
  },
};

function splitConfigs({ name, partitions }: TopicView): Verdict {
  return fail(`${ID}-configs`, `${name} has ${partitions} partitions; Connect works with exactly one.`, {
    current: `${name}: ${partitions} partitions`,
    required: '1 partition',
    remedy: {
      text:
        'Partitions cannot be taken away. Stop the container; the central team deletes this topic alone; start the container, ' +
        'which makes it anew, and run init again to put the connector back. The position stands in another topic and stays.',
      commands: [
        'docker stop clinicmasterwarehouse',
        `kafka-topics.sh --bootstrap-server BROKER:PORT --command-config admin.properties --delete --topic '${name}'   # central team`,
        'clinicmaster-cdc init',
      ],
      who: 'central-team',
    },
  });
}

function wasteful(many: readonly TopicView[]): Verdict {
  return warn(`${ID}-many`, 'Topics of this facility have more partitions than it can use.', {
    current: many.map(({ name, partitions }) => `${name}: ${partitions}`).join('; '),
    required: '1 each: hundreds of facilities share the brokers',
    remedy: {
      text: 'It works. Topics made by hand should have one partition; these are made right at the next new installation.',
      who: 'central-team',
    },
  });
}
