import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { LABEL, LABEL_HOME, LABEL_ID, LABEL_MADE_FROM } from '../names.ts';
import { PROJECT } from '../paths.ts';
import { SandboxError } from '../sandbox-error.ts';
import {
  docker,
  inspectContainer,
  inspectImage,
  type PlacedFile,
  placeFiles,
  removeContainer,
  tailOf,
} from './docker.ts';

/** A server of the sandbox as a container: everything that it is made from. */
export interface ServerContainer {
  name: string;
  image: string;
  /** Which sandbox it belongs to (its passwords). */
  sandboxId: string;
  env: Record<string, string>;
  /** Port inside and outside. */
  port: { inside: number; outside: number };
  gateway: string;
  files: readonly PlacedFile[];
  /** Named volume (same name as the container) and where it goes. */
  dataPath: string;
  memoryBytes: number;
  sharedMemoryBytes?: number;
}

/**
 * Makes the container run: leaves a running one that is made from the same things, starts a stopped one, makes an
 * absent or outdated one. The data volume outlives all of that, unless it belongs to another sandbox.
 * @returns what was done
 */
export async function ensureRunning(server: ServerContainer): Promise<'ran already' | 'started' | 'made'> {
  const madeFrom = await fingerprint(server);
  const present = await inspectContainer(server.name);
  if (present !== undefined && present.Config.Labels[LABEL_MADE_FROM] === madeFrom) {
    if (present.State.Running) return 'ran already';
    await docker.getContainer(server.name).start();
    return 'started';
  }
  await removeContainer(server.name);
  await dropForeignVolume(server);
  const container = await docker.createContainer(options(server, madeFrom));
  await placeFiles(container, server.files);
  await container.start();
  return 'made';
}

/**
 * Waits until `ready` says so.
 * @throws SandboxError with the container's last lines when it stops or the time is over
 */
export async function waitUntilReady(
  name: string,
  seconds: number,
  ready: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await ready())) {
    const running = (await inspectContainer(name))?.State.Running ?? false;
    if (!running || Date.now() > deadline) {
      const why = running ? `is not ready after ${seconds} s` : 'has stopped';
      throw new SandboxError(`${name} ${why}. Its last lines:\n${await tailOf(name, 20).catch(() => '')}`);
    }
    await wait(250);
  }
}

async function dropForeignVolume(server: ServerContainer): Promise<void> {
  const { Volumes } = await docker.listVolumes({ filters: { name: [server.name] } });
  const volume = Volumes.find((v) => v.Name === server.name);
  if (volume !== undefined && volume.Labels?.[LABEL_ID] !== server.sandboxId) {
    await docker.getVolume(server.name).remove();
  }
  await docker.createVolume({
    Name: server.name,
    Labels: { [LABEL]: 'true', [LABEL_ID]: server.sandboxId },
  });
}

function options(server: ServerContainer, madeFrom: string) {
  const inside = `${server.port.inside}/tcp`;
  const outside = String(server.port.outside);
  return {
    name: server.name,
    Image: server.image,
    Env: Object.entries(server.env).map(([key, value]) => `${key}=${value}`),
    ExposedPorts: { [inside]: {} },
    Labels: {
      [LABEL]: 'true',
      [LABEL_ID]: server.sandboxId,
      [LABEL_HOME]: PROJECT,
      [LABEL_MADE_FROM]: madeFrom,
    },
    HostConfig: {
      Binds: [`${server.name}:${server.dataPath}`],
      PortBindings: {
        [inside]: [server.gateway, '127.0.0.1'].map((HostIp) => ({ HostIp, HostPort: outside })),
      },
      Memory: server.memoryBytes,
      ...(server.sharedMemoryBytes === undefined ? {} : { ShmSize: server.sharedMemoryBytes }),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '20m', 'max-file': '2' } },
      SecurityOpt: ['no-new-privileges'],
    },
  };
}

/** A salted hash would be needed if the secrets in it were guessable; they are random. */
async function fingerprint(server: ServerContainer): Promise<string> {
  const image = await inspectImage(server.image);
  const parts = JSON.stringify([
    { ...server, files: server.files.map((f) => [f, String(f.content)]) },
    image?.Id,
  ]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}
