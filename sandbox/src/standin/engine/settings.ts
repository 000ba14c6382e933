import type { ClientConfig } from 'pg';

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
}

/** What the pretended server calls itself: drivers read the number, people the words. */
export const PRODUCT_VERSION = '16.0.4111.2';
export const PRODUCT_BANNER =
  `Microsoft SQL Server 2022 stand-in of clinicmaster-cdc (not a SQL Server) - ${PRODUCT_VERSION} (X64) \n` +
  '\tSandbox edition on PostgreSQL';
