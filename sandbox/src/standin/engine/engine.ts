import type { Client } from 'pg';
import type { Agent } from './agent/agent.ts';
import type { CatalogueStore } from './catalogue/store.ts';
import type { Product } from './product.ts';
import type { EngineSettings } from './settings.ts';

/** What the sessions of one stand-in share. */
export interface Engine {
  readonly settings: EngineSettings;
  readonly product: Product;
  readonly catalogues: CatalogueStore;
  readonly agent: Agent;
  /** Opens a PostgreSQL connection for a session or a job. */
  connect(purpose: string): Promise<Client>;
  /** Asks PostgreSQL to cancel what the backend with this process id runs. */
  cancel(pid: number): Promise<void>;
  /** A session that is not killed has this database as its current one. */
  isInUse(databaseId: number): boolean;
  /** Someone is logged in under this login. */
  isLoggedIn(loginId: number): boolean;
  /** Ends sessions other than `caller`'s: one, those of a database, or all. */
  kill(caller: number, wanted?: { spid?: number; databaseId?: number }): Promise<void>;
}
