import type { Answer } from './answer.ts';

/**
 * Why a host could not be reached. `refused` and `timeout` are different worlds: the first says that the machine answers
 * and nothing listens at the port, the second that a firewall, a route or a VPN swallows the packets.
 */
export type NetworkFailureKind =
  | 'name-unknown'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'reset'
  | 'no-tls'
  | 'other';

export type NetworkFailure = {
  kind: NetworkFailureKind;
  /** The system's own word (`ECONNREFUSED`), for the reader who searches for it. */
  code: string;
  message: string;
};

export type NetworkAnswer<T> = Answer<T, NetworkFailure>;

/** What a server's TLS certificate says, and whether a client that trusts `ca` would accept it. Dates are ISO 8601. */
export type TlsView = {
  protocol: string;
  subject: string;
  issuer: string;
  /** DNS names and IP addresses of the certificate. */
  names: string[];
  validFrom: string;
  validTo: string;
  selfSigned: boolean;
  /** What the server sent, its own certificate first; an authority that it left out is not in it. */
  chain: CertificateView[];
  /** Undefined when the chain is trusted and in date; else Node's word, such as `SELF_SIGNED_CERT_IN_CHAIN`. */
  chainError?: string;
  /** False when the certificate is for other names than the one that was dialled. */
  nameMatches: boolean;
};

/** One certificate of a chain. `validTo` is ISO 8601, the fingerprint SHA-256 in Java's and OpenSSL's spelling. */
export type CertificateView = { subject: string; issuer: string; validTo: string; fingerprint: string };
/** One instance of SQL Server on a machine, as SQL Server Browser tells it. */
export type SqlInstance = {
  /** `MSSQLSERVER` is the default instance. */
  name: string;
  version: string;
  /** TCP port at this moment; absent when TCP/IP is off for the instance. */
  port?: number;
};

/** Names, TCP and TLS. Every call ends by itself within its time limit and at once when the signal aborts. */
export interface ReachPort {
  /** Addresses of a name, as the system resolves it; an address resolves to itself. */
  resolve(host: string, signal: AbortSignal): Promise<NetworkAnswer<{ addresses: string[] }>>;
  /** Opens a TCP connection and closes it. `ms` is one round trip, near enough. */
  connect(
    host: string,
    port: number,
    signal: AbortSignal,
  ): Promise<NetworkAnswer<{ address: string; ms: number }>>;
  /**
   * A TLS handshake that is carried through even where the certificate is not acceptable, so that it can be described.
   * @param ca PEM text; the built-in authorities when undefined
   */
  tls(
    host: string,
    port: number,
    ca: string | undefined,
    signal: AbortSignal,
  ): Promise<NetworkAnswer<TlsView>>;
  /**
   * Opens a connection, sends bytes and hands out the first that come back: enough to tell who listens there.
   * @returns at most 64 bytes; none where the other end closed without a word or said nothing
   */
  firstBytes(
    host: string,
    port: number,
    send: Uint8Array,
    signal: AbortSignal,
  ): Promise<NetworkAnswer<Uint8Array>>;
}

/** The network of this machine. */
export interface NetworkPort extends ReachPort {
  /** What SQL Server Browser (UDP 1434) of a machine says about its instances. */
  sqlInstances(host: string, signal: AbortSignal): Promise<NetworkAnswer<SqlInstance[]>>;
  /** True when nothing on this machine listens at the port of the loopback address. */
  isPortFree(port: number): Promise<boolean>;
}
