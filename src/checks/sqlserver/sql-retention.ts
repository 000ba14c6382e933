import type { SqlAnswer, SqlValue } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-retention';

const WEEK_MIN = 7 * 24 * 60;
const TWO_WEEKS_MIN = 2 * WEEK_MIN;

export type JobRow = { job_type: string; retention: number | string | null };

/**
 * How long SQL Server keeps captured changes. An outage of the VPN or the container that lasts longer loses them, and the
 * whole database has to be copied again; SQL Server's default is three days.
 */
export const sqlRetention: FacilityCheck<SqlAnswer<JobRow>> = {
  id: ID,
  title: 'Captured changes outlive an outage',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const jobs = await sql.query<JobRow & Record<string, SqlValue>>('EXEC sys.sp_cdc_help_jobs', {}, signal);
    if (jobs.ok) {
      return { ok: true, value: jobs.value.map(({ job_type, retention }) => ({ job_type, retention })) };
    }
    return await sql.query<JobRow>(
      'SELECT job_type, retention FROM msdb.dbo.cdc_jobs WHERE database_id = DB_ID()',
      {},
      signal,
    );
  },

  judge(facts, { database }) {
    if (!facts.ok) {
      return cannotTell(ID, facts.failure, [
        'USE [msdb];',
        `CREATE USER ${bracketed(database.user)} FOR LOGIN ${bracketed(database.user)};`,
        `GRANT SELECT ON dbo.cdc_jobs TO ${bracketed(database.user)};`,
      ]);
    }
    const has = (type: string) => facts.value.find((row) => row.job_type === type);
    if (has('capture') === undefined) return noJob('capture', database.name);
    const cleanup = has('cleanup');
    if (cleanup === undefined) return noJob('cleanup', database.name);
    const minutes = Number(cleanup.retention);
    const current = `${Math.round(minutes / 60 / 24)} days (${minutes} minutes)`;
    if (minutes >= WEEK_MIN) return pass(`kept for ${current}`);
    return warn(`${ID}-short`, `Captured changes are kept for ${current} only.`, {
      current,
      required: `14 days (${TWO_WEEKS_MIN} minutes), and no less than 7`,
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
  },
};

function noJob(type: 'capture' | 'cleanup', database: string) {
  const summary =
    type === 'capture'
      ? 'The database has no capture job: nothing is captured.'
      : 'The database has no cleanup job: the change tables grow without end.';
  const detail = {
    current: `no ${type} job`,
    required: `a ${type} job, which sp_cdc_enable_table makes with the first table`,
    remedy: {
      text: 'This happens when a database was restored or moved to another server. Add the job.',
      sql: [`USE ${bracketed(database)};`, `EXEC sys.sp_cdc_add_job @job_type = N'${type}';`],
      who: 'dba' as const,
    },
  };
  return type === 'capture'
    ? fail(`${ID}-no-${type}`, summary, detail)
    : warn(`${ID}-no-${type}`, summary, detail);
}
