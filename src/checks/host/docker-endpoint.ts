import { CliError, type Who } from '../../errors.ts';
import { unsetVariable } from '../../shell.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-endpoint';

export type DockerFacts =
  | {
      ok: true;
      endpoint: string;
      /** Why this endpoint: `DOCKER_HOST`, a Docker context, the default socket, … */
      origin: string;
      /** False for plain TCP. */
      guarded: boolean;
      /** Absent in facts of older versions. */
      platform?: string;
      serverVersion: string;
      operatingSystem: string;
    }
  | { ok: false; message: string; seen: string; needed: string; commands: string[]; who: Who };

/** A Docker Engine answers. */
export const dockerEndpoint: FacilityCheck<DockerFacts> = {
  id: ID,
  title: 'Docker answers',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-permission'],
  timeoutMs: 12_000,

  async probe({ docker, machine: { platform } }) {
    try {
      const { endpoint, origin, guarded, info } = await docker();
      const { serverVersion, operatingSystem } = await info();
      return { ok: true, endpoint, origin, guarded, platform, serverVersion, operatingSystem };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const { message, seen = '', needed = '', commands, who } = error;
      return { ok: false, message, seen, needed, commands: [...commands], who };
    }
  },

  judge(facts) {
    if (!facts.ok) {
      const { message, seen, needed, commands, who } = facts;
      return fail(`${ID}-absent`, message, {
        current: seen,
        required: needed,
        remedy: { text: 'Get Docker to run, then run this again.', commands, who },
      });
    }
    const current = `${facts.serverVersion} on ${facts.operatingSystem}, ${facts.endpoint}`;
    if (facts.guarded) return pass(current);
    return warn(`${ID}-plain-tcp`, 'Docker is used over plain TCP.', {
      current: `${facts.endpoint} (${facts.origin})`,
      required: 'a socket, a named pipe, or TCP with TLS',
      remedy: {
        text: 'Whoever reaches that port is root on this machine and reads every password. Take the tcp:// entry out of the "hosts" of /etc/docker/daemon.json (Docker Desktop: Settings > General), and use the socket.',
        commands: [
          unsetVariable('DOCKER_HOST', { platform: facts.platform ?? 'linux' }),
          'docker context use default',
        ],
        who: 'you',
      },
    });
  },
};
