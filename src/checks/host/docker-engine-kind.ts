import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-engine-kind';

export type EngineKindFacts = {
  platform: string;
  /** Of this machine: `Microsoft Windows Server 2019 Standard`. */
  system: string;
  /** Of the Engine: `Docker Desktop`, `Debian GNU/Linux 12`. */
  operatingSystem: string;
  components: string[];
  rootless: boolean;
  /** Services of this user run while he is not logged in; null where that is not known. */
  lingers: boolean | null;
};

/** The Engine is one that goes on when nobody is logged in. */
export const dockerEngineKind: FacilityCheck<EngineKindFacts> = {
  id: ID,
  title: 'Docker runs when nobody is logged in',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 6000,

  async probe({ docker, machine }) {
    const [{ operatingSystem, components, securityOptions }, system, lingers] = await Promise.all([
      (await docker()).info(),
      machine.system(),
      machine.lingers(),
    ]);
    return {
      platform: machine.platform,
      system: system.name,
      operatingSystem,
      components,
      rootless: securityOptions.some((option) => option.startsWith('name=rootless')),
      lingers: lingers ?? null,
    };
  },

  judge({ platform, system, operatingSystem, components, rootless, lingers }) {
    if (components.some((name) => /podman/i.test(name))) {
      return warn(`${ID}-podman`, 'This is Podman, which answers like Docker.', {
        current: components.join(', '),
        required: 'Docker Engine',
        remedy: {
          text: 'Containers come back after a restart of the machine only where Podman’s restart service is on. This product has not been tried on Podman.',
          commands: ['sudo systemctl enable --now podman-restart'],
          who: 'you',
        },
      });
    }
    if (operatingSystem === 'Docker Desktop') return desktop(platform, system);
    if (rootless && lingers !== true) {
      return warn(`${ID}-rootless`, 'Docker runs as a user, and may stop when he logs out.', {
        current: `rootless; lingering ${lingers === null ? 'not known' : 'off'}`,
        required: 'lingering on, or Docker as a service of the system',
        remedy: {
          text: 'Let the services of this user run while he is logged out.',
          commands: ['sudo loginctl enable-linger "$USER"'],
          who: 'you',
        },
      });
    }
    return pass(rootless ? 'rootless, goes on after logging out' : `a service on ${operatingSystem}`);
  },
};

function desktop(platform: string, system: string) {
  const summary = 'Docker Desktop stops when its user logs out.';
  const current = `Docker Desktop on ${system}`;
  const required = 'Docker as a service of the system';
  const text =
    'After a power cut nothing is streamed until somebody logs in. Use Docker Engine in a small Linux virtual machine or in WSL 2 as a service. If Desktop has to stay: log in automatically and start it at login. Its licence is free only below 250 employees and 10 million dollars a year.';
  const detail = { current, required, remedy: { text, who: 'you' as const } };
  return platform === 'win32' && /server/i.test(system)
    ? fail(`${ID}-desktop-server`, summary, detail)
    : warn(`${ID}-desktop`, summary, detail);
}
