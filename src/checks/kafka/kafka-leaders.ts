import type { KafkaAnswer, TopicView } from '../../adapters/kafka-port.ts';
import { facilityNames } from '../../connector/names.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Remedy, Verdict } from '../types.ts';
import { counted, fail, listed, pass, warn } from '../verdicts.ts';
import { dataPrefix } from './data-topic.ts';
import { notAnswered } from './not-answered.ts';
import { lookAt, type TopicsFacts } from './own-topics.ts';

const ID = 'kafka-leaders';

/** So many data topics are looked at; a database of ClinicMaster has fewer. */
const MOST_TOPICS = 1000;

export type LeadersFacts = TopicsFacts & {
  /** The names of the data topics. */
  data: KafkaAnswer<string[]>;
};

/** Each partition has a broker that leads it and enough copies that are up to date: else nothing can be written to it. */
export const kafkaLeaders: FacilityCheck<LeadersFacts> = {
  id: ID,
  title: 'Kafka can take records',
  area: 'kafka',
  when: ['daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe(context: CheckContext, signal) {
    const prefix = dataPrefix(context.settings);
    const data = await askKafka(context, signal, (kafka) => kafka.topicNames(prefix, signal));
    const names = [
      ...Object.values(context.names.topics),
      ...(data.ok ? data.value.slice(0, MOST_TOPICS) : []),
    ];
    return { data, ...(await lookAt(context, names, ['min.insync.replicas'], signal)) };
  },

  judge({ topics, configs }, settings) {
    if (!topics.ok) return notAnswered(ID, 'who leads the partitions', topics.failure);
    const there = topics.value.filter(({ exists }) => exists);
    const leaderless = there.filter(({ layout }) => layout.some(({ leader }) => leader < 0));
    if (leaderless.length > 0) return withoutLeader(leaderless);
    // Told for the facility's own topics; a topic whose settings are not told counts with the least.
    const least = new Map(
      (configs.ok ? configs.value : []).map(({ name, values }) => [
        name,
        Number(values['min.insync.replicas'] ?? 1),
      ]),
    );
    const short = there.filter(({ name, layout }) =>
      layout.some(({ inSync }) => inSync < (least.get(name) ?? 1)),
    );
    if (short.length > 0) return tooFewCopies(short, least);
    const behind = there.filter(({ layout }) => layout.some(({ inSync, replicas }) => inSync < replicas));
    if (behind.length > 0) return copiesBehind(behind);
    if (there.length === 0) return pass('no topic is made yet');
    const own = there.filter(({ name }) => name.startsWith(facilityNames(settings.facilityId).prefix)).length;
    return pass(
      `${counted(own, 'topic')} of its own and ${there.length - own} for data have a leader and all copies`,
    );
  },
};

const WAIT: Remedy = {
  text:
    'Brokers are down or cut off from each other. Nothing is lost: the connector waits and goes on by itself. Tell the ' +
    'central team, with these names.',
  commands: [
    'kafka-topics.sh --bootstrap-server BROKER:PORT --command-config admin.properties --describe --unavailable-partitions',
  ],
  who: 'central-team',
};

function withoutLeader(topics: readonly TopicView[]): Verdict {
  return fail(
    `${ID}-none`,
    `No broker leads partitions of ${listed(
      topics.map(({ name }) => name),
      5,
    )}.`,
    {
      current: topics
        .map(
          ({ name, layout }) =>
            `${name}: ${layout.filter(({ leader }) => leader < 0).length} of ${layout.length} without a leader`,
        )
        .join('; '),
      required: 'A leader for each partition.',
      remedy: WAIT,
    },
  );
}

function tooFewCopies(topics: readonly TopicView[], least: ReadonlyMap<string, number>): Verdict {
  return fail(
    `${ID}-too-few-copies`,
    `Kafka takes no records for ${listed(
      topics.map(({ name }) => name),
      5,
    )}: too few copies are up to date.`,
    {
      current: topics
        .map(
          ({ name, layout }) =>
            `${name}: ${Math.min(...layout.map(({ inSync }) => inSync))} up to date, at least ${least.get(name) ?? 1} wanted`,
        )
        .join('; '),
      required: 'As many copies up to date as min.insync.replicas says.',
      remedy: WAIT,
    },
  );
}

function copiesBehind(topics: readonly TopicView[]): Verdict {
  return warn(`${ID}-behind`, 'Kafka works with fewer copies than it should have.', {
    current: `${counted(topics.length, 'topic')} with copies that are not up to date: ${listed(
      topics.map(({ name }) => name),
      5,
    )}`,
    required: 'All copies up to date.',
    remedy: {
      ...WAIT,
      text: 'A broker is down, or slow. Records are taken; if one more fails, they are not. Tell the central team.',
    },
  });
}
