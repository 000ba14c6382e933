import type { Client } from 'pg';
import { type LoginRequest, type Session, type SessionFactory, TsqlError } from '../types.ts';
import { Agent } from './agent/agent.ts';
import { CatalogueStore } from './catalogue/store.ts';
import type { Engine } from './engine.ts';
import { connect } from './postgres/connect.ts';
import { prepareStorage } from './postgres/prepare-storage.ts';
import { admit } from './security/admit.ts';
import { SessionContext } from './session/context.ts';
import { EngineSession } from './session/engine-session.ts';
import type { EngineSettings } from './settings.ts';

/** Key of the lock by which one process owns the PostgreSQL database. */
const OWNER_LOCK = 0x5354414e;
const FIRST_SPID = 51;

/** The pretended server: everything behind the wire protocol. */
export class StandinEngine implements Engine, SessionFactory {
  readonly settings: EngineSettings;
  readonly version: [number, number, number] = [16, 0, 4111];
  readonly catalogues: CatalogueStore;
  readonly agent: Agent;
  readonly #owner: Client;
  readonly #sessions = new Map<number, { session: EngineSession; context: SessionContext }>();
  readonly #own: Client[];

  private constructor(
    settings: EngineSettings,
    owner: Client,
    catalogues: CatalogueStore,
    agent: Agent,
    own: Client[],
  ) {
    this.settings = settings;
    this.catalogues = catalogues;
    this.agent = agent;
    this.#owner = owner;
    this.#own = own;
  }

  /**
   * Takes the PostgreSQL database into possession, prepares it, and starts the Agent.
   * @param report hears of errors of the jobs.
   * @throws Error when another process has the database, or the database does not suit.
   */
  static async open(settings: EngineSettings, report: (error: unknown) => void): Promise<StandinEngine> {
    const owner = await connect(settings, 'owner');
    const own = [owner];
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
      const control = await connect(settings, 'agent');
      own.push(control);
      const agent = new Agent((purpose) => connect(settings, purpose), control, report);
      agent.start();
      return new StandinEngine(settings, owner, await CatalogueStore.open(reader), agent, own);
    } catch (error) {
      for (const client of own) await client.end();
      throw error;
    }
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
    return [...this.#sessions.values()].some(({ context }) => context.database.id === databaseId);
  }

  async kill(spid: number | undefined, caller: number): Promise<void> {
    if (spid === caller) throw new TsqlError(6104, 'Cannot use KILL to kill your own process.');
    for (const [id, { session }] of this.#sessions) {
      if (id !== caller && (spid === undefined || id === spid)) await session.kill();
    }
  }

  /** Stops the jobs and gives the database free. Sessions must be closed before. */
  async close(): Promise<void> {
    await this.agent.close();
    for (const client of this.#own) await client.end();
  }

  #freeSpid(): number {
    let spid = FIRST_SPID;
    while (this.#sessions.has(spid)) spid += 1;
    return spid;
  }
}
