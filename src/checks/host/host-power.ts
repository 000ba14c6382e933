import { spanText } from '../../units.ts';
import type { FacilityCheck } from '../context.ts';
import { counted, pass, warn } from '../verdicts.ts';

const ID = 'host-power';

const DAYS = 30;
const MANY = 3;

export type PowerFacts = {
  uptimeSeconds: number;
  /** In the last 30 days; null where the system keeps no record. */
  starts: { starts: number; unclean: number } | null;
};

/** The machine does not lose its power again and again. */
export const hostPower: FacilityCheck<PowerFacts> = {
  id: ID,
  title: 'The machine keeps its power',
  area: 'host',
  when: ['daily'],
  needs: [],
  timeoutMs: 6000,

  async probe({ machine }) {
    const [{ uptimeSeconds }, starts] = await Promise.all([machine.system(), machine.starts(DAYS)]);
    return { uptimeSeconds, starts: starts ?? null };
  },

  judge({ uptimeSeconds, starts }) {
    const up = `up for ${spanText(uptimeSeconds)}`;
    if (starts === null) return pass(`${up}; no record of its starts`);
    const current = `${up}; ${counted(starts.starts, 'start')} in ${DAYS} days, ${starts.unclean} without a shutdown`;
    if (starts.unclean < MANY) return pass(current);
    return warn(`${ID}-cuts`, 'This machine has lost its power several times.', {
      current,
      required: `fewer than ${MANY} in ${DAYS} days`,
      remedy: {
        text: 'The stream goes on after each cut, and nothing is lost while SQL Server keeps its changes; disks and databases suffer. Put the machine on a UPS that shuts it down in time.',
        commands: ['last -x -F reboot shutdown | head -20'],
        who: 'you',
      },
    });
  },
};
