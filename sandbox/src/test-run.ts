import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { complain, say } from './output.ts';
import { PROJECT, STATE } from './paths.ts';

/** What a run of vitest counted. */
interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Everything that can be checked, cheap things first: a mistake that a unit test finds should not wait for Docker. Arguments go to vitest.
 * The last line is `N passed, N failed`, alone, for whoever counts tests from a log.
 */
async function main(args: readonly string[]): Promise<number> {
  if (!(await checkStatically())) {
    complain('\nTypes, style, unused code or the package are not in order; no test was started.');
    say('0 passed, 1 failed');
    return 1;
  }
  const unit = await run('unit', args);
  if (unit.failed > 0) {
    complain('\nThe tests that need no Docker have failures; the real parts were not started.');
    say(`${unit.passed} passed, ${unit.failed} failed`);
    return 1;
  }
  // The demo, last of all, leaves nothing of the sandbox standing.
  const counts = [unit, await run('facilities', args), await run('real', args)];
  const sum = (pick: (count: Count) => number) => counts.reduce((total, count) => total + pick(count), 0);
  const failed = sum((count) => count.failed);
  const skipped = sum((count) => count.skipped);
  say('');
  say(
    `${sum((count) => count.passed)} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
  );
  return failed === 0 ? 0 : 1;
}

/** Types, style, unused code, the bundle: what needs no test to be seen. */
async function checkStatically(): Promise<boolean> {
  say('  Types, style, unused code, package …');
  const npm = process.env.npm_execpath;
  const [program, argv] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const child = spawn(program, [...argv, 'run', '--silent', 'check:static'], {
    cwd: PROJECT,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32' && program === 'npm',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
}

/** Runs one project of vitest.config.ts. A run that ends badly without a failed test counts as one failure. */
async function run(project: string, args: readonly string[]): Promise<Count> {
  await mkdir(STATE, { recursive: true, mode: 0o700 });
  const results = join(STATE, `test-results-${project}.json`);
  await rm(results, { force: true });
  const vitest = join(PROJECT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--project', project, '--passWithNoTests', ...reporters, ...args],
    { cwd: PROJECT, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  const count = await readCount(results);
  return exitCode === 0 || count.failed > 0 ? count : { ...count, failed: 1 };
}

async function readCount(file: string): Promise<Count> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0 } = JSON.parse(text);
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
}

process.exitCode = await main(process.argv.slice(2));
