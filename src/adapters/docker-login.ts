import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { CliError } from '../errors.ts';
import type { HostFacts } from './host.ts';

/** What the Engine takes as `X-Registry-Auth`. */
export type RegistryAuth =
  | { username: string; password: string; serveraddress: string }
  | { identitytoken: string; serveraddress: string };

interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

/** How references name Docker Hub; its logins stand under an address of its own within this domain. */
const HUB = 'docker.io';
const HELPER_LIMIT_MS = 10_000;
/** What helpers say, by their protocol, when they hold nothing for a registry. */
const NOTHING = /credentials not found|no credentials server URL/i;

/**
 * The login that `docker login` has left for a registry: in Docker's config file, or with the helper that it names.
 * @param registry host as in a reference
 * @returns undefined where there is none
 * @throws CliError `docker.login-helper` where a helper is named and does not answer
 */
export async function registryLogin(
  { env, home }: HostFacts,
  registry: string,
): Promise<RegistryAuth | undefined> {
  const config = await readConfig(`${env.DOCKER_CONFIG || `${home}/.docker`}/config.json`);
  const names = registry === HUB ? [...hubAddresses(config), HUB] : [registry, `https://${registry}`];
  const helper = names.map((name) => config.credHelpers?.[name]).find(Boolean) ?? config.credsStore;
  if (helper) {
    const held = await askHelper(helper, names[0] ?? registry, env);
    if (held !== undefined) return held;
  }
  for (const name of names) {
    const entry = config.auths?.[name];
    if (entry === undefined) continue;
    if (entry.identitytoken) return { identitytoken: entry.identitytoken, serveraddress: name };
    // The password may hold colons; the name cannot.
    const [username = '', ...rest] = Buffer.from(entry.auth ?? '', 'base64')
      .toString('utf8')
      .split(':');
    const password = rest.join(':') || entry.password || '';
    if ((username || entry.username) && password)
      return { username: username || (entry.username ?? ''), password, serveraddress: name };
  }
  return undefined;
}

/** `docker login` writes down every address that it has logged in to, with a helper too. */
function hubAddresses({ auths, credHelpers }: DockerConfig): string[] {
  const known = Object.keys({ ...auths, ...credHelpers });
  return known.filter((name) => /^(?:https?:\/\/)?[\w.-]+\.docker\.io(?:\/|$)/.test(name));
}

async function readConfig(path: string): Promise<DockerConfig> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as DockerConfig;
  } catch {
    // No file, or none that Docker itself could read: nobody has logged in.
    return {};
  }
}

/** The protocol of docker-credential-helpers: the name on standard input, JSON on standard output. */
async function askHelper(
  helper: string,
  server: string,
  env: HostFacts['env'],
): Promise<RegistryAuth | undefined> {
  const program = `docker-credential-${helper}`;
  const asked = await execa(program, ['get'], {
    input: server,
    reject: false,
    timeout: HELPER_LIMIT_MS,
    env: definite(env),
    extendEnv: false,
  });
  if (asked.failed) {
    const said = `${asked.stdout}\n${asked.stderr}`.trim();
    if (NOTHING.test(said)) return undefined;
    throw new CliError(
      'docker.login-helper',
      `Docker keeps its logins with ${program}, which does not answer.`,
      {
        seen: asked.exitCode === undefined ? (asked.shortMessage ?? 'not started') : said,
        needed: `The program ${program} on the PATH, or no credsStore/credHelpers for ${server} in Docker's config.json.`,
        commands: [`docker login ${server.includes(HUB) ? '' : server}`.trim()],
      },
    );
  }
  const { Username, Secret } = JSON.parse(asked.stdout) as { Username: string; Secret: string };
  return Username === '<token>'
    ? { identitytoken: Secret, serveraddress: server }
    : { username: Username, password: Secret, serveraddress: server };
}

function definite(env: HostFacts['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
