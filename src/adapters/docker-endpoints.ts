import { posix, win32 } from 'node:path';
import { type EndpointTls, hostTls, readContext } from './docker-context.ts';
import type { HostFacts } from './host.ts';

/** One place where a Docker Engine may listen. */
export interface Endpoint {
  /** `unix:///…`, `npipe://…`, `tcp://…`, as DOCKER_HOST spells it. */
  url: string;
  /** Why this one is tried, for messages. */
  origin: string;
  /** The user's word, for which nothing else is tried: how it was given. */
  chosen?: Choice;
  tls?: EndpointTls;
  /** Why it cannot even be tried. */
  fault?: string;
}

export type Choice = { by: 'DOCKER_HOST' } | { by: 'DOCKER_CONTEXT' | 'docker context use'; context: string };

const LINUX_SOCKET = '/var/run/docker.sock';
/** Docker Desktop serves its Linux engine on the second pipe when contexts are used. */
const WINDOWS_PIPES = [
  { pipe: '//./pipe/docker_engine', origin: 'default pipe' },
  { pipe: '//./pipe/dockerDesktopLinuxEngine', origin: 'pipe of Docker Desktop' },
];

/**
 * The endpoints to try, in order. DOCKER_HOST and a chosen Docker context are the user's word: nothing else is tried
 * then, because acting on another engine than the one the user sees would be worse than failing. As with `docker`,
 * DOCKER_HOST wins over DOCKER_CONTEXT, and that over `docker context use`.
 */
export async function endpoints(host: HostFacts): Promise<Endpoint[]> {
  const explicit = host.env.DOCKER_HOST ?? '';
  if (explicit !== '') return [await fromVariable(explicit, host)];
  const context = await chosenContext(host);
  return context === undefined ? defaultEndpoints(host) : [context];
}

/** Where an Engine listens when nobody has chosen one. */
export function defaultEndpoints(host: HostFacts): Endpoint[] {
  if (host.platform === 'win32')
    return WINDOWS_PIPES.map(({ pipe, origin }) => ({ url: `npipe://${pipe}`, origin }));
  const sockets: [path: string, origin: string][] = [
    [LINUX_SOCKET, 'default socket'],
    ...runtimeDirs(host).map((dir): [string, string] => [posix.join(dir, 'docker.sock'), 'rootless Docker']),
    [posix.join(host.home, '.docker/run/docker.sock'), 'Docker Desktop'],
    [posix.join(host.home, '.docker/desktop/docker.sock'), 'Docker Desktop'],
  ];
  return sockets.map(([path, origin]) => ({ url: `unix://${path}`, origin }));
}

/** Where Podman answers like Docker; looked at to explain, never used unasked. */
export function podmanEndpoints(host: HostFacts): Endpoint[] {
  const origin = 'Podman';
  if (host.platform === 'win32') return [{ url: 'npipe:////./pipe/podman-machine-default', origin }];
  return ['/run', ...runtimeDirs(host)].map((dir) => ({
    url: `unix://${posix.join(dir, 'podman/podman.sock')}`,
    origin,
  }));
}

/** `sudo` and cron take XDG_RUNTIME_DIR away; systemd's folder for the user stays where it is. */
function runtimeDirs({ env, uid }: HostFacts): string[] {
  const given = env.XDG_RUNTIME_DIR ?? '';
  const usual = uid === undefined || uid === 0 ? '' : `/run/user/${uid}`;
  return [...new Set([given, usual].filter((dir) => dir !== ''))];
}

async function fromVariable(text: string, host: HostFacts): Promise<Endpoint> {
  // As `docker` takes it: an address alone means TCP.
  const url = text.includes('://') ? text : `tcp://${text}`;
  const endpoint: Endpoint = { url, origin: 'DOCKER_HOST', chosen: { by: 'DOCKER_HOST' } };
  const fault = unusable(url, host.platform);
  if (fault !== undefined) return { ...endpoint, fault };
  if (!/^(tcp|https?):/.test(url)) return endpoint;
  return { ...endpoint, ...(await hostTls(url, host)) };
}

/** The context that DOCKER_CONTEXT or `docker context use` has chosen. */
async function chosenContext(host: HostFacts): Promise<Endpoint | undefined> {
  const path = host.platform === 'win32' ? win32 : posix;
  const folder = host.env.DOCKER_CONFIG || path.join(host.home, '.docker');
  const found = await readContext(folder, host.env.DOCKER_CONTEXT ?? '');
  if (found === undefined) return undefined;
  const { name, fromVariable: named, url, tls } = found;
  const chosen: Choice = { by: named ? 'DOCKER_CONTEXT' : 'docker context use', context: name };
  const endpoint: Endpoint = { url: url ?? 'no endpoint', origin: `Docker context "${name}"`, chosen };
  const fault =
    url === undefined ? `there is no context "${name}" in ${folder}` : unusable(url, host.platform);
  if (fault !== undefined) return { ...endpoint, fault };
  return tls === undefined ? endpoint : { ...endpoint, tls };
}

function unusable(url: string, platform: NodeJS.Platform): string | undefined {
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1] ?? '';
  if (scheme === 'ssh') return 'Docker over ssh is not supported; run this program on the Docker host itself';
  if (scheme === 'npipe' && platform !== 'win32') return 'a named pipe exists on Windows only';
  if (!['unix', 'npipe', 'tcp', 'http', 'https'].includes(scheme))
    return 'not an address of Docker: unix://, npipe:// or tcp:// is needed';
  return scheme === 'unix' || scheme === 'npipe' || URL.canParse(url) ? undefined : 'not an address';
}
