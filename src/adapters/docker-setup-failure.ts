import { CliError } from '../errors.ts';

interface Known {
  pattern: RegExp;
  message: string;
  needed: string;
  commands: readonly string[];
}

const AGAIN = 'clinicmaster-cdc init --install-docker';

const NETWORK: Known = {
  pattern:
    /temporary failure resolving|could not resolve|could not connect|unable to connect|failed to fetch|connection (?:timed out|refused|failed)|network is unreachable/i,
  message: 'The package servers cannot be reached.',
  needed:
    'A way to the package servers that /etc/apt names: the internet, a proxy (Acquire::http::Proxy in /etc/apt/apt.conf.d) or a mirror. Without one, install Docker from packages on a stick.',
  commands: ['apt-get update', AGAIN],
};

const MISSING: Known = {
  pattern: /unable to locate package|no installation candidate/i,
  message: 'The package lists of this machine hold no docker.io.',
  needed: 'On Ubuntu its part "universe", on Debian its part "main", in /etc/apt/sources.list.',
  commands: ['add-apt-repository universe   # Ubuntu', 'apt-get update', AGAIN],
};

/** What apt-get and dpkg say (apt 2.0 to 2.7, in English), most telling first. */
const KNOWN: readonly Known[] = [
  {
    pattern: /dpkg was interrupted/i,
    message: 'An earlier installation of packages was cut off.',
    needed: 'It has to be completed first.',
    commands: ['dpkg --configure -a', AGAIN],
  },
  {
    pattern: /could not get lock|unable to (?:acquire|lock)|is held by process/i,
    message: 'Another program is installing packages.',
    needed:
      'Wait until it has ended; after a start of the machine that is usually unattended-upgrades, for some minutes. Never delete its lock.',
    commands: ['ps -C apt,apt-get,dpkg,unattended-upgr -o pid,etime,args', AGAIN],
  },
  {
    pattern: /no space left on device|enough free space/i,
    message: 'There is not enough room on the disk.',
    needed: 'About 500 MB below /var and /usr.',
    commands: ['df -h / /var', 'apt-get clean', AGAIN],
  },
  NETWORK,
  MISSING,
  {
    pattern: /held broken packages|unmet dependencies|conflicts:/i,
    message: 'Packages that are installed do not go together with docker.io.',
    needed:
      "As a rule a containerd.io of Docker's own repository: then take docker-ce from there, or remove it.",
    commands: ['apt-get install -y docker-ce', 'apt-get remove containerd.io'],
  },
];

/**
 * @param output of `apt-get install`
 * @param lists of the `apt-get update` before, which warns where it could not fetch and still ends well
 */
export function aptFailure(output: string, lists: string): CliError {
  const told = KNOWN.find(({ pattern }) => pattern.test(output));
  // Lists that could not be fetched hold no package.
  const unfetched = told === MISSING && NETWORK.pattern.test(lists);
  const { message, needed, commands } = (unfetched ? NETWORK : told) ?? {
    message: 'Docker could not be installed.',
    needed: 'See what apt-get says; nothing else was changed.',
    commands: ['apt-get install docker.io', AGAIN],
  };
  return new CliError('docker.install-failed', message, {
    seen: lastLines(unfetched ? lists : output),
    needed,
    commands,
  });
}

export function serviceFailure(systemd: boolean, output: string, cause: unknown): CliError {
  const seen = lastLines(output) || (cause instanceof Error ? cause.message : String(cause));
  return systemd
    ? new CliError('docker.start-failed', 'Docker is installed, and does not start.', {
        seen,
        needed: 'Its own log says why.',
        commands: ['systemctl status docker --no-pager', 'journalctl -u docker -n 50 --no-pager'],
        cause,
      })
    : new CliError('docker.start-failed', 'Docker is installed, and nothing here starts it.', {
        seen,
        needed:
          'systemd does not run on this machine, and the init script of the package did not do it. Start the daemon by hand, and have whatever starts the services of this machine start it too.',
        commands: ['nohup dockerd > /var/log/dockerd.log 2>&1 &', 'tail -n 20 /var/log/dockerd.log'],
        cause,
      });
}

/** What apt and the scripts of its packages say last, from the first complaint on. */
function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const complaint = lines.findIndex((line) => /^(?:[EW]|dpkg): /.test(line));
  // What a script said before dpkg complains of it is the reason.
  return lines
    .slice(complaint === -1 ? -4 : Math.max(0, complaint - 1))
    .slice(0, 6)
    .join('\n');
}
