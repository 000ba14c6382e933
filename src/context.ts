import { homedir } from 'node:os';
import type { ArchivePort } from './adapters/archive-port.ts';
import { type Clock, systemClock } from './adapters/clock.ts';
import type { ConnectPort } from './adapters/connect-port.ts';
import type { Dhis2Port } from './adapters/dhis2-port.ts';
import type { DockerPort } from './adapters/docker-port.ts';
import type { DockerSetupPort } from './adapters/docker-setup-port.ts';
import { hostFiles } from './adapters/files.ts';
import type { FilesPort } from './adapters/files-port.ts';
import type { HostFacts } from './adapters/host.ts';
import type { ImageFilePort } from './adapters/image-file-port.ts';
import type { InsidePort, InsideRequest } from './adapters/inside-port.ts';
import type { KafkaAccess, KafkaPort } from './adapters/kafka-port.ts';
import type { MachinePort } from './adapters/machine-port.ts';
import type { NetworkPort } from './adapters/network-port.ts';
import type { PostgresAccess, PostgresPort } from './adapters/postgres-port.ts';
import { readAll } from './adapters/process.ts';
import type { SqlServerAccess, SqlServerPort } from './adapters/sqlserver-port.ts';
import type { SqlScriptPort } from './adapters/sqlserver-script-port.ts';
import { type SystemFacts, systemFacts } from './adapters/system.ts';
import type { Output } from './ui/output.ts';
import type { PromptPort } from './ui/prompts/prompt-port.ts';
import type { Look } from './ui/style.ts';

/** Everything a command may touch. Heavy adapters are made, and their libraries loaded, on first use. */
export interface Context {
  readonly out: Output;
  readonly host: HostFacts;
  readonly clock: Clock;
  readonly files: FilesPort;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Someone sits at a terminal and may be asked. */
  readonly interactive: boolean;
  /** Of this program. */
  readonly version: string;
  /** Folder that holds templates, the compose files and Dockerfile.connect. */
  readonly packageRoot: string;
  /** Questions to the person at the terminal; only when {@link interactive}. */
  prompts(): Promise<PromptPort>;
  /** All of standard input, to its end. */
  stdin(): Promise<string>;
  /** What this machine is. */
  system(): SystemFacts;
  /** Packs and unpacks bundles. */
  archive(): Promise<ArchivePort>;
  /** Images as files. */
  imageFiles(): Promise<ImageFilePort>;
  /** @throws CliError listing every endpoint that was tried and why it did not answer */
  docker(): Promise<DockerPort>;
  /** Installs Docker on this machine, for root on Debian and Ubuntu. */
  dockerSetup(): Promise<DockerSetupPort>;
  /** The worker published on 127.0.0.1 at this port; nothing is asked of it yet. */
  connect(port: number): Promise<ConnectPort>;
  /** Questions to this machine: memory, disks, routes, services. */
  machine(): Promise<MachinePort>;
  /** Names, TCP and TLS from this machine. */
  network(): Promise<NetworkPort>;
  /** Questions to a SQL Server; connects with the first one. Close it. */
  sqlServer(access: SqlServerAccess): Promise<SqlServerPort>;
  /** The same for a login that runs scripts, a DBA's. Close it. */
  sqlScript(access: SqlServerAccess): Promise<SqlScriptPort>;
  /** Questions to the warehouse; connects with the first one. Close it. */
  postgres(access: PostgresAccess): Promise<PostgresPort>;
  /** Questions to Kafka; connects with the first one. Close it. */
  kafka(access: KafkaAccess, clientId: string): Promise<KafkaPort>;
  /** Questions to a DHIS2 server; nothing is asked of it yet. */
  dhis2(url: string, token: string | undefined): Promise<Dhis2Port>;
  /** The network as a container sees it; undefined where neither it nor its image is there. Close it. */
  inside(request: InsideRequest): Promise<InsidePort | undefined>;
}

/** What only the entry point knows. */
export interface Invocation {
  out: Output;
  signal: AbortSignal;
  interactive: boolean;
  version: string;
  packageRoot: string;
  /** What the terminal can show. */
  look: Look;
}

/** The composition root of the real program. Tests build a {@link Context} of fakes instead. */
export function createContext(invocation: Invocation): Context {
  const host: HostFacts = {
    platform: process.platform,
    privileged: process.getuid?.() === 0,
    home: homedir(),
    ...(process.getuid === undefined ? {} : { uid: process.getuid() }),
    cwd: process.cwd(),
    env: process.env,
  };
  const docker = once(async () => (await import('./adapters/docker.ts')).findDocker(host));
  return {
    ...invocation,
    host,
    clock: systemClock,
    files: hostFiles(),
    prompts: async () =>
      (await import('./ui/prompts/terminal-prompts.ts')).terminalPrompts(invocation.look, invocation.signal),
    stdin: () => readAll(process.stdin),
    docker,
    dockerSetup: async () => (await import('./adapters/docker-setup.ts')).realSetup(docker),
    system: systemFacts,
    archive: async () => (await import('./adapters/archive.ts')).archive,
    imageFiles: async () => (await import('./adapters/image-file.ts')).imageFiles,
    connect: async (port) =>
      (await import('./adapters/connect-rest.ts')).connectRest(`http://127.0.0.1:${port}`),
    machine: async () => (await import('./adapters/machine.ts')).hostMachine(),
    network: async () => (await import('./adapters/network.ts')).systemNetwork,
    sqlServer: async (access) => (await import('./adapters/sqlserver.ts')).sqlServer(access),
    sqlScript: async (access) => (await import('./adapters/sqlserver.ts')).sqlScript(access),
    postgres: async (access) => (await import('./adapters/postgres.ts')).postgres(access),
    kafka: async (access, clientId) => (await import('./adapters/kafka.ts')).kafka(access, clientId),
    dhis2: async (url, token) => (await import('./adapters/dhis2.ts')).dhis2(url, token),
    inside: async (request) =>
      (await import('./adapters/inside.ts')).insideContainer(await docker(), request),
  };
}

/** Whoever asks right after a failure, a check that waited for another one, need not wait for the same once more. */
const FAILURE_COUNTS_MS = 2000;

/** Makes it once; what could not be made is tried again: a Docker Engine may come back while `doctor` watches. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((cause: unknown) => {
      setTimeout(() => {
        made = undefined;
      }, FAILURE_COUNTS_MS).unref();
      throw cause;
    });
    return made;
  };
}
