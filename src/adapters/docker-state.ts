import type Docker from 'dockerode';
import type { ContainerOptions, ContainerState, DockerInfo, ImageState, NetworkView } from './docker-port.ts';

/** The Engine's answers in our words. */
export function toContainerState(info: Docker.ContainerInspectInfo): ContainerState {
  const health = info.State.Health?.Status;
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    image: info.Config.Image,
    imageId: info.Image,
    labels: info.Config.Labels ?? {},
    status: info.State.Status,
    running: info.State.Running,
    ...(health === 'starting' || health === 'healthy' || health === 'unhealthy' ? { health } : {}),
    exitCode: info.State.ExitCode,
    oomKilled: info.State.OOMKilled,
    restartCount: info.RestartCount,
    startedAt: info.State.StartedAt,
    finishedAt: info.State.FinishedAt,
    ports: toPorts(info.HostConfig.PortBindings as PortBindings | null),
    networks: Object.keys(info.NetworkSettings.Networks ?? {}),
  };
}

type PortBindings = Record<string, { HostIp?: string; HostPort?: string }[] | null>;

/** From the wish, not from the current state: a stopped container still owns its port. */
function toPorts(bindings: PortBindings | null): ContainerState['ports'] {
  return Object.entries(bindings ?? {}).flatMap(([port, hosts]) =>
    port.endsWith('/udp')
      ? []
      : (hosts ?? []).map((host) => ({
          containerPort: Number.parseInt(port, 10),
          hostIp: host.HostIp ?? '',
          hostPort: Number.parseInt(host.HostPort ?? '0', 10),
        })),
  );
}

/** The create call in the Engine's own words, from what it keeps of it. */
export function toContainerOptions(info: Docker.ContainerInspectInfo): ContainerOptions {
  return {
    ...info.Config,
    HostConfig: info.HostConfig,
    NetworkingConfig: { EndpointsConfig: info.NetworkSettings.Networks },
  };
}

export function toImageState(info: Docker.ImageInspectInfo): ImageState {
  return {
    id: info.Id,
    tags: info.RepoTags ?? [],
    digests: info.RepoDigests ?? [],
    architecture: info.Architecture,
    sizeBytes: info.Size,
    createdAt: info.Created,
    labels: info.Config.Labels ?? {},
    environment: info.Config.Env ?? [],
  };
}

/** `GET /info` and `GET /version`; only the fields used here. */
export function toDockerInfo(info: EngineInfo, version: EngineVersion): DockerInfo {
  return {
    serverVersion: version.Version,
    apiVersion: version.ApiVersion,
    osType: info.OSType,
    operatingSystem: info.OperatingSystem,
    architecture: info.Architecture,
    storageDriver: info.Driver,
    rootDir: info.DockerRootDir,
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    securityOptions: info.SecurityOptions ?? [],
    components: (version.Components ?? []).map(({ Name }) => Name),
    ipv4Forwarding: info.IPv4Forwarding ?? true,
  };
}

/** The default bridge is called docker0; others after their id, unless an option names them. */
export function toNetworkView(info: Docker.NetworkInspectInfo): NetworkView {
  const blocks = (info.IPAM?.Config ?? []).filter(({ Subnet }) => Subnet?.includes('.'));
  return {
    name: info.Name,
    driver: info.Driver,
    bridge: info.Options?.['com.docker.network.bridge.name'] ?? `br-${info.Id.slice(0, 12)}`,
    subnets: blocks.flatMap(({ Subnet }) => Subnet ?? []),
    addresses: Object.values(info.Containers ?? {}).flatMap(
      ({ IPv4Address }) => IPv4Address.split('/')[0] || [],
    ),
  };
}

export interface EngineVersion {
  Version: string;
  ApiVersion: string;
  Components?: { Name: string }[];
}

export interface EngineInfo {
  OSType: string;
  OperatingSystem: string;
  Architecture: string;
  Driver: string;
  DockerRootDir: string;
  NCPU: number;
  MemTotal: number;
  SecurityOptions?: string[] | null;
  IPv4Forwarding?: boolean;
}
