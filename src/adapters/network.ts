import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import tls from 'node:tls';
import type { NetworkAnswer, NetworkFailure, NetworkPort, TlsView } from './network-port.ts';
import { sqlInstances } from './sql-browser.ts';

/** Longer than a satellite round trip, shorter than a user's patience. */
const LIMIT_MS = 5000;

/** The name by which a container reaches its own host. */
export const CONTAINER_HOST = 'host.docker.internal';

/**
 * Where this machine itself finds a host that containers know by name: `host.docker.internal` exists only inside
 * containers (Docker on Linux), where it is the address of the docker0 bridge.
 */
export function dialled(host: string): string {
  if (host !== CONTAINER_HOST) return host;
  const bridge = networkInterfaces().docker0?.find((entry) => entry.family === 'IPv4');
  return bridge?.address ?? '127.0.0.1';
}

/** The real network. */
export const systemNetwork: NetworkPort = { resolve, connect, tls: handshake, sqlInstances, isPortFree };

async function resolve(host: string, signal: AbortSignal): Promise<NetworkAnswer<{ addresses: string[] }>> {
  if (net.isIP(host) !== 0) return { ok: true, value: { addresses: [host] } };
  try {
    const found = await limited(lookup(dialled(host), { all: true }), signal);
    return { ok: true, value: { addresses: found.map((entry) => entry.address) } };
  } catch (error) {
    return { ok: false, failure: networkFailure(error) };
  }
}

async function connect(
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<NetworkAnswer<{ address: string; ms: number }>> {
  const socket = new net.Socket();
  try {
    const started = performance.now();
    const connected = once(socket, 'connect');
    socket.connect({ host: dialled(host), port });
    await limited(connected, signal);
    return {
      ok: true,
      value: { address: socket.remoteAddress ?? host, ms: Math.round(performance.now() - started) },
    };
  } catch (error) {
    return { ok: false, failure: networkFailure(error) };
  } finally {
    socket.destroy();
  }
}

async function handshake(
  host: string,
  port: number,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<NetworkAnswer<TlsView>> {
  const socket = tls.connect({
    host: dialled(host),
    port,
    // The certificate is judged below, after it has been read; nothing is sent over this connection.
    rejectUnauthorized: false,
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
  try {
    await limited(once(socket, 'secureConnect'), signal);
    return { ok: true, value: tlsView(socket, host) };
  } catch (error) {
    return { ok: false, failure: networkFailure(error) };
  } finally {
    socket.destroy();
  }
}

/** What a finished handshake says about the server that was dialled as `host`. */
export function tlsView(socket: tls.TLSSocket, host: string): TlsView {
  const certificate = socket.getPeerCertificate();
  const subject = commonName(certificate.subject);
  const issuer = commonName(certificate.issuer);
  const wrongName = tls.checkServerIdentity(host, certificate);
  // Node reports a wrong name here too, but only when the chain is right; the name is told apart below.
  const verdict = socket.authorizationError as unknown;
  const chainError = typeof verdict === 'string' ? verdict : (verdict as { code?: string } | null)?.code;
  return {
    protocol: socket.getProtocol() ?? '',
    subject,
    issuer,
    names: certificateNames(certificate.subjectaltname),
    validFrom: new Date(certificate.valid_from).toISOString(),
    validTo: new Date(certificate.valid_to).toISOString(),
    selfSigned: JSON.stringify(certificate.subject) === JSON.stringify(certificate.issuer),
    ...(chainError === undefined || chainError === 'ERR_TLS_CERT_ALTNAME_INVALID' ? {} : { chainError }),
    nameMatches: wrongName === undefined,
  };
}

function commonName(name: tls.Certificate | undefined): string {
  return [name?.CN ?? name?.O ?? 'unnamed'].flat().join(', ');
}

/** `DNS:a.example, IP Address:10.0.0.1` → `['a.example', '10.0.0.1']`; what stands there as both is named once. */
function certificateNames(text: string | undefined): string[] {
  const names = (text ?? '').split(', ').map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
  return [...new Set(names)].filter((name) => name !== '');
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = net.createServer();
    server.once('error', () => settle(false));
    server.listen(port, '127.0.0.1', () => server.close(() => settle(true)));
  });
}

/** Waits for an event of a socket. @throws what the socket reports, or ECONNRESET when it closes first */
export function once(socket: net.Socket, event: string): Promise<void> {
  return new Promise((settle, reject) => {
    socket.once(event, settle);
    // Stays attached: an error after the answer has been given must not end the process.
    socket.on('error', reject);
    socket.once('close', () => reject(failureCode('ECONNRESET', 'The connection was closed.')));
  });
}

/** Waits no longer than the limit (5 s) and the signal allow. @throws an error with code ETIMEDOUT */
export async function limited<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    const end = () => reject(failureCode('ETIMEDOUT', `No answer within ${LIMIT_MS / 1000} s.`));
    const timer = setTimeout(end, LIMIT_MS);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    stop = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    };
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    stop();
    work.catch(() => {});
  }
}

function failureCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const KINDS: Record<string, NetworkFailure['kind']> = {
  ENOTFOUND: 'name-unknown',
  EAI_AGAIN: 'name-unknown',
  EAI_NODATA: 'name-unknown',
  EAI_NONAME: 'name-unknown',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
};

/**
 * A system error in our words. A name with several addresses fails with one error for each; the first one speaks.
 * @param error what node:net, node:tls or node:dns threw
 */
export function networkFailure(error: unknown): NetworkFailure {
  const errors = (error as { errors?: unknown[] }).errors;
  const first = (Array.isArray(errors) && errors.length > 0 ? errors[0] : error) as NodeJS.ErrnoException;
  const code = first.code ?? 'UNKNOWN';
  const kind = KINDS[code] ?? (/^(ERR_SSL|EPROTO)/.test(code) ? 'no-tls' : 'other');
  return { kind, code, message: first.message };
}
