import type { SqlFailure, SqlServerPort } from './sqlserver-port.ts';

/**
 * A login that may change things: it answers questions as any other and runs scripts. Kept apart from the port that checks
 * get, which can only ask.
 */
export interface SqlScriptPort extends SqlServerPort {
  /**
   * Runs one batch as it stands, without a time limit of its own but the long one of the connection.
   * @returns every message of the server when it failed; statements of a batch before the failing one stay done
   */
  execute(batch: string, signal: AbortSignal): Promise<{ ok: true } | { ok: false; failure: SqlFailure }>;
}
