import type { ResponseSink, ResultColumn, StatementKind, TsqlError, TsqlType, TsqlValue } from '../types.ts';
import type { WireColumn } from './codec/wire-column.ts';
import type { MessageWriter } from './message-writer.ts';
import {
  CURRENT_COMMAND,
  DONE,
  type Done,
  TOKEN,
  writeColumns,
  writeDatabaseChange,
  writeDone,
  writeError,
  writeInfo,
  writeReturnStatus,
  writeReturnValue,
  writeRow,
  writeTransaction,
} from './tokens.ts';

/** How statements end: plainly in a batch, within a procedure call for RPC. */
export type ResponseShape = 'batch' | 'procedure';

/** SQL Server ends the connection after an error of this class or above. */
const FATAL_SEVERITY = 20;

/** An OUTPUT parameter of an RPC request: what to send back unless the procedure sets another value. */
export interface Output {
  /** Position in the request, handles included. */
  ordinal: number;
  /** As the client named it; empty for positional parameters. */
  name: string;
  /** Name by which the session knows it. */
  boundName: string;
  type: TsqlType;
  value: TsqlValue;
}

/**
 * The answer to one request: turns a session's calls into tokens.
 * The last DONE is held back until it is known whether more follows, because only the final one may lack DONE_MORE.
 */
export class Response implements ResponseSink {
  readonly #writer: MessageWriter;
  readonly #serverName: string;
  readonly #shape: ResponseShape;
  readonly #cancelled: AbortSignal;
  readonly #values = new Map<string, { type: TsqlType; value: TsqlValue }>();
  #wires: WireColumn[] | undefined;
  #waiting: Promise<void> | undefined;
  #heldDone: Done | undefined;
  #firstError: TsqlError | undefined;
  #fatal = false;

  constructor(writer: MessageWriter, serverName: string, shape: ResponseShape, cancelled: AbortSignal) {
    this.#writer = writer;
    this.#serverName = serverName;
    this.#shape = shape;
    this.#cancelled = cancelled;
  }

  /** The first error of the request, if any. */
  get failure(): TsqlError | undefined {
    return this.#firstError;
  }

  get cancelled(): boolean {
    return this.#cancelled.aborted;
  }

  /** The connection must end after this response. */
  get fatal(): boolean {
    return this.#fatal;
  }

  columns(columns: ResultColumn[]): void {
    this.#token(() => {
      this.#wires = writeColumns(this.#writer.body, columns);
    });
  }

  row(values: TsqlValue[]): void | Promise<void> {
    if (this.#cancelled.aborted) return;
    if (!this.#wires) throw new Error('a row before its columns');
    writeRow(this.#writer.body, this.#wires, values);
    const wait = this.#writer.pump();
    if (!wait) return;
    // Rows that PostgreSQL had already sent come in while the first of them waits: all wait for the same.
    this.#waiting ??= unlessAborted(wait, this.#cancelled).finally(() => {
      this.#waiting = undefined;
    });
    return this.#waiting;
  }

  done(kind: StatementKind, rowCount?: number): void {
    this.#end({ status: 0, currentCommand: CURRENT_COMMAND[kind], rowCount });
  }

  error(error: TsqlError): void {
    this.#firstError ??= error;
    this.#fatal ||= error.severity >= FATAL_SEVERITY;
    this.#token(() => writeError(this.#writer.body, error, this.#serverName));
    this.#end({ status: DONE.error, currentCommand: 0 });
  }

  info(number: number, message: string): void {
    this.#token(() => writeInfo(this.#writer.body, { number, state: 1, message }, this.#serverName));
  }

  databaseChanged(next: string, previous: string): void {
    this.#token(() => writeDatabaseChange(this.#writer.body, next, previous, this.#serverName));
  }

  transaction(event: 'begin' | 'commit' | 'rollback', descriptor: bigint): void {
    this.#token(() => writeTransaction(this.#writer.body, event, descriptor));
  }

  returnValue(name: string, type: TsqlType, value: TsqlValue): void {
    this.#values.set(name.toLowerCase(), { type, value });
  }

  /** Ends a bulk load with the number of rows that it stored. */
  bulkDone(rowCount: number): void {
    this.#end({ status: 0, currentCommand: CURRENT_COMMAND.bulk, rowCount });
  }

  /** Ends a batch: the last statement's DONE, or an empty one. */
  finishBatch(): void {
    this.#heldDone ??= { status: 0, currentCommand: 0 };
    this.#release(0);
  }

  /** Ends a procedure call: RETURNSTATUS, the OUTPUT parameters, DONEPROC. `last`: no other call follows in the message. */
  finishProcedure(status: number, outputs: Output[], last: boolean): void {
    const { body } = this.#writer;
    this.#release(DONE.more);
    writeReturnStatus(body, status);
    for (const output of outputs) {
      writeReturnValue(body, { ...output, ...this.#values.get(output.boundName.toLowerCase()) });
    }
    const failed = this.#firstError ? DONE.error : 0;
    // No row count here: tedious would add it to those of the statements.
    writeDone(body, TOKEN.doneProc, { status: failed | (last ? 0 : DONE.more), currentCommand: 0 });
    this.#writer.pump();
  }

  #token(write: () => void): void {
    if (this.#cancelled.aborted) return;
    this.#release(DONE.more);
    write();
    this.#writer.pump();
  }

  #end(done: Done): void {
    if (this.#cancelled.aborted) return;
    this.#release(DONE.more);
    this.#wires = undefined;
    this.#heldDone = done;
  }

  #release(more: number): void {
    const done = this.#heldDone;
    if (!done) return;
    this.#heldDone = undefined;
    const token = this.#shape === 'batch' ? TOKEN.done : TOKEN.doneInProc;
    writeDone(this.#writer.body, token, { ...done, status: done.status | more });
  }
}

/** Settles with `wait`, or as soon as the request is cancelled: a client that gave up may never read on. */
function unlessAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    void wait.then(done);
  });
}
