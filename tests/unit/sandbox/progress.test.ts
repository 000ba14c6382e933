import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { step } from '../../../sandbox/src/progress.ts';

let lines: string[];

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text).trimEnd());
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('a short step is one line', async () => {
  expect(await step('Make tea', async () => 42)).toBe(42);
  expect(lines).toEqual(['✓ Make tea (0.0 s)']);
});

test('a long step is announced, and says now and then what it is doing', async () => {
  const done = step('Make tea', async (report) => {
    report('\u001b[91mStep 4/12 :\tRUN apt-get\u001b[0m\n');
    report('\u001b[91m\u001b[0m\n');
    await new Promise((resolve) => setTimeout(resolve, 20_000));
  });
  await vi.advanceTimersByTimeAsync(20_000);
  await done;
  expect(lines).toEqual(['  Make tea …', '    15 s  Step 4/12 : RUN apt-get', '✓ Make tea (20 s)']);
});

test('a step that fails says so and passes its error on', async () => {
  await expect(step('Make tea', () => Promise.reject(new Error('no water')))).rejects.toThrow('no water');
  expect(lines).toEqual(['✗ Make tea (0 s)']);
});
