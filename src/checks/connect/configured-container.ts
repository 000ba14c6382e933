import type { DockerPort } from '../../adapters/docker-port.ts';

/** What a container was asked to be, as far as checks judge it. Its environment stays out: it holds the passwords. */
export type ConfiguredContainer = {
  image: string;
  restartPolicy: string;
  logDriver: string;
  logOptions: { [name: string]: string };
  /** 0: no limit. */
  memoryBytes: number;
  /** CPUs that it may use; null: no quota. */
  cpus: number | null;
  stopSeconds: number;
  /** `name:address`. */
  extraHosts: string[];
  /** Java's heap flags: HEAP_OPTS where it is set, else the image's own. */
  heapOpts: string;
};

/** Docker's own, where a container names none. */
const STOP_SECONDS = 10;

/** Null when there is no such container. */
export async function configuredContainer(
  docker: DockerPort,
  name: string,
): Promise<ConfiguredContainer | null> {
  const raw = (await docker.configuration(name)) as Inspected | undefined;
  if (raw === undefined) return null;
  const host = raw.HostConfig ?? {};
  const environment = (key: string) =>
    (raw.Env ?? []).find((entry) => entry.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
  return {
    image: raw.Image ?? '',
    restartPolicy: host.RestartPolicy?.Name || 'no',
    logDriver: host.LogConfig?.Type ?? '',
    logOptions: host.LogConfig?.Config ?? {},
    memoryBytes: host.Memory ?? 0,
    cpus: cpus(host),
    stopSeconds: raw.StopTimeout ?? STOP_SECONDS,
    extraHosts: host.ExtraHosts ?? [],
    heapOpts: environment('HEAP_OPTS') || environment('DEFAULT_HEAP_OPTS'),
  };
}

function cpus({ NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0 }: HostConfig): number | null {
  if (NanoCpus > 0) return NanoCpus / 1e9;
  return CpuQuota > 0 ? CpuQuota / (CpuPeriod > 0 ? CpuPeriod : 100_000) : null;
}

/** The Engine's words (`docker inspect`), as far as they are read here. */
interface Inspected {
  Image?: string;
  Env?: string[];
  StopTimeout?: number;
  HostConfig?: HostConfig;
}
interface HostConfig {
  RestartPolicy?: { Name?: string };
  LogConfig?: { Type?: string; Config?: Record<string, string> | null };
  Memory?: number;
  NanoCpus?: number;
  CpuQuota?: number;
  CpuPeriod?: number;
  ExtraHosts?: string[] | null;
}
