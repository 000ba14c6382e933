import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { complain, say } from './output.ts';
import { PROJECT, STATE } from './paths.ts';
import { type FileResult, failedFiles, readResults, tellFailures, withSecondRun } from './test-results.ts';

/** More files than these do not fail by chance: they are not run again. */
const AGAIN_AT_MOST = 3;

/**
 * Everything that can be checked, cheap things first: a mistake that a unit test finds should not wait for Docker. Arguments go to vitest.
 * The last line is `N passed, N failed`, alone, for whoever counts tests from a log; the failures stand above it.
 */
async function main(args: readonly string[]): Promise<number> {
  if (!(await checkStatically())) {
    complain('\nTypes, style, unused code or the package are not in order; no test was started.');
    say('0 passed, 1 failed');
    return 1;
  }
  const unit = await run('unit', args);
  if (failedFiles(unit).length > 0) {
    complain('\nThe tests that need no Docker have failures; the real parts were not started.');
    return conclude(unit, []);
  }
  const { results: facilities, unsteady } = await runFacilities(args);
  // The demo, last of all, leaves nothing of the sandbox standing.
  return conclude([...unit, ...facilities, ...(await run('real', args))], unsteady);
}

/**
 * The facilities run several at a time on whatever machine this is, and a limit of time that one alone keeps with ease may pass there.
 * A file that failed is therefore run once more, alone. What failed the first time is told at the end all the same: nobody may take
 * an unsteady test for a steady one.
 */
async function runFacilities(
  args: readonly string[],
): Promise<{ results: FileResult[]; unsteady: FileResult[] }> {
  const first = await run('facilities', args);
  const failed = failedFiles(first);
  if (failed.length === 0 || failed.length > AGAIN_AT_MOST) return { results: first, unsteady: [] };
  const files = failed.map(({ file }) => file);
  say(`\n  Once more, one at a time: ${files.join(' ')} …`);
  const results = withSecondRun(first, await run('facilities', [...args, '--no-file-parallelism', ...files]));
  return { results, unsteady: failed };
}

/** The end of the log. */
function conclude(results: readonly FileResult[], unsteady: readonly FileResult[]): number {
  const sum = (pick: (result: FileResult) => number) =>
    results.reduce((total, result) => total + pick(result), 0);
  const failed = sum(({ failures }) => failures.length);
  const skipped = sum((result) => result.skipped);
  if (unsteady.length > 0) {
    say('\nNot steady: these failed beside others and were run again, alone.');
    for (const line of tellFailures(unsteady)) say(`  ${line}`);
  }
  say('');
  for (const line of tellFailures(results)) say(line);
  say(
    `${sum(({ passed }) => passed)} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
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
async function run(project: string, args: readonly string[]): Promise<FileResult[]> {
  await mkdir(STATE, { recursive: true, mode: 0o700 });
  const file = join(STATE, `test-results-${project}.json`);
  await rm(file, { force: true });
  const vitest = join(PROJECT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--project', project, '--passWithNoTests', ...reporters, ...args],
    { cwd: PROJECT, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  const results = readResults(await readFile(file, 'utf8').catch(() => '{}'), PROJECT);
  if (exitCode === 0 || failedFiles(results).length > 0) return results;
  const message = `vitest ended with ${exitCode}; its own words stand above, where this run ended.`;
  return [...results, { file: `(${project})`, passed: 0, skipped: 0, failures: [{ name: '', message }] }];
}

process.exitCode = await main(process.argv.slice(2));
