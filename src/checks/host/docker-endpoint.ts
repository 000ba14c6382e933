import { CliError, type Who } from '../../errors.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-endpoint';

/** The first API with host-gateway, by which a container reaches a SQL Server on its own host (Docker 20.10). */
const OLDEST_API = 1.41;

export type DockerFacts =
  | {
      ok: true;
      endpoint: string;
      serverVersion: string;
      apiVersion: string;
      osType: string;
      operatingSystem: string;
    }
  | { ok: false; message: string; seen: string; needed: string; commands: string[]; who: Who };

/** A Docker Engine answers, and runs Linux containers. */
export const dockerEndpoint: FacilityCheck<DockerFacts> = {
  id: ID,
  title: 'Docker answers',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: [],
  timeoutMs: 10_000,

  async probe({ docker }) {
    try {
      const engine = await docker();
      const { serverVersion, apiVersion, osType, operatingSystem } = await engine.info();
      return { ok: true, endpoint: engine.endpoint, serverVersion, apiVersion, osType, operatingSystem };
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
        remedy: {
          text: 'Start Docker, or give this user the right to use it; then run this again.',
          commands,
          who,
        },
      });
    }
    const current = `${facts.serverVersion} on ${facts.operatingSystem}, ${facts.endpoint}`;
    if (facts.osType !== 'linux') {
      return fail(`${ID}-windows`, 'Docker runs Windows containers; this product needs Linux ones.', {
        current,
        required: 'Linux containers',
        remedy: {
          text: 'In Docker Desktop: right-click the whale > Switch to Linux containers.',
          commands: ['& "$Env:ProgramFiles\\Docker\\Docker\\DockerCli.exe" -SwitchLinuxEngine'],
          who: 'you',
        },
      });
    }
    if (Number(facts.apiVersion) < OLDEST_API) {
      return warn(`${ID}-old`, 'This Docker is older than 20.10.', {
        current,
        required: 'Docker 20.10 or newer',
        remedy: {
          text: 'Upgrade Docker; a SQL Server on this machine cannot be reached otherwise.',
          who: 'you',
        },
      });
    }
    return pass(current);
  },
};
