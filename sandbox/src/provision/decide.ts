/** How the Docker Engine answered a ping. */
export type EngineAnswer =
  | 'yes'
  /** The socket is there and this user may not use it. */
  | 'denied'
  /** Nobody listens. */
  | 'no';

/** What is known about this machine before anything is done. */
export interface MachineFacts {
  engine: EngineAnswer;
  /** DOCKER_HOST, empty when unset. */
  dockerHost: string;
  /** `process.platform`. */
  platform: string;
  root: boolean;
  /** `ID` and `ID_LIKE` of /etc/os-release, e.g. `ubuntu debian`. */
  distribution: string;
  dockerdInstalled: boolean;
}

/** What to do so that an Engine answers. `refuse` carries the sentence for the user. */
export type EnginePlan =
  | { do: 'use' }
  | { do: 'start' }
  | { do: 'install'; packages: readonly string[] }
  | { do: 'refuse'; because: string };

/**
 * `debootstrap` and its keyring come along because no registry may be reachable; `iptables` and `ca-certificates`
 * because docker.io merely recommends them and cannot do without.
 */
const PACKAGES = ['docker.io', 'iptables', 'ca-certificates', 'debootstrap', 'debian-archive-keyring'];
const INSTALL = 'Install Docker Engine 20.10 or newer, start it, and run this command again.';

/** Decides, from facts alone, how to come to a Docker Engine. */
export function decideEngine(facts: MachineFacts): EnginePlan {
  if (facts.engine === 'yes') return { do: 'use' };
  if (facts.engine === 'denied') {
    return {
      do: 'refuse',
      because:
        'This user may not use the Docker Engine. Run `sudo usermod -aG docker $USER`, log in again, and run this command again.',
    };
  }
  if (facts.dockerHost !== '') {
    return {
      do: 'refuse',
      because: `No Docker Engine answers at DOCKER_HOST=${facts.dockerHost}. Unset DOCKER_HOST or start that Engine.`,
    };
  }
  if (facts.platform !== 'linux') {
    return {
      do: 'refuse',
      because: `The sandbox needs a Docker Engine on Linux, and this is ${facts.platform}.`,
    };
  }
  if (!facts.root) {
    return {
      do: 'refuse',
      because: `No Docker Engine answers, and only root may start or install one. ${INSTALL}`,
    };
  }
  if (facts.dockerdInstalled) return { do: 'start' };
  if (/\b(debian|ubuntu)\b/.test(facts.distribution)) return { do: 'install', packages: PACKAGES };
  return {
    do: 'refuse',
    because: `No Docker Engine answers, and only Debian's and Ubuntu's packages are known here. ${INSTALL}`,
  };
}

/** How to start dockerd: extra arguments, and whether iptables must first be switched to its older half. */
export interface DaemonAttempt {
  storageDriver: 'own choice' | 'vfs';
  legacyIptables: boolean;
}

export const FIRST_ATTEMPT: DaemonAttempt = { storageDriver: 'own choice', legacyIptables: false };

/**
 * What to change after a daemon has ended before it was ready, judged by its log; undefined when nothing known
 * would help.
 */
export function nextAttempt(last: DaemonAttempt, log: string): DaemonAttempt | undefined {
  if (
    !last.legacyIptables &&
    /iptables.*(nf_tables|nft|Protocol not supported|Could not fetch rule set)/i.test(log)
  ) {
    return { ...last, legacyIptables: true };
  }
  if (last.storageDriver !== 'vfs' && /graphdriver|storage driver|overlay/i.test(lastLines(log))) {
    return { ...last, storageDriver: 'vfs' };
  }
  return undefined;
}

/** A healthy start mentions overlay too; what made it end stands in its last words. */
function lastLines(log: string): string {
  return log.trimEnd().split('\n').slice(-5).join('\n');
}
