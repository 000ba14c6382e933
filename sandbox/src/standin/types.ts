/**
 * The seams of the SQL Server stand-in. Three rooms meet only here:
 * `tds/` (bytes on the wire), `tsql/` (T-SQL text to PostgreSQL SQL) and `engine/` (sessions, catalogue, CDC, jobs).
 */

/** The T-SQL types that the stand-in knows; everything else is refused with an error. */
export type TsqlTypeName =
  | 'bigint'
  | 'int'
  | 'smallint'
  | 'tinyint'
  | 'bit'
  | 'decimal'
  | 'numeric'
  | 'money'
  | 'smallmoney'
  | 'float'
  | 'real'
  | 'date'
  | 'time'
  | 'datetime2'
  | 'datetimeoffset'
  | 'datetime'
  | 'smalldatetime'
  | 'char'
  | 'varchar'
  | 'nchar'
  | 'nvarchar'
  | 'text'
  | 'ntext'
  | 'binary'
  | 'varbinary'
  | 'image'
  | 'uniqueidentifier'
  | 'xml'
  | 'rowversion';

/** A declared T-SQL type. `length`: characters for n-types, bytes for the others, -1 = max. `scale` also for time types (0..7). */
export interface TsqlType {
  name: TsqlTypeName;
  length?: number;
  precision?: number;
  scale?: number;
}

/**
 * One value as it travels between the rooms, NULL or:
 * bit → boolean; tinyint, smallint, int → number; bigint → bigint; decimal, numeric, money, smallmoney → decimal text;
 * float, real → number; date → `YYYY-MM-DD`; time → `HH:MM:SS[.fffffff]`;
 * datetime, datetime2, smalldatetime → `YYYY-MM-DD HH:MM:SS[.fffffff]`; datetimeoffset → local time + ` +HH:MM`;
 * character types and xml → string; binary types and rowversion → Buffer; uniqueidentifier → upper-case text.
 */
export type TsqlValue = null | boolean | number | bigint | string | Buffer;

export interface ResultColumn {
  /** Empty for an unnamed expression. */
  name: string;
  type: TsqlType;
  nullable: boolean;
  identity?: boolean;
}

/** A parameter of a request. `name` starts with `@`; unnamed positional ones arrive named `@P0`, `@P1`, … */
export interface Parameter {
  name: string;
  type: TsqlType;
  value: TsqlValue;
  output?: boolean;
}

/** What kind of statement ended: chooses `curCmd` of DONE (mssql-jdbc counts rows only for DML and DDL codes). */
export type StatementKind = 'select' | 'insert' | 'update' | 'delete' | 'ddl' | 'other';

/** Where a session writes its answer; `tds/` turns the calls into tokens (DONE or DONEINPROC, batch or RPC). */
export interface ResponseSink {
  columns(columns: ResultColumn[]): void;
  /** Resolves when the socket takes more (back-pressure). */
  row(values: TsqlValue[]): void | Promise<void>;
  /** Ends one statement. `rowCount` only where T-SQL reports one (not under SET NOCOUNT ON). */
  done(kind: StatementKind, rowCount?: number): void;
  /** A T-SQL error; the statement has ended with it. The session stays usable unless `fatal`. */
  error(error: TsqlError): void;
  info(number: number, message: string): void;
  /** ENVCHANGE 1 (and INFO 5701). */
  databaseChanged(next: string, previous: string): void;
  /** ENVCHANGE 8, 9, 10. */
  transaction(event: 'begin' | 'commit' | 'rollback', descriptor: bigint): void;
  /** Value of an OUTPUT parameter, by its name with `@`. */
  returnValue(name: string, type: TsqlType, value: TsqlValue): void;
}

export type Isolation =
  | 'read uncommitted'
  | 'read committed'
  | 'repeatable read'
  | 'serializable'
  | 'snapshot';

/** One client connection after login. Requests come strictly one after another. */
export interface Session {
  readonly spid: number;
  readonly database: string;
  /** Runs a batch of T-SQL. Statement errors go to `sink.error`, never thrown; `signal` aborts on ATTENTION. */
  execute(text: string, parameters: Parameter[], sink: ResponseSink, signal: AbortSignal): Promise<void>;
  /** Runs a stored procedure called by name (RPC). Resolves with the return status. */
  procedure(name: string, parameters: Parameter[], sink: ResponseSink, signal: AbortSignal): Promise<number>;
  begin(isolation: Isolation | undefined, sink: ResponseSink): Promise<void>;
  commit(sink: ResponseSink): Promise<void>;
  rollback(name: string | undefined, sink: ResponseSink): Promise<void>;
  save(name: string, sink: ResponseSink): Promise<void>;
  /** Rows of a bulk load announced by an `insert bulk` batch. Resolves with the number of rows. */
  bulk(columns: ResultColumn[], rows: TsqlValue[][]): Promise<number>;
  /** Packet status 0x08: roll back, default database and SET options. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface LoginRequest {
  user: string;
  password: string;
  /** Empty: the login's default database. */
  database: string;
  application: string;
  host: string;
  readOnlyIntent: boolean;
}

/** Opens sessions. Throws {@link TsqlError} (18456, 4060 …) when the login is refused. */
export interface SessionFactory {
  readonly serverName: string;
  /** major, minor, build of the pretended version, e.g. [16, 0, 4111]. */
  readonly version: [number, number, number];
  login(request: LoginRequest): Promise<Session>;
}

/** A SQL Server error: number, state and class (severity) as documented for that number. */
export class TsqlError extends Error {
  readonly number: number;
  readonly state: number;
  readonly severity: number;
  constructor(number: number, message: string, severity = 16, state = 1) {
    super(message);
    this.name = 'TsqlError';
    this.number = number;
    this.severity = severity;
    this.state = state;
  }
}
