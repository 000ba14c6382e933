import { describe, expect, test } from 'vitest';
import { awkwardPassword, demoFacilities } from '../../../sandbox/src/demo/facilities.ts';
import { KINDS } from '../../../sandbox/src/demo/operations.ts';
import { parseOptions } from '../../../sandbox/src/demo/options.ts';
import { scheduleFor } from '../../../sandbox/src/demo/schedule.ts';
import { realServers } from '../../../sandbox/src/demo/servers.ts';
import { FACILITY_ID } from '../../../src/connector/names.ts';

describe('options', () => {
  test('defaults', () => {
    expect(parseOptions([])).toEqual({
      keep: false,
      spoil: false,
      down: false,
      help: false,
      rows: 100_000,
      seed: '1',
      scan: true,
    });
  });

  test('all of them', () => {
    const options = parseOptions(['--keep', '--break', '--rows', '8000', '--seed', 'x', '--no-scan']);
    expect(options).toMatchObject({ keep: true, spoil: true, rows: 8_000, seed: 'x', scan: false });
  });

  test.each([['--rows', 'many'], ['--rows', '10'], ['--nonsense'], ['stray']])('refuses %s %s', (...argv) => {
    expect(() => parseOptions(argv)).toThrow();
  });
});

describe('schedule', () => {
  test.each(KINDS)('a full run commits at least 2,000 of %s, a short one some', (kind) => {
    const together = (rows: number) =>
      2 * Object.values(scheduleFor(rows)).reduce((sum, counts) => sum + counts[kind], 0);
    expect(together(100_000)).toBeGreaterThanOrEqual(2_000);
    expect(together(8_000)).toBeGreaterThanOrEqual(160);
    expect(together(8_000)).toBeLessThan(together(100_000));
  });

  test('a full run ends with no fewer rows than it starts with', () => {
    for (const counts of Object.values(scheduleFor(100_000)))
      expect(counts.insert).toBeGreaterThan(counts.delete);
  });
});

describe('real servers', () => {
  const login = { SANDBOX_SQLSERVER_USER: 'sa', SANDBOX_SQLSERVER_PASS: 'p' };

  test('none are named: stand-ins will do', () => {
    expect(realServers({})).toBeUndefined();
    expect(realServers({ SANDBOX_SQLSERVER: ' ', ...login })).toBeUndefined();
  });

  test('two', () => {
    expect(realServers({ SANDBOX_SQLSERVER: 'a:1433, b:1434', ...login })).toEqual([
      { host: 'a', port: 1433, user: 'sa', password: 'p' },
      { host: 'b', port: 1434, user: 'sa', password: 'p' },
    ]);
  });

  test.each([
    [{ SANDBOX_SQLSERVER: 'a:1433', ...login }],
    [{ SANDBOX_SQLSERVER: 'a,b', ...login }],
    [{ SANDBOX_SQLSERVER: 'a:1,b:2' }],
  ])('refuses %o', (environment) => {
    expect(() => realServers(environment)).toThrow('Needed');
  });
});

describe('facilities', () => {
  test('codes may name topics, one begins like the other, and both ports differ', () => {
    const [a, b] = demoFacilities();
    expect(a.code).toMatch(FACILITY_ID);
    expect(b.code.startsWith(`${a.code}-`)).toBe(true);
    expect(a.restPort).not.toBe(b.restPort);
  });

  test('passwords are awkward and never the same', () => {
    expect(awkwardPassword()).toMatch(/["\\$'#&%=; ]/);
    expect(awkwardPassword()).not.toBe(awkwardPassword());
  });
});
