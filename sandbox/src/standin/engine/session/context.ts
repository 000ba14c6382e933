import type { Client } from 'pg';
import type { Name } from '../../tsql/ast/query.ts';
import { type ResponseSink, TsqlError, type TsqlType, type TsqlValue } from '../../types.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import type { Database, ServerPrincipal } from '../catalogue/model.ts';
import type { Engine } from '../engine.ts';
import { databaseClosedTo, loginFailed, noSuchDatabase } from '../errors.ts';
import { inTransaction } from '../postgres/connect.ts';
import { Authority } from '../security/authority.ts';
import { Resolver } from './resolve.ts';
import { TransactionControl } from './transaction.ts';

/** A variable or parameter of a batch. */
export interface Variable {
  type: TsqlType;
  value: TsqlValue;
}

/** Variables of a batch by their folded name. */
export type Variables = Map<string, Variable>;

/** SET options that change what statements do here; the others are accepted and ignored. */
export interface SessionOptions {
  implicitTransactions: boolean;
  noCount: boolean;
  xactAbort: boolean;
  /** Milliseconds, -1 = wait for ever. */
  lockTimeout: number;
  /** 0 = all. */
  rowCount: number;
}

export const defaultOptions = (): SessionOptions => ({
  implicitTransactions: false,
  noCount: false,
  xactAbort: false,
  lockTimeout: -1,
  rowCount: 0,
});

/** Everything that the statements of one session share. */
export class SessionContext {
  readonly engine: Engine;
  readonly client: Client;
  readonly spid: number;
  readonly transaction: TransactionControl;
  options = defaultOptions();
  /** @@ROWCOUNT, @@ERROR, SCOPE_IDENTITY() */
  lastRowCount = 0;
  lastError = 0;
  scopeIdentity: bigint | null = null;
  /** object_id of the table under SET IDENTITY_INSERT ON. */
  identityInsert: number | undefined;
  /** Target of the bulk load that the next message brings. */
  announcedBulk: { table: Name; columns: { name: string; type: TsqlType }[] } | undefined;
  readonly #loginId: number;
  #databaseId: number;
  #appliedLockTimeout = -1;
  /** The catalogue with this session's uncommitted changes, while there are any. */
  #own: Catalogue | undefined;
  #authority: Authority | undefined;

  constructor(engine: Engine, client: Client, spid: number, loginId: number, databaseId: number) {
    this.engine = engine;
    this.client = client;
    this.spid = spid;
    this.#loginId = loginId;
    this.#databaseId = databaseId;
    this.transaction = new TransactionControl(client, (committed) => this.#transactionEnded(committed));
  }

  get catalogue(): Catalogue {
    return this.#own ?? this.engine.catalogues.current;
  }

  get login(): ServerPrincipal {
    const login = this.catalogue.logins.find((one) => one.id === this.#loginId);
    if (!login) throw loginFailed('(dropped)');
    return login;
  }

  get database(): Database {
    const database = this.catalogue.databaseById(this.#databaseId);
    if (!database) throw noSuchDatabase('(dropped)');
    return database;
  }

  get authority(): Authority {
    if (this.#authority?.catalogue !== this.catalogue) {
      this.#authority = new Authority(this.catalogue, this.login);
    }
    return this.#authority;
  }

  /** USE. @throws TsqlError 911, 916. */
  use(name: string, sink: ResponseSink): void {
    const next = this.catalogue.database(name);
    if (!next) throw noSuchDatabase(name);
    if (!this.authority.userIn(next.id)) throw databaseClosedTo(this.login.name, next.name);
    const previous = this.database.name;
    this.#databaseId = next.id;
    sink.databaseChanged(next.name, previous);
  }

  resolver(variables: Variables): Resolver {
    return new Resolver({
      catalogue: this.catalogue,
      authority: this.authority,
      database: this.database,
      serverName: this.engine.settings.serverName,
      product: this.engine.product,
      variable: (name) => variables.get(name.toLowerCase())?.type,
      identityInsert: this.identityInsert,
    });
  }

  /**
   * Runs a change of the catalogue: in the open transaction if there is one (other sessions see it after COMMIT), else in
   * one of its own. Afterwards `catalogue` shows it.
   */
  async change(sink: ResponseSink, work: () => Promise<void>): Promise<void> {
    if (this.options.implicitTransactions && this.transaction.count === 0) this.transaction.begin(sink);
    if (this.transaction.count > 0) {
      await this.transaction.ensureOpen();
      await this.transaction.guarded(work);
      this.#own = await loadCatalogue(this.client);
      return;
    }
    await inTransaction(this.client, work);
    await this.engine.catalogues.refresh();
  }

  /** For what SQL Server allows outside transactions only. @throws TsqlError 226. */
  async changeAlone(statement: string, work: () => Promise<void>): Promise<void> {
    if (this.transaction.count > 0) {
      throw new TsqlError(226, `${statement} statement not allowed within multi-statement transaction.`);
    }
    await inTransaction(this.client, work);
    await this.engine.catalogues.refresh();
  }

  /** Tells PostgreSQL of SET LOCK_TIMEOUT, if it does not know yet. */
  async applyLockTimeout(): Promise<void> {
    const wanted = this.options.lockTimeout;
    if (wanted === this.#appliedLockTimeout) return;
    // T-SQL: -1 waits for ever, 0 not at all. PostgreSQL: 0 waits for ever.
    const milliseconds = wanted < 0 ? 0 : Math.max(1, wanted);
    await this.client.query(`SET lock_timeout = ${milliseconds}`);
    this.#appliedLockTimeout = wanted;
  }

  async #transactionEnded(committed: boolean): Promise<void> {
    // A rollback takes back a SET made inside the transaction.
    if (!committed) this.#appliedLockTimeout = Number.NaN;
    if (!this.#own) return;
    if (this.transaction.open) {
      this.#own = await loadCatalogue(this.client);
      return;
    }
    this.#own = undefined;
    if (committed) await this.engine.catalogues.refresh();
  }
}
