import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-api';

/** The first API with host-gateway, by which a container reaches a SQL Server on its own host (Docker 20.10). */
const OLDEST_API = [1, 41] as const;

export type ApiFacts = { apiVersion: string; serverVersion: string; osType: string };

/** The Engine speaks a recent API and runs Linux containers. */
export const dockerApi: FacilityCheck<ApiFacts> = {
  id: ID,
  title: 'Docker is recent and runs Linux containers',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 5000,

  async probe({ docker }) {
    const { apiVersion, serverVersion, osType } = await (await docker()).info();
    return { apiVersion, serverVersion, osType };
  },

  judge({ apiVersion, serverVersion, osType }) {
    const current = `Docker ${serverVersion}, API ${apiVersion}, ${osType} containers`;
    if (osType !== 'linux') {
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
    if (isOlder(apiVersion)) {
      return warn(`${ID}-old`, 'This Docker is older than 20.10.', {
        current,
        required: 'Docker 20.10 or newer (API 1.41)',
        remedy: {
          text: 'Upgrade Docker; a SQL Server on this machine cannot be reached otherwise.',
          who: 'you',
        },
      });
    }
    return pass(current);
  },
};

/** By numbers: 1.100 comes after 1.41. */
function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST_API[0] || (major === OLDEST_API[0] && minor < OLDEST_API[1]);
}
