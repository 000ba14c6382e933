import { configuredContainer } from '../connect/configured-container.ts';
import type { FacilityCheck } from '../context.ts';
import { pass, warn } from '../verdicts.ts';

const ID = 'docker-cpu';

/** Tasks that want to run, for each processor, over a quarter of an hour. */
const BUSY = 2;

export type CpuFacts = {
  processors: number;
  /** Null where the system does not say (Windows). */
  load15: number | null;
  /** Processors that the container may use; null: all. */
  quota: number | null;
};

/** The worker may use a whole processor, and the machine has one to spare. */
export const dockerCpu: FacilityCheck<CpuFacts> = {
  id: ID,
  title: 'There is a processor for the worker',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 5000,

  async probe({ docker, machine, names }) {
    const engine = await docker();
    const configured = await configuredContainer(engine, names.container);
    return {
      processors: (await engine.info()).cpus,
      load15: machine.processors().load15 ?? null,
      quota: configured?.cpus ?? null,
    };
  },

  judge({ processors, load15, quota }) {
    const load = load15 === null ? '' : `, load ${load15.toFixed(1)}`;
    const current = `${processors} processors${load}${quota === null ? '' : `, ${quota} for the container`}`;
    if (quota !== null && quota < 1) {
      return warn(`${ID}-quota`, 'The container may use less than one processor.', {
        current,
        required: 'at least 1, or no quota',
        remedy: {
          text: 'Starting and the first copy take several times longer. Take the quota away; the container is made anew without it.',
          commands: ['clinicmaster-cdc init'],
          who: 'you',
        },
      });
    }
    if (load15 !== null && load15 > BUSY * processors) {
      return warn(`${ID}-busy`, 'This machine has been overloaded for a quarter of an hour.', {
        current,
        required: `a load under ${BUSY * processors}`,
        remedy: {
          text: 'See what keeps it busy. The worker waits in line with everything else and falls behind.',
          commands: ['top -b -n 1 | head -20'],
          who: 'you',
        },
      });
    }
    return pass(current);
  },
};
