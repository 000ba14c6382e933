import net from 'node:net';
import tls from 'node:tls';
import { decompress } from 'fzstd';
import kafkajs from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import ConnectionPool from 'kafkajs/src/network/connectionPool.js';
import type { KafkaAccess } from './kafka-port.ts';
import { dialled } from './network.ts';

/** One attempt to connect and log in; the caller's signal may be shorter. */
const LIMIT_MS = 8000;

const SILENT = { namespace: () => SILENT, debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}

/** Logged-in connections, one for each broker that was ever asked for. */
export interface BrokerPool {
  /** Connects and logs in once; a failed attempt is forgotten, so that the next call tries again. */
  at(address: { host: string; port: number }): Promise<Broker>;
  /** Cuts every connection at once, those in the middle of an attempt too. */
  close(): void;
}

/**
 * @param clientId shown in the brokers' logs and in group descriptions
 */
export function brokerPool(access: KafkaAccess, clientId: string): BrokerPool {
  const brokers = new Map<string, Promise<Broker>>();
  const sockets = new Set<net.Socket>();

  async function open(host: string, port: number): Promise<Broker> {
    const connectionPool = new ConnectionPool({
      host,
      port,
      clientId,
      logger: SILENT,
      ssl: access.securityProtocol.endsWith('SSL') ? { ca: access.ca } : null,
      sasl: access.securityProtocol.startsWith('SASL')
        ? { mechanism: access.mechanism, username: access.user, password: access.password }
        : null,
      connectionTimeout: LIMIT_MS,
      requestTimeout: LIMIT_MS,
      enforceRequestTimeout: true,
      socketFactory: (target: SocketTarget) => {
        const socket = openSocket(target);
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        return socket;
      },
    });
    const broker = new Broker({
      connectionPool,
      logger: SILENT,
      authenticationTimeout: LIMIT_MS,
      allowAutoTopicCreation: false,
    });
    await broker.connect();
    return broker;
  }

  return {
    at({ host, port }) {
      const key = `${host}:${port}`;
      const known = brokers.get(key);
      if (known !== undefined) return known;
      const attempt = open(host, port);
      brokers.set(key, attempt);
      attempt.catch(() => brokers.delete(key));
      return attempt;
    },
    close() {
      brokers.clear();
      for (const socket of sockets) socket.destroy(new Error('Closed by this program.'));
    },
  };
}

interface SocketTarget {
  host: string;
  port: number;
  ssl: { ca?: string } | null;
  onConnect: () => void;
}

/** As kafkajs does it, but for the one name that only containers can resolve. */
function openSocket({ host, port, ssl, onConnect }: SocketTarget): net.Socket {
  if (ssl === null) return net.connect({ host: dialled(host), port }, onConnect);
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  return tls.connect(
    {
      host: dialled(host),
      port,
      ...servername,
      ...(ssl.ca === undefined ? {} : { ca: ssl.ca }),
      checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
    },
    onConnect,
  );
}

/** The workers write zstd; kafkajs brings the slot for the codec and not the codec. Nothing here ever compresses. */
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: () => Promise.reject(new Error('This program does not write zstd.')),
  decompress: async (buffer: Buffer) => Buffer.from(decompress(buffer)),
});
