import { access, readFile } from 'node:fs/promises';
import { step } from '../progress.ts';
import { SandboxError } from '../sandbox-error.ts';
import { startDaemon } from './daemon.ts';
import { decideEngine, type EngineAnswer, type MachineFacts } from './decide.ts';
import { docker } from './docker.ts';
import { installPackages } from './packages.ts';

const DOCKERD = ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'];

/**
 * Makes a Docker Engine answer: uses the one that does, else (root, Debian or Ubuntu) installs and starts one.
 * @throws SandboxError with one sentence that says what the user must do
 */
export async function ensureDocker(): Promise<void> {
  const plan = decideEngine(await machineFacts());
  switch (plan.do) {
    case 'use':
      return;
    case 'refuse':
      throw new SandboxError(plan.because);
    case 'install':
      await step(`Install ${plan.packages.join(', ')}`, (report) => installPackages(plan.packages, report));
      break;
    case 'start':
      break;
  }
  await step('Start the Docker Engine', startDaemon);
}

/** Asks the Engine for a sign of life. */
export async function pingEngine(): Promise<EngineAnswer> {
  try {
    await docker.ping();
    return 'yes';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'no';
  }
}

async function machineFacts(): Promise<MachineFacts> {
  return {
    engine: await pingEngine(),
    dockerHost: process.env.DOCKER_HOST ?? '',
    platform: process.platform,
    root: process.getuid?.() === 0,
    distribution: await distribution(),
    dockerdInstalled: await anyExists(DOCKERD),
  };
}

async function distribution(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return [...text.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)]
    .map(([, value]) => value?.replaceAll('"', ''))
    .join(' ');
}

async function anyExists(files: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
