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

  it('gives it the whole mode, whatever the umask', async () => {
    const umask = process.umask(0o077);
    await files.writeAtomically(join(dir, 'ca.pem'), 'public', 0o644);
    await files.makeDir(join(dir, 'ca'), 0o755);
    process.umask(umask);
    const modes = [await stat(join(dir, 'ca.pem')), await stat(join(dir, 'ca'))].map(
      ({ mode }) => mode & 0o777,
    );
    expect(modes).toEqual([0o644, 0o755]);
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
    const umask = process.umask(0);
    const seen: { args: readonly string[]; content: string; mode: number }[] = [];
    const files = hostFiles('win32', async (program, args) => {
      const path = args[0] ?? '';
      const { mode } = await stat(path);
      seen.push({
        args: [program, ...args.slice(1)],
        content: await readFile(path, 'utf8'),
        mode: mode & 0o777,
      });
    });
    await files.writeAtomically(join(dir, '.env'), 'secret', 0o600);
    await files.writeAtomically(join(dir, 'compose.yml'), 'public', 0o644);
    expect(seen).toHaveLength(1);
    process.umask(umask);
    expect(seen[0]).toMatchObject({ content: '', mode: 0o600 });
    expect(seen[0]?.args.slice(0, 2)).toEqual(['icacls', '/inheritance:r']);
    expect(await readFile(join(dir, '.env'), 'utf8')).toBe('secret');
  });

  it('shuts a new folder to other writers, and leaves one that stands as it is', async () => {
    const ran: string[][] = [];
    const files = hostFiles('win32', async (program, args) => void ran.push([program, ...args]));
    await files.makeDir(join(dir, 'clinicmaster-cdc', 'ca'), 0o755);
    await files.makeDir(join(dir, 'clinicmaster-cdc'), 0o755);
    expect(ran).toHaveLength(1);
    expect(ran[0]?.slice(0, 3)).toEqual(['icacls', join(dir, 'clinicmaster-cdc'), '/inheritance:r']);
    expect(ran[0]).toEqual(
      expect.arrayContaining(['*S-1-5-32-544:(OI)(CI)F', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-545:(OI)(CI)RX']),
    );
  });

  it('an access list that cannot be set is an error, and leaves no file', async () => {
    const files = hostFiles('win32', () =>
      Promise.reject(Object.assign(new Error('no icacls'), { code: 'ENOENT' })),
    );
    await expect(files.writeAtomically(join(dir, '.env'), 'secret', 0o600)).rejects.toMatchObject({
      code: 'files.failed',
    });
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('what a killed run leaves', () => {
  const files = hostFiles('linux');
  /** No process has it: Linux numbers end below. */
  const DEAD = 4_194_305;

  it('is removed, and nothing else', async () => {
    const mark = '0123456789ab';
    const rest = `..env.${DEAD}-${mark}.tmp`;
    const others = [`..env.${process.pid}-${mark}.tmp`, 'notes.tmp', `.x.${DEAD}-short.tmp`, '.env'];
    for (const name of [rest, ...others]) await writeFile(join(dir, name), '');
    expect(await files.sweep(dir)).toEqual([rest]);
    expect((await readdir(dir)).sort()).toEqual(others.sort());
    expect(await files.sweep(join(dir, 'absent'))).toEqual([]);
  });

  it('is no folder that holds something', async () => {
    await files.makeDir(join(dir, 'ca'), 0o755);
    await writeFile(join(dir, 'ca/x'), '');
    expect(await files.removeEmptyDir(join(dir, 'ca'))).toBe(false);
    await rm(join(dir, 'ca/x'));
    expect([
      await files.removeEmptyDir(join(dir, 'ca')),
      await files.removeEmptyDir(join(dir, 'ca')),
    ]).toEqual([true, true]);
  });
});
