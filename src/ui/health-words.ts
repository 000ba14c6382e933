import type { Health } from '../checks/health/words.ts';
import type { Outcome } from '../checks/types.ts';

/** How a word of health is said and shown. */
export const HEALTH_WORD: Record<Health, { text: string; symbol: Outcome; means: string }> = {
  lost: {
    text: 'lost data',
    symbol: 'fail',
    means: 'Changes were deleted before they were read. They do not come back by themselves.',
  },
  losing: {
    text: 'losing data',
    symbol: 'fail',
    means: 'Changes that are made now do not arrive.',
  },
  stalled: {
    text: 'stalled',
    symbol: 'fail',
    means: 'Nothing moves, though it should.',
  },
  stopped: {
    text: 'stopped',
    symbol: 'fail',
    means: 'It was halted. Changes wait in SQL Server.',
  },
  unknown: {
    text: 'unknown',
    symbol: 'unknown',
    means: 'What would tell could not be learnt from this machine.',
  },
  late: {
    text: 'late',
    symbol: 'warn',
    means: 'Data arrive, behind time.',
  },
  risk: {
    text: 'at risk',
    symbol: 'warn',
    means: 'Data arrive in time. Something will stop or lose them unless somebody acts.',
  },
  healthy: {
    text: 'healthy',
    symbol: 'pass',
    means: 'Data arrive in time.',
  },
};
