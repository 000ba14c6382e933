import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { withLock } from '../../../sandbox/src/lock.ts';

const LOCK = fileURLToPath(new URL('../../../sandbox/src/lock.ts', import.meta.url));

test('work under one name never overlaps, and a failure gives the lock back', async () => {
  const name = randomUUID();
  let inside = 0;
  const work = () =>
    withLock(name, async () => {
      inside += 1;
      expect(inside).toBe(1);
      await wait(20);
      inside -= 1;
    });
  await expect(withLock(name, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await Promise.all([work(), work(), work()]);
});

test('another process waits, and a killed one leaves nothing behind', async () => {
  const name = randomUUID();
  const script = `const { withLock } = await import(${JSON.stringify(LOCK)});
    await withLock(${JSON.stringify(name)}, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1e6); }));`;
  const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(owner.stdout, 'data');
  let waited = false;
  const work = withLock(
    name,
    () => Promise.resolve(waited),
    () => {
      waited = true;
      owner.kill('SIGKILL');
    },
  );
  expect(await work).toBe(true);
});
