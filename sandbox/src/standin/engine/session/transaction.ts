import type { Client } from 'pg';
import { type Isolation, type ResponseSink, TsqlError } from '../../types.ts';
import { notInTransaction } from '../errors.ts';
import { identifier } from '../postgres/quote.ts';

/** PostgreSQL's level for a T-SQL one. Reads below repeatable read never block and never see uncommitted rows. */
const LEVELS: Record<Isolation, string> = {
  'read uncommitted': 'READ COMMITTED',
  'read committed': 'READ COMMITTED',
  'repeatable read': 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
  snapshot: 'REPEATABLE READ',
};

const STATEMENT = 'standin_statement';

/** Unique in the process; clients echo it and never look into it. */
let lastDescriptor = 0n;

/**
 * The transaction of one session. T-SQL's transaction (@@TRANCOUNT) and PostgreSQL's are two things: PostgreSQL's begins
 * only at the first statement that writes or needs a stable view. Until then reads run alone, so that a client that sits
 * in an implicit transaction (Debezium does, nearly always) holds no lock that a DDL statement would wait for, as a
 * reader at READ COMMITTED holds none on SQL Server.
 */
export class TransactionControl {
  isolation: Isolation = 'read committed';
  readonly #client: Client;
  #count = 0;
  #descriptor = 0n;
  #open = false;
  #name: string | undefined;
  #openLevel: Isolation = 'read committed';
  /** Savepoints in force. Those set before PostgreSQL's transaction began are set in it when it begins. */
  #savepoints: string[] = [];
  readonly #ended: (committed: boolean) => Promise<void>;

  /** @param ended is told after PostgreSQL's transaction has ended, and after a rollback to a savepoint (false). */
  constructor(client: Client, ended: (committed: boolean) => Promise<void>) {
    this.#client = client;
    this.#ended = ended;
  }

  /** @@TRANCOUNT */
  get count(): number {
    return this.#count;
  }

  /** PostgreSQL's transaction is open. */
  get open(): boolean {
    return this.#open;
  }

  /** BEGIN TRANSACTION, or the implicit begin before a statement. */
  begin(sink: ResponseSink, name?: string): void {
    this.#count += 1;
    if (this.#count > 1) return;
    lastDescriptor += 1n;
    this.#descriptor = lastDescriptor;
    this.#name = name;
    sink.transaction('begin', this.#descriptor);
  }

  /** Begins PostgreSQL's transaction if it is not open yet. Call it before what must not run alone. */
  async ensureOpen(): Promise<void> {
    if (this.#open) {
      if (this.isolation === 'snapshot' && this.#openLevel !== 'snapshot') throw snapshotTooLate();
      return;
    }
    await this.#client.query(`BEGIN ISOLATION LEVEL ${LEVELS[this.isolation]}`);
    this.#open = true;
    this.#openLevel = this.isolation;
    for (const name of this.#savepoints) await this.#client.query(`SAVEPOINT ${identifier(name)}`);
  }

  async commit(sink: ResponseSink): Promise<void> {
    if (this.#count === 0) throw notInTransaction('COMMIT');
    if (this.#count > 1) {
      this.#count -= 1;
      return;
    }
    const wasOpen = this.#open;
    try {
      if (wasOpen) await this.#client.query('COMMIT');
    } catch (error) {
      // PostgreSQL has rolled back.
      await this.#end(sink, 'rollback', wasOpen);
      throw error;
    }
    await this.#end(sink, 'commit', wasOpen);
  }

  /** Rolls back everything, or to the savepoint of that name. */
  async rollback(sink: ResponseSink, name?: string): Promise<void> {
    if (this.#count === 0) throw notInTransaction('ROLLBACK');
    if (name !== undefined && name.toLowerCase() !== this.#name?.toLowerCase()) {
      await this.#rollbackTo(name);
      return;
    }
    const wasOpen = this.#open;
    if (wasOpen) await this.#client.query('ROLLBACK');
    await this.#end(sink, 'rollback', wasOpen);
  }

  /** SAVE TRANSACTION. */
  async save(name: string): Promise<void> {
    if (this.#count === 0) {
      throw new TsqlError(628, 'Cannot issue SAVE TRANSACTION when there is no active transaction.');
    }
    const internal = savepoint(name);
    if (this.#open) await this.#client.query(`SAVEPOINT ${identifier(internal)}`);
    this.#savepoints.push(internal);
  }

  /**
   * Runs one statement so that its failure undoes only itself (T-SQL's XACT_ABORT OFF): PostgreSQL would give up the
   * whole transaction.
   */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#open) return work();
    await this.#client.query(`SAVEPOINT ${STATEMENT}`);
    try {
      const result = await work();
      await this.#client.query(`RELEASE SAVEPOINT ${STATEMENT}`);
      return result;
    } catch (error) {
      await this.#client.query(`ROLLBACK TO SAVEPOINT ${STATEMENT}`);
      await this.#client.query(`RELEASE SAVEPOINT ${STATEMENT}`);
      throw error;
    }
  }

  async #rollbackTo(name: string): Promise<void> {
    const internal = savepoint(name);
    const position = this.#savepoints.lastIndexOf(internal);
    if (position < 0) {
      throw new TsqlError(
        6401,
        `Cannot roll back ${name}. No transaction or savepoint of that name was found.`,
      );
    }
    this.#savepoints.length = position + 1;
    if (!this.#open) return;
    await this.#client.query(`ROLLBACK TO SAVEPOINT ${identifier(internal)}`);
    await this.#ended(false);
  }

  async #end(sink: ResponseSink, event: 'commit' | 'rollback', wasOpen: boolean): Promise<void> {
    this.#count = 0;
    this.#open = false;
    this.#savepoints = [];
    sink.transaction(event, this.#descriptor);
    if (wasOpen) await this.#ended(event === 'commit');
  }
}

function savepoint(name: string): string {
  return `tsql_${name.toLowerCase()}`;
}

function snapshotTooLate(): TsqlError {
  return new TsqlError(
    3951,
    'Transaction failed because the statement was run under snapshot isolation but the transaction did not start in snapshot isolation. You cannot change the isolation level of the transaction to snapshot after the transaction has started unless the transaction was originally started under snapshot isolation level.',
  );
}
