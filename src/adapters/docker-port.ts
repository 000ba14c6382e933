import type { Duplex, Readable } from 'node:stream';
import type { Answer } from './answer.ts';

/** What the program asks of the Docker Engine. */
export interface DockerPort {
  /** The endpoint that answered, for messages: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  /** Why this endpoint was tried: `DOCKER_HOST`, `default socket`, … */
  readonly origin: string;
  /** False for plain TCP: whoever reaches that port is root on this machine. */
  readonly guarded: boolean;

  info(): Promise<DockerInfo>;

  /** All containers (stopped ones too) that carry every given label. */
  containersByLabel(labels: Record<string, string>): Promise<ContainerState[]>;
  /** By name or id; undefined when there is none. */
  container(name: string): Promise<ContainerState | undefined>;
  /** The create call that would make this very container: what it was asked to be, not how it fares. */
  configuration(name: string): Promise<ContainerOptions | undefined>;
  /** Who publishes this TCP port on the host, if a container does. */
  containerPublishing(port: number): Promise<ContainerState | undefined>;
  /** The last lines of both streams, oldest first. */
  logs(name: string, options: { tail: number; sinceSeconds?: number }): Promise<string>;
  /**
   * The lines of both streams, oldest first, of a stopped container too. `quiet` comes when the container has said nothing for a
   * moment: what it was saying is complete. With `follow` it goes on until the container stops; an aborted signal ends it without an
   * error.
   */
  followLogs(name: string, wish: LogWish): AsyncIterable<LogLine | 'quiet'>;
  createContainer(name: string, options: ContainerOptions): Promise<string>;
  start(name: string): Promise<void>;
  /** Resolves when it has stopped; killed after the grace. */
  stop(name: string, graceSeconds: number): Promise<void>;
  restart(name: string, graceSeconds: number): Promise<void>;
  remove(name: string): Promise<void>;
  /** Gives a container another name, running or not; it stays what it is. */
  rename(name: string, newName: string): Promise<void>;
  /** Changes the policy of a container in place; it goes on running. */
  setRestartPolicy(name: string, policy: 'unless-stopped' | 'always' | 'no'): Promise<void>;
  /** Runs a program inside a running container. Never pass a secret: it shows in the process list. */
  exec(name: string, argv: readonly string[]): Promise<{ exitCode: number; output: string }>;
  /**
   * Standard input and output of a program in a running container, as one stream; it may still be starting. A program that
   * complains on its standard error and ends, ends the stream with a system error. Never pass a secret.
   */
  execStream(name: string, argv: readonly string[]): Duplex;

  /** Undefined when the image is not on this machine. */
  image(reference: string): Promise<ImageState | undefined>;
  /** What the registry that the reference names answers to the Engine; nothing is pulled. */
  registry(reference: string): Promise<Answer<{ digest: string }, RegistryFailure>>;
  /** Takes the name away, and the image with its last name. False where a container uses it. */
  removeImage(reference: string): Promise<boolean>;
  /**
   * One attempt, in which the Engine itself asks up to five times for each layer and goes on in the middle of it.
   * @throws CliError `docker.pull-<kind>`, for an error inside the stream too
   */
  pull(reference: string, onProgress: OnTransfer, signal?: AbortSignal): Promise<void>;
  /** @throws CliError `docker.push-<kind>` */
  push(reference: string, onProgress: OnTransfer, signal?: AbortSignal): Promise<void>;
  /** Where Docker's own login for the registry of a reference stands; undefined when nobody has logged in. */
  hasLogin(reference: string): Promise<boolean>;
  /** The image as a tar, as `docker save` writes it. */
  save(reference: string): Promise<Readable>;
  /** Takes in a tar, plain or gzipped. @returns what the Engine says it has loaded: tags, or ids of images without one */
  load(tar: Readable, signal?: AbortSignal): Promise<string[]>;
  /** Gives an image another name beside those that it has. */
  tag(reference: string, name: string): Promise<void>;
  build(build: ImageBuild, onProgress: (message: string) => void, signal?: AbortSignal): Promise<void>;

  /** Every network with its addresses. */
  allNetworks(): Promise<NetworkView[]>;
  network(name: string): Promise<NetworkState | undefined>;
  /** Names of the running containers in a network; empty when there is no such network. */
  containersIn(network: string): Promise<string[]>;
  createNetwork(network: NetworkState): Promise<void>;
  removeNetwork(name: string): Promise<void>;
}

export interface LogWish {
  /** ISO 8601: only lines of then and later. */
  since?: string | undefined;
  /** The last lines alone; all when absent. */
  lines?: number | undefined;
  follow: boolean;
  signal: AbortSignal;
}

/** One line of a container. */
export interface LogLine {
  /** When the Engine took it; ISO 8601, to the nanosecond. */
  at: string;
  stream: 'stdout' | 'stderr';
  text: string;
}

export interface DockerInfo {
  serverVersion: string;
  apiVersion: string;
  /** `linux`, or `windows` where Docker runs Windows containers. */
  osType: string;
  operatingSystem: string;
  architecture: string;
  storageDriver: string;
  rootDir: string;
  cpus: number;
  memoryBytes: number;
  /** `name=seccomp,profile=default`, `name=rootless`, … */
  securityOptions: string[];
  /** Parts that answer: `Engine`, or `Podman Engine`. */
  components: string[];
  /** The kernel passes packets on between containers and the world. */
  ipv4Forwarding: boolean;
}

/** A container in our words. Times are ISO 8601. */
export interface ContainerState {
  id: string;
  name: string;
  image: string;
  imageId: string;
  labels: Record<string, string>;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  status: string;
  running: boolean;
  /** Undefined where the image has no health check. */
  health?: 'starting' | 'healthy' | 'unhealthy';
  exitCode: number;
  oomKilled: boolean;
  restartCount: number;
  startedAt: string;
  finishedAt: string;
  /** Published TCP ports: container port → host address. */
  ports: { containerPort: number; hostIp: string; hostPort: number }[];
  networks: string[];
}

export interface ImageState {
  id: string;
  tags: string[];
  /** `name@sha256:…`, as registries know it; empty for an image that was built here. */
  digests: string[];
  /** `amd64`, `arm64`. */
  architecture: string;
  sizeBytes: number;
  createdAt: string;
  labels: Record<string, string>;
  /** `KEY=value`, as the image sets them. */
  environment: string[];
}

/** How far a pull or a push is. Bytes are those on the line: compressed. */
export interface TransferProgress {
  bytes: number;
  totalBytes: number;
  /** False while some layer has not told its size. */
  totalKnown: boolean;
  layers: number;
  /** Those that are here whole, the ones that were here before among them. */
  layersDone: number;
  /** The Engine's last words. */
  status: string;
}

export type OnTransfer = (progress: TransferProgress) => void;

export interface NetworkState {
  name: string;
  driver: string;
  options: Record<string, string>;
  labels: Record<string, string>;
}

/** A network as it is. Addresses are IPv4. */
export type NetworkView = {
  name: string;
  driver: string;
  /** Name of the bridge on the host, for the driver `bridge`. */
  bridge: string;
  /** CIDR. */
  subnets: string[];
  /** Of the containers that run in it. */
  addresses: string[];
};

export type RegistryFailure = { kind: 'refused' | 'not-found' | 'unreachable'; message: string };

/** Body of the Engine's `POST /containers/create`; its shape is Docker's, made from the compose file. */
export type ContainerOptions = Record<string, unknown>;

/** A build by the classic builder. */
export interface ImageBuild {
  tag: string;
  /** Stage of the Dockerfile to end at. */
  target: string;
  dockerfile: string;
  /** Folder whose listed entries, and nothing else, are sent to the daemon. */
  contextDir: string;
  include: readonly string[];
  /** Files laid into the context besides: path → content. */
  extraFiles: Record<string, string>;
  args: Record<string, string>;
  /** `host` lets a build reach the package servers where bridges are filtered. */
  networkMode: string;
}
