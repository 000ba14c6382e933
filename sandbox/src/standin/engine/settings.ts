import type { ClientConfig } from 'pg';
import type { Edition, Release } from './product.ts';

/** What one stand-in is told at its start. */
export interface EngineSettings {
  /** A UTF-8 database that sorts by bytes (LC_COLLATE C or C.UTF-8) and belongs to this stand-in alone. */
  postgres: ClientConfig;
  /** What @@SERVERNAME and error tokens say. */
  serverName: string;
  /** Password of login `sa`; set anew at each start. */
  saPassword: string;
  /** Offset of the server's local time from UTC, e.g. `+03:00`. */
  timeZone: string;
  /** Which SQL Server it pretends to be; 2022 Developer when not said. */
  release?: Release;
  edition?: Edition;
}
