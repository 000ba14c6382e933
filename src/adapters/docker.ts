import type Docker from 'dockerode';
import { CliError } from '../errors.ts';
import { openEngine, ping } from './docker-connection.ts';
import { defaultEndpoints, type Endpoint, endpoints, podmanEndpoints } from './docker-endpoints.ts';
import { execute, executionStream } from './docker-exec.ts';
import {
  askRegistry,
  buildImage,
  loadImage,
  pullImage,
  pushImage,
  removeImage,
  saveImage,
} from './docker-images.ts';
import { registryLogin } from './docker-login.ts';
import { followLogs } from './docker-logs.ts';
import type { ContainerState, DockerPort, NetworkView } from './docker-port.ts';
import { registryHost } from './docker-pull-failure.ts';
import { explainRefusal, noDocker, type Refusal } from './docker-refusal.ts';
import {
  type EngineInfo,
  type EngineVersion,
  toContainerOptions,
  toContainerState,
  toDockerInfo,
  toImageState,
  toNetworkView,
} from './docker-state.ts';
import { demultiplex } from './docker-stream.ts';
import type { HostFacts } from './host.ts';
import { hostSystem } from './host-system.ts';

/**
 * Finds the Docker Engine that this user would use.
 * @throws CliError `docker.unreachable`, `docker.absent` (none is installed, and this program could do it) or
 * `docker.forbidden`, listing every endpoint tried, why it did not answer, and what to run on this system
 */
export async function findDocker(host: HostFacts): Promise<DockerPort> {
  const refusals: Refusal[] = [];
  for (const endpoint of await endpoints(host)) {
    const tried = await attempt(endpoint);
    if (tried.engine !== undefined) return dockerPort(tried.engine, endpoint, isGuarded(endpoint), host);
    refusals.push(tried.refusal);
  }
  const chosen = refusals.some(({ endpoint }) => endpoint.chosen !== undefined);
  const [elsewhere, podman, system] = await Promise.all([
    chosen ? firstThatAnswers(defaultEndpoints(host)) : undefined,
    firstThatAnswers(podmanEndpoints(host)),
    hostSystem(host),
  ]);
  throw noDocker(refusals, { elsewhere, podman }, system, host);
}

type Attempt = { engine: Docker; refusal?: undefined } | { engine?: undefined; refusal: Refusal };

async function attempt(endpoint: Endpoint): Promise<Attempt> {
  try {
    if (endpoint.fault !== undefined) throw new Error(endpoint.fault);
    const engine = openEngine(endpoint);
    await ping(engine);
    return { engine };
  } catch (cause) {
    return { refusal: explainRefusal(endpoint, cause) };
  }
}

async function firstThatAnswers(places: readonly Endpoint[]): Promise<Endpoint | undefined> {
  const tried = await Promise.all(places.map(attempt));
  return places.find((_, at) => tried[at]?.engine !== undefined);
}

/** Sockets and pipes are guarded by their permissions, TCP only by TLS. */
function isGuarded({ url, tls }: Endpoint): boolean {
  return !/^(tcp|http):/.test(url) || tls !== undefined;
}

function dockerPort(
  engine: Docker,
  { url, origin }: Endpoint,
  guarded: boolean,
  host: HostFacts,
): DockerPort {
  const login = (reference: string) => registryLogin(host, registryHost(reference));
  const inspect = (name: string) =>
    orUndefined<ContainerState>(engine.getContainer(name).inspect().then(toContainerState));
  return {
    endpoint: url,
    origin,
    guarded,
    info: async () => {
      const [info, version] = await Promise.all([engine.info() as Promise<EngineInfo>, engine.version()]);
      return toDockerInfo(info, version as EngineVersion);
    },
    containersByLabel: async (labels) => {
      const label = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
      const found = await engine.listContainers({ all: true, filters: { label } });
      const states = await Promise.all(found.map((summary) => inspect(summary.Id)));
      return states.filter((state) => state !== undefined);
    },
    container: inspect,
    configuration: (name) => orUndefined(engine.getContainer(name).inspect().then(toContainerOptions)),
    containerPublishing: async (port) => {
      const running = await engine.listContainers();
      const owner = running.find((summary) => summary.Ports.some((entry) => entry.PublicPort === port));
      return owner === undefined ? undefined : inspect(owner.Id);
    },
    logs: async (name, { tail, sinceSeconds }) => {
      const options = { stdout: true, stderr: true, follow: false as const, tail };
      const raw = await engine
        .getContainer(name)
        .logs({ ...options, ...(sinceSeconds ? { since: sinceSeconds } : {}) });
      return demultiplex(raw as Buffer);
    },
    followLogs: (name, wish) => followLogs(engine, name, wish),
    createContainer: (name, options) =>
      explain(`create the container ${name}`, createContainer(engine, name, options)),
    start: (name) => explain(`start the container ${name}`, tolerate(304, engine.getContainer(name).start())),
    stop: (name, grace) =>
      explain(`stop ${name}`, tolerate(304, engine.getContainer(name).stop({ t: grace }))),
    restart: (name, grace) => explain(`restart ${name}`, engine.getContainer(name).restart({ t: grace })),
    remove: (name) =>
      explain(`remove ${name}`, tolerate(404, engine.getContainer(name).remove({ force: true }))),
    rename: (name, newName) =>
      explain(`rename ${name} to ${newName}`, engine.getContainer(name).rename({ name: newName })),
    setRestartPolicy: (name, policy) =>
      explain(
        `change the restart policy of ${name}`,
        engine.getContainer(name).update({ RestartPolicy: { Name: policy, MaximumRetryCount: 0 } }),
      ),
    exec: (name, argv) => execute(engine, name, argv),
    execStream: (name, argv) => executionStream(engine, name, argv),
    image: (reference) => orUndefined(engine.getImage(reference).inspect().then(toImageState)),
    removeImage: (reference) => removeImage(engine, reference),
    registry: async (reference) => askRegistry(engine, reference, await login(reference)),
    pull: async (reference, onProgress, signal) =>
      pullImage(engine, reference, await login(reference), onProgress, signal),
    push: async (reference, onProgress, signal) =>
      pushImage(engine, reference, await login(reference), onProgress, signal),
    hasLogin: async (reference) => (await login(reference)) !== undefined,
    save: (reference) => saveImage(engine, reference),
    load: (tar, signal) => loadImage(engine, tar, signal),
    tag: async (reference, name) => {
      const { repo, tag } = repositoryAndTag(name);
      await explain(`name ${reference} ${name}`, engine.getImage(reference).tag({ repo, tag }));
    },
    build: (build, onProgress, signal) => buildImage(engine, build, onProgress, signal),
    allNetworks: async () => {
      const known = await engine.listNetworks();
      const views = await Promise.all(
        known.map(({ Id }) => orUndefined<NetworkView>(engine.getNetwork(Id).inspect().then(toNetworkView))),
      );
      return views.filter((view) => view !== undefined);
    },
    network: (name) => orUndefined(engine.getNetwork(name).inspect().then(toNetwork)),
    containersIn: async (name) => {
      const found = await orUndefined(engine.getNetwork(name).inspect());
      return Object.values(found?.Containers ?? {}).map((container) => container.Name);
    },
    createNetwork: async ({ name, driver, options, labels }) => {
      const body = { Name: name, Driver: driver, Options: options, Labels: labels, CheckDuplicate: true };
      await explain(`create the network ${name}`, engine.createNetwork(body));
    },
    removeNetwork: (name) =>
      explain(`remove the network ${name}`, tolerate(404, engine.getNetwork(name).remove())),
  };
}

async function createContainer(
  engine: Docker,
  name: string,
  options: Record<string, unknown>,
): Promise<string> {
  return (await engine.createContainer({ ...options, name })).id;
}

/** `host:5000/name:1` → `host:5000/name`, `1`: a colon before the last slash belongs to a port. */
function repositoryAndTag(name: string): { repo: string; tag: string } {
  const at = name.lastIndexOf(':');
  return at > name.lastIndexOf('/')
    ? { repo: name.slice(0, at), tag: name.slice(at + 1) }
    : { repo: name, tag: 'latest' };
}

function toNetwork(info: Docker.NetworkInspectInfo) {
  return { name: info.Name, driver: info.Driver, options: info.Options ?? {}, labels: info.Labels ?? {} };
}

function status(cause: unknown): number | undefined {
  return cause instanceof Error && 'statusCode' in cause ? Number(cause.statusCode) : undefined;
}

async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (cause) {
    if (status(cause) === 404) return undefined;
    throw engineError('look', cause);
  }
}

/** Already so: what was asked for is the case. */
async function tolerate(expected: number, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    if (status(cause) !== expected) throw cause;
  }
}

async function explain<T>(action: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw engineError(action, cause);
  }
}

function engineError(action: string, cause: unknown): CliError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const taken = /port is already allocated|address already in use/.test(message);
  return new CliError(taken ? 'docker.port-taken' : 'docker.refused', `Docker could not ${action}.`, {
    seen: message,
    needed: taken
      ? 'A free port on 127.0.0.1: stop the program that holds it, or choose another with --rest-port.'
      : 'See the message; `docker info` tells whether the Engine is well.',
    commands: taken ? ['docker ps --format "{{.Names}} {{.Ports}}"'] : ['docker info'],
    cause,
  });
}
