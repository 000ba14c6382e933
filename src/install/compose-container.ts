import { posix, win32 } from 'node:path';
import type { ContainerOptions } from '../adapters/docker-port.ts';
import type { Values } from '../settings/field.ts';
import { composeError } from './compose-interpolate.ts';
import type { Service } from './compose-schema.ts';
import { bytes, nanoseconds, portBinding } from './compose-units.ts';

/** Where a service stands. */
export interface Place {
  dir: string;
  file: string;
  project: string;
  serviceName: string;
  /** Names of its networks, as the Engine knows them. */
  networks: readonly string[];
}

const DEFAULT_GRACE_SECONDS = 10;

/** The Engine's create call for a service: what Compose would send, its labels of ownership included. */
export function containerOptions(
  service: Service,
  values: Values,
  place: Place,
): { options: ContainerOptions; stopGraceSeconds: number } {
  const ports = (service.ports ?? []).map(portBinding);
  const grace =
    service.stop_grace_period === undefined ? undefined : nanoseconds(service.stop_grace_period) / 1e9;
  const options = compact({
    Image: service.image,
    Hostname: service.hostname,
    User: service.user,
    Cmd: words(service.command),
    Env: environment(service.environment, values),
    Labels: { ...map(service.labels), ...ownership(place) },
    ExposedPorts: ports.length === 0 ? undefined : Object.fromEntries(ports.map(({ key }) => [key, {}])),
    Healthcheck: healthcheck(service.healthcheck),
    StopSignal: service.stop_signal,
    StopTimeout: grace,
    Volumes:
      service.volumes && Object.fromEntries(service.volumes.map((volume) => [mount(volume).target, {}])),
    HostConfig: hostConfig(service, ports, place),
    NetworkingConfig: {
      EndpointsConfig: Object.fromEntries(
        place.networks.map((name) => [name, { Aliases: [place.serviceName], IPAMConfig: {} }]),
      ),
    },
  });
  return { options, stopGraceSeconds: grace ?? DEFAULT_GRACE_SECONDS };
}

function hostConfig(service: Service, ports: ReturnType<typeof portBinding>[], place: Place) {
  return compact({
    Binds: service.volumes?.map((volume) => bind(volume, place.dir)),
    VolumesFrom: [],
    PortBindings: Object.fromEntries(
      ports.map(({ key, hostIp, hostPort }) => [key, [{ HostIp: hostIp, HostPort: hostPort }]]),
    ),
    NetworkMode: place.networks[0],
    RestartPolicy:
      service.restart === undefined ? undefined : { Name: service.restart, MaximumRetryCount: 0 },
    ReadonlyRootfs: service.read_only,
    Tmpfs: service.tmpfs && Object.fromEntries(service.tmpfs.map((entry) => splitOnce(entry, ':'))),
    SecurityOpt: service.security_opt,
    CapDrop: service.cap_drop,
    CapAdd: service.cap_add,
    ExtraHosts: service.extra_hosts,
    Init: service.init,
    Memory: service.mem_limit && bytes(service.mem_limit),
    MemorySwap: service.memswap_limit && bytes(service.memswap_limit),
    NanoCpus: service.cpus && Math.round(Number(service.cpus) * 1e9),
    PidsLimit: service.pids_limit && Number(service.pids_limit),
    LogConfig: service.logging && { Type: service.logging.driver, Config: map(service.logging.options) },
    Ulimits:
      service.ulimits &&
      Object.entries(service.ulimits).map(([Name, { soft, hard }]) => ({
        Name,
        Soft: Number(soft),
        Hard: Number(hard),
      })),
  });
}

/** Map or list form; a key without a value takes it from `.env` and is left out where that has none. */
function environment(entries: Service['environment'], values: Values): string[] | undefined {
  if (entries === undefined) return undefined;
  const pairs = Array.isArray(entries)
    ? entries.map((entry): [string, string | null] =>
        entry.includes('=') ? splitOnce(entry, '=') : [entry, null],
      )
    : Object.entries(entries);
  return pairs.flatMap(([key, value]) => {
    const text = value ?? values[key];
    return text === undefined ? [] : [`${key}=${text}`];
  });
}

function healthcheck(check: Service['healthcheck']) {
  if (check === undefined) return undefined;
  return compact({
    Test: typeof check.test === 'string' ? ['CMD-SHELL', check.test] : check.test,
    Interval: check.interval && nanoseconds(check.interval),
    Timeout: check.timeout && nanoseconds(check.timeout),
    StartPeriod: check.start_period && nanoseconds(check.start_period),
    Retries: check.retries && Number(check.retries),
  });
}

/** A relative source starts at the folder of the file. */
function bind(volume: string, dir: string): string {
  const { source, target, mode } = mount(volume);
  // As Compose spells it on Windows; Docker Desktop takes `C:\…` for what is in front of the target.
  const { join } = /^(?:[A-Za-z]:|\\\\)/.test(dir) ? win32 : posix;
  const absolute = source.startsWith('.') ? join(dir, source) : source;
  return `${absolute}:${target}:${mode}`;
}

/** `source:target[:mode]` taken apart. */
function mount(volume: string): { source: string; target: string; mode: string } {
  const match = /^(?<source>(?:[A-Za-z]:[\\/])?[^:]+):(?<target>\/[^:]*)(?::(?<mode>[a-z,]+))?$/.exec(volume);
  const { source, target, mode } = match?.groups ?? {};
  if (source === undefined || target === undefined) {
    throw composeError(`volume "${volume}" is not source:target[:mode]`);
  }
  return { source, target, mode: mode ?? 'rw' };
}

/** The labels by which `docker compose ps`, `logs`, `up` and `down` know this container as theirs. */
function ownership({ dir, file, project, serviceName }: Place): Record<string, string> {
  return {
    'com.docker.compose.project': project,
    'com.docker.compose.service': serviceName,
    'com.docker.compose.container-number': '1',
    'com.docker.compose.oneoff': 'False',
    // Compose 1.29 breaks down over a container without it.
    'com.docker.compose.version': '1.29.2',
    'com.docker.compose.project.working_dir': dir,
    'com.docker.compose.project.config_files': file,
  };
}

function map(entries: Service['labels']): Record<string, string> {
  if (entries === undefined) return {};
  const pairs = Array.isArray(entries)
    ? entries.map((entry) => splitOnce(entry, '='))
    : Object.entries(entries);
  return Object.fromEntries(pairs.map(([key, value]) => [key, value ?? '']));
}

function words(command: Service['command']): string[] | undefined {
  if (typeof command === 'string') throw composeError('command must be a list');
  return command;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Without the entries that are not set. */
function compact<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Partial<T>;
}
