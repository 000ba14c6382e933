import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { typed } from '../../../src/commands/shared/typed.ts';
import { undoScriptCommand } from '../../../src/commands/shared/uninstall-lists.ts';
import type { Installed } from '../../../src/install/installed.ts';

const LINUX = { platform: 'linux' };
const WINDOWS = { platform: 'win32' };

/** What a POSIX shell hands to the program. */
function words(command: string): string[] {
  const program = 'clinicmaster-cdc() { for word in "$@"; do printf "%s\\n" "$word"; done; }\n';
  return execFileSync('bash', ['-c', program + command], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

describe('a command to be typed again', () => {
  it.each(['/srv/St. Mary’s', "/srv/Mary's", 'C:\\cdc', '/opt/$HOME'])('keeps the folder %s', (dir) => {
    expect(words(typed('init', { dir, instance: 'b' }, LINUX))).toEqual([
      'init',
      '--dir',
      dir,
      '--instance',
      'b',
    ]);
  });

  it('is spelled for PowerShell on Windows', () => {
    expect(typed('uninstall', { dir: "C:\\Mary's" }, WINDOWS)).toBe(
      "clinicmaster-cdc uninstall --dir 'C:\\Mary''s'",
    );
    expect(typed('uninstall', { dir: 'C:\\cdc' }, WINDOWS)).toBe('clinicmaster-cdc uninstall --dir C:\\cdc');
  });
});

describe('the undo script of an uninstalled facility', () => {
  const installed = (values: Record<string, string>) => ({ values }) as unknown as Installed;
  const values = { DB_HOST: 'db\\SQLEXPRESS', DB_USER: 'reader', DB_NAME: "Mary's 100%" };

  it('keeps an instance, an apostrophe and a blank through a POSIX shell', () => {
    const given = words(undoScriptCommand(installed(values), LINUX) ?? '');
    expect(given[given.indexOf('--db-host') + 1]).toBe('db\\SQLEXPRESS');
    expect(given[given.indexOf('--db-name') + 1]).toBe("Mary's 100%");
    expect(given[given.indexOf('--confirm') + 1]).toBe("Mary's 100%");
  });

  it('is spelled for PowerShell on Windows', () => {
    expect(undoScriptCommand(installed(values), WINDOWS)).toBe(
      "clinicmaster-cdc sql disable --db-host db\\SQLEXPRESS --db-port 1433 --db-user reader --db-name 'Mary''s 100%' --dba-user sa --confirm 'Mary''s 100%'",
    );
  });
});
