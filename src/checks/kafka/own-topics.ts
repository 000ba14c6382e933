import type { KafkaAnswer, KafkaFailure, TopicConfig, TopicView } from '../../adapters/kafka-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { CheckContext } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { unknown } from '../verdicts.ts';
import { aclCommand, notAnswered } from './not-answered.ts';

/** What is known of topics: that they are there, how they are laid out, and some of their settings. */
export type TopicsFacts = {
  topics: KafkaAnswer<TopicView[]>;
  configs: KafkaAnswer<TopicConfig[]>;
};

/** Asks after named topics; settings only of those that are there. */
export async function lookAt(
  context: CheckContext,
  names: readonly string[],
  keys: readonly string[],
  signal: AbortSignal,
): Promise<TopicsFacts> {
  const topics = await askKafka(context, signal, (kafka) => kafka.topics(names, signal));
  const there = topics.ok ? topics.value.filter(({ exists }) => exists).map(({ name }) => name) : [];
  const configs = await askKafka(context, signal, (kafka) => kafka.configs(there, keys, signal));
  return { topics, configs };
}

/** Why the facts do not suffice to judge, or undefined when they do. */
export function insufficient(
  id: string,
  { topics, configs }: TopicsFacts,
  settings: FacilitySettings,
  prefix: string,
): Verdict | undefined {
  const failure: KafkaFailure | undefined = !topics.ok
    ? topics.failure
    : configs.ok
      ? undefined
      : configs.failure;
  if (failure !== undefined) return notAnswered(id, 'how the topics are set up', failure);
  const refused = configs.ok ? configs.value.filter((config) => config.refused !== null) : [];
  const [first] = refused;
  if (first === undefined) return undefined;
  return unknown(`${id}-no-right`, 'This user may not look at the settings of the topics.', {
    current: `${first.refused} for ${first.name}`,
    required: `DescribeConfigs on ${prefix}*, which changes nothing`,
    remedy: {
      text: 'The central team runs this line; then run this again.',
      commands: [aclCommand(settings, ['DESCRIBE_CONFIGS'], { topic: prefix })],
      who: 'central-team',
    },
  });
}
