import type { KafkaAnswer } from '../../adapters/kafka-port.ts';
import { TOPIC_PREFIX } from '../../connector/names.ts';
import type { FacilityCheck } from '../context.ts';
import { counted, pass, unknown, warn } from '../verdicts.ts';

const ID = 'stream-topics';

export type TopicsFacts = {
  /** Records ever written to each data topic of this database name, by all facilities together. */
  ends: KafkaAnswer<Record<string, number>>;
};

/** Data topics and how many records were ever written to them. Topics are shared: the figures are of all facilities. */
export const streamTopics: FacilityCheck<TopicsFacts> = {
  id: ID,
  title: 'The data topics hold records',
  area: 'pipeline',
  when: ['after-install', 'daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe({ kafka, settings }, signal) {
    const names = await kafka.topicNames(`${TOPIC_PREFIX}.${settings.database.name}.`, signal);
    return { ends: names.ok ? await kafka.endOffsets(names.value, signal) : names };
  },

  judge({ ends }) {
    if (!ends.ok) {
      return unknown(`${ID}-unanswered`, 'Kafka did not tell the end of the data topics.', {
        current: `${ends.failure.code} from ${ends.failure.broker}: ${ends.failure.message}`,
        remedy: {
          text: 'See the check kafka-acl.',
          commands: ['clinicmaster-cdc doctor --only kafka'],
          who: 'central-team',
        },
      });
    }
    const counts = Object.values(ends.value);
    const records = counts.reduce((sum, count) => sum + count, 0);
    if (records > 0)
      return pass(
        `${counted(records, 'record')} in ${counted(counts.length, 'topic')}, of all facilities together`,
      );
    return warn(`${ID}-empty`, 'No record has arrived in a data topic yet.', {
      current: `${counted(counts.length, 'topic')}, all empty`,
      required: 'records',
      remedy: {
        text: 'The first copy may still be starting; look again in a minute.',
        commands: ['clinicmaster-cdc status'],
        who: 'you',
      },
    });
  },
};
