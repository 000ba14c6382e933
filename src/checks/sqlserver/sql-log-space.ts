import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';
import { grantServerState } from './grants.ts';

const ID = 'sql-log-space';

const ROOMY_PERCENT = 60;
const FULL_PERCENT = 80;
/** As in sql-capture-fresh: three idle marks missing. */
const STALE_S = 15 * 60;

export type LogRow = { total_mb: number | string; used_mb: number | string };

export type LogFacts = {
  /** From sys.dm_db_log_space_usage, else from sys.database_files. */
  log: SqlAnswer<LogRow>;
  /** Why SQL Server cannot reuse the log now, in its words: NOTHING, REPLICATION, LOG_BACKUP … */
  waits: SqlAnswer<{ waits_for: string }>;
  capture: SqlAnswer<{ age_s: number | null }>;
};

/**
 * The transaction log has room. What the capture job has not read stays in the log; when it is full, the hospital's own
 * work stops (error 9002).
 */
export const sqlLogSpace: FacilityCheck<LogFacts> = {
  id: ID,
  title: 'The transaction log has room',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const usage = await sql.query<LogRow>(
      `SELECT total_log_size_in_bytes / 1048576.0 AS total_mb, used_log_space_in_bytes / 1048576.0 AS used_mb
       FROM sys.dm_db_log_space_usage`,
      {},
      signal,
    );
    // Every member of public may ask this.
    const log = usage.ok
      ? usage
      : await sql.query<LogRow>(
          `SELECT SUM(f.size / 128.0) AS total_mb, SUM(FILEPROPERTY(f.name, 'SpaceUsed') / 128.0) AS used_mb
           FROM sys.database_files AS f WHERE f.type_desc = N'LOG'`,
          {},
          signal,
        );
    const waits = await sql.query<{ waits_for: string }>(
      'SELECT log_reuse_wait_desc AS waits_for FROM sys.databases WHERE database_id = DB_ID()',
      {},
      signal,
    );
    const capture = await sql.query<{ age_s: number | null }>(
      'SELECT DATEDIFF(SECOND, MAX(tran_end_time), GETDATE()) AS age_s FROM cdc.lsn_time_mapping',
      {},
      signal,
    );
    return { log, waits, capture };
  },

  judge({ log, waits, capture }, settings) {
    if (!log.ok) return cannotTell(ID, log.failure, grantServerState(settings));
    const total = Number(log.value[0]?.total_mb ?? 0);
    const used = Number(log.value[0]?.used_mb ?? Number.NaN);
    if (!(total > 0) || Number.isNaN(used)) {
      return cannotTell(ID, { kind: 'other', message: 'no size of the log was given' });
    }
    const share = (100 * used) / total;
    const percent = Math.round(share);
    const reason = waits.ok ? (waits.value[0]?.waits_for ?? 'NOTHING') : 'not known';
    const current = `${percent} % of ${Math.round(total)} MB used; waits for ${reason}`;
    const age = capture.ok ? (capture.value[0]?.age_s ?? null) : null;
    const held = reason === 'REPLICATION';
    if (share > FULL_PERCENT) {
      return held ? heldBack('full', percent, current, settings) : full(percent, reason, current, settings);
    }
    if (held && age !== null && age > STALE_S) return heldBack('held', percent, current, settings);
    if (share >= ROOMY_PERCENT) return full(percent, reason, current, settings);
    return pass(`${percent} % of ${Math.round(total)} MB used`, current);
  },
};

/** The capture job has not read it: nothing else frees the log. */
function heldBack(
  how: 'full' | 'held',
  percent: number,
  current: string,
  { database }: FacilitySettings,
): Verdict {
  const detail = {
    current,
    required: `less than ${ROOMY_PERCENT} %, with a capture job that keeps up`,
    remedy: {
      text:
        'Start SQL Server Agent and the capture job; the log is given free as they read on. Let the log file grow or move it if ' +
        'that takes long. Do not shrink the log and do not run sp_repldone: it would lose changes.',
      sql: [`USE ${bracketed(database.name)};`, `EXEC sys.sp_cdc_start_job @job_type = N'capture';`],
      who: 'dba' as const,
    },
  };
  return how === 'full'
    ? fail(
        `${ID}-full`,
        `The transaction log is ${percent} % full; when it is full, ClinicMaster stops.`,
        detail,
      )
    : warn(
        `${ID}-held`,
        'The transaction log cannot be given free: the capture job does not read it.',
        detail,
      );
}

function full(percent: number, reason: string, current: string, { database }: FacilitySettings): Verdict {
  const backup = reason === 'LOG_BACKUP';
  return warn(`${ID}-filling`, `The transaction log is ${percent} % full.`, {
    current,
    required: `less than ${ROOMY_PERCENT} %`,
    remedy: {
      text: backup
        ? 'It waits for a backup of the log: in FULL recovery the log grows for ever without one. Set up log backups, or have the ' +
          'DBA decide for SIMPLE recovery.'
        : 'See what the log waits for; a long transaction is usual. Let the file grow in good time.',
      sql: backup
        ? [`BACKUP LOG ${bracketed(database.name)} TO DISK = N'path\\name.trn';`]
        : [
            `SELECT log_reuse_wait_desc FROM sys.databases WHERE name = DB_NAME();`,
            `DBCC OPENTRAN (${bracketed(database.name)});`,
          ],
      who: 'dba',
    },
  });
}
