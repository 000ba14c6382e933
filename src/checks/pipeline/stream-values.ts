import { leftOutValues } from '../../connector/left-out-values.ts';
import type { FacilityCheck } from '../context.ts';
import { counted, fail, listed, pass } from '../verdicts.ts';

const ID = 'stream-values';

const DAY_S = 86_400;
/** A worker that is well writes some hundred lines a day. */
const LOG_LINES = 5000;

export type ValuesFacts = {
  /** How many values were left out in the last day, by column; the values themselves are not kept. */
  leftOut: Record<string, number>;
  /** Of the last one, ISO 8601. */
  last: string | null;
};

/**
 * Debezium sends a value that it cannot convert as NULL, says so in its log alone, and goes on: `event.converting.failure.handling.mode`
 * does not change that for numbers and times (measured, 3.6.1).
 */
export const streamValues: FacilityCheck<ValuesFacts> = {
  id: ID,
  title: 'Every value could be carried over',
  area: 'pipeline',
  when: ['daily'],
  needs: ['docker-container-state'],
  timeoutMs: 5000,

  async probe({ docker, names, clock }) {
    const engine = await docker();
    const sinceSeconds = Math.floor(clock.now() / 1000) - DAY_S;
    return leftOutValues(await engine.logs(names.container, { tail: LOG_LINES, sinceSeconds }));
  },

  judge({ leftOut, last }) {
    const columns = Object.keys(leftOut).sort();
    const count = Object.values(leftOut).reduce((sum, one) => sum + one, 0);
    if (count === 0) return pass('none was left out in the last day');
    return fail(
      `${ID}-left-out`,
      `${counted(count, 'value')} arrived as NULL though the hospital has them.`,
      {
        current: `in ${listed(columns)}; the last at ${last}`,
        required: 'values that fit the type of their column',
        remedy: {
          text:
            'Debezium could not convert them. Mend the values in the hospital, or leave the column out; then copy the rows again ' +
            'with snapshot. The log names the columns, not the rows.',
          commands: ['clinicmaster-cdc logs --level WARN', 'clinicmaster-cdc doctor explain poison-row'],
          who: 'central-team',
        },
      },
    );
  },
};
