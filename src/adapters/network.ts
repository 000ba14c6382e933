import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { networkFailure } from './network-failure.ts';
import type { NetworkAnswer, NetworkPort, TlsView } from './network-port.ts';
import { firstBytesOver, handshakeOver, limited, once } from './network-stream.ts';
import { sqlInstances } from './sql-browser.ts';

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
export const systemNetwork: NetworkPort = {
  resolve,
  connect,
  tls: handshake,
  firstBytes,
  sqlInstances,
  isPortFree,
};

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
  return handshakeOver(() => net.connect({ host: dialled(host), port }), host, ca, signal);
}

async function firstBytes(
  host: string,
  port: number,
  send: Uint8Array,
  signal: AbortSignal,
): Promise<NetworkAnswer<Uint8Array>> {
  return firstBytesOver(() => net.connect({ host: dialled(host), port }), send, signal);
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = net.createServer();
    server.once('error', () => settle(false));
    server.listen(port, '127.0.0.1', () => server.close(() => settle(true)));
  });
}
