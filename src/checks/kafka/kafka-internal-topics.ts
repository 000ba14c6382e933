import { facilityNames } from '../../connector/names.ts';
import type { FacilityCheck } from '../context.ts';
import { counted, fail, listed, pass } from '../verdicts.ts';
import { topicConfigCommand } from './not-answered.ts';
import { insufficient, lookAt, type TopicsFacts } from './own-topics.ts';

const ID = 'kafka-internal-topics';

/** Connect's three topics keep the newest record of each key for ever; the worker refuses to start on any other policy. */
export const kafkaInternalTopics: FacilityCheck<TopicsFacts> = {
  id: ID,
  title: 'The worker’s topics keep what they must',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  probe(context, signal) {
    const { configs, offsets, status } = context.names.topics;
    return lookAt(context, [configs, offsets, status], ['cleanup.policy'], signal);
  },

  judge(facts, settings) {
    const { prefix } = facilityNames(settings.facilityId);
    const cannot = insufficient(ID, facts, settings, prefix);
    if (cannot !== undefined || !facts.topics.ok || !facts.configs.ok) return cannot ?? pass('');
    const wrong = facts.configs.value.filter(({ values }) => values['cleanup.policy'] !== 'compact');
    if (wrong.length > 0) {
      return fail(
        `${ID}-policy`,
        `Kafka throws away what the worker must keep: ${listed(wrong.map(({ name }) => name))}.`,
        {
          current: wrong
            .map(({ name, values }) => `${name}: cleanup.policy=${values['cleanup.policy']}`)
            .join('; '),
          required: 'cleanup.policy=compact, and nothing else',
          remedy: {
            text:
              'The position of the stream is lost when its records get old, and the worker refuses to start. Nothing is lost by ' +
              'the change itself. The central team runs these lines; then restart the container.',
            commands: wrong.map(({ name }) => topicConfigCommand(settings, name, 'cleanup.policy=compact')),
            who: 'central-team',
          },
        },
      );
    }
    const there = facts.topics.value.filter(({ exists }) => exists).length;
    return pass(there === 0 ? 'not made yet; the worker makes them' : `${counted(there, 'topic')}, compact`);
  },
};
