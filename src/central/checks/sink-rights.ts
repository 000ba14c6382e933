import type { GroupView, KafkaAnswer, KafkaOperation, TopicView } from '../../adapters/kafka-port.ts';
import { fail, listed, pass, unknown } from '../../checks/verdicts.ts';
import { CENTRAL_PREFIX, DLQ_TOPIC, SINK_GROUP, TOPIC_PREFIX } from '../../connector/names.ts';
import type { CentralCheck } from './context.ts';

const ID = 'sink-rights';

/** Stands for all data topics: rights on a name can be asked without such a topic being there. */
const SAMPLE_TOPIC = `${TOPIC_PREFIX}.any.dbo.cdc_rights_sample`;
const INTERNAL_TOPICS = ['configs', 'offsets', 'status'].map((name) => `${CENTRAL_PREFIX}${name}`);
const WORKER_GROUP = `${CENTRAL_PREFIX}workers`;

export type SinkRightsFacts = {
  topics: KafkaAnswer<TopicView[]>;
  /** By group. */
  groups: { id: string; answer: KafkaAnswer<GroupView> }[];
};

/** What the broker says the sink's user may do, against what the sink needs. */
export const sinkRights: CentralCheck<SinkRightsFacts> = {
  id: ID,
  title: 'Kafka allows what the sink needs',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-sasl-auth'],
  timeoutMs: 8000,

  async probe({ kafka }, signal) {
    const [topics, ...groups] = await Promise.all([
      kafka.topics([...INTERNAL_TOPICS, SAMPLE_TOPIC, DLQ_TOPIC], signal),
      ...[WORKER_GROUP, SINK_GROUP].map(async (id) => ({ id, answer: await kafka.group(id, signal) })),
    ]);
    return { topics, groups };
  },

  judge({ topics, groups }, { kafka }) {
    if (!topics.ok) {
      return unknown(`${ID}-unanswered`, 'Kafka did not say what the user may do.', {
        current: `${topics.failure.code} from ${topics.failure.broker}: ${topics.failure.message}`,
      });
    }
    const missing = [
      ...INTERNAL_TOPICS.flatMap((name) => lacking(name, ['READ', 'WRITE'], topics.value)),
      ...lacking(SAMPLE_TOPIC, ['READ'], topics.value),
      ...lacking(DLQ_TOPIC, ['WRITE'], topics.value),
      ...groups.flatMap(({ id, answer }) => (mayRead(answer) ? [] : [`READ on group ${id}`])),
    ];
    if (missing.length === 0) return pass(`${kafka.user} has every right it needs`);
    return fail(`${ID}-missing`, `Kafka does not allow ${kafka.user} what the sink needs.`, {
      current: `missing: ${listed(missing, 20)}`,
      required: 'the rights of the sink',
      remedy: {
        text: 'The administrator of Kafka runs these (with --bootstrap-server and --command-config).',
        commands: sinkAcls(kafka.user),
        who: 'central-team',
      },
    });
  },
};

/** The names that need a right: what exists is not created again, so CREATE counts only for what is absent. */
function lacking(name: string, needed: readonly KafkaOperation[], topics: readonly TopicView[]): string[] {
  const topic = topics.find((candidate) => candidate.name === name);
  const create: KafkaOperation[] = topic?.exists === true || name === SAMPLE_TOPIC ? [] : ['CREATE'];
  const absent = [...needed, ...create].filter((operation) => topic?.operations.includes(operation) !== true);
  return absent.length === 0
    ? []
    : [`${absent.join(', ')} on ${name === SAMPLE_TOPIC ? `${TOPIC_PREFIX}.…` : name}`];
}

function mayRead(answer: KafkaAnswer<GroupView>): boolean {
  return answer.ok ? answer.value.operations.includes('READ') : answer.failure.kind !== 'not-authorised';
}

/** The ACLs of the sink, as the commands that set them. */
function sinkAcls(user: string): string[] {
  const add = `kafka-acls.sh --add --allow-principal 'User:${user}'`;
  const prefixed = `${add} --resource-pattern-type prefixed`;
  return [
    `${prefixed} --operation Read --operation Write --operation Create --operation Describe --topic '${CENTRAL_PREFIX}'`,
    `${prefixed} --operation Read --operation Describe --group '${CENTRAL_PREFIX}'`,
    `${prefixed} --operation Read --operation Describe --topic '${TOPIC_PREFIX}.'`,
    `${add} --operation Read --operation Describe --group '${SINK_GROUP}'`,
    `${add} --operation Read --operation Write --operation Create --operation Describe --topic '${DLQ_TOPIC}'`,
  ];
}
