import type { SqlAnswer, SqlServerPort, SqlValue } from '../../adapters/sqlserver-port.ts';
import { spanText } from '../../units.ts';

/** One CDC job as far as every login may learn it. `retention` in minutes; a bigint arrives as text. */
export type JobRow = { job_type: string; retention: number | string | null };

/** The jobs of the database: by the procedure that db_owners may run, else from msdb, which needs SELECT there. */
export async function cdcJobs(sql: SqlServerPort, signal: AbortSignal): Promise<SqlAnswer<JobRow>> {
  const jobs = await sql.query<JobRow & Record<string, SqlValue>>('EXEC sys.sp_cdc_help_jobs', {}, signal);
  if (jobs.ok) {
    return { ok: true, value: jobs.value.map(({ job_type, retention }) => ({ job_type, retention })) };
  }
  return await sql.query<JobRow>(
    'SELECT job_type, retention FROM msdb.dbo.cdc_jobs WHERE database_id = DB_ID()',
    {},
    signal,
  );
}

/** Minutes that captured changes are kept; null when the login may not know, or there is no cleanup job. */
export function retentionMinutes(jobs: SqlAnswer<JobRow>): number | null {
  const minutes = jobs.ok ? Number(jobs.value.find((row) => row.job_type === 'cleanup')?.retention ?? 0) : 0;
  return minutes > 0 ? minutes : null;
}

/** `14 days`, `36 h`, `50 min`, `less than a minute`: SQL Server counted minutes, so no seconds are claimed. */
export function span(minutes: number): string {
  if (minutes < 1) return 'less than a minute';
  return minutes < 2 ? `${Math.round(minutes)} min` : spanText(minutes * 60);
}
