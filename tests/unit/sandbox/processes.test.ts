import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endProcess, isAlive, livingPid } from '../../../sandbox/src/processes.ts';
import { endProcesses } from '../../../sandbox/src/provision/take-over.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clinicmaster-cdc-pids-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function sleeper(marker: string, script = 'setInterval(() => {}, 1e6)'): number {
  return spawn(process.execPath, ['-e', script, marker], { stdio: 'ignore' }).pid ?? 0;
}

test('a pid file counts only while its process is the one that wrote it', async () => {
  const file = join(folder, 'one.pid');
  const pid = sleeper('marked-one');
  await writeFile(file, `${pid}\n`);
  expect(await livingPid(file, 'marked-one')).toBe(pid);
  expect(await livingPid(file, 'another program')).toBeUndefined();
  await endProcess(pid);
  expect(isAlive(pid)).toBe(false);
  expect(await livingPid(file, 'marked-one')).toBeUndefined();
  expect(await livingPid(join(folder, 'absent.pid'), 'marked-one')).toBeUndefined();
});

test('a process that does not listen is ended all the same', async () => {
  const pid = sleeper('deaf', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6)');
  await endProcess(pid, 300);
  expect(isAlive(pid)).toBe(false);
});

test('all processes of a state folder are ended, and no stranger that got an old number', async () => {
  const ours = sleeper('sandbox');
  const stranger = sleeper('somebody else');
  const state = await mkdtemp(join(folder, 'state-'));
  await writeFile(join(state, 'standin-1.pid'), String(ours));
  await writeFile(join(state, 'standin-2.pid'), String(stranger));
  expect(await endProcesses(state)).toEqual(['standin-1']);
  expect([isAlive(ours), isAlive(stranger)]).toEqual([false, true]);
  await endProcess(stranger);
});
