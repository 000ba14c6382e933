import type { FacilityCheck } from '../context.ts';
import { pass, skip, warn } from '../verdicts.ts';
import { configuredContainer } from './configured-container.ts';

const ID = 'docker-clean-shutdown';

/** A worker that waits long for its fetches (a poor line) was measured to leave its group in 14 to 25 s. */
const LEAST_SECONDS = 30;

/** `seconds` null: there is no container. */
export type ShutdownFacts = { seconds: number | null };

/** The container is given the time to store its position when it is stopped. */
export const dockerCleanShutdown: FacilityCheck<ShutdownFacts> = {
  id: ID,
  title: 'The container may end in order',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 5000,

  async probe({ docker, names }) {
    const configured = await configuredContainer(await docker(), names.container);
    return { seconds: configured?.stopSeconds ?? null };
  },

  judge({ seconds }) {
    if (seconds === null) return skip(`${ID}-absent`, 'There is no container.');
    if (seconds >= LEAST_SECONDS) return pass(`${seconds} s to stop`);
    return warn(`${ID}-short`, 'The container is killed before it has stored its position.', {
      current: `${seconds} s`,
      required: `at least ${LEAST_SECONDS} s (stop_grace_period)`,
      remedy: {
        text: 'Nothing is lost: the last seconds are sent twice, and the start takes a minute longer. Let init make the container anew from its compose file.',
        commands: ['clinicmaster-cdc init'],
        who: 'you',
      },
    });
  },
};
