import { readlink } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { MachineSources, PlatformPart } from './machine.ts';
import type { RouteView } from './machine-port.ts';

/** Linux: /proc where it says it, else the system's own programs. */
export function linuxMachine({ run, read, list }: MachineSources): PlatformPart {
  return {
    name: async () => /^PRETTY_NAME="?([^"\n]+)/m.exec((await read('/etc/os-release')) ?? '')?.[1],
    availableBytes: async () => {
      const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec((await read('/proc/meminfo')) ?? '')?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    },
    routes: async () => {
      const table = await read('/proc/net/route');
      return table === undefined ? undefined : parseRoutes(table);
    },
    natRules: async () => lines(await run('iptables', ['-w', '-t', 'nat', '-S'])),
    portHolder: (port) => portHolder(port, { read, list }),
    startsOnBoot: async (service) => {
      // Without systemd as the first process its unit files say nothing about the next start.
      if ((await list('/run/systemd/system')) === undefined) return undefined;
      return (await run('systemctl', ['is-enabled', service]))?.trim();
    },
    startsWithUser: async (service) => (await run('systemctl', ['--user', 'is-enabled', service]))?.trim(),
    desktopAutostart: async () => undefined,
    lingers: async () => {
      const users = await list('/var/lib/systemd/linger');
      return users === undefined ? undefined : users.includes(userInfo().username);
    },
    clockSynchronised: async () => {
      const answer = await run('timedatectl', ['show', '--property=NTPSynchronized', '--value']);
      return answer === undefined ? undefined : answer.trim() === 'yes';
    },
    starts: async (days) => {
      const log = await run('last', ['-x', '-F', '-s', `-${days}days`, 'reboot', 'shutdown']);
      return log === undefined ? undefined : parseStarts(log);
    },
    programs: async () => {
      const ids = (await list('/proc'))?.filter((name) => /^\d+$/.test(name));
      if (ids === undefined) return undefined;
      const names = await Promise.all(ids.map((id) => read(`/proc/${id}/comm`)));
      return [...new Set(names.flatMap((name) => (name === undefined ? [] : [name.trim()])))];
    },
    antivirusExclusions: async () => undefined,
  };
}

function lines(text: string | undefined): string[] | undefined {
  return text?.split('\n').filter((line) => line !== '');
}

/** `/proc/net/route`: addresses are hexadecimal, least significant byte first. The default route is left out. */
export function parseRoutes(table: string): RouteView[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t').map((cell) => cell.trim()))
    .flatMap(([device, destination, , , , , , mask]) => {
      if (device === undefined || destination === undefined || mask === undefined || mask === '00000000')
        return [];
      const bits = [...dotted(mask).split('.')].reduce((sum, byte) => sum + ones(Number(byte)), 0);
      return [{ device, cidr: `${dotted(destination)}/${bits}` }];
    });
}

function dotted(hex: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
}

function ones(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}

/**
 * `last -x reboot shutdown`, newest first. A start is unclean when the machine was not shut down between it and the start
 * before: the oldest start of the log has nothing before it and is not counted as unclean.
 */
export function parseStarts(log: string): { starts: number; unclean: number } | undefined {
  const events = log.split('\n').flatMap((line) => /^(reboot|shutdown)\s/.exec(line)?.[1] ?? []);
  if (events.length === 0) return undefined;
  const unclean = events.filter((event, at) => event === 'reboot' && events[at + 1] === 'reboot').length;
  return { starts: events.filter((event) => event === 'reboot').length, unclean };
}

const LISTENING = '0A';

/** Who listens, by the socket's number in /proc/net/tcp and the open files of every process; others' need root. */
async function portHolder(
  port: number,
  { read, list }: Pick<MachineSources, 'read' | 'list'>,
): Promise<string | undefined> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(read));
  const inodes = listeningInodes(tables.join('\n'), port);
  if (inodes.length === 0) return undefined;
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  for (const id of (await list('/proc')) ?? []) {
    if (!/^\d+$/.test(id)) continue;
    for (const file of (await list(`/proc/${id}/fd`)) ?? []) {
      const link = await readlink(`/proc/${id}/fd/${file}`).catch(() => '');
      if (links.has(link)) return `${(await read(`/proc/${id}/comm`))?.trim() ?? '?'} (pid ${id})`;
    }
  }
  return undefined;
}

/** Numbers of the sockets that listen at a port. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const cells = line.trim().split(/\s+/);
    const inode = cells[9];
    return cells[1]?.endsWith(suffix) === true && cells[3] === LISTENING && inode !== undefined
      ? [inode]
      : [];
  });
}
