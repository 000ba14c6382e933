import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../../sandbox/src/paths.ts';
import type { Journal } from '../../../src/install/journal.ts';

const LOOK_MS = 2;

/**
 * Runs the real program and kills it (SIGKILL) as soon as its journal says so.
 * @returns what stood in the journal at that moment
 * @throws when it ended before
 */
export async function killWhen(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  journalPath: string,
  moment: (journal: Journal) => boolean,
): Promise<Journal> {
  const child = spawn(process.execPath, [join(PROJECT, 'bin', 'clinicmaster-cdc.js'), ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const startedAt = read(journalPath)?.startedAt;
  return new Promise((resolve, reject) => {
    let killed: Journal | undefined;
    const timer = setInterval(() => {
      const journal = read(journalPath);
      // The journal of an earlier run stands there until this one changes something.
      if (journal === undefined || journal.startedAt === startedAt || !moment(journal)) return;
      killed ??= journal;
      child.kill('SIGKILL');
    }, LOOK_MS);
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(timer);
      if (killed !== undefined) resolve(killed);
      else reject(new Error(`It ended (${code}) before it could be killed:\n${said}`));
    });
  });
}

function read(path: string): Journal | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Journal;
  } catch {
    return undefined;
  }
}
