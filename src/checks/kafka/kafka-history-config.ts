import type { KafkaAnswer, TopicConfig } from '../../adapters/kafka-port.ts';
import { facilityNames } from '../../connector/names.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { type Position, storedPosition } from '../sqlserver/position.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, pass } from '../verdicts.ts';
import { topicConfigCommand } from './not-answered.ts';
import { insufficient, lookAt, type TopicsFacts } from './own-topics.ts';

const ID = 'kafka-history-config';

const FOR_EVER = -1;
/** Debezium itself asks for this at least (KafkaSchemaHistory, 3.6). */
const FIVE_YEARS_MS = 5 * 365 * 86_400_000;

export type HistoryFacts = TopicsFacts & {
  /** Whether the topic holds a record; absent in bundles of an earlier version. */
  filled?: KafkaAnswer<boolean>;
  position?: Position;
};

/** The history of the tables' columns is never thrown away: without it the connector cannot start again (domain: S11). */
export const kafkaHistoryConfig: FacilityCheck<HistoryFacts> = {
  id: ID,
  title: 'The history of the tables is kept for ever',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const topic = context.names.topics.schemaHistory;
    const [facts, filled, position] = await Promise.all([
      lookAt(context, [topic], ['cleanup.policy', 'retention.ms', 'retention.bytes'], signal),
      holdsRecords(topic, context, signal),
      storedPosition(context, signal),
    ]);
    return { ...facts, filled, position };
  },

  judge(facts, settings) {
    const { prefix } = facilityNames(settings.facilityId);
    const cannot = insufficient(ID, facts, settings, prefix);
    if (cannot !== undefined || !facts.topics.ok || !facts.configs.ok) return cannot ?? pass('');
    const [topic] = facts.topics.value;
    const [config] = facts.configs.value;
    if (isGone(facts)) return gone(topic?.exists === true, settings);
    if (topic?.exists !== true || config === undefined) return pass('not made yet; the connector makes it');
    const wrong = faults(config, topic.partitions ?? 1);
    if (wrong.length === 0) return pass(`${config.name}, for ever`);
    const partitioned = (topic.partitions ?? 1) > 1;
    return fail(
      `${ID}-${partitioned ? 'partitions' : 'retention'}`,
      'Kafka will throw away the history of the tables.',
      {
        current: `${config.name}: ${wrong.join(', ')}`,
        required: 'one partition, cleanup.policy=delete, retention.ms=-1, retention.bytes=-1',
        remedy: {
          text:
            'Nothing shows until the next restart; then the connector fails with “The db history topic is missing”. The central ' +
            `team runs this line; nothing is lost by it.${partitioned ? ' More than one partition cannot be mended: the topic has to be made anew, and recover history then builds the history again without sending rows.' : ''}`,
          commands: [
            topicConfigCommand(
              settings,
              config.name,
              'retention.ms=-1,retention.bytes=-1,cleanup.policy=delete',
            ),
          ],
          who: 'central-team',
        },
      },
    );
  },
};

async function holdsRecords(
  topic: string,
  context: CheckContext,
  signal: AbortSignal,
): Promise<KafkaAnswer<boolean>> {
  const answer = await askKafka(context, signal, (kafka) => kafka.lastRecord(topic, signal));
  return answer.ok ? { ok: true, value: answer.value !== null } : answer;
}

/** Debezium writes the history before the first position is stored: a position without one means that it was lost. */
function isGone({ topics, filled, position }: HistoryFacts): boolean {
  if (position === undefined || position.lsn === null) return false;
  if (topics.ok && topics.value[0]?.exists === false) return true;
  return filled?.ok === true && !filled.value;
}

function gone(exists: boolean, settings: FacilitySettings): Verdict {
  const topic = facilityNames(settings.facilityId).topics.schemaHistory;
  return fail(`${ID}-gone`, 'The history of the tables is gone from Kafka: a restart would fail.', {
    current: exists ? `${topic} is empty, and a position is stored` : `there is no topic ${topic}`,
    required: 'the records that Debezium has written there',
    remedy: {
      text:
        'The stream goes on as long as its task is not restarted: restart nothing. If no table was altered since the stored ' +
        'position, the command builds the history again and copies no rows.',
      commands: [`clinicmaster-cdc recover history --dir ${settings.dir}`],
      who: 'you',
    },
  });
}

function faults({ values }: TopicConfig, partitions: number): string[] {
  const time = Number(values['retention.ms'] ?? FOR_EVER);
  const bytes = Number(values['retention.bytes'] ?? FOR_EVER);
  const found: string[] = [];
  if (partitions > 1) found.push(`${partitions} partitions`);
  if (values['cleanup.policy'] !== 'delete') found.push(`cleanup.policy=${values['cleanup.policy']}`);
  if (time !== FOR_EVER && time < FIVE_YEARS_MS)
    found.push(`retention.ms=${time} (${Math.round(time / 86_400_000)} days)`);
  if (bytes !== FOR_EVER) found.push(`retention.bytes=${bytes}`);
  return found;
}
