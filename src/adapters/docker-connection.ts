import { Agent } from 'node:https';
import Docker from 'dockerode';
import type { Endpoint } from './docker-endpoints.ts';
import { failureCode } from './network-failure.ts';

const PING_TIMEOUT_MS = 10_000;
/** What the Engine's API says to /_ping. */
const PONG = 'OK';

/** Opens an endpoint; nothing is asked of it yet. */
export function openEngine({ url, tls }: Endpoint): Docker {
  // docker-modem fills what is absent from DOCKER_HOST and its friends by itself: every key is given.
  const none = { host: undefined, port: undefined, socketPath: undefined, protocol: 'http' };
  const keys = { ca: undefined, cert: undefined, key: undefined, ...tls, verify: undefined };
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(url)?.[1];
  if (socket !== undefined)
    return engine({ ...none, ca: undefined, cert: undefined, key: undefined, socketPath: socket });
  const { hostname, port } = new URL(url);
  const secured = tls !== undefined || url.startsWith('https:');
  return engine({
    ...none,
    ...keys,
    host: hostname,
    port: port || (secured ? '2376' : '2375'),
    pathPrefix: '/',
    protocol: secured ? 'https' : 'http',
    ...(tls?.verify === false ? { agent: new Agent({ ...keys, rejectUnauthorized: false }) } : {}),
  });
}

function engine(options: object): Docker {
  return new Docker(options as Docker.DockerOptions);
}

/** What dockerode takes and its types do not know. */
interface PingWithSignal {
  ping(options: { abortSignal: AbortSignal }): Promise<unknown>;
}

/**
 * Asks whether an Engine answers. A question that is given up is taken back too: its socket would keep the program alive for minutes.
 * @throws the connection's error; `ENOANSWER` after ten seconds, `ENOTDOCKER` when something else answers
 */
export async function ping(docker: Docker): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PING_TIMEOUT_MS);
  let pong: unknown;
  try {
    pong = await (docker as unknown as PingWithSignal).ping({ abortSignal: patience.signal });
  } catch (cause) {
    if (patience.signal.aborted)
      throw failureCode('ENOANSWER', `no answer within ${PING_TIMEOUT_MS / 1000} s`);
    // Any HTTP server says that it does not know the address.
    if (cause instanceof Error && 'statusCode' in cause && cause.statusCode === 404)
      throw failureCode('ENOTDOCKER', 'no Engine');
    throw cause;
  } finally {
    clearTimeout(timer);
  }
  if (String(pong).trim() !== PONG) throw failureCode('ENOTDOCKER', 'no Engine');
}
