import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { hostMachine, type MachineSources } from '../../../src/adapters/machine.ts';
import { listeningInodes, parseRoutes, parseStarts } from '../../../src/adapters/machine-linux.ts';
import { listeningPid, parseRoutePrint, parseStartType } from '../../../src/adapters/machine-windows.ts';

/** A machine that answers what was recorded, by the first word of the question. */
function recorded(
  platform: NodeJS.Platform,
  answers: Record<string, string>,
  files: Record<string, string> = {},
) {
  const sources: MachineSources = {
    run: async (program, args) =>
      Object.entries(answers).find(([key]) => `${program} ${args.join(' ')}`.includes(key))?.[1],
    read: async (path) => files[path],
    list: async (dir) => {
      const inside = Object.keys(files)
        .filter((path) => path.startsWith(`${dir}/`))
        .map((path) => path.slice(dir.length + 1).split('/')[0] ?? '');
      return inside.length === 0 ? undefined : [...new Set(inside)];
    },
  };
  return hostMachine(platform, sources);
}

describe('this machine', () => {
  const machine = hostMachine();
  it('answers', async () => {
    expect(machine.hostname).toBe(hostname());
    const { totalBytes, availableBytes } = await machine.memory();
    expect(availableBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThan(availableBytes);
    expect((await machine.disk('/'))?.totalBytes).toBeGreaterThan(0);
    expect(await machine.disk('/no/such/path')).toBeUndefined();
    expect(machine.interfaces().some(({ internal, cidr }) => internal && cidr === '127.0.0.1/8')).toBe(true);
    expect((await machine.system()).uptimeSeconds).toBeGreaterThan(0);
    expect(machine.processors().count).toBeGreaterThan(0);
    expect(await machine.programs()).toContain('node');
  });
  it('names the program that listens at a port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((settle) => server.once('listening', settle));
    const { port } = server.address() as AddressInfo;
    expect(await machine.portHolder(port)).toContain(`(pid ${process.pid})`);
    await new Promise((settle) => server.close(settle));
    expect(await machine.portHolder(port)).toBeUndefined();
  });
});

describe('a Linux machine', () => {
  it('asks the systemd of the user for his own services', async () => {
    const machine = recorded('linux', { 'systemctl --user is-enabled docker.service': 'enabled\n' });
    expect(await machine.startsWithUser('docker.service')).toBe('enabled');
  });

  it('reads routes, least significant byte first, without the default one', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
      'br-0\t0010A8C0\t00000000\t0001\t0\t0\t0\t00F0FFFF\t0\t0\t0',
      '',
    ].join('\n');
    expect(parseRoutes(table)).toEqual([
      { device: 'docker0', cidr: '172.17.0.0/16' },
      { device: 'br-0', cidr: '192.168.16.0/20' },
    ]);
  });
  it('counts starts without a shutdown before them', () => {
    const line = (what: string) => `${what}   system boot  6.1.0-13  Mon Nov  6 08:00:11 2023`;
    const log = ['reboot', 'reboot', 'shutdown', 'reboot', 'shutdown', 'reboot'].map(line).join('\n');
    expect(parseStarts(`${log}\n\nwtmp begins Mon Nov  6 08:00:11 2023\n`)).toEqual({
      starts: 4,
      unclean: 1,
    });
    expect(parseStarts('\nwtmp begins Tue May 20 00:00:00 2025\n')).toBeUndefined();
  });
  it('finds listening sockets, and no others', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:1F93 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1',
      '   1: 0100007F:1F93 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1',
      '   2: 0100007F:1F94 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1',
    ].join('\n');
    expect(listeningInodes(table, 8083)).toEqual(['4711']);
  });
  it('asks systemd only where systemd runs', async () => {
    const answers = { 'is-enabled': 'enabled\n' };
    expect(await recorded('linux', answers).startsOnBoot('docker.service')).toBeUndefined();
    const files = { '/run/systemd/system/x': '' };
    expect(await recorded('linux', answers, files).startsOnBoot('docker.service')).toBe('enabled');
  });
  it('knows what it is, what it has left and whether its clock is kept', async () => {
    const files = {
      '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian"\n',
      '/proc/meminfo': 'MemTotal:       24682628 kB\nMemAvailable:   22617088 kB\n',
    };
    const machine = recorded('linux', { timedatectl: 'no\n' }, files);
    expect((await machine.system()).name).toBe('Debian GNU/Linux 12 (bookworm)');
    expect((await machine.memory()).availableBytes).toBe(22_617_088 * 1024);
    expect(await machine.clockSynchronised()).toBe(false);
    expect(await recorded('linux', {}).clockSynchronised()).toBeUndefined();
  });
});

describe('a Windows machine', () => {
  it.each([
    ['REG_SZ    "C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe"', 'REG_SZ    1', true, true],
    ['REG_SZ    "C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe"', 'REG_SZ    0', true, false],
    [undefined, undefined, false, false],
  ])('knows what starts Docker Desktop: %s, %s', async (desktop, logon, atSignIn, signsIn) => {
    const answers = {
      ...(desktop && {
        'CurrentVersion\\Run /v Docker Desktop': `\r\nHKEY_CURRENT_USER\\…\\Run\r\n    Docker Desktop    ${desktop}\r\n`,
      }),
      ...(logon && { 'Winlogon /v AutoAdminLogon': `\r\n    AutoAdminLogon    ${logon}\r\n\r\n` }),
    };
    expect(await recorded('win32', answers).desktopAutostart()).toEqual({ atSignIn, signsIn });
  });

  it('reads the table of routes', () => {
    const table = `
IPv4 Route Table
===========================================================================
Active Routes:
Network Destination        Netmask          Gateway       Interface  Metric
          0.0.0.0          0.0.0.0      192.168.1.1    192.168.1.100     25
      192.168.1.0    255.255.255.0         On-link     192.168.1.100    281
       172.28.0.0      255.255.240.0       On-link       172.28.0.1   5256
`;
    expect(parseRoutePrint(table)).toEqual([
      { cidr: '192.168.1.0/24', device: '192.168.1.100' },
      { cidr: '172.28.0.0/20', device: '172.28.0.1' },
    ]);
  });
  it('finds who listens, in any language', () => {
    const table = [
      '  TCP    127.0.0.1:8083         192.168.1.9:51000      HERGESTELLT     900',
      '  TCP    0.0.0.0:8083           0.0.0.0:0              ABHÖREN         812',
      '  TCP    [::]:1433              [::]:0                 ABHÖREN         1200',
    ].join('\r\n');
    expect([listeningPid(table, 8083), listeningPid(table, 1433), listeningPid(table, 80)]).toEqual([
      '812',
      '1200',
      undefined,
    ]);
  });
  it('asks its own programs', async () => {
    const machine = recorded('win32', {
      Caption: 'Microsoft Windows Server 2019 Standard\r\n',
      FreePhysicalMemory: '4194304\r\n',
      'sc.exe qc': '        START_TYPE         : 3   DEMAND_START\r\n',
      'w32tm.exe': 'Leap Indicator: 3(not synchronized)\r\nStratum: 0 (unspecified)\r\n',
      'Get-WinEvent': '5\r\n3\r\n',
      'tasklist.exe': '"System","4","Services","0","144 K"\r\n"sqlservr.exe","900","Services","0","2 K"\r\n',
      ExclusionPath: 'C:\\Data\r\nD:\\Docker\r\n',
    });
    expect((await machine.system()).name).toBe('Microsoft Windows Server 2019 Standard');
    expect((await machine.memory()).availableBytes).toBe(4 * 2 ** 30);
    expect(await machine.startsOnBoot('com.docker.service')).toBe('demand');
    expect(await machine.clockSynchronised()).toBe(false);
    expect(await machine.starts(30)).toEqual({ starts: 5, unclean: 3 });
    expect(await machine.programs()).toEqual(['System', 'sqlservr.exe']);
    expect(await machine.antivirusExclusions()).toEqual(['C:\\Data', 'D:\\Docker']);
    expect(machine.processors().load15).toBeUndefined();
  });
  it('cannot tell where a program does not answer', async () => {
    const machine = recorded('win32', {});
    expect(await machine.starts(30)).toBeUndefined();
    expect(await machine.clockSynchronised()).toBeUndefined();
    expect(await machine.routes()).toBeUndefined();
    expect(parseStartType('')).toBeUndefined();
  });
});

describe('a machine of another kind', () => {
  it('still knows its memory', async () => {
    const machine = recorded('darwin', {});
    expect((await machine.memory()).totalBytes).toBeGreaterThan(0);
    expect(await machine.startsOnBoot('docker')).toBeUndefined();
  });
});
