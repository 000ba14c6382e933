import { CliError } from '../../errors.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass } from '../verdicts.ts';

const ID = 'docker-permission';

export type PermissionFacts = {
  platform: string;
  /** Every endpoint that was tried and its answer, when this user may not use one of them. */
  refused: string | null;
  commands: string[];
};

/** The user that runs this program may use Docker. Whether it runs at all is another question: `docker-endpoint`. */
export const dockerPermission: FacilityCheck<PermissionFacts> = {
  id: ID,
  title: 'This user may use Docker',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: [],
  timeoutMs: 12_000,

  async probe({ docker, machine: { platform } }) {
    try {
      await docker();
      return { platform, refused: null, commands: [] };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const forbidden = error.code === 'docker.forbidden';
      return {
        platform,
        refused: forbidden ? (error.seen ?? '') : null,
        commands: forbidden ? [...error.commands] : [],
      };
    }
  },

  judge({ platform, refused, commands }) {
    if (refused === null) return pass('nothing refuses this user');
    return fail(`${ID}-refused`, 'Docker is there, but this user may not use it.', {
      current: refused,
      required: platform === 'win32' ? 'a member of the group docker-users' : 'a member of the group docker',
      remedy: {
        text: 'Become a member of that group and log in again, or run this as an administrator. A member of it can do everything on this machine: add nobody else.',
        commands,
        who: 'you',
      },
    });
  },
};
