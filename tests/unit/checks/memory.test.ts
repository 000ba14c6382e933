import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostFiles } from '../../../src/adapters/files.ts';
import { facilityMemory } from '../../../src/checks/memory.ts';

const clock = { now: () => Date.parse('2026-11-24T08:00:00Z'), sleep: async () => {} };
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'memory-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const memory = (folder = dir) => facilityMemory(hostFiles(), folder, clock);

describe('the memory of the checks', () => {
  it('knows nothing at first, without trouble', async () => {
    expect(await memory().recall('a')).toEqual({ value: null, at: null, trouble: null });
  });

  it('keeps what it is given over runs, with its time, for its owner alone', async () => {
    expect(await memory().keep('a', { lsn: '0x1' })).toBeNull();
    expect(await memory().recall('a')).toEqual({
      value: { lsn: '0x1' },
      at: '2026-11-24T08:00:00.000Z',
      trouble: null,
    });
    expect((await stat(join(dir, 'seen.json'))).mode & 0o777).toBe(0o600);
  });

  it('loses none of what several checks note at one time', async () => {
    const one = memory();
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => one.keep(key, key)));
    const { seen } = JSON.parse(await readFile(join(dir, 'seen.json'), 'utf8'));
    expect(Object.keys(seen).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(await readdir(dir)).toEqual(['seen.json']);
  });

  it('hears of a note that is being written', async () => {
    const one = memory();
    const writing = one.keep('a', 1);
    expect((await one.recall('a')).value).toBe(1);
    await writing;
  });

  it.each([
    ['', 'empty'],
    ['{"version":1,"seen":', 'cut off'],
    ['[]', 'a list'],
    ['null', 'null'],
    ['{"version":2,"seen":{}}', 'of another version'],
  ])('tells a damaged file, and begins anew (%#)', async (text) => {
    await writeFile(join(dir, 'seen.json'), text);
    const damaged = await memory().recall('a');
    expect(damaged.value).toBeNull();
    expect(damaged.trouble).toContain('seen.json');
    expect(await memory().keep('a', 1)).toBeNull();
    expect(await memory().recall('a')).toMatchObject({ value: 1, trouble: null });
  });

  it('says why it cannot write, and does not fail', async () => {
    const trouble = await memory(join(dir, 'absent')).keep('a', 1);
    expect(trouble).toContain('seen.json');
  });
});
