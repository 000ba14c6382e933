import type { KafkaAnswer, TopicView } from '../../adapters/kafka-port.ts';
import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { TOPIC_PREFIX } from '../../connector/names.ts';
import { includes } from '../../connector/table-selection.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { counted, fail, listed, pass, warn } from '../verdicts.ts';
import { dataPrefix, sampleDataTopic } from './data-topic.ts';
import { notAnswered } from './not-answered.ts';
import { insufficient, lookAt, type TopicsFacts } from './own-topics.ts';

const ID = 'kafka-data-topics';

/** So long the sink may stand still before records are thrown away unread: a week with a holiday in it. */
const KEPT_DAYS = 7;
const DAY_MS = 86_400_000;

type Table = { schema_name: string; table_name: string };

export type DataTopicsFacts = TopicsFacts & {
  /** The captured tables; where SQL Server does not tell, only the topics that are there are judged. */
  tables: SqlAnswer<Table>;
  /** Rights on a data topic that is not there. */
  sample: KafkaAnswer<TopicView[]>;
};

/** The topics of the captured tables are there or may be made, and keep what the sink has not read yet. */
export const kafkaDataTopics: FacilityCheck<DataTopicsFacts> = {
  id: ID,
  title: 'The data topics are there and keep records',
  area: 'kafka',
  when: ['daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe(context, signal) {
    // Side by side: a SQL Server that does not answer must not use up the time for Kafka.
    const [tables, topics] = await Promise.all([
      context.sql.query<Table>(
        `SELECT DISTINCT s.name AS schema_name, t.name AS table_name
         FROM cdc.change_tables AS ct
         JOIN sys.tables AS t ON t.object_id = ct.source_object_id
         JOIN sys.schemas AS s ON s.schema_id = t.schema_id`,
        {},
        signal,
      ),
      dataTopics(context, signal),
    ]);
    return { tables, ...topics };
  },

  judge(facts, settings) {
    const { tables, sample, topics, configs } = facts;
    if (!topics.ok) return notAnswered(ID, 'which data topics there are', topics.failure);
    const wanted = tables.ok ? topicsOf(tables.value, settings) : [];
    const there = topics.value.filter(({ exists }) => exists).map(({ name }) => name);
    const missing = wanted.filter((name) => !there.includes(name));
    const mayCreate = sample.ok && sample.value.some(({ operations }) => operations.includes('CREATE'));
    if (missing.length > 0 && !mayCreate) return notThere(missing);
    const cannot = insufficient(ID, facts, settings, `${TOPIC_PREFIX}.`);
    if (cannot !== undefined || !configs.ok) return cannot ?? pass('');
    const short = configs.value.filter(({ values }) => throwsAway(values));
    if (short.length > 0)
      return tooShort(short.map(({ name, values }) => `${name}: ${values['retention.ms']} ms`));
    const rest =
      missing.length === 0 ? '' : `; ${counted(missing.length, 'other')} to be made with a first row`;
    return pass(`${counted(there.length, 'topic')} there, kept for ${KEPT_DAYS} days or more${rest}`);
  },
};

async function dataTopics(
  context: CheckContext,
  signal: AbortSignal,
): Promise<Omit<DataTopicsFacts, 'tables'>> {
  const prefix = dataPrefix(context.settings);
  const sampled = [sampleDataTopic(context.settings)];
  const [there, sample] = await Promise.all([
    askKafka(context, signal, (kafka) => kafka.topicNames(prefix, signal)),
    askKafka(context, signal, (kafka) => kafka.topics(sampled, signal)),
  ]);
  if (!there.ok) return { sample, topics: there, configs: there };
  return { sample, ...(await lookAt(context, there.value, ['cleanup.policy', 'retention.ms'], signal)) };
}

function topicsOf(tables: readonly Table[], settings: FacilitySettings): string[] {
  const wanted = includes(settings.tableIncludeList);
  return tables
    .filter(({ schema_name: schema, table_name: table }) => wanted({ schema, table }))
    .map(({ schema_name, table_name }) => `${dataPrefix(settings)}${schema_name}.${table_name}`)
    .sort();
}

/** A compacted topic keeps the newest record of each row; one that deletes keeps all for a time. */
function throwsAway(values: Record<string, string>): boolean {
  const policy = values['cleanup.policy'] ?? 'delete';
  const kept = Number(values['retention.ms'] ?? -1);
  return policy.includes('delete') && kept >= 0 && kept < KEPT_DAYS * DAY_MS;
}

function notThere(missing: readonly string[]): Verdict {
  return fail(
    `${ID}-missing`,
    `Topics of captured tables are not there, and this user may not make them: ${listed(missing, 3)}.`,
    {
      current: `not there: ${listed(missing, 20)}`,
      required: 'One topic for each captured table, or the right to create them.',
      remedy: {
        text: 'The connector stops at the first row of such a table. The central team makes the topics, with its own number of partitions:',
        commands: missing
          .slice(0, 20)
          .map(
            (name) =>
              `kafka-topics.sh --bootstrap-server BROKER:PORT --command-config admin.properties --create --topic '${name}'`,
          ),
        who: 'central-team',
      },
    },
  );
}

function tooShort(short: readonly string[]): Verdict {
  return warn(`${ID}-short`, `Data topics throw records away after less than ${KEPT_DAYS} days.`, {
    current: listed(short, 10),
    required: `retention.ms=${KEPT_DAYS * DAY_MS} (${KEPT_DAYS} days) or more`,
    remedy: {
      text:
        'If the central sink stands still for longer, changes are lost for the warehouse, and only a new first copy brings ' +
        'them back. The central team lengthens the time.',
      commands: short.map(
        (entry) =>
          `kafka-configs.sh --bootstrap-server BROKER:PORT --command-config admin.properties --alter --entity-type topics --entity-name '${entry.split(':')[0]}' --add-config retention.ms=${2 * KEPT_DAYS * DAY_MS}`,
      ),
      who: 'central-team',
    },
  });
}
