import Docker from 'dockerode';
import { CliError } from '../errors.ts';
import { type Endpoint, endpoints, explainRefusal } from './docker-endpoints.ts';
import { execute, executionStream } from './docker-exec.ts';
import { askRegistry, buildImage, loadImage, pullImage, pushImage, saveImage } from './docker-images.ts';
import { registryLogin } from './docker-login.ts';
import type { ContainerState, DockerPort, NetworkView } from './docker-port.ts';
import { registryHost } from './docker-pull-failure.ts';
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

const PING_TIMEOUT_MS = 10_000;

/**
 * Finds the Docker Engine that this user would use.
 * @throws CliError `docker.unreachable` listing every endpoint tried and why it did not answer
 */
export async function findDocker(host: HostFacts): Promise<DockerPort> {
  const refusals: ReturnType<typeof explainRefusal>[] = [];
  for (const endpoint of await endpoints(host)) {
    try {
      const engine = open(endpoint);
      await ping(engine);
      return dockerPort(engine, endpoint, isGuarded(endpoint.url, host), host);
    } catch (cause) {
      refusals.push(explainRefusal(endpoint, cause, host.platform));
    }
  }
  // The first endpoint that exists tells more than one that is not there.
  const telling = refusals.find((refusal) => !refusal.seen.endsWith('not there')) ?? refusals[0];
  const forbidden = refusals.some((refusal) => refusal.forbidden);
  throw new CliError(
    forbidden ? 'docker.forbidden' : 'docker.unreachable',
    forbidden ? 'This user may not use Docker.' : 'No Docker Engine answers on this machine.',
    {
      seen: refusals.map((refusal) => refusal.seen).join('\n'),
      needed: 'A running Docker Engine (20.10 or newer) that this user may use.',
      commands: telling?.commands ?? [],
    },
  );
}

/** Sockets and pipes are guarded by their permissions, TCP only by TLS. */
function isGuarded(url: string, { env }: HostFacts): boolean {
  return !/^(tcp|http):/.test(url) || (env.DOCKER_TLS_VERIFY ?? '') !== '';
}

function open({ url, origin }: Endpoint): Docker {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(url)?.[1];
  if (socket !== undefined) return new Docker({ socketPath: socket });
  // docker-modem reads DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH by itself.
  if (origin === 'DOCKER_HOST' && !url.startsWith('ssh:')) return new Docker();
  const { protocol, hostname, port } = new URL(url);
  if (protocol === 'ssh:') {
    throw new Error('Docker over ssh is not supported; run this program on the Docker host itself');
  }
  return new Docker({ host: hostname, port, protocol: protocol === 'https:' ? 'https' : 'http' });
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
    createContainer: (name, options) =>
      explain(`create the container ${name}`, createContainer(engine, name, options)),
    start: (name) => explain(`start the container ${name}`, tolerate(304, engine.getContainer(name).start())),
    stop: (name, grace) =>
      explain(`stop ${name}`, tolerate(304, engine.getContainer(name).stop({ t: grace }))),
    restart: (name, grace) => explain(`restart ${name}`, engine.getContainer(name).restart({ t: grace })),
    remove: (name) =>
      explain(`remove ${name}`, tolerate(404, engine.getContainer(name).remove({ force: true }))),
    setRestartPolicy: (name, policy) =>
      explain(
        `change the restart policy of ${name}`,
        engine.getContainer(name).update({ RestartPolicy: { Name: policy, MaximumRetryCount: 0 } }),
      ),
    exec: (name, argv) => execute(engine, name, argv),
    execStream: (name, argv) => executionStream(engine, name, argv),
    image: (reference) => orUndefined(engine.getImage(reference).inspect().then(toImageState)),
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

/** What dockerode takes and its types do not know. */
interface PingWithSignal {
  ping(options: { abortSignal: AbortSignal }): Promise<unknown>;
}

/** Asks whether an Engine answers. A question that is given up is taken back too: its socket would keep the program alive for minutes. */
async function ping(engine: Docker): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PING_TIMEOUT_MS);
  try {
    await (engine as unknown as PingWithSignal).ping({ abortSignal: patience.signal });
  } catch (cause) {
    if (patience.signal.aborted) throw new Error(`no answer within ${PING_TIMEOUT_MS / 1000} s`);
    throw cause;
  } finally {
    clearTimeout(timer);
  }
}
