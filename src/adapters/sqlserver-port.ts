import type { Answer } from './answer.ts';
import type { NetworkAnswer, TlsView } from './network-port.ts';

/** Where SQL Server is and who asks. */
export interface SqlServerAccess {
  host: string;
  port: number;
  user: string;
  password: string;
  /** The database. */
  name: string;
  encrypt: boolean;
  trustServerCertificate: boolean;
  /** PEM text. */
  ca?: string;
}

/** Why SQL Server did not answer a question. */
type SqlFailureKind =
  /** Could not reach it; see the network checks for where it ends. */
  | 'unreachable'
  | 'timeout'
  /** The TLS handshake failed or was refused by our side (untrusted certificate, wrong name). */
  | 'tls'
  /** It answered with an error number. */
  | 'sql'
  | 'other';

export type SqlFailure = {
  kind: SqlFailureKind;
  /** SQL Server's error number (18456, 4060, 229 …) where it gave one. */
  number?: number;
  /** All numbers of the answer; SQL Server often sends the telling one first and a general one last. */
  numbers?: number[];
  /** Node's or the driver's code (`ESOCKET`, `SELF_SIGNED_CERT_IN_CHAIN`). */
  code?: string;
  message: string;
};

/** The TLS handshake of SQL Server, as the driver would make it. */
export type SqlTlsView = TlsView & {
  /** OpenSSL's name of the suite. */
  cipher: string;
  /** False: only suites with static RSA keys, which current Java refuses. */
  forwardSecrecy: boolean;
  keyType: 'RSA' | 'EC';
  keyBits?: number;
  /** The hash under the certificate's signature. */
  hash: 'MD5' | 'SHA-1' | 'strong';
};

export type SqlAnswer<Row> = Answer<Row[], SqlFailure>;

/** A value bound to `@name`. Strings travel as nvarchar. */
export type SqlParameters = Record<string, string | number>;

/**
 * One polite connection to the facility's database: low deadlock priority, a lock time-out of five seconds, READ COMMITTED,
 * one statement at a time. Opened by the first question; a refused login is answered, never retried.
 */
export interface SqlServerPort {
  /** `host:port`, for messages. */
  readonly address: string;
  /** A TLS handshake on a connection of its own, without a login, carried through whatever the certificate is. */
  tls(signal: AbortSignal): Promise<NetworkAnswer<SqlTlsView>>;
  /** Opens the connection, if it is not open. The rows are empty. */
  open(signal: AbortSignal): Promise<SqlAnswer<never>>;
  /** Rows of the last result set of a batch, columns by name; binary columns are `0x…` text, dates ISO 8601. */
  query<Row extends Record<string, SqlValue>>(
    text: string,
    parameters: SqlParameters,
    signal: AbortSignal,
  ): Promise<SqlAnswer<Row>>;
  close(): Promise<void>;
}

/** A cell as it is handed to the checks: plain JSON. bigint and decimal columns arrive as text. */
export type SqlValue = null | boolean | number | string;
