import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { timeLimit } from '../../../src/checks/time-limit.ts';

it('aborts when its time is over, though nobody holds on to it', async () => {
  const seen = new Promise((settle) => timeLimit(50).signal.addEventListener('abort', settle));
  // Makes the collector run, which is what took AbortSignal.timeout away.
  for (let round = 0; round < 20; round++) Array.from({ length: 100_000 }, (_, at) => ({ at }));
  await expect(Promise.race([seen.then(() => 'aborted'), wait(2000, 'never')])).resolves.toBe('aborted');
});

it('aborts with its parent, also with one that has aborted before', () => {
  const parent = new AbortController();
  const limit = timeLimit(60_000, parent.signal);
  parent.abort();
  expect(limit.signal.aborted).toBe(true);
  expect(timeLimit(undefined, parent.signal).signal.aborted).toBe(true);
  limit.end();
});

it('does not abort after its end', async () => {
  const parent = new AbortController();
  const limit = timeLimit(10, parent.signal);
  limit.end();
  await wait(30);
  parent.abort();
  expect(limit.signal.aborted).toBe(false);
});
