import net from 'node:net';
import tls from 'node:tls';
import type { KeyAndCertificate } from '../../../sandbox/src/tls/authority.ts';

/** Something that stands in the way to Kafka, at a port of its own. */
export interface Relay {
  port: number;
  /** From now on nothing passes through the connections that are open; new ones work. */
  freeze(): void;
  /** What was frozen goes on, as if it had only been slow. */
  thaw(): void;
  close(): void;
}

/**
 * Passes bytes on between its own port and another, as a router would.
 * @param port of its own; any that is free when 0
 * @param forgets after how long it forgets a quiet connection, and whether it answers what comes later
 */
export async function relay(
  host: string,
  to: { host: string; port: number },
  forgets?: { afterMs: number; then: 'reset' | 'silence' },
  port = 0,
): Promise<Relay> {
  const open = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = net.connect(to);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('data', (chunk) => other.write(chunk));
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    if (forgets === undefined) return;
    near.setTimeout(forgets.afterMs, () => {
      if (forgets.then === 'reset') near.resetAndDestroy();
      else near.removeAllListeners('data').resume();
    });
  });
  return listening(server, host, open, port);
}

/** Ends TLS with a certificate of its own and passes what is in it on to Kafka: what an inspecting firewall does. */
export async function tlsRelay(
  host: string,
  identity: KeyAndCertificate,
  to: { host: string; port: number; ca: string },
): Promise<Relay> {
  const open = new Set<net.Socket>();
  const server = tls.createServer({ key: identity.key, cert: identity.certificate }, (near) => {
    const far = tls.connect(to);
    open.add(near).add(far);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on('error', () => socket.destroy());
  });
  server.on('tlsClientError', () => {});
  return listening(server, host, open);
}

async function listening(server: net.Server, host: string, open: Set<net.Socket>, port = 0): Promise<Relay> {
  const frozen = new Set<net.Socket>();
  await new Promise<void>((settle) => server.listen(port, host, settle));
  return {
    port: (server.address() as net.AddressInfo).port,
    freeze: () => {
      for (const socket of open) frozen.add(socket.pause());
    },
    thaw: () => {
      for (const socket of frozen) socket.resume();
      frozen.clear();
    },
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
