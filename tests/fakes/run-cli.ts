import { archive } from '../../src/adapters/archive.ts';
import { dhis2 } from '../../src/adapters/dhis2.ts';
import { hostFiles } from '../../src/adapters/files.ts';
import { imageFiles } from '../../src/adapters/image-file.ts';
import { run } from '../../src/cli.ts';
import type { Context } from '../../src/context.ts';
import { CliError } from '../../src/errors.ts';
import { fakeConnect, fakeDocker, fakeKafka, fakeNetwork, fakeSqlServer, type World } from './check-ports.ts';
import { fakeMachine } from './machine.ts';
import { ENV, SYSTEM } from './streaming-facility.ts';

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
      isTTY: world.terminal === true,
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
    interactive: world.confirm !== undefined || world.answers !== undefined,
    signal: world.signal ?? new AbortController().signal,
    context: async (invocation) => ({ ...invocation, ...surroundings(world) }),
  });
  return { exit, ...written };
}

/** Time passes at once. A test ends a watch by throwing. */
async function slept(world: World, ms: number): Promise<void> {
  world.nowMs += ms;
  world.slept?.(ms);
}

/** Everything that the fake world answers. */
export function surroundings(
  world: World,
): Omit<Context, 'out' | 'signal' | 'version' | 'packageRoot' | 'interactive'> {
  const real = hostFiles();
  return {
    host: { platform: 'linux', privileged: true, home: '/root', cwd: '/elsewhere', env: {} },
    clock: { now: () => world.nowMs, sleep: (ms) => slept(world, ms) },
    files: {
      ...real,
      read: async (path) => (path === `${DIR}/.env` ? ENV : real.read(path)),
      writeAtomically: async (path, ...rest) => {
        // There is no such folder; what the checks note there is lost.
        if (path !== `${DIR}/seen.json`) await real.writeAtomically(path, ...rest);
      },
    },
    archive: async () => archive,
    imageFiles: async () => imageFiles,
    dockerSetup: () => Promise.reject(new Error('Docker was to be installed')),
    system: () => SYSTEM,
    docker: async () => {
      if (world.docker !== undefined) return fakeDocker(world);
      throw new CliError('docker.unreachable', 'No Docker Engine answers on this machine.', {
        seen: 'unix:///var/run/docker.sock: not there',
        needed: 'A running Docker Engine (20.10 or newer) that this user may use.',
        commands: ['systemctl enable --now docker'],
      });
    },
    connect: async (port) => fakeConnect(world, `http://127.0.0.1:${port}`),
    prompts: async () => {
      const unasked = () => Promise.reject(new Error('a question was asked'));
      const confirm = async (message: string) => {
        world.asked.push(message);
        return world.confirm?.(message) ?? world.answers?.shift() ?? unasked();
      };
      return { keys: '', text: unasked, secret: unasked, choose: unasked, select: unasked, confirm };
    },
    stdin: async () => '',
    postgres: () => Promise.reject(new Error('the warehouse was asked')),
    machine: async () => fakeMachine(),
    dhis2: async (url, token) => dhis2(url, token),
    inside: async () => undefined,
    network: async () => fakeNetwork(world),
    sqlServer: async ({ host, port }) => fakeSqlServer(world, `${host}:${port}`),
    sqlScript: () => Promise.reject(new Error('a DBA was asked')),
    kafka: async () => fakeKafka(world),
  };
}
