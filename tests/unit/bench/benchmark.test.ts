import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measurement, median } from '../../../bench/benchmark.ts';

describe('a measurement', () => {
  it('gives the middle value', () => {
    expect(median([9, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('sets ours beside the usual, with the spread of both', () => {
    const found = measurement('worker', 's', { ours: [2.0004, 1.9, 2.4], usual: [9, 8, 10] }, { load: '1' });
    expect(found).toEqual({
      name: 'worker',
      unit: 's',
      ours: 2,
      usual: 9,
      ratio: 0.222,
      runs: 3,
      spread: { ours: [1.9, 2.4], usual: [8, 10] },
      conditions: { load: '1' },
    });
  });
});

describe('the usual image', () => {
  it('holds the versions that ours holds', () => {
    const ours = versions('connect/pom.xml');
    const usual = versions('bench/usual/pom.xml');
    for (const name of ['kafka.version', 'debezium.sqlserver.version', 'log4j.version']) {
      expect(usual[name], name).toBe(ours[name]);
      expect(ours[name], name).toMatch(/^\d/);
    }
  });
});

/** Properties of a pom.xml whose names end in `.version`. */
function versions(file: string): Record<string, string | undefined> {
  const properties = readFileSync(file, 'utf8').matchAll(/<([a-z0-9.]+\.version)>([^<]+)</g);
  return Object.fromEntries([...properties].map(([, name, value]) => [name, value]));
}
