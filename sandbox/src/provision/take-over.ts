import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LABEL, LABEL_HOME, LABEL_ID } from '../names.ts';
import { say } from '../output.ts';
import { endProcess, livingPid } from '../processes.ts';
import { docker, removeContainer } from './docker.ts';

/** Every detached process of a sandbox is started from this folder of its checkout. */
const PROCESS_MARKER = 'sandbox';

/**
 * There is one sandbox on a machine, because it has fixed ports. One that another checkout (or a lost
 * `credentials.json`) left behind is removed: nobody knows its passwords any more.
 */
export async function takeOver(id: string): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters: { label: [`${LABEL}=true`] } });
  for (const { Id, Names, Labels } of containers) {
    if (Labels[LABEL_ID] === id) continue;
    const home = Labels[LABEL_HOME];
    say(`  removing ${Names[0]?.slice(1) ?? Id}, left by another sandbox (${home ?? 'unknown checkout'})`);
    await removeContainer(Id);
    if (home !== undefined) await endProcesses(join(home, '.sandbox'));
  }
}

/** Ends the processes whose `*.pid` files stand in a state folder. @returns the names of those ended */
export async function endProcesses(state: string): Promise<string[]> {
  const files = (await readdir(state).catch(() => [])).filter((name) => name.endsWith('.pid'));
  const ended: string[] = [];
  for (const file of files) {
    const pid = await livingPid(join(state, file), PROCESS_MARKER);
    if (pid === undefined) continue;
    await endProcess(pid);
    ended.push(file.slice(0, -'.pid'.length));
  }
  return ended;
}
