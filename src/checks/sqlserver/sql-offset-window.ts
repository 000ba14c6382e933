import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import type { Recollection } from '../memory.ts';
import type { Facts, Verdict } from '../types.ts';
import { fail, pass, skip, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';
import { grantCdc } from './grants.ts';
import { type Position, storedPosition } from './position.ts';
import { accepted } from './recollection.ts';
import { cdcJobs, type JobRow, retentionMinutes, span } from './retention-answer.ts';
import {
  type Glance,
  type Idle,
  idleKey,
  nothingWasThere,
  remembered,
  type Unread,
  unreadKey,
} from './unread-deletions.ts';
import { idleLost, keepLonger, lost, passed } from './unread-verdicts.ts';

const ID = 'sql-offset-window';

/** What SQL Server sets when nobody changes it: the least that an unknown retention can be expected to be. */
const DEFAULT_MINUTES = 3 * 24 * 60;
const WARN_SHARE = 0.5;
const FAIL_SHARE = 0.8;

export type WindowRow = {
  /** Where the change tables begin, `0x…`; null without any. */
  oldest_lsn: string | null;
  instances: number;
  /** Minutes from the position to the newest thing captured; null when the position's time is gone. */
  minutes_behind: number | null;
  /** Captured transactions after the position that changed something. */
  unread: number;
  /** The newest LSN that is mapped to a time, `0x…`; absent in facts of an older version. */
  newest_lsn?: string | null;
};

export type WindowFacts = {
  position: Position;
  /** Null when there is no position to ask about. */
  window: SqlAnswer<WindowRow> | null;
  jobs: SqlAnswer<JobRow>;
  /** What earlier looks saw; absent in facts of an older version, and without a position. */
  deleted?: Recollection<Unread | null>;
  idle?: Recollection<Idle | null>;
};

/**
 * The connector's position still lies in what SQL Server keeps, with time to spare. Debezium looks only when its task starts;
 * what was deleted before it was read is missing without a word (domain: silent failures S2 and S7).
 */
export const sqlOffsetWindow: FacilityCheck<WindowFacts> = {
  id: ID,
  title: 'Nothing was deleted before it was read',
  area: 'sqlserver',
  when: ['after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,
  touches: 'notes in seen.json of the facility folder what was deleted unread, or was idle',
  fixes: [
    accepted(
      [`${ID}-passed`],
      unreadKey,
      'forgets what was deleted unread; the missing changes stay missing',
    ),
  ],

  async probe(context, signal) {
    const { sql } = context;
    const position = await storedPosition(context, signal);
    const jobs = await cdcJobs(sql, signal);
    if (position.lsn === null) return { position, window: null, jobs };
    // The newest row at or before the position gives its time, even when its own row has been cleaned up.
    const window = await sql.query<WindowRow>(
      `DECLARE @offset binary(10) = CONVERT(binary(10), @offset_hex, 1);
       SELECT CONVERT(varchar(24), MIN(ct.start_lsn), 1) AS oldest_lsn, COUNT(*) AS instances,
              DATEDIFF(MINUTE, (SELECT MAX(a.tran_end_time) FROM cdc.lsn_time_mapping AS a WHERE a.start_lsn <= @offset),
                               (SELECT MAX(b.tran_end_time) FROM cdc.lsn_time_mapping AS b)) AS minutes_behind,
              (SELECT COUNT(*) FROM cdc.lsn_time_mapping AS c WHERE c.start_lsn > @offset AND c.tran_id <> 0x00) AS unread,
              CONVERT(varchar(24), (SELECT MAX(d.start_lsn) FROM cdc.lsn_time_mapping AS d), 1) AS newest_lsn
       FROM cdc.change_tables AS ct`,
      { offset_hex: position.lsn },
      signal,
    );
    return { position, window, jobs, ...(await memories(context, position.lsn, window)) };
  },

  judge({ position, window, jobs, deleted, idle }, settings) {
    if (position.lsn === null || window === null) {
      return skip(`${ID}-position`, `Not checked: the position is not known (${position.why}).`);
    }
    if (!window.ok) return cannotTell(ID, window.failure, grantCdc(settings));
    const row = window.value[0];
    if (row === undefined || row.oldest_lsn === null) {
      return skip(`${ID}-none`, 'Not checked: no table is captured.');
    }
    const glance = glanceAt(position.lsn, row, '');
    if (row.oldest_lsn > position.lsn) {
      return nothingWasThere(idle?.value, glance) ? idleLost(glance, settings) : lost(glance, settings);
    }
    if (deleted?.value != null && deleted.value.left?.length !== 0) return passed(deleted.value, settings);
    return headroom(row, retentionMinutes(jobs), settings.database.name);
  },
};

function glanceAt(position: string, row: WindowRow, at: string): Glance {
  const { oldest_lsn: oldest, newest_lsn: newest, unread } = row;
  return { position, oldest: oldest ?? position, newest: newest ?? null, unread: Number(unread), at };
}

/** Recalls what was seen before, and notes what is seen now. */
async function memories(
  { memory, settings, clock }: CheckContext,
  lsn: string,
  window: SqlAnswer<WindowRow>,
): Promise<Pick<WindowFacts, 'deleted' | 'idle'>> {
  const deleted = (await memory.recall(unreadKey(settings))) as Recollection<Unread | null>;
  const idle = (await memory.recall(idleKey(settings))) as Recollection<Idle | null>;
  const row = window.ok ? window.value[0] : undefined;
  if (row !== undefined && row.oldest_lsn !== null) {
    const glance = glanceAt(lsn, row, new Date(clock.now()).toISOString());
    const next = remembered(glance, { unread: deleted, idle });
    if (differs(next.unread, deleted.value)) await memory.keep(unreadKey(settings), next.unread);
    if (differs(next.idle, idle.value)) await memory.keep(idleKey(settings), next.idle);
  }
  return { deleted, idle };
}

function differs(one: Facts, other: Facts): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

function headroom(row: WindowRow, retention: number | null, database: string): Verdict {
  const minutes = Math.max(0, row.minutes_behind ?? 0);
  const kept = retention ?? DEFAULT_MINUTES;
  const assumed = retention === null ? ' (SQL Server’s default; the login may not see the real one)' : '';
  const current = `${span(minutes)} behind; changes are kept for ${span(kept)}${assumed}`;
  const left = span(Math.max(0, kept - minutes));
  if (minutes < WARN_SHARE * kept) return pass(`${span(minutes)} behind, ${left} left`, current);
  const idle = row.unread === 0;
  const summary = idle
    ? `Nothing has changed in the hospital for ${span(minutes)}; in ${left} a restart would look like data loss.`
    : `The connector is ${span(minutes)} behind: ${left} left before changes are lost.`;
  const detail = {
    current,
    required: `less than ${span(WARN_SHARE * kept)} behind`,
    remedy: {
      text: idle
        ? 'The heartbeat table keeps the position moving while the hospital is closed: the DBA prepares it. ' +
          'Until then keep changes longer.'
        : 'Bring the VPN, Kafka and the container back. If that takes longer, keep changes longer first; it works at once ' +
          'and without Kafka. Look at the free disk space before.',
      ...(idle ? { commands: ['clinicmaster-cdc sql enable'] } : {}),
      sql: keepLonger(database, Math.max(20_160, 2 * kept)),
      who: 'dba' as const,
    },
  };
  // A retention that is only assumed may be much longer: no failure is made of it.
  const late = minutes > FAIL_SHARE * kept && retention !== null;
  if (idle) return warn(`${ID}-idle`, summary, detail);
  return late ? fail(`${ID}-closing`, summary, detail) : warn(`${ID}-behind`, summary, detail);
}
