import type { ConnectPort } from '../adapters/connect-port.ts';
import type { DockerPort } from '../adapters/docker-port.ts';
import type { SystemFacts } from '../adapters/system.ts';
import { timeLimit } from '../checks/time-limit.ts';
import type { FacilityNames } from '../connector/names.ts';
import type { BundleFile, Missing } from './contents.ts';

/** Lines of the container's log: some days of a healthy one, some hours of one that fails. */
const LOG_LINES = 2000;
/** For each part; what does not answer by then is noted as missing. */
const PATIENCE_MS = 10_000;

/** Where the parts of a bundle come from. */
export interface Sources {
  names: FacilityNames;
  /** Image of the settings, looked at where there is no container. */
  image: string;
  /** Of this program. */
  version: string;
  system: SystemFacts;
  docker(): Promise<DockerPort>;
  connect: ConnectPort;
  /** Name and text of the compose file of the folder; the text is undefined when there is none. */
  compose: { name: string; text: string | undefined };
}

/** Files as they are found, not yet redacted, and what could not be found. */
interface Collected {
  files: BundleFile[];
  missing: Missing[];
}

interface Part {
  path: string;
  what: string;
  /** Undefined: there is none. */
  read(): Promise<string | undefined>;
}

/** Collects what explains a site beside its checks. What does not answer is noted, and the rest goes on. */
export async function collect(sources: Sources): Promise<Collected> {
  const parts = await Promise.all(partsOf(sources).map((part) => readPart(part)));
  return {
    files: parts.flatMap((part) => ('content' in part ? [part] : [])),
    missing: parts.flatMap((part) => ('why' in part ? [part] : [])),
  };
}

function partsOf(sources: Sources): Part[] {
  const { names, docker, connect, compose } = sources;
  return [
    {
      path: 'machine.json',
      what: 'this machine and the versions of what runs on it',
      read: async () => json(await machine(sources)),
    },
    {
      path: 'container.json',
      what: 'the container, without its environment',
      read: async () => json(await container(await docker(), names.container)),
    },
    {
      path: 'container.log',
      what: `the last ${LOG_LINES} lines of its log, without values`,
      read: async () => (await docker()).logs(names.container, { tail: LOG_LINES }),
    },
    {
      path: 'image.json',
      what: 'the image: version, size, labels',
      read: async () => json(await image(await docker(), sources)),
    },
    {
      path: 'connector.json',
      what: 'the connector: configuration, state, position',
      read: async () => json(await connector(connect, names.connector)),
    },
    { path: compose.name, what: 'the compose file of the folder', read: async () => compose.text },
  ];
}

async function readPart({ path, what, read }: Part): Promise<BundleFile | Missing> {
  const limit = timeLimit(PATIENCE_MS);
  const tooLate = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`));
    limit.signal.addEventListener('abort', late, { once: true });
  });
  try {
    const content = await Promise.race([read(), tooLate]);
    return content === undefined ? { what: path, why: 'there is none' } : { path, what, content };
  } catch (cause) {
    return { what: path, why: cause instanceof Error ? cause.message : String(cause) };
  } finally {
    limit.end();
  }
}

/** Versions and sizes; the name of the machine stays at home. */
async function machine({ system, version, docker }: Sources): Promise<object> {
  const { hostname: _, ...rest } = system;
  const engine = await docker()
    .then((port) => port.info())
    .catch((cause: unknown) => ({ error: cause instanceof Error ? cause.message : String(cause) }));
  return { program: version, ...rest, docker: engine };
}

/** Docker's view of the container. Its environment holds the passwords and is not looked at. */
async function container(docker: DockerPort, name: string): Promise<object | undefined> {
  const [state, options] = await Promise.all([docker.container(name), docker.configuration(name)]);
  return state === undefined ? undefined : { ...state, hostConfig: options?.HostConfig ?? null };
}

async function image(docker: DockerPort, { names, image: wanted }: Sources): Promise<object | undefined> {
  const running = await docker.container(names.container);
  return docker.image(running?.imageId ?? wanted);
}

/** What Connect says; secrets are `${env:…}` references there. */
async function connector(connect: ConnectPort, name: string): Promise<object> {
  const health = await connect.health();
  if (health.state === 'unreachable') throw new Error(health.message);
  const [worker, names, config, status, offsets] = await Promise.all([
    connect.root(),
    connect.connectors(),
    connect.config(name),
    connect.status(name),
    connect.offsets(name),
  ]);
  return { health, worker, connectors: names, config, status, offsets };
}

function json(value: object | undefined): string | undefined {
  return value === undefined ? undefined : `${JSON.stringify(value, null, 2)}\n`;
}
