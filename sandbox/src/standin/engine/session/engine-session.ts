import { parseBatch } from '../../tsql/parse/batch.ts';
import {
  type Isolation,
  type Parameter,
  type ResponseSink,
  type ResultColumn,
  type Session,
  TsqlError,
  type TsqlValue,
} from '../../types.ts';
import { callByName } from '../procedures/call.ts';
import { Batch, BatchEnded } from './batch.ts';
import { loadBulk } from './bulk.ts';
import { defaultOptions, type SessionContext, type Variables } from './context.ts';
import { asTsqlError } from './error-policy.ts';
import { SILENT_SINK } from './silent-sink.ts';

/** One logged-in client. */
export class EngineSession implements Session {
  readonly #context: SessionContext;
  readonly #home: string;
  readonly #closed: () => void;
  #killed = false;

  /** @param closed is told once, when the session has ended. */
  constructor(context: SessionContext, closed: () => void) {
    this.#context = context;
    this.#home = context.database.name;
    this.#closed = closed;
  }

  get spid(): number {
    return this.#context.spid;
  }

  get database(): string {
    return this.#context.database.name;
  }

  get isKilled(): boolean {
    return this.#killed;
  }

  /** Ends the session at its next request, and what it runs now. */
  async kill(): Promise<void> {
    this.#killed = true;
    await this.#cancel();
  }

  async execute(
    text: string,
    parameters: Parameter[],
    sink: ResponseSink,
    signal: AbortSignal,
  ): Promise<void> {
    const variables: Variables = new Map(
      parameters.map(({ name, type, value }) => [name.toLowerCase(), { type, value }]),
    );
    await this.#request(sink, signal, async () => {
      await new Batch(this.#context, variables, sink, signal).run(parseBatch(text));
      for (const { name, type, output } of parameters) {
        if (output) sink.returnValue(name, type, variables.get(name.toLowerCase())?.value ?? null);
      }
    });
  }

  async procedure(
    name: string,
    parameters: Parameter[],
    sink: ResponseSink,
    signal: AbortSignal,
  ): Promise<number> {
    let status = 0;
    await this.#request(sink, signal, async () => {
      status = await callByName(new Batch(this.#context, new Map(), sink, signal), name, parameters);
    });
    return status;
  }

  async begin(isolation: Isolation | undefined, sink: ResponseSink): Promise<void> {
    this.#refuseIfKilled();
    const { transaction } = this.#context;
    if (isolation) transaction.isolation = isolation;
    transaction.begin(sink);
  }

  commit(sink: ResponseSink): Promise<void> {
    return this.#translated('COMMIT', () => this.#context.transaction.commit(sink));
  }

  rollback(name: string | undefined, sink: ResponseSink): Promise<void> {
    return this.#translated('ROLLBACK', () => this.#context.transaction.rollback(sink, name));
  }

  save(name: string, _sink: ResponseSink): Promise<void> {
    return this.#translated('SAVE', () => this.#context.transaction.save(name));
  }

  bulk(columns: ResultColumn[], rows: TsqlValue[][]): Promise<number> {
    return this.#translated('BULK INSERT', () => loadBulk(this.#context, columns, rows));
  }

  async reset(): Promise<void> {
    const context = this.#context;
    if (context.transaction.count > 0) await context.transaction.rollback(SILENT_SINK);
    context.options = defaultOptions();
    context.transaction.isolation = 'read committed';
    context.identityInsert = undefined;
    context.use(this.#home, SILENT_SINK);
  }

  async close(): Promise<void> {
    this.#closed();
    // Whatever it ran was cancelled by its signal; PostgreSQL rolls back what is open.
    await this.#context.client.end();
  }

  /** Runs a request's work; T-SQL errors go to the sink, the abort reason and bugs are thrown. */
  async #request(sink: ResponseSink, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    this.#refuseIfKilled();
    let cancelling: Promise<void> | undefined;
    const cancel = () => {
      cancelling = this.#cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      this.#refuseIfKilled();
      if (error instanceof BatchEnded) return;
      sink.error(asTsqlError(error, this.#context, ''));
    } finally {
      signal.removeEventListener('abort', cancel);
      // Else it might meet the next request's statement.
      await cancelling;
    }
  }

  async #translated<T>(verb: string, work: () => Promise<T>): Promise<T> {
    this.#refuseIfKilled();
    try {
      return await work();
    } catch (error) {
      throw asTsqlError(error, this.#context, verb);
    }
  }

  #refuseIfKilled(): void {
    if (!this.#killed) return;
    throw new TsqlError(596, 'Cannot continue the execution because the session is in the kill state.', 21);
  }

  async #cancel(): Promise<void> {
    const pid = (this.#context.client as unknown as { processID: number | null }).processID;
    if (pid !== null) await this.#context.engine.cancel(pid);
  }
}
