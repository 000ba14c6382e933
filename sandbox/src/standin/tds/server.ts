import { type AddressInfo, createServer, type Server } from 'node:net';
import { createSecureContext, type SecureVersion } from 'node:tls';
import type { SessionFactory } from '../types.ts';
import { Connection } from './connection.ts';
import type { EncryptionPolicy } from './prelogin.ts';

export interface TdsServerOptions {
  /** PEM texts; needed unless `encryption` is `off`. The rest makes an old server of it. */
  tls?: {
    key: string;
    cert: string;
    minVersion?: SecureVersion;
    maxVersion?: SecureVersion;
    ciphers?: string;
  };
  /** `off`: no TLS; `supported`: as the client asks; `required`: clients without TLS are refused. */
  encryption: EncryptionPolicy;
  /** Hears of malformed requests and of errors that sessions should not throw. Never of T-SQL errors. */
  report?: (error: unknown) => void;
}

/** A TDS 7.4 endpoint that lends its sessions to SQL Server clients. */
export interface TdsServer {
  /** Connections open at present, those still logging in included. */
  readonly connectionCount: number;
  /** Listens on one more address; resolves with the port, which is chosen freely for port 0. */
  listen(port: number, host: string): Promise<number>;
  /** Stops listening, drops every client and waits until their sessions are closed. */
  close(): Promise<void>;
}

/** Makes a TDS server over `factory`; it does not listen yet. Throws when TLS is wanted without a certificate. */
export function createTdsServer(factory: SessionFactory, options: TdsServerOptions): TdsServer {
  const { encryption, tls, report = () => {} } = options;
  if (encryption !== 'off' && !tls)
    throw new Error(`encryption '${encryption}' needs a key and a certificate`);
  // TLS 1.3 inside TDS 7.4 makes mssql-jdbc fail with bad_record_mac.
  const secureContext = tls && createSecureContext({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ...tls });
  const connections = new Set<Connection>();
  const listeners = new Set<Server>();

  function accept(listener: Server): void {
    listener.on('connection', (socket) => {
      const connection = new Connection(socket, { factory, encryption, secureContext, report });
      connections.add(connection);
      void connection.closed.then(() => connections.delete(connection));
    });
  }

  return {
    get connectionCount() {
      return connections.size;
    },
    async listen(port, host) {
      const listener = createServer();
      accept(listener);
      await new Promise<void>((resolve, reject) => {
        listener.once('error', reject);
        listener.listen(port, host, () => {
          listener.off('error', reject);
          // Such as no file descriptor left for one more client: the others go on.
          listener.on('error', report);
          resolve();
        });
      });
      listeners.add(listener);
      return (listener.address() as AddressInfo).port;
    },
    async close() {
      const stopped = [...listeners].map(
        (listener) => new Promise<void>((resolve) => listener.close(() => resolve())),
      );
      for (const connection of connections) connection.destroy();
      await Promise.all([...connections].map((connection) => connection.closed));
      await Promise.all(stopped);
      listeners.clear();
    },
  };
}
