import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { spanText } from '../../units.ts';
import type { FacilityCheck } from '../context.ts';
import type { Recollection } from '../memory.ts';
import { bracketed, cannotTell } from '../sqlserver/answers.ts';
import { grantCdc } from '../sqlserver/grants.ts';
import { type Position, storedPosition } from '../sqlserver/position.ts';
import type { Verdict } from '../types.ts';
import { counted, fail, pass, skip, warn } from '../verdicts.ts';

const ID = 'stream-lag';

/** Connect stores a position every 30 s, and a batch may take as long; a busy minute is not lateness. */
const PROMPT_S = 5 * 60;
/** With changes waiting, a position that has not moved for so long does not move by itself any more. */
const STUCK_MS = 15 * 60_000;

/** Counted by SQL Server's own clock, so that a wrong clock on this machine changes nothing. */
export type LagRow = {
  /** Seconds since the change at which the connector stands was made; null when its time is not kept any more. */
  position_s: number | null;
  /** Captured transactions with changes behind the position. */
  unread: number;
  /** Seconds since the oldest of them was made; null without any. */
  oldest_unread_s: number | null;
  /** Minutes between the oldest and the newest thing that is kept: the least that the retention can be. */
  kept_minutes: number | null;
};

/** The heartbeat row that Debezium has SQL Server write every 5 minutes: seconds since each station's newest one was written. */
export type BeatRow = {
  /** In the table. */
  written_s: number | null;
  /** In its change table. */
  captured_s: number | null;
  /** Passed by the connector. */
  passed_s: number | null;
};

/** A position, and since when it has been seen there. */
type Still = { lsn: string; sinceMs: number };

export type LagFacts = {
  position: Position;
  /** Null when there is no position to ask about. */
  lag: SqlAnswer<LagRow> | null;
  /** Null when there is no position; not ok where there is no such table. */
  beat: SqlAnswer<BeatRow> | null;
  still: Still | null;
  nowMs: number;
};

const key = ({ database }: FacilitySettings) => `position in ${database.name}`;

/**
 * How far the stream is behind SQL Server, by the age of the oldest captured change that is not stored as sent. Unlike
 * Debezium's own figure it works while the hospital is idle, and unlike the distance between two positions it does not count
 * the idle hours before a change.
 */
export const streamLag: FacilityCheck<LagFacts> = {
  id: ID,
  title: 'The stream keeps up with SQL Server',
  area: 'pipeline',
  when: ['after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,
  touches: 'notes the position in seen.json of the facility folder',

  async probe(context, signal) {
    const { sql, clock, memory, settings } = context;
    const position = await storedPosition(context, signal);
    const nowMs = clock.now();
    if (position.lsn === null) return { position, lag: null, beat: null, still: null, nowMs };
    const lsn = position.lsn;
    const [lag, beat, before] = await Promise.all([
      sql.query<LagRow>(LAG, { offset_hex: lsn }, signal),
      sql.query<BeatRow>(BEAT, { offset_hex: lsn }, signal),
      memory.recall(key(settings)) as Promise<Recollection<Still | null>>,
    ]);
    const still = before.value?.lsn === lsn ? before.value : { lsn, sinceMs: nowMs };
    if (still !== before.value) await memory.keep(key(settings), still);
    return { position, lag, beat, still, nowMs };
  },

  judge({ position, lag, beat, still, nowMs }, settings) {
    if (position.lsn === null || lag === null) {
      return skip(`${ID}-position`, `Not checked: the position is not known (${position.why}).`);
    }
    if (!lag.ok) return cannotTell(ID, lag.failure, grantCdc(settings));
    const uncaptured = beat?.ok === true ? uncapturedBeat(beat.value[0]) : undefined;
    if (uncaptured !== undefined) return captureStands(uncaptured, settings.database.name);
    const row = lag.value[0];
    if (row === undefined || row.unread === 0) return pass('everything captured has been sent');
    const late = row.oldest_unread_s ?? 0;
    const waiting = counted(row.unread, 'transaction');
    if (late < PROMPT_S) return pass(`${spanText(late)} behind, ${waiting} under way`);
    const standsMs = still === null ? 0 : nowMs - still.sinceMs;
    return standsMs >= STUCK_MS ? stuck(late, waiting, standsMs) : behind(late, waiting);
  },
};

/** Seconds since a heartbeat row was written that is not captured; undefined where all is as it should be, or nobody can tell. */
function uncapturedBeat(beat: BeatRow | undefined): number | undefined {
  const { written_s: written, captured_s: captured } = beat ?? { written_s: null, captured_s: null };
  // An older one may have been cleaned up together with everything else.
  if (written === null || written < CAPTURED_S || written > BEAT_KEPT_S) return undefined;
  return captured === null || captured > written + 1 ? written : undefined;
}

/** No job waits so long, and no scan takes so long, on a server that is well. */
const CAPTURED_S = 3 * 60;
const BEAT_KEPT_S = 24 * 3600;

function captureStands(written: number, database: string): Verdict {
  return fail(`${ID}-uncaptured`, 'SQL Server does not capture what is written.', {
    current: `a heartbeat row written ${spanText(written)} ago is not in its change table`,
    required: `captured within ${spanText(CAPTURED_S)}`,
    remedy: {
      text:
        'SQL Server Agent stands still, or its capture job does or fails. Start the Agent, then the job. Nothing is lost meanwhile: ' +
        'changes wait in the transaction log, which grows until then.',
      commands: ['clinicmaster-cdc doctor --only sqlserver --short'],
      sql: [`USE ${bracketed(database)};`, `EXEC sys.sp_cdc_start_job @job_type = N'capture';`],
      who: 'dba',
    },
  });
}

function behind(late: number, waiting: string): Verdict {
  return warn(`${ID}-late`, `The stream is ${spanText(late)} behind SQL Server.`, {
    current: `${waiting} captured and not stored as sent`,
    required: `less than ${spanText(PROMPT_S)}`,
    remedy: {
      text:
        'After an interruption it catches up by itself: look again in some minutes. If the figure grows, the line or Kafka is ' +
        'slower than the hospital.',
      commands: ['clinicmaster-cdc status --watch', 'clinicmaster-cdc doctor --deep --only kafka-throughput'],
      who: 'you',
    },
  });
}

function stuck(late: number, waiting: string, standsMs: number): Verdict {
  return fail(`${ID}-stuck`, 'Changes wait, and the position does not move.', {
    current: `${waiting}, the oldest ${spanText(late)} old; no move seen for ${spanText(standsMs / 1000)}`,
    required: 'a position that moves while changes wait',
    remedy: {
      text: 'The log of the worker says what it is busy with. A restart goes on from the stored position and loses nothing.',
      commands: ['clinicmaster-cdc logs --level warn --since 30m', 'clinicmaster-cdc restart'],
      who: 'you',
    },
  });
}

const LAG = `DECLARE @offset binary(10) = CONVERT(binary(10), @offset_hex, 1);
SELECT DATEDIFF(SECOND, (SELECT MAX(a.tran_end_time) FROM cdc.lsn_time_mapping AS a WHERE a.start_lsn <= @offset), GETDATE()) AS position_s,
       (SELECT COUNT(*) FROM cdc.lsn_time_mapping AS b WHERE b.start_lsn > @offset AND b.tran_id <> 0x00) AS unread,
       DATEDIFF(SECOND, (SELECT MIN(c.tran_end_time) FROM cdc.lsn_time_mapping AS c
                         WHERE c.start_lsn > @offset AND c.tran_id <> 0x00), GETDATE()) AS oldest_unread_s,
       DATEDIFF(MINUTE, MIN(m.tran_end_time), MAX(m.tran_end_time)) AS kept_minutes
FROM cdc.lsn_time_mapping AS m`;

/** All times are the server's own. A database without the table answers with an error, which says just that. */
const BEAT = `DECLARE @offset binary(10) = CONVERT(binary(10), @offset_hex, 1);
SELECT DATEDIFF(SECOND, (SELECT MAX(t.beat_at) FROM clinicmaster_cdc.heartbeat AS t), SYSUTCDATETIME()) AS written_s,
       DATEDIFF(SECOND, MAX(h.beat_at), SYSUTCDATETIME()) AS captured_s,
       DATEDIFF(SECOND, (SELECT MAX(p.beat_at) FROM cdc.clinicmaster_cdc_heartbeat_CT AS p
                         WHERE p.__$start_lsn <= @offset), SYSUTCDATETIME()) AS passed_s
FROM cdc.clinicmaster_cdc_heartbeat_CT AS h`;
