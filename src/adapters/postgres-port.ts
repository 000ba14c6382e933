import type { Answer } from './answer.ts';

/** Where the warehouse is and who asks. */
export interface PostgresAccess {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  sslMode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  /** PEM text. */
  ca?: string;
}

export type PostgresFailure = {
  /** SQLSTATE (`28P01`) or the system's code (`ECONNREFUSED`). */
  code: string;
  message: string;
};

export type PostgresAnswer<Row> = Answer<Row[], PostgresFailure>;

/** One connection to the warehouse, opened by the first question. */
export interface PostgresPort {
  /** `host:port`, for messages. */
  readonly address: string;
  query<Row extends object>(
    text: string,
    parameters: readonly (string | number)[],
    signal: AbortSignal,
  ): Promise<PostgresAnswer<Row>>;
  close(): Promise<void>;
}
