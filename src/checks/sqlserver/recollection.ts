import type { FacilitySettings } from '../../settings/facility.ts';
import type { CheckContext } from '../context.ts';
import type { Recollection } from '../memory.ts';
import type { Facts, Fix, Verdict } from '../types.ts';
import { warn } from '../verdicts.ts';

/** Verdict of a check that compares with what was seen before, when it cannot; undefined when it can. */
export function withoutMemory(id: string, before: Recollection, kept: string | null): Verdict | undefined {
  if (before.trouble !== null) {
    return warn(`${id}-forgotten`, 'What was seen before cannot be read: the comparison begins anew.', {
      current: before.trouble,
      required: 'seen.json in the facility folder, as this program wrote it',
      remedy: {
        text: 'Nothing has to be done; what happened between the last run and this one was not noticed. Run it again.',
        who: 'you',
      },
    });
  }
  if (kept !== null) {
    return warn(`${id}-not-kept`, 'What is seen now cannot be noted: the next run cannot compare.', {
      current: kept,
      required: 'a facility folder that this user may write to',
      remedy: { text: 'Run it with the rights to the facility folder (on Linux: sudo).', who: 'you' },
    });
  }
  return undefined;
}

/** The cure for a finding that stays until somebody says that it is dealt with: forget what was seen before. */
export function accepted<F extends Facts>(
  cures: readonly string[],
  key: (settings: FacilitySettings) => string,
  says: string,
): Fix<CheckContext, F, FacilitySettings> {
  return {
    cures,
    risk: 'forget',
    says: () => says,
    async apply({ memory, settings }) {
      const trouble = await memory.keep(key(settings), null);
      if (trouble !== null) throw new Error(trouble);
    },
  };
}
