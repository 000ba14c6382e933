import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { spanText } from '../../units.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';
import { grantDatabaseState } from './grants.ts';

const ID = 'sql-scan-latency';

const PROMPT_S = 60;
const LATE_S = 600;

export type ScanRow = { latency: number; failed: number; errors: number; age_s: number };

/** The capture job keeps up with the hospital: seconds between a commit and its capture, in its latest log scan. */
export const sqlScanLatency: FacilityCheck<SqlAnswer<ScanRow>> = {
  id: ID,
  title: 'The capture job keeps up',
  area: 'sqlserver',
  when: ['after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<ScanRow>(
      `SELECT TOP (1) latency AS latency, failed_sessions_count AS failed, error_count AS errors,
              DATEDIFF(SECOND, start_time, GETDATE()) AS age_s
       FROM sys.dm_cdc_log_scan_sessions WHERE session_id <> 0 ORDER BY session_id DESC`,
      {},
      signal,
    ),

  judge(facts, settings) {
    if (!facts.ok) return cannotTell(ID, facts.failure, grantDatabaseState(settings));
    const row = facts.value[0];
    // The view is emptied when SQL Server starts; sql-capture-fresh tells whether anything is written at all.
    if (row === undefined) return pass('no scan since SQL Server was started');
    const current = `${row.latency} s in the latest scan, begun ${spanText(row.age_s)} ago`;
    const required = `less than ${PROMPT_S} s, and no failed scan`;
    if (row.failed > 0 || row.errors > 0) {
      return fail(`${ID}-failed`, 'The latest scan of the log failed.', {
        current: `${row.errors} errors in the latest scan`,
        required,
        remedy: {
          text: 'The reason stands in sys.dm_cdc_errors and in the history of the job; see sql-scan-errors.',
          commands: ['clinicmaster-cdc doctor --only sql-scan-errors'],
          who: 'dba',
        },
      });
    }
    if (row.latency < PROMPT_S) return pass(current);
    const summary = `Changes are captured ${spanText(row.latency)} after they were made.`;
    const detail = { current, required, remedy: FASTER };
    return row.latency < LATE_S ? warn(`${ID}-late`, summary, detail) : fail(`${ID}-behind`, summary, detail);
  },
};

const FASTER: Remedy = {
  text:
    'After a standstill the job catches up by itself: look again in some minutes. If it stays, let it read more at a time ' +
    '(it counts from the next start of the job), and look for a long transaction or a slow disk.',
  sql: [
    `EXEC sys.sp_cdc_change_job @job_type = N'capture', @maxtrans = 1000, @maxscans = 50;`,
    `EXEC sys.sp_cdc_stop_job @job_type = N'capture';`,
    `EXEC sys.sp_cdc_start_job @job_type = N'capture';`,
  ],
  who: 'dba',
};
