import type { LagRow } from './pipeline/stream-lag.ts';
import { retentionMinutes } from './sqlserver/retention-answer.ts';
import type { WindowFacts } from './sqlserver/sql-offset-window.ts';

/** What SQL Server sets when nobody changes it. */
const DEFAULT_MINUTES = 3 * 24 * 60;

/** How long SQL Server still keeps what the connector has not read. */
export interface Headroom {
  /** Seconds that captured changes are kept. */
  keptSeconds: number;
  /** The login may not see it: SQL Server's default, or the longest that was seen to be kept. */
  assumed: boolean;
  /** Seconds from the connector's position to the newest captured change. */
  behindSeconds: number;
  /** Seconds until changes that were not read are deleted; 0 when some are. */
  leftSeconds: number;
  /** Changes that were not read have been deleted. */
  lost: boolean;
}

/**
 * The countdown to a loss. SQL Server deletes what is older than its newest captured change by the retention (not by the clock),
 * once a night, so the true end is at this time or up to a day later.
 */
export function headroomOf(facts: WindowFacts | undefined, lag: LagRow | undefined): Headroom | null {
  const row = facts?.window?.ok === true ? facts.window.value[0] : undefined;
  if (facts === undefined || row === undefined || row.oldest_lsn === null || facts.position.lsn === null) {
    return null;
  }
  const known = retentionMinutes(facts.jobs);
  const kept = known ?? Math.max(DEFAULT_MINUTES, lag?.kept_minutes ?? 0);
  const behind = Math.max(0, row.minutes_behind ?? 0);
  const lost = row.oldest_lsn > facts.position.lsn;
  return {
    keptSeconds: kept * 60,
    assumed: known === null,
    behindSeconds: behind * 60,
    leftSeconds: lost ? 0 : Math.max(0, kept - behind) * 60,
    lost,
  };
}
