import { access, readFile } from 'node:fs/promises';
import os from 'node:os';
import type { HostFacts } from './host.ts';

/** Systems for which a way to Docker is known. */
export type Family =
  | 'ubuntu'
  | 'debian'
  | 'fedora'
  | 'rhel'
  | 'suse'
  | 'linux'
  | 'windows'
  | 'windows-server-wsl2'
  | 'windows-server-old'
  | 'macos';

/** What kind of machine this is, as far as the way to Docker depends on it. */
export interface HostSystem {
  family: Family;
  /** As the system names itself: `Ubuntu 24.04 LTS`, `Windows Server 2019 Standard`. */
  name: string;
  /** Of os-release: `rocky`, `ol`; empty elsewhere. */
  id: string;
  systemd: boolean;
  /** A Linux distribution inside Windows. */
  wsl: boolean;
  /** A Docker Engine (or Docker Desktop) is installed, though nothing may be running. */
  installed: boolean;
}

/** How the system is asked; tests bring recorded answers. */
export interface SystemSources {
  read(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  /** Of `node:os`: on Windows `Windows Server 2019 Standard`. */
  version: string;
  /** Of `node:os`: on Windows `10.0.17763`. */
  release: string;
}

export async function hostSystem(host: HostFacts, sources: SystemSources = realSources): Promise<HostSystem> {
  const installed = async (paths: readonly string[]) =>
    (await Promise.all(paths.map((path) => sources.exists(path)))).some(Boolean);
  const facts = { id: '', systemd: false, wsl: false };
  if (host.platform === 'win32') {
    const programs = host.env.ProgramFiles ?? 'C:\\Program Files';
    return {
      ...facts,
      family: windowsFamily(sources.version, sources.release),
      name: `${sources.version || 'Windows'} (${sources.release})`,
      installed: await installed([
        `${programs}\\Docker\\Docker\\Docker Desktop.exe`,
        `${programs}\\Docker\\dockerd.exe`,
      ]),
    };
  }
  if (host.platform === 'darwin') {
    const app = await installed(['/Applications/Docker.app']);
    return { ...facts, family: 'macos', name: `macOS (Darwin ${sources.release})`, installed: app };
  }
  const release = osRelease((await sources.read('/etc/os-release')) ?? '');
  return {
    family: linuxFamily(release),
    name: release.PRETTY_NAME ?? 'Linux',
    id: release.ID ?? '',
    systemd: await sources.exists('/run/systemd/system'),
    wsl: /microsoft/i.test((await sources.read('/proc/sys/kernel/osrelease')) ?? ''),
    installed: await installed([
      '/usr/sbin/dockerd',
      '/usr/bin/dockerd',
      '/usr/local/bin/dockerd',
      '/snap/bin/dockerd',
    ]),
  };
}

/** Derivatives name what they come from in ID_LIKE: Mint `ubuntu debian`, Rocky `rhel centos fedora`. */
function linuxFamily({ ID = '', ID_LIKE = '' }: Record<string, string>): Family {
  const names = [ID, ...ID_LIKE.split(' ')];
  const first = names.flatMap((name) => FAMILIES[name] ?? [])[0];
  return first ?? 'linux';
}

const FAMILIES: Record<string, Family> = {
  ubuntu: 'ubuntu',
  debian: 'debian',
  rhel: 'rhel',
  centos: 'rhel',
  rocky: 'rhel',
  almalinux: 'rhel',
  ol: 'rhel',
  fedora: 'fedora',
  suse: 'suse',
  sles: 'suse',
  opensuse: 'suse',
};

/** WSL 2 came to servers with 2022 (build 20348); Server 2019 (17763) has WSL 1, which cannot run Docker. */
function windowsFamily(version: string, release: string): Family {
  if (!/server/i.test(version)) return 'windows';
  return Number(release.split('.')[2] ?? 0) >= 20_348 ? 'windows-server-wsl2' : 'windows-server-old';
}

/** `KEY=value` lines of /etc/os-release, quotes taken off. */
function osRelease(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm)].map(([, key = '', , value = '']) => [key, value]),
  );
}

const realSources: SystemSources = {
  read: (path) => readFile(path, 'utf8').catch(() => undefined),
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  version: os.version(),
  release: os.release(),
};
