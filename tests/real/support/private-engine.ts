import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { installPackages } from '../../../sandbox/src/provision/packages.ts';
import { findDocker } from '../../../src/adapters/docker.ts';
import type { DockerPort } from '../../../src/adapters/docker-port.ts';

/**
 * A machine of its own on this one: a network namespace that reaches the bridge of this machine's Docker and nothing else
 * (no default route), with a Docker Engine in it that has no images.
 */
export interface PrivateEngine {
  docker: DockerPort;
  /** For DOCKER_HOST. */
  endpoint: string;
  /** This machine as the namespace sees it. */
  gateway: string;
  /** Runs a program in the namespace; its exit code counts as an answer. */
  run(
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }>;
  /** The Engine's data folder. */
  dataRoot: string;
  remove(): Promise<void>;
}

/**
 * @param name short and of this test file alone: network devices carry it
 * @param number tells the addresses of one namespace from another's, 1 to 250
 * @param options.room bytes of the data folder, where it shall be small
 */
export async function startPrivateEngine(
  name: string,
  number: number,
  options: { flags?: readonly string[]; room?: string } = {},
): Promise<PrivateEngine> {
  if ((await execa('ip', ['-Version'], { reject: false })).failed)
    await installPackages(['iproute2'], () => {});
  const space = `cdc-${name}`;
  const [inside, outside] = [`${name}-in`, `${name}-out`];
  const folder = await mkdtemp(join(tmpdir(), `${space}-`));
  const dataRoot = join(folder, 'data');
  const socket = join(folder, 'docker.sock');
  // By its path: what runs in the namespace may have a PATH on which it is not.
  const { stdout: nsenter } = await execa('sh', ['-c', 'command -v nsenter']);
  const within = [nsenter, `--net=/var/run/netns/${space}`] as const;
  let engine: ChildProcess | undefined;

  const remove = async () => {
    if (engine !== undefined && engine.exitCode === null) {
      const ended = new Promise((settle) => engine?.once('exit', settle));
      engine.kill('SIGTERM');
      await ended;
    }
    await execa('ip', ['link', 'delete', outside], { reject: false });
    await execa('ip', ['netns', 'delete', space], { reject: false });
    await execa('umount', [dataRoot], { reject: false });
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };

  await execa('ip', ['link', 'delete', outside], { reject: false });
  await execa('ip', ['netns', 'delete', space], { reject: false });
  try {
    const { address: gateway, prefix: prefixlen } = await bridgeOfDocker();
    const address = `${gateway.split('.').slice(0, 2).join('.')}.250.${number}/${prefixlen}`;
    await execa('ip', ['netns', 'add', space]);
    await execa('ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', space]);
    await execa('ip', ['link', 'set', outside, 'master', 'docker0', 'up']);
    const ip = (...argv: string[]) => execa('ip', ['-netns', space, ...argv]);
    await ip('link', 'set', 'lo', 'up');
    await ip('address', 'add', address, 'dev', inside);
    await ip('link', 'set', inside, 'up');

    await mkdir(dataRoot);
    if (options.room !== undefined) {
      await execa('mount', ['-t', 'tmpfs', '-o', `size=${options.room}`, 'tmpfs', dataRoot]);
    }
    const log: string[] = [];
    engine = spawn(
      within[0],
      [
        within[1],
        'dockerd',
        ...['--data-root', dataRoot, '--exec-root', join(folder, 'exec')],
        ...['--pidfile', join(folder, 'docker.pid'), '--host', `unix://${socket}`],
        ...['--containerd-namespace', space, '--containerd-plugins-namespace', `${space}-plugins`],
        // Not the addresses of this machine's own bridges.
        ...['--bip', `10.${number}.1.1/24`, '--default-address-pool', `base=10.${number}.128.0/17,size=24`],
        ...(options.flags ?? []),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    engine.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log.push(text);
      if (log.length > 50) log.shift();
    });
    const docker = await answering(socket, engine, log);
    const run: PrivateEngine['run'] = async ([program = '', ...argv], env) => {
      const { exitCode, stdout, stderr } = await execa(within[0], [within[1], program, ...argv], {
        reject: false,
        env: { ...env },
        extendEnv: false,
        stdin: 'ignore',
      });
      return { exitCode, stdout, stderr };
    };
    return { docker, endpoint: `unix://${socket}`, gateway, run, dataRoot, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Where this machine's Docker, and so the sandbox, can be reached. */
export async function bridgeOfDocker(): Promise<{ address: string; prefix: number }> {
  const { stdout } = await execa('ip', ['-json', '-4', 'address', 'show', 'docker0']);
  const [device] = JSON.parse(stdout) as { addr_info: { local: string; prefixlen: number }[] }[];
  const [first] = device?.addr_info ?? [];
  if (first === undefined) throw new Error('docker0 has no address');
  return { address: first.local, prefix: first.prefixlen };
}

async function answering(socket: string, engine: ChildProcess, log: string[]): Promise<DockerPort> {
  const host = { platform: 'linux', privileged: true, home: '/root', cwd: '/' } as const;
  for (let attempt = 0; attempt < 100 && engine.exitCode === null; attempt++) {
    try {
      return await findDocker({ ...host, env: { DOCKER_HOST: `unix://${socket}` } });
    } catch {
      await new Promise((settle) => setTimeout(settle, 200));
    }
  }
  throw new Error(`the private Engine does not answer:\n${log.join('')}`);
}
