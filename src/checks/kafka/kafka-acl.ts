import type { GroupView, KafkaAnswer, KafkaOperation, TopicView } from '../../adapters/kafka-port.ts';
import { type FacilityNames, facilityNames, TOPIC_PREFIX } from '../../connector/names.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';
import { sampleDataTopic } from './data-topic.ts';
import { aclCommand, notAnswered } from './not-answered.ts';

const ID = 'kafka-acl';

export type RightsFacts = {
  topics: KafkaAnswer<TopicView[]>;
  group: KafkaAnswer<GroupView>;
};

/** What the broker says this user may do, against what a facility needs (docs/checks/kafka-acl.md lists the ACLs). */
export const kafkaAcl: FacilityCheck<RightsFacts> = {
  id: ID,
  title: 'Kafka allows what a facility needs',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const { names, settings } = context;
    const asked = [...Object.values(names.topics), sampleDataTopic(settings)];
    const [topics, group] = await Promise.all([
      askKafka(context, signal, (kafka) => kafka.topics(asked, signal)),
      askKafka(context, signal, (kafka) => kafka.group(names.group, signal)),
    ]);
    return { topics, group };
  },

  judge(facts, settings) {
    const names = facilityNames(settings.facilityId, settings.instance);
    if (!facts.topics.ok) return notAnswered(ID, 'what this user may do', facts.topics.failure);
    const missing = [
      ...missingOnTopics(facts.topics.value, names, settings),
      ...missingOnGroup(facts.group, names),
    ];
    if (missing.length > 0) return denied(missing, names, settings);
    const data = facts.topics.value.find((topic) => topic.name === sampleDataTopic(settings));
    if (data !== undefined && !data.operations.includes('CREATE')) return noCreate(settings);
    return pass(`${settings.kafka.user} has every right it needs`);
  },
};

/** Rights that one ACL would give; `resource` is what its line names. */
interface Missing {
  operations: KafkaOperation[];
  on: string;
  resource: { topic: string } | { group: string };
}

function missingOnTopics(
  topics: readonly TopicView[],
  names: FacilityNames,
  settings: FacilitySettings,
): Missing[] {
  const own = Object.values(names.topics).flatMap((name) => {
    const topic = topics.find((candidate) => candidate.name === name);
    const needed: KafkaOperation[] = ['READ', 'WRITE', 'DESCRIBE', 'DESCRIBE_CONFIGS'];
    if (topic?.exists !== true) needed.push('CREATE');
    return lacking(name, { topic: names.prefix }, needed, topic);
  });
  const data = sampleDataTopic(settings);
  const sample = topics.find((candidate) => candidate.name === data);
  const needed: KafkaOperation[] = ['WRITE', 'DESCRIBE'];
  return [...own, ...lacking(`${TOPIC_PREFIX}.…`, { topic: `${TOPIC_PREFIX}.` }, needed, sample)];
}

function lacking(
  on: string,
  resource: Missing['resource'],
  needed: readonly KafkaOperation[],
  topic: TopicView | undefined,
): Missing[] {
  const operations = needed.filter((operation) => topic?.operations.includes(operation) !== true);
  return operations.length === 0 ? [] : [{ operations: [...operations], on, resource }];
}

function missingOnGroup(group: KafkaAnswer<GroupView>, names: FacilityNames): Missing[] {
  const denied = group.ok
    ? !group.value.operations.includes('READ')
    : group.failure.kind === 'not-authorised';
  const resource = { group: names.prefix };
  return denied ? [{ operations: ['READ'], on: `group ${names.group}`, resource }] : [];
}

/** Without this one the worker only says that it cannot look whether its topics are kept; all others stop something. */
function harmless({ operations }: Missing): boolean {
  return operations.every((operation) => operation === 'DESCRIBE_CONFIGS');
}

function denied(missing: readonly Missing[], names: FacilityNames, settings: FacilitySettings): Verdict {
  const lines = missing.map(({ operations, on }) => `${operations.join(', ')} on ${on}`);
  const detail = {
    current: `missing: ${listed(lines, 20)}`,
    required: `the rights of a facility: its own names ${names.prefix}*, and writing to ${TOPIC_PREFIX}.*`,
    remedy: {
      text:
        'The central team runs these lines, with the login of an administrator in admin.properties, then you run this again. ' +
        'Where they are there already, a Deny stands against them: kafka-acls.sh --list shows it.',
      commands: aclLines(missing, settings),
      who: 'central-team' as const,
    },
  };
  if (missing.every(harmless)) {
    return warn(`${ID}-no-look`, 'This user may not look at the settings of its own topics.', detail);
  }
  return fail(`${ID}-missing`, `Kafka does not allow ${settings.kafka.user} what a facility needs.`, detail);
}

/** One line for each resource, with what is missing there and nothing else. */
function aclLines(missing: readonly Missing[], settings: FacilitySettings): string[] {
  const byResource = new Map<string, Missing>();
  for (const one of missing) {
    const key = JSON.stringify(one.resource);
    const known = byResource.get(key)?.operations ?? [];
    byResource.set(key, { ...one, operations: [...new Set([...known, ...one.operations])] });
  }
  return [...byResource.values()].map(({ operations, resource }) =>
    aclCommand(settings, operations, resource),
  );
}

function noCreate(settings: FacilitySettings): Verdict {
  return warn(
    `${ID}-no-create`,
    'The data topics must be made by the central team: this user may not create them.',
    {
      current: `no CREATE on ${TOPIC_PREFIX}.…`,
      required: 'CREATE, or one topic for each captured table made beforehand',
      remedy: {
        text: 'The check kafka-data-topics names those that are not there. Or the central team lets facilities make them:',
        commands: [aclCommand(settings, ['CREATE'], { topic: `${TOPIC_PREFIX}.` })],
        who: 'central-team',
      },
    },
  );
}
