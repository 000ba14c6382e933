import { type Session, TsqlError } from '../types.ts';
import { afterAllHeaders } from './all-headers.ts';
import { announcesBulkLoad, parseBulkLoad } from './bulk-load.ts';
import type { MessageWriter } from './message-writer.ts';
import { type Message, PACKET, STATUS } from './packets.ts';
import { PreparedStatements, unpreparedHandles } from './prepared-statements.ts';
import { ProtocolError } from './protocol-error.ts';
import { runCall } from './remote-call.ts';
import { Response, type ResponseShape } from './response.ts';
import { parseRpc } from './rpc-request.ts';
import { ENV, writeEnvBytes } from './tokens.ts';
import { runTransactionRequest } from './transaction-request.ts';

/** What a request handler needs of its connection. */
export interface RequestHandlerOptions {
  session: Session;
  serverName: string;
  writer: MessageWriter;
  /** Hears of errors that are bugs of the stand-in, not T-SQL errors. */
  report: (error: unknown) => void;
}

/** Serves the requests of one logged-in connection, one at a time. */
export class RequestHandler {
  readonly #session: Session;
  readonly #serverName: string;
  readonly #writer: MessageWriter;
  readonly #report: (error: unknown) => void;
  readonly #prepared = new PreparedStatements();
  #bulkAnnounced = false;

  constructor({ session, serverName, writer, report }: RequestHandlerOptions) {
    this.#session = session;
    this.#serverName = serverName;
    this.#writer = writer;
    this.#report = report;
  }

  /** Writes the whole answer but for the end of the message. Resolves with true when the connection must end after it. */
  async serve(message: Message, signal: AbortSignal): Promise<boolean> {
    const response = this.#response('batch', signal);
    if ((message.status & STATUS.ignore) !== 0) {
      this.#bulkAnnounced = false;
      response.finishBatch();
      return false;
    }
    await this.#attempt(response, () => this.#reset(message.status));
    if (response.failure) {
      response.finishBatch();
      return response.fatal;
    }
    if (message.type === PACKET.rpc) return this.#rpc(message.body, signal);
    await this.#attempt(response, () => this.#dispatch(message, response, signal));
    response.finishBatch();
    return response.fatal;
  }

  #response(shape: ResponseShape, signal: AbortSignal): Response {
    return new Response(this.#writer, this.#serverName, shape, signal);
  }

  async #reset(status: number): Promise<void> {
    if ((status & STATUS.resetKeepTransaction) !== 0) {
      throw new TsqlError(40_515, 'The stand-in cannot reset a connection and keep its transaction.');
    }
    if ((status & STATUS.reset) === 0) return;
    this.#prepared.clear();
    this.#bulkAnnounced = false;
    await this.#session.reset();
    writeEnvBytes(this.#writer.body, ENV.reset, Buffer.alloc(0), Buffer.alloc(0));
  }

  async #dispatch(message: Message, response: Response, signal: AbortSignal): Promise<void> {
    switch (message.type) {
      case PACKET.batch:
        return this.#batch(afterAllHeaders(message.body).toString('utf16le'), response, signal);
      case PACKET.transactionManager:
        return runTransactionRequest(message.body, this.#session, response);
      case PACKET.bulk:
        return this.#bulk(message.body, response);
      default:
        throw new ProtocolError(`a message of type ${message.type} after login`);
    }
  }

  async #batch(text: string, response: Response, signal: AbortSignal): Promise<void> {
    const handles = unpreparedHandles(text);
    if (handles) {
      for (const handle of handles) {
        this.#prepared.remove(handle);
        response.done('other');
      }
      return;
    }
    await this.#session.execute(text, [], response, signal);
    this.#bulkAnnounced = announcesBulkLoad(text) && !response.failure;
  }

  async #bulk(body: Buffer, response: Response): Promise<void> {
    if (!this.#bulkAnnounced)
      throw new TsqlError(4022, 'Bulk load data came without an INSERT BULK statement.');
    this.#bulkAnnounced = false;
    const { columns, rows } = parseBulkLoad(body);
    response.bulkDone(await this.#session.bulk(columns, rows));
  }

  async #rpc(body: Buffer, signal: AbortSignal): Promise<boolean> {
    const refusal = this.#response('batch', signal);
    const calls = await this.#attempt(refusal, () => parseRpc(body));
    if (!calls) {
      refusal.finishBatch();
      return refusal.fatal;
    }
    for (const [index, call] of calls.entries()) {
      const response = this.#response('procedure', signal);
      const context = { session: this.#session, prepared: this.#prepared, response, signal };
      const result = await this.#attempt(response, () => runCall(call, context));
      if (signal.aborted) return false;
      const status = result?.status || (response.failure?.number ?? 0);
      response.finishProcedure(status, result?.outputs ?? [], index === calls.length - 1);
      if (response.fatal) return true;
    }
    return false;
  }

  /** Runs `work`; what it throws becomes an error of the response, and the result is undefined. */
  async #attempt<T>(response: Response, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      // A cancelled session may well throw its abort reason.
      if (!(error instanceof TsqlError) && !response.cancelled) this.#report(error);
      response.error(asTsqlError(error));
      return undefined;
    }
  }
}

function asTsqlError(error: unknown): TsqlError {
  if (error instanceof TsqlError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TsqlError(50_000, `The stand-in failed on this statement: ${message}`);
}
