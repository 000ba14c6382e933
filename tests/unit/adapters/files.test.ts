import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostFiles } from '../../../src/adapters/files.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'files-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('writing a file', () => {
  const files = hostFiles('linux');

  it('gives it the mode, whatever the mode of the one it replaces', async () => {
    const path = join(dir, '.env');
    await writeFile(path, 'old');
    await chmod(path, 0o644);
    await files.writeAtomically(path, 'new', 0o600);
    expect([await readFile(path, 'utf8'), (await stat(path)).mode & 0o777]).toEqual(['new', 0o600]);
    expect(await readdir(dir)).toEqual(['.env']);
  });

  it('leaves the old one, and no rest, when it cannot be finished', async () => {
    await files.makeDir(join(dir, 'taken'), 0o755);
    await writeFile(join(dir, 'taken/inside'), '');
    await expect(files.writeAtomically(join(dir, 'taken'), 'x', 0o600)).rejects.toMatchObject({
      code: 'files.failed',
      exitCode: 3,
    });
    expect(await readdir(dir)).toEqual(['taken']);
  });

  it('says what is needed where the folder is not there', async () => {
    const missing = files.writeAtomically(join(dir, 'no/where'), 'x', 0o600);
    await expect(missing).rejects.toMatchObject({ seen: expect.stringContaining('ENOENT') });
  });

  it('answers undefined for what is not there', async () => {
    expect([
      await files.read(join(dir, 'no')),
      await files.mode(join(dir, 'no')),
      await files.list(join(dir, 'no')),
    ]).toEqual([undefined, undefined, []]);
  });
});

describe('writing a secret on Windows', () => {
  it('shuts the file before its first byte', async () => {
    const seen: { args: readonly string[]; content: string }[] = [];
    const files = hostFiles('win32', async (program, args) => {
      seen.push({ args: [program, ...args.slice(1)], content: await readFile(args[0] ?? '', 'utf8') });
    });
    await files.writeAtomically(join(dir, '.env'), 'secret', 0o600);
    await files.writeAtomically(join(dir, 'compose.yml'), 'public', 0o644);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.content).toBe('');
    expect(seen[0]?.args.slice(0, 2)).toEqual(['icacls', '/inheritance:r']);
    expect(await readFile(join(dir, '.env'), 'utf8')).toBe('secret');
  });
});
