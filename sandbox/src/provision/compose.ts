import { execa } from 'execa';
import { step } from '../progress.ts';
import { SandboxError } from '../sandbox-error.ts';
import { installPackages } from './packages.ts';

/**
 * Makes one of the two Composes be there: tests deploy with it as the specification does.
 * @throws SandboxError where neither is and only root could install one
 */
export async function ensureCompose(): Promise<void> {
  for (const [program, ...argv] of [
    ['docker-compose', 'version'],
    ['docker', 'compose', 'version'],
  ] as const) {
    if (!(await execa(program, argv, { reject: false, stdin: 'ignore' })).failed) return;
  }
  if (process.getuid?.() !== 0) {
    throw new SandboxError(
      'Docker Compose is missing, and only root may install it. Install Compose 1.29 or newer.',
    );
  }
  await step('Install docker-compose', (report) => installPackages(['docker-compose'], report));
}
