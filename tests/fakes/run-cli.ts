import { hostFiles } from '../../src/adapters/files.ts';
import { run } from '../../src/cli.ts';
import type { Context } from '../../src/context.ts';
import { CliError } from '../../src/errors.ts';
import { fakeConnect, fakeDocker, fakeKafka, fakeNetwork, fakeSqlServer, type World } from './check-ports.ts';
import { ENV } from './streaming-facility.ts';

export const DIR = '/fac';

export interface Ran {
  exit: number;
  stdout: string;
  stderr: string;
}

/** Runs the real command tree in this process, 80 columns wide and without a terminal, in a world of fakes. */
export async function runCli(world: World, ...argv: string[]): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) =>
    ({
      columns: 80,
      isTTY: false,
      write: (text: string) => {
        written[name] += text;
        return true;
      },
    }) as unknown as NodeJS.WriteStream;
  const exit = await run({
    argv,
    env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    interactive: false,
    signal: new AbortController().signal,
    context: async (invocation) => ({ ...invocation, ...surroundings(world) }),
  });
  return { exit, ...written };
}

function surroundings(
  world: World,
): Omit<Context, 'out' | 'signal' | 'version' | 'packageRoot' | 'interactive'> {
  const real = hostFiles();
  return {
    host: { platform: 'linux', privileged: true, home: '/root', cwd: '/elsewhere', env: {} },
    clock: { now: () => world.nowMs, sleep: async () => {} },
    files: { ...real, read: async (path) => (path === `${DIR}/.env` ? ENV : real.read(path)) },
    docker: async () => {
      if (world.docker !== undefined) return fakeDocker(world);
      throw new CliError('docker.unreachable', 'No Docker Engine answers on this machine.', {
        seen: 'unix:///var/run/docker.sock: not there',
        needed: 'A running Docker Engine (20.10 or newer) that this user may use.',
        commands: ['systemctl enable --now docker'],
      });
    },
    connect: async (port) => fakeConnect(world, `http://127.0.0.1:${port}`),
    prompts: () => Promise.reject(new Error('a question was asked')),
    stdin: async () => '',
    postgres: () => Promise.reject(new Error('the warehouse was asked')),
    network: async () => fakeNetwork(world),
    sqlServer: async ({ host, port }) => fakeSqlServer(world, `${host}:${port}`),
    sqlScript: () => Promise.reject(new Error('a DBA was asked')),
    kafka: async () => fakeKafka(world),
  };
}
