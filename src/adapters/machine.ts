import { execFile } from 'node:child_process';
import { readdir, readFile, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';
import { linuxMachine } from './machine-linux.ts';
import type { InterfaceView, MachinePort } from './machine-port.ts';
import { windowsMachine } from './machine-windows.ts';

/** A question must never hold up the checks: a program of the system that hangs is given up. */
const PROGRAM_LIMIT_MS = 4000;

/** How the machine is asked; tests bring recorded answers. Each gives undefined where there is no answer. */
export interface MachineSources {
  /** Standard output of a program, whatever its exit code. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
  read(path: string): Promise<string | undefined>;
  list(dir: string): Promise<string[] | undefined>;
}

/** What differs between systems. */
export type PlatformPart = Pick<
  MachinePort,
  | 'routes'
  | 'natRules'
  | 'portHolder'
  | 'startsOnBoot'
  | 'startsWithUser'
  | 'desktopAutostart'
  | 'lingers'
  | 'clockSynchronised'
  | 'starts'
  | 'programs'
  | 'antivirusExclusions'
> & { name(): Promise<string | undefined>; availableBytes(): Promise<number | undefined> };

/** This machine. */
export function hostMachine(
  platform: NodeJS.Platform = process.platform,
  sources: MachineSources = systemSources,
): MachinePort {
  const part = platformPart(platform, sources);
  return {
    ...part,
    platform,
    hostname: os.hostname(),
    system: async () => ({
      name: (await part.name()) ?? `${os.type()} ${os.release()}`,
      kernel: os.release(),
      uptimeSeconds: Math.round(os.uptime()),
    }),
    memory: async () => ({
      totalBytes: os.totalmem(),
      availableBytes: (await part.availableBytes()) ?? os.freemem(),
    }),
    processors: () => ({
      count: os.availableParallelism(),
      load15: platform === 'win32' ? undefined : os.loadavg()[2],
    }),
    disk: async (path) => {
      const found = await orUndefined(statfs(path));
      if (found === undefined) return undefined;
      return { totalBytes: found.blocks * found.bsize, freeBytes: found.bavail * found.bsize };
    },
    fileSize: async (path) => (await orUndefined(stat(path)))?.size,
    interfaces,
  };
}

function platformPart(platform: NodeJS.Platform, sources: MachineSources): PlatformPart {
  if (platform === 'win32') return windowsMachine(sources);
  if (platform === 'linux') return linuxMachine(sources);
  const unanswered = async () => undefined;
  return {
    name: unanswered,
    availableBytes: unanswered,
    routes: unanswered,
    natRules: unanswered,
    portHolder: unanswered,
    startsOnBoot: unanswered,
    startsWithUser: unanswered,
    desktopAutostart: unanswered,
    lingers: unanswered,
    clockSynchronised: unanswered,
    starts: unanswered,
    programs: unanswered,
    antivirusExclusions: unanswered,
  };
}

function interfaces(): InterfaceView[] {
  return Object.entries(os.networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, cidr, internal }) => ({ name, address, cidr: cidr ?? `${address}/32`, internal })),
  );
}

const systemSources: MachineSources = {
  run: async (program, args) => {
    const options = { timeout: PROGRAM_LIMIT_MS, env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 8e6 };
    try {
      return (await promisify(execFile)(program, [...args], options)).stdout;
    } catch (error) {
      // A program may say no by its exit code and still give its answer (`systemctl is-enabled`).
      const { code, stdout } = error as { code?: unknown; stdout?: string };
      return typeof code === 'number' && stdout !== undefined && stdout !== '' ? stdout : undefined;
    }
  },
  read: (path) => orUndefined(readFile(path, 'utf8')),
  list: (dir) => orUndefined(readdir(dir)),
};

async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}
