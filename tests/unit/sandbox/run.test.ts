import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const RUNNER = fileURLToPath(new URL('../../../sandbox/run.mjs', import.meta.url));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUNNER, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('a word that it does not know ends with its usage and 2', () => {
  expect(run('dmeo')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^Usage: .*demo\|test\|/) });
  expect(run('sandbox', 'upp')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('sandbox -- up'),
  });
});
