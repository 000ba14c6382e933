import type { FacilityCheck } from '../context.ts';
import { fail, pass, unknown } from '../verdicts.ts';

const ID = 'docker-start-on-boot';

/** systemd starts these at boot, or when the socket is first used. */
const STARTS = new Set(['enabled', 'enabled-runtime', 'static', 'alias', 'indirect', 'generated', 'auto']);

export type BootFacts = {
  platform: string;
  /** systemd's word (Windows: of `sc`) for each service that may start Docker; those that are not known are left out. */
  services: { [name: string]: string };
};

/** Docker comes back by itself after a power cut. */
export const dockerStartOnBoot: FacilityCheck<BootFacts> = {
  id: ID,
  title: 'Docker starts with the machine',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: [],
  timeoutMs: 6000,

  async probe({ machine }) {
    const names =
      machine.platform === 'win32'
        ? ['com.docker.service', 'docker']
        : ['docker.service', 'docker.socket', 'snap.docker.dockerd.service'];
    const words = await Promise.all(
      names.map(async (name) => [name, (await machine.startsOnBoot(name)) ?? ''] as const),
    );
    return {
      platform: machine.platform,
      services: Object.fromEntries(words.filter(([, word]) => word !== '' && word !== 'not-found')),
    };
  },

  judge({ platform, services }) {
    const current = Object.entries(services)
      .map(([name, word]) => `${name} ${word}`)
      .join(', ');
    const required = 'enabled';
    const starting = Object.entries(services).find(
      ([name, word]) => STARTS.has(word) && (name !== 'docker.socket' || word === 'enabled'),
    );
    if (starting !== undefined) return pass(`${starting[0]} is ${starting[1]}`);
    if (current === '') {
      return unknown(`${ID}-unknown`, 'This machine does not say whether Docker starts with it.', {
        required,
        remedy: {
          text:
            platform === 'linux'
              ? 'systemd does not run here, or knows no service of Docker. See that whatever starts the services of this machine starts Docker too.'
              : 'In Docker Desktop: Settings > General > Start Docker Desktop when you sign in; and let the machine sign in by itself.',
          who: 'you',
        },
      });
    }
    return fail(`${ID}-disabled`, 'Docker does not start with the machine.', {
      current,
      required,
      remedy: {
        text: 'After the next power cut nothing would be streamed. Switch it on.',
        commands:
          platform === 'win32'
            ? ['sc.exe config com.docker.service start= auto']
            : ['sudo systemctl enable docker'],
        who: 'you',
      },
    });
  },
};
