import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asAdministrator, quoted, setVariable, spelledFor, unsetVariable } from '../../src/shell.ts';

describe('a printed command', () => {
  it.each([
    ['db\\SQLEXPRESS', 'linux', "'db\\SQLEXPRESS'"],
    ['db\\SQLEXPRESS', 'win32', 'db\\SQLEXPRESS'],
    ['192.168.1.5,1433', 'linux', '192.168.1.5,1433'],
    ['192.168.1.5,1433', 'win32', "'192.168.1.5,1433'"],
    ["St. Mary's", 'linux', "'St. Mary'\\''s'"],
    ["St. Mary's", 'win32', "'St. Mary''s'"],
    ['C:\\ProgramData\\clinicmaster-cdc', 'win32', 'C:\\ProgramData\\clinicmaster-cdc'],
  ])('names %s on %s as %s', (text, platform, spelled) => {
    expect(quoted(text, { platform })).toBe(spelled);
  });

  it.each([
    ['nc -vz -w 5 kafka-1.example.org 9093', 'Test-NetConnection kafka-1.example.org -Port 9093'],
    ['ping -M do -s 1372 -c 2 k   # then 1332', 'ping -f -l 1372 -n 2 k   # then 1332'],
    ['ip route get 10.8.0.1', 'tracert -d -h 5 10.8.0.1'],
    ['docker logs x', 'docker logs x'],
  ])('of the network is that of the machine: %s', (linux, windows) => {
    expect(spelledFor({ platform: 'linux' }, linux)).toBe(linux);
    expect(spelledFor({ platform: 'win32' }, linux)).toBe(windows);
  });

  it('is spelled for the shell at hand', () => {
    const spelled = (platform: string) => [
      asAdministrator('x y', { platform }),
      unsetVariable('A', { platform }),
      setVariable('A', "it's", { platform }),
      setVariable('A', 'b', { platform }),
    ];
    expect(spelled('linux')).toEqual(['sudo x y', 'unset A', "export A='it'\\''s'", 'export A=b']);
    expect(spelled('win32')).toEqual([
      'x y   # as administrator',
      'Remove-Item Env:A',
      "$Env:A = 'it''s'",
      "$Env:A = 'b'",
    ]);
    expect(asAdministrator('x', { platform: 'linux', privileged: true })).toBe('x');
  });

  it('quotes any argument so that a POSIX shell gives it back', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
        (text) => {
          const command = `printf %s ${quoted(text, { platform: 'linux' })}`;
          expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toBe(text);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('quotes any argument for PowerShell: one quoted text whose quotes are doubled', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const spelled = quoted(text, { platform: 'win32' });
        if (spelled === text) expect(text).toMatch(/^[\w./:\\+=-]+$/);
        else expect(spelled.slice(1, -1).replaceAll("''", "'")).toBe(text);
      }),
    );
  });
});
