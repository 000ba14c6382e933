import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostFacts } from './host.ts';

/** Certificates for an endpoint over TCP, as PEM. */
export interface EndpointTls {
  ca?: string;
  cert?: string;
  key?: string;
  /** False: the server's certificate is taken as it is, so nobody knows who answers. */
  verify: boolean;
}

export interface DockerContext {
  name: string;
  /** Named by DOCKER_CONTEXT, not by `docker context use`. */
  fromVariable: boolean;
  /** Undefined: there is no such context. */
  url: string | undefined;
  tls: EndpointTls | undefined;
}

interface Meta {
  Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
}

/**
 * The Docker context in use; undefined for the default one. Contexts are kept in folders that are named by the SHA-256 of
 * their name, with their certificates beside them.
 * @param folder Docker's folder of settings: DOCKER_CONFIG, else `.docker` in the home
 * @param variable DOCKER_CONTEXT, or empty
 */
export async function readContext(folder: string, variable: string): Promise<DockerContext | undefined> {
  const config = await readJson<{ currentContext?: string }>(join(folder, 'config.json'));
  const name = variable || config?.currentContext || 'default';
  if (name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const meta = await readJson<Meta>(join(folder, 'contexts/meta', id, 'meta.json'));
  const endpoint = meta?.Endpoints?.docker;
  const pem = await certificates(join(folder, 'contexts/tls', id, 'docker'));
  const secured = pem !== undefined || endpoint?.SkipTLSVerify === true;
  return {
    name,
    fromVariable: variable !== '',
    url: endpoint?.Host || undefined,
    tls: secured ? { ...pem, verify: endpoint?.SkipTLSVerify !== true } : undefined,
  };
}

/** What DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH say about an address of DOCKER_HOST. */
export async function hostTls(url: string, host: HostFacts): Promise<{ tls?: EndpointTls; fault?: string }> {
  const verify = (host.env.DOCKER_TLS_VERIFY ?? '') !== '';
  const wanted = verify || (host.env.DOCKER_TLS ?? '') !== '' || url.startsWith('https:');
  if (!wanted) return {};
  const folder = host.env.DOCKER_CERT_PATH || join(host.home, '.docker');
  const pem = await certificates(folder);
  if (verify && pem?.ca === undefined)
    return { fault: `DOCKER_TLS_VERIFY is set and there is no ca.pem that can be read in ${folder}` };
  return { tls: { ...pem, verify: verify || url.startsWith('https:') } };
}

/** The files that `docker` looks for; undefined when none is there. */
async function certificates(folder: string): Promise<Omit<EndpointTls, 'verify'> | undefined> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readText(join(folder, name))),
  );
  if (ca === undefined && cert === undefined) return undefined;
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse((await readText(path)) ?? '') as T;
  } catch {
    // No file, no rights or no JSON: as if nothing had been chosen.
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
