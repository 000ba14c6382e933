import type { TopicConfig } from '../../adapters/kafka-port.ts';
import { facilityNames } from '../../connector/names.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass } from '../verdicts.ts';
import { topicConfigCommand } from './not-answered.ts';
import { insufficient, lookAt, type TopicsFacts } from './own-topics.ts';

const ID = 'kafka-history-config';

const FOR_EVER = -1;
/** Debezium itself asks for this at least (KafkaSchemaHistory, 3.6). */
const FIVE_YEARS_MS = 5 * 365 * 86_400_000;

/** The history of the tables' columns is never thrown away: without it the connector cannot start again (domain: S11). */
export const kafkaHistoryConfig: FacilityCheck<TopicsFacts> = {
  id: ID,
  title: 'The history of the tables is kept for ever',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  probe: (context, signal) =>
    lookAt(
      context,
      [context.names.topics.schemaHistory],
      ['cleanup.policy', 'retention.ms', 'retention.bytes'],
      signal,
    ),

  judge(facts, settings) {
    const { prefix } = facilityNames(settings.facilityId);
    const cannot = insufficient(ID, facts, settings, prefix);
    if (cannot !== undefined || !facts.topics.ok || !facts.configs.ok) return cannot ?? pass('');
    const [topic] = facts.topics.value;
    const [config] = facts.configs.value;
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
            `team runs this line; nothing is lost by it.${partitioned ? ' More than one partition cannot be mended: the topic has to be made anew, and SNAPSHOT_MODE=recovery rebuilds the history once without sending rows again.' : ''}`,
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
