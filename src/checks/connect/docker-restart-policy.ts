import type { FacilityCheck } from '../context.ts';
import { fail, pass, skip, warn } from '../verdicts.ts';
import { configuredContainer } from './configured-container.ts';

const ID = 'docker-restart-policy';
const WANTED = 'unless-stopped';

/** `policy` null: there is no container. */
export type RestartPolicyFacts = { container: string; policy: string | null };

/** Docker starts the container again after a crash, and after a restart of the machine. */
export const dockerRestartPolicy: FacilityCheck<RestartPolicyFacts> = {
  id: ID,
  title: 'Docker restarts the container',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 5000,
  fixes: [
    {
      cures: [`${ID}-no`, `${ID}-on-failure`],
      risk: 'safe',
      says: ({ container }) => `Set the restart policy of ${container} to ${WANTED}; it goes on running.`,
      apply: async ({ docker }, { container }) => (await docker()).setRestartPolicy(container, WANTED),
    },
  ],

  async probe({ docker, names: { container } }) {
    const configured = await configuredContainer(await docker(), container);
    return { container, policy: configured?.restartPolicy ?? null };
  },

  judge({ container, policy }) {
    if (policy === null) return skip(`${ID}-absent`, 'There is no container.');
    if (policy === WANTED || policy === 'always') return pass(policy);
    const onFailure = policy === 'on-failure';
    const verdict = onFailure ? warn : fail;
    return verdict(
      `${ID}-${onFailure ? 'on-failure' : 'no'}`,
      onFailure
        ? 'Docker does not start the container after a restart of the machine.'
        : 'Docker never starts the container again.',
      {
        current: policy,
        required: WANTED,
        remedy: {
          text: 'After the next power cut nothing would be streamed. Change the policy; the container goes on running.',
          commands: [`docker update --restart ${WANTED} ${container}`],
          who: 'you',
        },
      },
    );
  },
};
