import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CliError } from '../errors.ts';
import type { FilesPort } from './files-port.ts';

/** Runs a program of the system; rejects when it fails. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<unknown>;

const runProgram: RunProgram = (program, args) => promisify(execFile)(program, [...args]);

/** The real file system. Windows has no permission bits: there a file that only its owner may read gets an access list. */
export function hostFiles(
  platform: NodeJS.Platform = process.platform,
  run: RunProgram = runProgram,
): FilesPort {
  return {
    read: (path) => orUndefined(readFile(path, 'utf8')),
    readBytes: (path, most) => readBytes(path, most),
    exists: async (path) => (await orUndefined(stat(path))) !== undefined,
    list: async (dir) => (await orUndefined(readdir(dir))) ?? [],
    makeDir: async (dir, mode) => {
      const created = await explain(dir, mkdir(dir, { recursive: true, mode }));
      // mkdir's mode is cut by the umask.
      if (created === undefined) return;
      if (platform === 'win32') await explain(dir, folderAccess(created, run));
      else await chmod(dir, mode);
    },
    writeAtomically: (path, content, mode) =>
      explain(path, writeAtomically(path, content, mode, platform === 'win32' ? accessList(run) : undefined)),
    mode: async (path) => {
      if (platform === 'win32') return undefined;
      const facts = await orUndefined(lstat(path));
      return facts === undefined ? undefined : facts.mode & 0o777;
    },
    remove: (path) => explain(path, rm(path, { force: true })),
    removeEmptyDir: (dir) => removeEmptyDir(dir),
    sweep: (dir) => sweep(dir),
  };
}

/**
 * Takes a file away from everybody but this user, the administrators and the system (by their SIDs, because their names
 * are translated), as 0600 does elsewhere.
 */
function accessList(run: RunProgram) {
  return async (path: string, mode: number): Promise<void> => {
    if ((mode & 0o077) !== 0) return;
    await icacls(path, [`${userInfo().username}:F`, `${ADMINISTRATORS}:F`, `${SYSTEM}:F`], run);
  };
}

const ADMINISTRATORS = '*S-1-5-32-544';
const SYSTEM = '*S-1-5-18';
const USERS = '*S-1-5-32-545';

/**
 * A folder and what is made in it later: others may read it (0755 elsewhere). Below `%ProgramData%` every user may make files
 * otherwise, a compose file of his own among them.
 */
async function folderAccess(dir: string, run: RunProgram): Promise<void> {
  const owners = [userInfo().username, ADMINISTRATORS, SYSTEM].map((who) => `${who}:(OI)(CI)F`);
  await icacls(dir, [...owners, `${USERS}:(OI)(CI)RX`], run);
}

async function icacls(path: string, grants: readonly string[], run: RunProgram): Promise<void> {
  await run('icacls', [path, '/inheritance:r', ...grants.flatMap((grant) => ['/grant:r', grant])]);
}

async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  mode: number,
  restrict?: (path: string, mode: number) => Promise<void>,
): Promise<void> {
  const mark = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const temporary = join(dirname(path), `.${basename(path)}.${mark}.tmp`);
  try {
    // `wx` with the mode: nobody else can have opened the file, and it is never wider than asked for.
    const file = await open(temporary, 'wx', mode);
    try {
      await restrict?.(temporary, mode);
      // What the umask has taken away: the container's user must read what is public.
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    // Windows has no such thing for folders, and keeps names in order by itself.
    if (restrict === undefined) await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

/** So that the new name outlives a power cut; file systems that cannot do it have nothing to say. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

async function removeEmptyDir(dir: string): Promise<boolean> {
  try {
    await rmdir(dir);
    return true;
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return true;
    if (isCode(cause, 'ENOTEMPTY') || isCode(cause, 'EEXIST')) return false;
    throw fileError(dir, cause);
  }
}

/** The name holds the number of the process that writes; one that still runs may still be writing. */
async function sweep(dir: string): Promise<string[]> {
  const names = (await orUndefined(readdir(dir))) ?? [];
  const left = names.filter((name) => {
    const writer = /^\..+\.(\d+)-[0-9a-f]{12}\.tmp$/.exec(name)?.[1];
    return writer !== undefined && !isRunning(Number(writer));
  });
  for (const name of left) await explain(join(dir, name), rm(join(dir, name), { force: true }));
  return left;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return isCode(cause, 'EPERM');
  }
}

async function readBytes(path: string, most: number): Promise<Uint8Array | undefined> {
  const facts = await orUndefined(stat(path));
  if (facts === undefined) return undefined;
  if (facts.size <= most) return orUndefined(readFile(path));
  throw new CliError('files.large', `${path} is larger than it can be.`, {
    seen: `${facts.size} bytes`,
    needed: `At most ${most} bytes.`,
  });
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
