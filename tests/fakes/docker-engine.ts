import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type {
  ContainerOptions,
  ContainerState,
  DockerPort,
  ImageBuild,
  NetworkState,
} from '../../src/adapters/docker-port.ts';
import { imageFiles } from '../../src/adapters/image-file.ts';
import type { SavedImage } from '../../src/adapters/image-file-port.ts';
import { FIGURES_URL } from '../../src/connector/metrics.ts';
import { CliError } from '../../src/errors.ts';
import { nslookup, WORKER_FIGURES } from './check-ports.ts';
import { storedLog } from './log-lines.ts';
import { savedImage, savedTar } from './saved-image.ts';

/** A Docker Engine that remembers: images, networks and containers as plain data. */
export interface DockerEngine extends DockerPort {
  images: Record<string, string>;
  networks: Record<string, NetworkState>;
  containers: Record<string, { options: ContainerOptions; state: ContainerState }>;
  builds: ImageBuild[];
  /** Called after a container has started. */
  onStart: (name: string) => void;
  /** Called after a container that ran was stopped. */
  onStop: (name: string) => void;
  log: string;
  /** Of each worker; those of a real one. */
  figures: string;
}

/** What images a stream of `docker save` holds. */
async function savedIn(tar: Readable): Promise<SavedImage[]> {
  const folder = await mkdtemp(join(tmpdir(), 'loaded-'));
  const path = join(folder, 'image');
  try {
    await writeFile(path, tar);
    return await imageFiles.inspect(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

let ids = 0;
const newId = () => (++ids).toString(16).padStart(64, 'c');

export function dockerEngine(images: readonly string[] = []): DockerEngine {
  const find = (name: string) => {
    const found = engine.containers[name];
    if (found === undefined) throw new CliError('docker.refused', `no container ${name}`);
    return found;
  };
  const engine: DockerEngine = {
    images: Object.fromEntries(images.map((name) => [name, `sha256:${name}`])),
    networks: {},
    containers: {},
    builds: [],
    onStart: () => {},
    onStop: () => {},
    log: '',
    figures: WORKER_FIGURES,
    endpoint: 'unix:///var/run/docker.sock',
    origin: 'default socket',
    guarded: true,
    info: async () => ({
      serverVersion: '27.1.1',
      apiVersion: '1.46',
      osType: 'linux',
      operatingSystem: 'Debian',
      architecture: 'x86_64',
      storageDriver: 'overlay2',
      rootDir: '/var/lib/docker',
      cpus: 2,
      memoryBytes: 8e9,
      securityOptions: [],
      components: ['Engine'],
      ipv4Forwarding: true,
    }),
    containersByLabel: async (labels) =>
      Object.values(engine.containers)
        .map(({ state }) => state)
        .filter((state) => Object.entries(labels).every(([key, value]) => state.labels[key] === value)),
    container: async (name) => engine.containers[name]?.state,
    configuration: async (name) => engine.containers[name]?.options,
    containerPublishing: async (port) =>
      Object.values(engine.containers)
        .map(({ state }) => state)
        .find(({ running, ports }) => running && ports.some(({ hostPort }) => hostPort === port)),
    logs: async () => engine.log,
    followLogs: (_, wish) => storedLog(engine.log, wish),
    createContainer: async (name, options) => {
      const id = newId();
      engine.containers[name] = { options, state: created(id, name, options, engine.images) };
      return id;
    },
    start: async (name) => {
      Object.assign(find(name).state, { running: true, status: 'running' });
      engine.onStart(name);
    },
    stop: async (name) => {
      const { running } = find(name).state;
      Object.assign(find(name).state, { running: false, status: 'exited', exitCode: 143 });
      if (running) engine.onStop(name);
    },
    restart: async (name, grace) => {
      await engine.stop(name, grace);
      await engine.start(name);
    },
    remove: async (name) => {
      const running = engine.containers[name]?.state.running;
      delete engine.containers[name];
      if (running) engine.onStop(name);
    },
    rename: async (name, newName) => {
      const found = find(name);
      if (engine.containers[newName] !== undefined)
        throw new CliError('docker.refused', `${newName} is in use`);
      delete engine.containers[name];
      engine.containers[newName] = found;
      found.state.name = newName;
    },
    setRestartPolicy: async (name, policy) => {
      const { options } = find(name);
      options.HostConfig = { ...(options.HostConfig as object), RestartPolicy: { Name: policy } };
    },
    exec: async (_, words) => ({
      exitCode: 0,
      output: words.at(-1)?.includes(FIGURES_URL) === true ? engine.figures : nslookup(words),
    }),
    execStream: () => {
      throw new Error('not part of this fake');
    },
    image: async (reference) => {
      const id = engine.images[reference];
      return id === undefined
        ? undefined
        : {
            id,
            tags: [reference],
            digests: [],
            architecture: 'amd64',
            sizeBytes: 153e6,
            createdAt: '',
            labels: {},
            environment: [`CDC_ROLE=${reference.includes('central') ? 'central' : 'facility'}`],
          };
    },
    removeImage: async (reference) => {
      if (Object.values(engine.containers).some(({ options }) => options.Image === reference)) return false;
      delete engine.images[reference];
      return true;
    },
    pull: async (reference) => {
      engine.images[reference] = `sha256:${reference}`;
    },
    push: async () => {},
    hasLogin: async () => false,
    save: async (reference) => Readable.from([await savedTar(savedImage({ tags: [reference] }))]),
    load: async (tar) => {
      const loaded = await savedIn(tar);
      for (const { tags, ids } of loaded) for (const tag of tags) engine.images[tag] = ids[0] ?? '';
      return loaded.flatMap(({ tags }) => tags);
    },
    tag: async (reference, name) => {
      engine.images[name] = engine.images[reference] ?? '';
    },
    build: async (build, onProgress) => {
      engine.builds.push(build);
      onProgress('Step 1/2 : FROM base');
      engine.images[build.tag] = `sha256:${build.tag}`;
    },
    registry: async () => ({ ok: true, value: { digest: 'sha256:1' } }),
    allNetworks: async () =>
      Object.values(engine.networks).map(({ name, driver }) => ({
        ...{ name, driver, bridge: 'br-fake' },
        ...{ subnets: [], addresses: [] },
      })),
    network: async (name) => engine.networks[name],
    containersIn: async (network) =>
      Object.values(engine.containers)
        .filter(({ options, state }) => {
          const { NetworkMode } = (options.HostConfig ?? {}) as { NetworkMode?: string };
          return state.running && NetworkMode === network;
        })
        .map(({ state }) => state.name),
    createNetwork: async (network) => {
      engine.networks[network.name] = network;
    },
    removeNetwork: async (name) => void delete engine.networks[name],
  };
  return engine;
}

type Bindings = Record<string, { HostIp: string; HostPort: string }[]>;

function created(
  id: string,
  name: string,
  options: ContainerOptions,
  images: Record<string, string>,
): ContainerState {
  const host = options.HostConfig as { PortBindings?: Bindings } | undefined;
  return {
    id,
    name,
    image: String(options.Image),
    imageId: images[String(options.Image)] ?? '',
    labels: (options.Labels ?? {}) as Record<string, string>,
    status: 'created',
    running: false,
    exitCode: 0,
    oomKilled: false,
    restartCount: 0,
    startedAt: '',
    finishedAt: '',
    ports: Object.entries(host?.PortBindings ?? {}).flatMap(([port, entries]) =>
      entries.map(({ HostIp, HostPort }) => ({
        containerPort: Number.parseInt(port, 10),
        hostIp: HostIp,
        hostPort: Number(HostPort),
      })),
    ),
    networks: [],
  };
}
