import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { aptFailure, serviceFailure } from './docker-setup-failure.ts';
import type { DockerSetupPort } from './docker-setup-port.ts';

/** What a program of the system came to. */
export interface ProgramEnd {
  exitCode: number;
  /** The last of both streams. */
  output: string;
}

/** How programs of the system are run; tests bring their own. */
export interface SetupSources {
  /**
   * To its end, whatever happens: a package manager that is stopped in the middle leaves half a package.
   * @param line gets each line that it writes to its fourth descriptor, as it comes
   */
  run(program: string, args: readonly string[], line: (text: string) => void): Promise<ProgramEnd>;
  exists(path: string): Promise<boolean>;
  /** Resolves when an Engine answers; rejects when none does in half a minute. */
  answers(signal: AbortSignal): Promise<void>;
}

/** Another run of apt-get (`unattended-upgrades` after a start) holds its lock for minutes, not for hours. */
const LOCK_SECONDS = 120;
const STATUS_FD = 3;
const APT = [
  '--quiet',
  '--yes',
  `-oDPkg::Lock::Timeout=${LOCK_SECONDS}`,
  '-oDpkg::Use-Pty=0',
  // How far it is, as `dlstatus:…` and `pmstatus:…` lines. Never on the standard output: apt sets that to not block, and scripts of
  // packages fail on it ("echo: I/O error").
  `-oAPT::Status-Fd=${STATUS_FD}`,
];
const SYSTEMD = '/run/systemd/system';

export function dockerSetup(sources: SetupSources): DockerSetupPort {
  return {
    async install(progress, signal) {
      const apt = async (...args: string[]) => {
        const line = (text: string) => {
          const message = aptProgress(text);
          if (message !== undefined) progress(message);
        };
        const finish = () => progress('finishing this, then stopping');
        signal.throwIfAborted();
        signal.addEventListener('abort', finish, { once: true });
        const end = await sources.run('apt-get', [...APT, ...args], line);
        signal.removeEventListener('abort', finish);
        signal.throwIfAborted();
        return end;
      };
      progress('reading the package lists');
      const lists = await apt('update');
      // Lists that could not be fetched may be old ones that still serve: the installation tells.
      const installed = await apt('install', 'docker.io');
      if (installed.exitCode !== 0) throw aptFailure(installed.output, lists.output);
      await start(sources, progress, signal);
    },
  };
}

/** By systemd, which starts it at boot too; without it by the package's own script, which only some other init starts at boot. */
async function start(
  sources: SetupSources,
  progress: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const systemd = await sources.exists(SYSTEMD);
  progress('starting Docker');
  const [program = '', ...args] = systemd
    ? ['systemctl', 'enable', '--now', 'docker']
    : ['service', 'docker', 'start'];
  const { exitCode, output } = await sources.run(program, args, () => {});
  signal.throwIfAborted();
  try {
    if (exitCode !== 0) throw new Error(output);
    await sources.answers(signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw serviceFailure(systemd, output, cause);
  }
}

/**
 * A line of apt's status: `pmstatus:docker.io:54.5:Unpacking docker.io (amd64)`, `dlstatus:3:20.1:Retrieving file 3 of 12`.
 * @returns undefined for any other line
 */
export function aptProgress(line: string): string | undefined {
  const [, percent = '', what = ''] =
    /^(?:pm|dl)status:[^:]*(?::[^:]*?)?:([\d.]+):(.*)$/.exec(line.trim()) ?? [];
  return what === '' ? undefined : `${Math.floor(Number(percent))} %, ${what}`;
}

const MOST_OUTPUT = 8000;
const ENGINE_TRIES = 30;

/** The real machine. @param answers whether an Engine answers; rejects when it does not */
export function realSetup(answers: () => Promise<unknown>): DockerSetupPort {
  return dockerSetup({
    run: runToEnd,
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    answers: async (signal) => {
      const { setTimeout: wait } = await import('node:timers/promises');
      for (let left = ENGINE_TRIES; ; left--) {
        try {
          await answers();
          return;
        } catch (cause) {
          if (left === 0) throw cause;
          await wait(1000, undefined, { signal });
        }
      }
    },
  });
}

/** What is still in a pipe when a program has ended comes within this time. */
const REST_MS = 300;

/**
 * The end of the program counts, not that of its output: a daemon that it has started may hold the pipes open for ever.
 */
function runToEnd(
  program: string,
  args: readonly string[],
  line: (text: string) => void,
): Promise<ProgramEnd> {
  const child = spawn(program, [...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // Ctrl-C at the terminal is for this program, which waits for the other one.
    detached: true,
  });
  const pipes = child.stdio.slice(1) as Readable[];
  let output = '';
  for (const pipe of pipes.slice(0, 2)) {
    pipe.on('data', (text) => {
      output = `${output}${text}`.slice(-MOST_OUTPUT);
    });
  }
  const status = pipes[STATUS_FD - 1];
  if (status !== undefined) createInterface({ input: status }).on('line', line);
  return new Promise((settle) => {
    child.once('error', (error) => settle({ exitCode: -1, output: error.message }));
    child.once('exit', (code) => {
      setTimeout(() => {
        for (const pipe of pipes) pipe.destroy();
        settle({ exitCode: code ?? -1, output });
      }, REST_MS);
    });
  });
}
