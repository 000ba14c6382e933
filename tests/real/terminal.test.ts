import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { Terminal } from './support/terminal.ts';

const ENTER = '\r';
const ESCAPE = '\u001b';
const ERASE_LINE = '\u0015';
const CTRL_C = '\u0003';

describe('init at a terminal', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'terminal-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  test('asks, refuses a sample code at once, hides a password, and ends on Ctrl-C with nothing changed', async () => {
    const folder = join(dir, 'facility');
    const { gateway } = await loadSandbox();
    const terminal = new Terminal(`${process.execPath} bin/clinicmaster-cdc.js init --dir ${folder}`);
    await terminal.answer('Name of the facility', 'Kayunga');
    await terminal.answer('DHIS2 code of the facility', '12345');
    await terminal.until('That is a sample, not a DHIS2 code.');
    terminal.type(`${ERASE_LINE}xY9AbCdEf12${ENTER}`);
    await terminal.answer('SQL Server host', gateway);
    await terminal.answer('SQL Server port', '9');
    await terminal.until('nothing listens at port 9');
    await terminal.pick('What now?', 'Go on anyway');
    await terminal.answer('SQL Server login', 'cdc');
    await terminal.until('SQL Server password');
    terminal.type(`s3cret${ENTER}`);
    expect(await terminal.until('Database')).not.toContain('s3cret');
    terminal.type(CTRL_C);
    expect(await terminal.until('passwords are asked for')).toContain('Cancelled. Nothing was changed.');
    await terminal.until('--db-user cdc');
    expect(await terminal.ended).toBe(130);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  test('goes back on Escape', async () => {
    const terminal = new Terminal(
      `${process.execPath} bin/clinicmaster-cdc.js init --dir ${join(dir, 'facility')}`,
    );
    await terminal.answer('Name of the facility', 'Kayunga');
    await terminal.until('DHIS2 code of the facility');
    terminal.type(ESCAPE);
    await terminal.until('[Kayunga]');
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
  });

  test('asks line by line where no cursor can be moved, in ASCII', async () => {
    const terminal = new Terminal(
      `TERM=dumb LANG=C ${process.execPath} bin/clinicmaster-cdc.js init --dir ${join(dir, 'facility')}`,
    );
    await terminal.answer('Name of the facility: ', 'Kayunga');
    await terminal.answer('DHIS2 code of the facility: ', '<');
    await terminal.answer('Name of the facility [Kayunga]: ', '');
    await terminal.answer('DHIS2 code of the facility: ', 'xY9AbCdEf12');
    await terminal.answer('SQL Server host: ', 'no-such-host.invalid');
    await terminal.answer('SQL Server port [1433]: ', '');
    const list = await terminal.until('Number, or a part of the name [1]: ');
    expect(list).toContain('x Reach SQL Server: failed, No address is known for');
    // Nothing but line ends moves the cursor.
    expect(list).not.toMatch(/\u001b/);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
  });
});

describe('doctor at a terminal', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'terminal-'));
    // Nothing listens there: every check has its answer at once.
    const { gateway } = await loadSandbox();
    const settings = {
      ...{
        FACILITY_NAME: 'T',
        FACILITY_DHIS2_CODE: 'T1',
        DB_HOST: gateway,
        DB_PORT: '9',
        DB_USER: 'u',
        DB_PASS: 'p4ss',
      },
      ...{ KAFKA_BOOTSTRAP_SERVERS: `${gateway}:9`, KAFKA_USER: 'u', KAFKA_PASS: 'p4ss' },
    };
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(join(dir, '.env'), lines.join(''));
  });
  afterAll(() => rm(dir, { recursive: true }));
  const program = (...argv: string[]) =>
    new Terminal([process.execPath, 'bin/clinicmaster-cdc.js', 'doctor', ...argv, '--dir', dir].join(' '));

  test('draws the latest answer anew, and ends on Ctrl-C without a complaint', async () => {
    const terminal = program('--watch', '1s', '--short');
    await terminal.until('every 1 s; Ctrl-C ends.');
    const second = await terminal.until('every 1 s; Ctrl-C ends.');
    expect(second).toContain('\u001b[H\u001b[2J');
    expect(second).toContain('failed');
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
    expect(await terminal.until('^C')).not.toContain('Cancelled');
  });

  test('answers by area once all checks are through', async () => {
    const terminal = program();
    const shown = await terminal.until(' failed, ');
    expect(shown).toContain('Checks: done');
    expect(shown.indexOf('Checks: done')).toBeLessThan(shown.lastIndexOf('This machine'));
    expect(await terminal.ended).toBe(3);
  });
});
