import { execa } from 'execa';
import type { Report } from '../progress.ts';
import { SandboxError } from '../sandbox-error.ts';

const ENVIRONMENT = { DEBIAN_FRONTEND: 'noninteractive' };
// Another apt (unattended upgrades on a fresh machine) may hold the lock for a while.
const WAIT_FOR_LOCK = ['-o', 'DPkg::Lock::Timeout=300'];

/**
 * Installs Debian packages without what they merely recommend. Asks for new package lists only when the present
 * ones do not know them or are too old to serve.
 * @throws SandboxError with apt's own last lines
 */
export async function installPackages(packages: readonly string[], report: Report): Promise<void> {
  if (!(await allKnown(packages))) await updateLists(report);
  try {
    await install(packages, report);
  } catch {
    // Lists older than the archive name files that are gone; once more with new ones.
    await updateLists(report);
    await install(packages, report).catch((error: unknown) =>
      fail(`apt-get install ${packages.join(' ')}`, error),
    );
  }
}

async function allKnown(packages: readonly string[]): Promise<boolean> {
  const { stdout } = await execa('apt-cache', ['policy', ...packages], {
    reject: false,
    env: { LC_ALL: 'C' },
  });
  return (stdout.match(/Candidate: (?!\(none\))/g) ?? []).length === packages.length;
}

async function updateLists(report: Report): Promise<void> {
  // One unreachable source among several is only a warning to apt; the install tells whether it mattered.
  await withLines('apt-get', [...WAIT_FOR_LOCK, 'update'], report).catch((error: unknown) =>
    fail('apt-get update', error),
  );
}

async function install(packages: readonly string[], report: Report): Promise<void> {
  await withLines(
    'apt-get',
    [...WAIT_FOR_LOCK, 'install', '-y', '--no-install-recommends', ...packages],
    report,
  );
}

function fail(command: string, error: unknown): never {
  const lines = String((error as { all?: string }).all ?? error)
    .trim()
    .split('\n');
  throw new SandboxError(`\`${command}\` failed:\n${lines.slice(-12).join('\n')}`, { cause: error });
}

/** Runs a program and reports each line that it prints. Rejects with execa's error, whose `all` has the output. */
export async function withLines(program: string, argv: readonly string[], report: Report): Promise<void> {
  const running = execa(program, [...argv], { all: true, env: ENVIRONMENT, stdin: 'ignore' });
  for await (const line of running.iterable({ from: 'all' })) {
    if (line.trim() !== '') report(line);
  }
  await running;
}
