import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, skip, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';
import { type SpanRow, spanOf } from './change-sizes.ts';
import { grantMsdb } from './grants.ts';
import { cdcJobs, type JobRow, span } from './retention-answer.ts';

const ID = 'sql-retention';

/** SQL Server's default. Every facility reaches Kafka over a VPN, and a weekend is almost as long. */
const DEFAULT_MIN = 3 * 24 * 60;
const TWO_WEEKS_MIN = 14 * 24 * 60;

export type RetentionFacts = {
  jobs: SqlAnswer<JobRow>;
  /** Minutes between the oldest and the newest captured change: what is kept at least. */
  window: SqlAnswer<SpanRow>;
};

/**
 * How long SQL Server keeps captured changes. An outage of the VPN or the container that lasts longer loses them, and the
 * whole database has to be copied again; SQL Server's default is three days.
 */
export const sqlRetention: FacilityCheck<RetentionFacts> = {
  id: ID,
  title: 'Captured changes outlive an outage',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const jobs = await cdcJobs(sql, signal);
    return { jobs, window: await spanOf(sql, signal) };
  },

  judge({ jobs, window }, settings) {
    const seen = window.ok ? (window.value[0]?.window_minutes ?? 0) : 0;
    if (!jobs.ok) {
      // What is there was kept: that much the retention is at least.
      if (seen >= TWO_WEEKS_MIN) return pass(`at least ${span(seen)} are kept`);
      const verdict = cannotTell(ID, jobs.failure, grantMsdb(settings, ['cdc_jobs']));
      return { ...verdict, current: `${verdict.current}; changes of the last ${span(seen)} are there` };
    }
    const cleanup = jobs.value.find((row) => row.job_type === 'cleanup');
    // sql-jobs-exist says so, and what to do.
    if (cleanup === undefined) return skip(`${ID}-no-cleanup`, 'Not checked: there is no cleanup job.');
    return judgeMinutes(Number(cleanup.retention), settings);
  },
};

function judgeMinutes(minutes: number, { database }: FacilitySettings): Verdict {
  const current = `${span(minutes)} (${minutes} minutes)`;
  if (minutes >= TWO_WEEKS_MIN) return pass(`kept for ${current}`);
  const make = minutes <= DEFAULT_MIN ? fail : warn;
  return make(`${ID}-short`, `Captured changes are kept for ${current} only.`, {
    current,
    required: `14 days (${TWO_WEEKS_MIN} minutes): twice the longest outage to be expected`,
    remedy: {
      text: 'Keep them for 14 days. The change tables grow accordingly: look at the free disk space first.',
      sql: [
        `USE ${bracketed(database.name)};`,
        // The job reads it when it next starts, at night; it need not be started for that.
        `EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = ${TWO_WEEKS_MIN};`,
      ],
      who: 'dba',
    },
  });
}
