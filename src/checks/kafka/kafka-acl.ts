import type { GroupView, KafkaAnswer, KafkaOperation, TopicView } from '../../adapters/kafka-port.ts';
import { type FacilityNames, facilityNames, TOPIC_PREFIX } from '../../connector/names.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, unknown, warn } from '../verdicts.ts';

const ID = 'kafka-acl';

/** Stands for all data topics: rights on a name can be asked without such a topic being there, or being made. */
const SAMPLE_TABLE = 'cdc_rights_sample';

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

  async probe({ kafka, names, settings }, signal) {
    const [topics, group] = await Promise.all([
      kafka.topics([...Object.values(names.topics), dataTopic(settings)], signal),
      kafka.group(names.group, signal),
    ]);
    return { topics, group };
  },

  judge(facts, settings) {
    const names = facilityNames(settings.facilityId, settings.instance);
    if (!facts.topics.ok) return notTold(`${facts.topics.failure.code}: ${facts.topics.failure.message}`);
    const missing = [
      ...missingOnTopics(facts.topics.value, names, settings),
      ...missingOnGroup(facts.group, names),
    ];
    if (missing.length > 0) return denied(missing, names, settings);
    const data = facts.topics.value.find((topic) => topic.name === dataTopic(settings));
    if (data !== undefined && !data.operations.includes('CREATE')) return noCreate();
    return pass(`${settings.kafka.user} has every right it needs`);
  },
};

function dataTopic({ database }: FacilitySettings): string {
  return `${TOPIC_PREFIX}.${database.name}.dbo.${SAMPLE_TABLE}`;
}

interface Missing {
  operations: KafkaOperation[];
  on: string;
}

function missingOnTopics(
  topics: readonly TopicView[],
  names: FacilityNames,
  settings: FacilitySettings,
): Missing[] {
  const own = Object.values(names.topics).flatMap((name) => {
    const topic = topics.find((candidate) => candidate.name === name);
    const needed: KafkaOperation[] = ['READ', 'WRITE', 'DESCRIBE'];
    if (topic?.exists !== true) needed.push('CREATE');
    return lacking(name, needed, topic);
  });
  const data = dataTopic(settings);
  const sample = topics.find((candidate) => candidate.name === data);
  return [...own, ...lacking(`${TOPIC_PREFIX}.…`, ['WRITE', 'DESCRIBE'], sample)];
}

function lacking(on: string, needed: readonly KafkaOperation[], topic: TopicView | undefined): Missing[] {
  const operations = needed.filter((operation) => topic?.operations.includes(operation) !== true);
  return operations.length === 0 ? [] : [{ operations: [...operations], on }];
}

function missingOnGroup(group: KafkaAnswer<GroupView>, names: FacilityNames): Missing[] {
  const denied = group.ok
    ? !group.value.operations.includes('READ')
    : group.failure.kind === 'not-authorised';
  return denied ? [{ operations: ['READ'], on: `group ${names.group}` }] : [];
}

function denied(missing: readonly Missing[], names: FacilityNames, { kafka }: FacilitySettings): Verdict {
  const lines = missing.map(({ operations, on }) => `${operations.join(', ')} on ${on}`);
  return fail(`${ID}-missing`, `Kafka does not allow ${kafka.user} what a facility needs.`, {
    current: `missing: ${listed(lines, 20)}`,
    required: `the rights of a facility: its own names ${names.prefix}*, and writing to ${TOPIC_PREFIX}.*`,
    remedy: {
      text: 'The central team runs these (with its own --bootstrap-server and --command-config), then you run this again.',
      commands: facilityAcls(names, kafka.user),
      who: 'central-team',
    },
  });
}

/** The ACLs of one facility, as the commands that set them. */
function facilityAcls({ prefix }: FacilityNames, user: string): string[] {
  const add = `kafka-acls.sh --add --allow-principal 'User:${user}' --resource-pattern-type prefixed`;
  return [
    `${add} --operation Read --operation Write --operation Create --operation Describe --operation DescribeConfigs --topic '${prefix}'`,
    `${add} --operation Read --operation Describe --group '${prefix}'`,
    `${add} --operation Write --operation Create --operation Describe --topic '${TOPIC_PREFIX}.'`,
  ];
}

function noCreate(): Verdict {
  return warn(
    `${ID}-no-create`,
    'The data topics must be made by the central team: this user may not create them.',
    {
      current: `no CREATE on ${TOPIC_PREFIX}.…`,
      required: 'CREATE, or one topic for each captured table made beforehand',
      remedy: {
        text: 'Ask the central team whether the topics of all your tables are there.',
        who: 'central-team',
      },
    },
  );
}

function notTold(current: string): Verdict {
  return unknown(`${ID}-unanswered`, 'Kafka did not say what this user may do.', {
    current,
    remedy: { text: 'Run it again; then show this to the central team.', who: 'central-team' },
  });
}
