import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { STATE } from './paths.ts';
import { isAlive } from './processes.ts';
import { SandboxError } from './sandbox-error.ts';

const POLL_MS = 200;
const GIVE_UP_MS = 20 * 60_000;

/**
 * Runs `work` while no other process runs one under the same name. A lock whose owner is gone is taken over.
 * @throws SandboxError when the owner keeps it for 20 minutes
 */
export async function withLock<T>(
  name: string,
  work: () => Promise<T>,
  onWait?: (pid: number) => void,
): Promise<T> {
  await mkdir(STATE, { recursive: true, mode: 0o700 });
  const file = join(STATE, `${name}.lock`);
  const deadline = Date.now() + GIVE_UP_MS;
  let told = false;
  while (!(await claim(file))) {
    const owner = Number(await readFile(file, 'utf8').catch(() => '0'));
    if (owner > 0 && !isAlive(owner)) {
      await rm(file, { force: true });
      continue;
    }
    if (!told && owner > 0) {
      told = true;
      onWait?.(owner);
    }
    if (Date.now() > deadline) {
      throw new SandboxError(`Process ${owner} has held ${file} for 20 minutes; end it and try again.`);
    }
    await wait(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function claim(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
