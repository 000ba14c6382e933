import type { MachineSources, PlatformPart } from './machine.ts';
import type { RouteView } from './machine-port.ts';

/** What starts when this user signs in; who is signed in at the start. */
const RUN = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run';
const WINLOGON = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon';

/** Windows, by its own programs. Their output was taken from their documentation: no Windows was at hand to run them on. */
export function windowsMachine({ run }: MachineSources): PlatformPart {
  const powershell = (script: string) =>
    run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script]);
  return {
    name: async () => (await powershell('(Get-CimInstance Win32_OperatingSystem).Caption'))?.trim(),
    availableBytes: async () => {
      const kilobytes = Number(
        await powershell('(Get-CimInstance Win32_OperatingSystem).FreePhysicalMemory'),
      );
      return Number.isFinite(kilobytes) && kilobytes > 0 ? kilobytes * 1024 : undefined;
    },
    routes: async () => {
      const table = await run('route.exe', ['print', '-4']);
      return table === undefined ? undefined : parseRoutePrint(table);
    },
    natRules: async () => undefined,
    portHolder: async (port) => {
      const id = listeningPid((await run('netstat.exe', ['-ano', '-p', 'tcp'])) ?? '', port);
      if (id === undefined) return undefined;
      const name = /^"([^"]+)"/.exec(
        (await run('tasklist.exe', ['/fi', `PID eq ${id}`, '/fo', 'csv', '/nh'])) ?? '',
      )?.[1];
      return `${name ?? '?'} (pid ${id})`;
    },
    startsOnBoot: async (service) => parseStartType((await run('sc.exe', ['qc', service])) ?? ''),
    startsWithUser: async () => undefined,
    desktopAutostart: async () => {
      const value = (key: string, name: string) => run('reg.exe', ['query', key, '/v', name]);
      const [desktop, logon] = await Promise.all([
        value(RUN, 'Docker Desktop'),
        value(WINLOGON, 'AutoAdminLogon'),
      ]);
      // `reg query` fails, and says nothing on its standard output, where there is no such value.
      return { atSignIn: /REG_SZ/.test(desktop ?? ''), signsIn: /REG_SZ\s+1\s*$/m.test(logon ?? '') };
    },
    lingers: async () => undefined,
    clockSynchronised: async () => {
      // The words are translated, the figure is not: 3 means that the clock follows nobody.
      const indicator = /^[^:\r\n]+:\s*([0-3])\(/m.exec(
        (await run('w32tm.exe', ['/query', '/status'])) ?? '',
      )?.[1];
      return indicator === undefined ? undefined : indicator !== '3';
    },
    starts: async (days) => {
      // 6005: the event log was started. 41: started without a clean shutdown before.
      const count = (id: number) =>
        `@(Get-WinEvent -ErrorAction SilentlyContinue -FilterHashtable @{LogName='System';Id=${id};StartTime=(Get-Date).AddDays(-${days})}).Count`;
      const answer = await powershell(`${count(6005)}; ${count(41)}`);
      const [starts, unclean] = (answer ?? '').trim().split(/\s+/).map(Number);
      return starts === undefined || unclean === undefined || Number.isNaN(starts + unclean)
        ? undefined
        : { starts, unclean };
    },
    programs: async () => {
      const table = await run('tasklist.exe', ['/fo', 'csv', '/nh']);
      if (table === undefined) return undefined;
      return [...new Set([...table.matchAll(/^"([^"]+)"/gm)].map(([, name]) => name ?? ''))];
    },
    antivirusExclusions: async () => {
      const answer = await powershell('(Get-MpPreference).ExclusionPath');
      return answer
        ?.split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
    },
  };
}

/** `route print -4`: destination, mask, gateway, interface, metric. The default route is left out. */
export function parseRoutePrint(table: string): RouteView[] {
  const row = /^\s*(\d+(?:\.\d+){3})\s+(\d+(?:\.\d+){3})\s+\S+\s+(\d+(?:\.\d+){3})\s+\d+\s*$/gm;
  return [...table.matchAll(row)].flatMap(([, destination = '', mask = '', device = '']) => {
    const bits = mask
      .split('.')
      .map((byte) => Number(byte).toString(2).replaceAll('0', '').length)
      .reduce((sum, ones) => sum + ones, 0);
    return bits === 0 ? [] : [{ cidr: `${destination}/${bits}`, device }];
  });
}

/** `netstat -ano -p tcp`: the last column is the process; the state is translated, so the foreign address decides. */
export function listeningPid(table: string, port: number): string | undefined {
  const row = new RegExp(`^\\s*TCP\\s+\\S+:${port}\\s+(?:0\\.0\\.0\\.0|\\[::\\]):0\\s+\\S+\\s+(\\d+)`, 'm');
  return row.exec(table)?.[1];
}

/** `sc qc`: `START_TYPE : 2 AUTO_START`. */
export function parseStartType(answer: string): string | undefined {
  const type = /START_TYPE\s*:\s*([234])/.exec(answer)?.[1];
  return type === undefined ? undefined : { 2: 'auto', 3: 'demand', 4: 'disabled' }[Number(type)];
}
