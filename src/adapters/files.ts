import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CliError } from '../errors.ts';
import type { FilesPort } from './files-port.ts';

/** The real file system. Where the system has no permission bits (Windows), modes are ignored. */
export function hostFiles(platform: NodeJS.Platform = process.platform): FilesPort {
  return {
    read: (path) => orUndefined(readFile(path, 'utf8')),
    exists: async (path) => (await orUndefined(stat(path))) !== undefined,
    list: async (dir) => (await orUndefined(readdir(dir))) ?? [],
    makeDir: async (dir, mode) => {
      const created = await explain(dir, mkdir(dir, { recursive: true, mode }));
      // mkdir's mode is cut by the umask.
      if (created !== undefined && platform !== 'win32') await chmod(dir, mode);
    },
    writeAtomically: (path, content, mode) => explain(path, writeAtomically(path, content, mode)),
    mode: async (path) => {
      if (platform === 'win32') return undefined;
      const facts = await orUndefined(lstat(path));
      return facts === undefined ? undefined : facts.mode & 0o777;
    },
    remove: (path) => explain(path, rm(path, { force: true })),
  };
}

async function writeAtomically(path: string, content: string, mode: number): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    // `wx` with the mode: nobody else can have opened the file, and it is never wider than asked for.
    const file = await open(temporary, 'wx', mode);
    try {
      await file.chmod(mode);
      await file.writeFile(content, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (cause) {
    if (isCode(cause, 'ENOENT') || isCode(cause, 'ENOTDIR')) return undefined;
    throw fileError(undefined, cause);
  }
}

async function explain<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileError(path, cause);
  }
}

const NEEDED: Record<string, string> = {
  EACCES: 'Run with the rights to that path (on Linux: sudo), or name another folder with --dir.',
  EPERM: 'Run with the rights to that path (on Linux: sudo), or name another folder with --dir.',
  ENOSPC: 'Free some disk space.',
  EDQUOT: 'Free some disk space.',
  EROFS: 'The file system is read-only; name another folder with --dir.',
  EISDIR: 'A folder stands where a file is needed; move it away.',
};

function fileError(path: string | undefined, cause: unknown): Error {
  if (!(cause instanceof Error) || !('code' in cause))
    return new Error('A file operation failed.', { cause });
  const code = String(cause.code);
  const where = path ?? ('path' in cause ? String(cause.path) : 'a file');
  return new CliError('files.failed', `${where} cannot be read or written.`, {
    seen: `${code}: ${cause.message}`,
    needed: NEEDED[code] ?? 'A folder that this user may write to; see --dir.',
    cause,
  });
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
