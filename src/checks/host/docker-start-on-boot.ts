import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, unknown, warn } from '../verdicts.ts';

const ID = 'docker-start-on-boot';
const LOST = 'After the next power cut nothing would be streamed.';

/** systemd starts these at boot, or when the socket is first used. */
const STARTS = new Set(['enabled', 'enabled-runtime', 'static', 'alias', 'indirect', 'generated', 'auto']);

export type BootFacts = {
  platform: string;
  /** systemd's word (Windows: of `sc`) for each service that may start Docker; those that are not known are left out. */
  services: { [name: string]: string };
  /** What kind of Engine answers; absent where none does, and in facts of older versions. */
  engine?: 'service' | 'rootless' | 'desktop';
  /** Of a rootless Engine: systemd's word for the user's own docker.service, and whether his services outlive him. */
  user?: { service: string | null; lingers: boolean | null };
  /** Of Docker Desktop on Windows. */
  desktop?: { atSignIn: boolean; signsIn: boolean } | null;
  /** A Linux inside Windows. */
  wsl?: boolean;
};

/** Docker comes back by itself after a power cut. */
export const dockerStartOnBoot: FacilityCheck<BootFacts> = {
  id: ID,
  title: 'Docker starts with the machine',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: [],
  timeoutMs: 15_000,

  async probe({ docker, machine }) {
    const names =
      machine.platform === 'win32'
        ? ['com.docker.service', 'docker']
        : ['docker.service', 'docker.socket', 'snap.docker.dockerd.service'];
    const [words, info, { kernel }] = await Promise.all([
      Promise.all(names.map(async (name) => [name, (await machine.startsOnBoot(name)) ?? ''] as const)),
      // Whether Docker answers is another check's question.
      docker().then(
        (engine) => engine.info(),
        () => undefined,
      ),
      machine.system(),
    ]);
    const rootless = info?.securityOptions.some((option) => option.startsWith('name=rootless')) === true;
    const desktop = info?.operatingSystem === 'Docker Desktop';
    const user = async () => ({
      service: (await machine.startsWithUser('docker.service')) ?? null,
      lingers: (await machine.lingers()) ?? null,
    });
    return {
      platform: machine.platform,
      services: Object.fromEntries(words.filter(([, word]) => word !== '' && word !== 'not-found')),
      ...(info && { engine: rootless ? 'rootless' : desktop ? 'desktop' : 'service' }),
      ...(rootless && { user: await user() }),
      ...(desktop && { desktop: (await machine.desktopAutostart()) ?? null }),
      ...(/microsoft/i.test(kernel) && { wsl: true }),
    };
  },

  judge(facts) {
    const { platform, services, engine, user, desktop, wsl } = facts;
    if (engine === 'rootless' && user !== undefined) return rootless(user);
    if (desktop !== undefined && desktop !== null) return ofDesktop(desktop);
    // The service of Docker Desktop helps it; it does not start it.
    const { 'com.docker.service': _, ...own } = services;
    const starting = Object.entries(own).find(
      ([name, word]) => STARTS.has(word) && (name !== 'docker.socket' || word === 'enabled'),
    );
    const current = Object.entries(own)
      .map(([name, word]) => `${name} ${word}`)
      .join(', ');
    if (engine === 'desktop' || current === '') return cannotTell(platform);
    if (starting === undefined) return disabled(platform, current);
    return wsl === true ? startsWithWsl(starting) : pass(`${starting[0]} is ${starting[1]}`);
  },
};

function disabled(platform: string, current: string): Verdict {
  return fail(`${ID}-disabled`, 'Docker does not start with the machine.', {
    current,
    required: 'enabled',
    remedy: {
      text: `${LOST} Switch it on.`,
      commands:
        platform === 'win32'
          ? ['sc.exe config docker start= auto   # as administrator']
          : ['sudo systemctl enable docker'],
      who: 'you',
    },
  });
}

function cannotTell(platform: string): Verdict {
  return unknown(`${ID}-unknown`, 'This machine does not say whether Docker starts with it.', {
    required: 'enabled',
    remedy: {
      text:
        platform === 'linux'
          ? 'systemd does not run here, or knows no service of Docker. See that whatever starts the services of this machine starts Docker too.'
          : 'In Docker Desktop: Settings > General > Start Docker Desktop when you sign in; and let the machine sign in by itself.',
      who: 'you',
    },
  });
}

function rootless({ service, lingers }: NonNullable<BootFacts['user']>): Verdict {
  if (service === null || lingers === null) {
    return unknown(`${ID}-unknown`, 'This machine does not say whether rootless Docker starts with it.', {
      current: `docker.service of this user ${service ?? 'not known'}; lingering ${lingers === null ? 'not known' : lingers ? 'on' : 'off'}`,
      required: 'docker.service of this user enabled, lingering on',
      remedy: { text: 'Ask as the user whose Docker it is.', commands: USER_COMMANDS, who: 'you' },
    });
  }
  if (STARTS.has(service) && lingers) return pass('rootless: its service is enabled, and outlives its user');
  return fail(`${ID}-rootless`, 'Rootless Docker does not start with the machine.', {
    current: `docker.service of this user ${service}; lingering ${lingers ? 'on' : 'off'}`,
    required: 'docker.service of this user enabled, lingering on',
    remedy: { text: `${LOST} Switch both on, as that user.`, commands: USER_COMMANDS, who: 'you' },
  });
}

const USER_COMMANDS = ['systemctl --user enable docker', 'sudo loginctl enable-linger "$USER"'];

function ofDesktop({ atSignIn, signsIn }: NonNullable<BootFacts['desktop']>): Verdict {
  if (!atSignIn) {
    return fail(`${ID}-desktop`, 'Docker Desktop does not start by itself.', {
      current: 'no entry "Docker Desktop" among what starts at sign-in',
      required: 'Docker Desktop starts when its user signs in',
      remedy: {
        text: `${LOST} The same in Docker Desktop: Settings > General > Start Docker Desktop when you sign in.`,
        commands: [
          "Set-ItemProperty HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run 'Docker Desktop' '\"C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe\"'",
        ],
        who: 'you',
      },
    });
  }
  if (signsIn) return pass('Docker Desktop starts at sign-in, and Windows signs in by itself');
  return warn(`${ID}-sign-in`, 'Docker Desktop starts only when somebody signs in.', {
    current: 'Windows waits for a password after its start',
    required: 'an automatic sign-in, or Docker as a service',
    remedy: {
      text: 'After the next power cut nothing is streamed until somebody signs in. Let Windows sign in the user of Docker Desktop by itself (netplwiz: take the tick off "Users must enter a user name and password"), on a machine that is locked away.',
      commands: ['netplwiz'],
      who: 'you',
    },
  });
}

function startsWithWsl([name, word]: [string, string]): Verdict {
  return warn(`${ID}-wsl`, 'Docker starts with WSL, and WSL does not start with Windows.', {
    current: `${name} is ${word}, inside WSL`,
    required: 'a task of Windows that starts WSL at its start, and keeps it running',
    remedy: {
      text: `${LOST} Make this task in PowerShell as administrator, with the name of the distribution (wsl --list) and the user that owns it.`,
      commands: [
        'schtasks /Create /TN clinicmaster-cdc-wsl /SC ONSTART /RU $Env:USERNAME /RP * /TR "wsl.exe --distribution Ubuntu --exec sleep infinity"',
      ],
      who: 'you',
    },
  });
}
