import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectPort } from '../../../src/adapters/connect-port.ts';
import { connectRest } from '../../../src/adapters/connect-rest.ts';
import { findDocker } from '../../../src/adapters/docker.ts';
import type { ContainerOptions, DockerPort } from '../../../src/adapters/docker-port.ts';
import { readCompose } from '../../../src/install/compose-file.ts';
import type { Values } from '../../../src/settings/field.ts';

/** A container made from a compose file of the product, with everything that locks it down. */
export interface WorkerContainer {
  name: string;
  docker: DockerPort;
  connect: ConnectPort;
  url: string;
  /** Runs a program inside. @returns its exit code and both of its streams */
  exec(...argv: string[]): Promise<{ exitCode: number; output: string }>;
  logs(): Promise<string>;
  /** Waits until `condition` holds. @throws with the container's last lines when it does not in time */
  until(what: string, seconds: number, condition: () => Promise<boolean>): Promise<void>;
  remove(): Promise<void>;
}

const OWN_HOST = { platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} } as const;
const LOG_LINES = 5_000;

/**
 * Starts what `docker compose up -d` would start.
 * @param values of `.env`
 * @param ca content of files of the folder `ca/`, by name
 * @param otherwise what Docker is told differently, as its API spells it
 */
export async function startWorker(
  file: 'docker-compose.facility.yml' | 'docker-compose.central.yml',
  values: Values,
  ca: Readonly<Record<string, string>> = {},
  otherwise: ContainerOptions = {},
): Promise<WorkerContainer> {
  const dir = await mkdtemp(join(tmpdir(), 'cdc-image-'));
  await mkdir(join(dir, 'ca'));
  for (const [name, pem] of Object.entries(ca)) await writeFile(join(dir, 'ca', name), pem);
  const plan = readCompose(await readFile(file, 'utf8'), values, dir, file);
  const docker = await findDocker(OWN_HOST);
  const name = plan.containerName;

  const removeFromDocker = async () => {
    if ((await docker.container(name)) !== undefined) await docker.remove(name);
    for (const network of plan.networks) {
      if ((await docker.network(network.name)) !== undefined) await docker.removeNetwork(network.name);
    }
  };
  const remove = async () => {
    await removeFromDocker();
    await rm(dir, { recursive: true, force: true });
  };
  const logs = () => docker.logs(name, { tail: LOG_LINES });
  const until = async (what: string, seconds: number, condition: () => Promise<boolean>) => {
    const end = Date.now() + seconds * 1000;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`Not in ${seconds} s: ${what}\n${(await logs()).slice(-4000)}`);
      await sleep(200);
    }
  };

  // A run that was killed leaves its container and network behind.
  await removeFromDocker();
  for (const network of plan.networks) await docker.createNetwork(network);
  await docker.createContainer(name, { ...plan.options, ...otherwise });
  await docker.start(name);
  const url = `http://127.0.0.1:${values.REST_PORT ?? '8083'}`;
  return {
    name,
    docker,
    url,
    connect: connectRest(url),
    exec: (...argv) => docker.exec(name, argv),
    logs,
    until,
    remove,
  };
}
