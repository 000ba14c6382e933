import type { Client } from 'pg';
import { type LoginRequest, type Session, type SessionFactory, TsqlError } from '../types.ts';
import { Agent } from './agent/agent.ts';
import { CatalogueStore } from './catalogue/store.ts';
import type { Engine } from './engine.ts';
import { connect } from './postgres/connect.ts';
import { prepareStorage } from './postgres/prepare-storage.ts';
import { SharedClient } from './postgres/shared-client.ts';
import { type Product, product } from './product.ts';
import { admit } from './security/admit.ts';
import { SessionContext } from './session/context.ts';
import { EngineSession } from './session/engine-session.ts';
import type { EngineSettings } from './settings.ts';

/** Key of the lock by which one process owns the PostgreSQL database. */
const OWNER_LOCK = 0x5354414e;
const FIRST_SPID = 51;

/** Whoever runs an engine and wants to know how it fares. */
export interface EngineListener {
  report(error: unknown): void;
  lost(): void;
}

/** The pretended server: everything behind the wire protocol. */
export class StandinEngine implements Engine, SessionFactory {
  readonly settings: EngineSettings;
  readonly product: Product;
  readonly catalogues: CatalogueStore;
  readonly agent: Agent;
  readonly #owner: SharedClient;
  readonly #sessions = new Map<number, { session: EngineSession; context: SessionContext }>();
  readonly #own: Pick<Client, 'end'>[];
  #closing = false;

  private constructor(
    settings: EngineSettings,
    owner: SharedClient,
    catalogues: CatalogueStore,
    agent: Agent,
    own: Pick<Client, 'end'>[],
  ) {
    this.settings = settings;
    this.product = product(settings.release ?? '2022', settings.edition ?? 'developer');
    this.catalogues = catalogues;
    this.agent = agent;
    this.#owner = owner;
    this.#own = own;
  }

  /**
   * Takes the PostgreSQL database into possession, prepares it, and starts the Agent.
   * @param listener hears of errors of the jobs, and of the loss of the database: nothing works after that.
   * @throws Error when another process has the database, or the database does not suit.
   */
  static async open(settings: EngineSettings, listener: EngineListener): Promise<StandinEngine> {
    const owner = await connect(settings, 'owner');
    const own: Pick<Client, 'end'>[] = [owner];
    try {
      const { rows } = await owner.query<{ mine: boolean }>(
        `SELECT pg_try_advisory_lock(${OWNER_LOCK}) AS mine`,
      );
      if (!rows[0]?.mine) {
        throw new Error(
          'another stand-in runs on this PostgreSQL database; stop it, or give this one a database of its own',
        );
      }
      await prepareStorage(owner, settings);
      const reader = await connect(settings, 'catalogue');
      own.push(reader);
      const control = new SharedClient(await connect(settings, 'agent'));
      own.push(control);
      const agent = new Agent((purpose) => connect(settings, purpose), control, listener.report);
      // Express has no Agent: what a database of another edition has captured stays as it is.
      if (settings.edition === 'express') await agent.setRunning(false);
      agent.start();
      const catalogues = await CatalogueStore.open(reader);
      const engine = new StandinEngine(settings, new SharedClient(owner), catalogues, agent, own);
      owner.once('end', () => {
        if (!engine.#closing) listener.lost();
      });
      return engine;
    } catch (error) {
      for (const client of own) await client.end();
      throw error;
    }
  }

  get version(): [number, number, number] {
    return this.product.numbers;
  }

  get serverName(): string {
    return this.settings.serverName;
  }

  async login(request: LoginRequest): Promise<Session> {
    const { login, database } = admit(this.catalogues.current, request);
    const client = await this.connect(`session ${request.application}`.slice(0, 60));
    const spid = this.#freeSpid();
    const context = new SessionContext(this, client, spid, login.id, database.id);
    const session = new EngineSession(context, () => this.#sessions.delete(spid));
    this.#sessions.set(spid, { session, context });
    return session;
  }

  connect(purpose: string): Promise<Client> {
    return connect(this.settings, purpose);
  }

  async cancel(pid: number): Promise<void> {
    await this.#owner.query('SELECT pg_cancel_backend($1)', [pid]);
  }

  isInUse(databaseId: number): boolean {
    return [...this.#sessions.values()].some(
      ({ session, context }) => !session.isKilled && context.database.id === databaseId,
    );
  }

  isLoggedIn(loginId: number): boolean {
    return [...this.#sessions.values()].some(
      ({ session, context }) => !session.isKilled && context.login.id === loginId,
    );
  }

  async kill(caller: number, wanted: { spid?: number; databaseId?: number } = {}): Promise<void> {
    if (wanted.spid === caller) throw new TsqlError(6104, 'Cannot use KILL to kill your own process.');
    for (const [spid, { session, context }] of this.#sessions) {
      if (spid === caller || (wanted.spid !== undefined && wanted.spid !== spid)) continue;
      if (wanted.databaseId !== undefined && wanted.databaseId !== context.database.id) continue;
      await session.kill();
    }
  }

  /** Stops the jobs and gives the database free. Sessions must be closed before. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.agent.close();
    for (const client of this.#own) await client.end();
  }

  #freeSpid(): number {
    let spid = FIRST_SPID;
    while (this.#sessions.has(spid)) spid += 1;
    return spid;
  }
}
