import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { decompress } from 'fzstd';
import kafkajs from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import ConnectionPool from 'kafkajs/src/network/connectionPool.js';
import type { KafkaAccess } from './kafka-port.ts';
import { dialled } from './network.ts';
import { tlsOver } from './network-stream.ts';

/** One attempt to connect and log in; the caller's signal may be shorter. */
const LIMIT_MS = 8000;

const SILENT = { namespace: () => SILENT, debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}

/** Opens the TCP stream to a broker, from wherever it is looked. */
export type Dial = (host: string, port: number) => Duplex;

/** Logged-in connections, one for each broker that was ever asked for. */
export interface BrokerPool {
  /** Connects and logs in once; a failed attempt is forgotten, so that the next call tries again. */
  at(address: { host: string; port: number }): Promise<Broker>;
  /** A connection of its own, not made yet: for questions before the login, or such that may spoil it. */
  apart(address: { host: string; port: number }): Broker;
  /** Cuts every connection at once, those in the middle of an attempt too. */
  close(): void;
}

/**
 * @param clientId shown in the brokers' logs and in group descriptions
 * @param dial undefined: from this machine
 */
export function brokerPool(access: KafkaAccess, clientId: string, dial: Dial = fromHere): BrokerPool {
  const brokers = new Map<string, Promise<Broker>>();
  const sockets = new Set<Duplex>();

  function make(host: string, port: number): Broker {
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
        const socket = openSocket(target, dial);
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        return socket;
      },
    });
    return new Broker({
      connectionPool,
      logger: SILENT,
      authenticationTimeout: LIMIT_MS,
      allowAutoTopicCreation: false,
    });
  }

  async function open(host: string, port: number): Promise<Broker> {
    const broker = make(host, port);
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
    apart: ({ host, port }) => make(host, port),
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

/** From this machine; as kafkajs does it, but for the one name that only containers can resolve. */
function fromHere(host: string, port: number): net.Socket {
  return net.connect({ host: dialled(host), port });
}

function openSocket({ host, port, ssl, onConnect }: SocketTarget, dial: Dial): Duplex {
  const stream = dial(host, port);
  if (ssl === null) {
    // A stream through a container takes what is written before it has connected; it has no event for that moment.
    if (stream instanceof net.Socket) stream.once('connect', onConnect);
    else setImmediate(onConnect);
    return stream;
  }
  const session = tlsOver(stream, host, {
    ...(ssl.ca === undefined ? {} : { ca: ssl.ca }),
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
  });
  session.once('close', () => stream.destroy());
  return session.once('secureConnect', onConnect);
}

/** The workers write zstd; kafkajs brings the slot for the codec and not the codec. Nothing here ever compresses. */
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: () => Promise.reject(new Error('This program does not write zstd.')),
  decompress: async (buffer: Buffer) => Buffer.from(decompress(buffer)),
});
