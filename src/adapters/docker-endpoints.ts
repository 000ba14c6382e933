import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { HostFacts } from './host.ts';

/** One place where a Docker Engine may listen. */
export interface Endpoint {
  /** `unix:///…`, `npipe://…`, `tcp://…`, as DOCKER_HOST spells it. */
  url: string;
  /** Why this one is tried, for messages. */
  origin: string;
}

const LINUX_SOCKET = '/var/run/docker.sock';
/** Docker Desktop serves its Linux engine on the second pipe when contexts are used. */
const WINDOWS_PIPES = ['//./pipe/docker_engine', '//./pipe/dockerDesktopLinuxEngine'];

/**
 * The endpoints to try, in order. DOCKER_HOST and a chosen Docker context are the user's word: nothing else is tried
 * then, because acting on another engine than the one the user sees would be worse than failing.
 */
export async function endpoints(host: HostFacts): Promise<Endpoint[]> {
  const explicit = host.env.DOCKER_HOST;
  if (explicit !== undefined && explicit !== '') return [{ url: explicit, origin: 'DOCKER_HOST' }];
  const context = await contextEndpoint(host);
  if (context !== undefined) return [context];
  if (host.platform === 'win32')
    return WINDOWS_PIPES.map((pipe) => ({ url: `npipe://${pipe}`, origin: 'default pipe' }));
  const runtimeDir = host.env.XDG_RUNTIME_DIR;
  return [
    { url: `unix://${LINUX_SOCKET}`, origin: 'default socket' },
    ...(runtimeDir
      ? [{ url: `unix://${posix.join(runtimeDir, 'docker.sock')}`, origin: 'rootless Docker' }]
      : []),
    { url: `unix://${posix.join(host.home, '.docker/run/docker.sock')}`, origin: 'Docker Desktop' },
    { url: `unix://${posix.join(host.home, '.docker/desktop/docker.sock')}`, origin: 'Docker Desktop' },
  ];
}

/** The context that `docker context use` has chosen. */
async function contextEndpoint(host: HostFacts): Promise<Endpoint | undefined> {
  const folder = host.env.DOCKER_CONFIG ?? `${host.home}/.docker`;
  const config = await readJson<{ currentContext?: string }>(`${folder}/config.json`);
  const name = host.env.DOCKER_CONTEXT ?? config?.currentContext;
  if (name === undefined || name === '' || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const meta = await readJson<{ Endpoints?: { docker?: { Host?: string } } }>(
    `${folder}/contexts/meta/${id}/meta.json`,
  );
  const url = meta?.Endpoints?.docker?.Host;
  return url === undefined || url === '' ? undefined : { url, origin: `Docker context "${name}"` };
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    // No file, no rights or no JSON: the defaults are tried instead.
    return undefined;
  }
}

export interface Refusal {
  seen: string;
  commands: string[];
  /** The socket is there and this user may not open it. */
  forbidden: boolean;
}

/** Why an endpoint did not answer, and what would cure it. */
export function explainRefusal(endpoint: Endpoint, cause: unknown, platform: NodeJS.Platform): Refusal {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const where = `${endpoint.url} (${endpoint.origin})`;
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      seen: `${where}: this user may not use Docker`,
      commands:
        platform === 'win32'
          ? [
              'net localgroup docker-users "%USERDOMAIN%\\%USERNAME%" /add   (as administrator; then log in again)',
            ]
          : ['sudo usermod -aG docker "$USER"', 'newgrp docker'],
      forbidden: true,
    };
  }
  if (code === 'ENOENT')
    return { seen: `${where}: not there`, commands: install(platform), forbidden: false };
  const seen =
    code === 'ECONNREFUSED'
      ? `${where}: nothing listens there; the service is stopped`
      : `${where}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return { seen, commands: start(platform), forbidden: false };
}

function start(platform: NodeJS.Platform): string[] {
  return platform === 'linux' ? ['sudo systemctl enable --now docker'] : ['Start Docker Desktop'];
}

function install(platform: NodeJS.Platform): string[] {
  if (platform !== 'linux') return ['Install and start Docker Desktop'];
  return ['sudo apt-get install -y docker.io   (Debian, Ubuntu)', 'sudo systemctl enable --now docker'];
}
