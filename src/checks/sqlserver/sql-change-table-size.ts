import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import { listed, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell, isMissingRight } from './answers.ts';
import { type SizeRow, type SpanRow, sizesOf, spanOf } from './change-sizes.ts';
import { grantCdc, grantDatabaseState } from './grants.ts';
import { cdcJobs, type JobRow, retentionMinutes, span } from './retention-answer.ts';

const ID = 'sql-change-table-size';

const DAY_MIN = 24 * 60;
/** The cleanup job runs once a day; two nights may fail. */
const SLACK_MIN = 2 * DAY_MIN;
const WEEK_MIN = 7 * DAY_MIN;
/** Of the data files, in a week. */
const GROWTH_SHARE = 0.1;

export type ChangeSizeFacts = {
  sizes: SqlAnswer<SizeRow>;
  /** Rows of the change tables, for a login that may not see their size. */
  rows: SqlAnswer<{ row_count: number | string | null }> | null;
  window: SqlAnswer<SpanRow>;
  dataMb: SqlAnswer<{ data_mb: number | string | null }>;
  jobs: SqlAnswer<JobRow>;
};

/** The change tables are cleaned up as the retention says and stay small beside the database. */
export const sqlChangeTableSize: FacilityCheck<ChangeSizeFacts> = {
  id: ID,
  title: 'The change tables are cleaned up',
  area: 'sqlserver',
  when: ['daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const sizes = await sizesOf(sql, signal);
    const rows = sizes.ok
      ? null
      : await sql.query<{ row_count: number | string | null }>(
          `SELECT SUM(p.rows) AS row_count FROM cdc.change_tables AS ct
           JOIN sys.partitions AS p ON p.object_id = ct.object_id AND p.index_id IN (0, 1)`,
          {},
          signal,
        );
    const dataMb = await sql.query<{ data_mb: number | string | null }>(
      `SELECT SUM(f.size / 128.0) AS data_mb FROM sys.database_files AS f WHERE f.type_desc = N'ROWS'`,
      {},
      signal,
    );
    return { sizes, rows, window: await spanOf(sql, signal), dataMb, jobs: await cdcJobs(sql, signal) };
  },

  judge({ sizes, rows, window, dataMb, jobs }, settings) {
    if (!window.ok) return cannotTell(ID, window.failure, grantCdc(settings));
    const minutes = Number(window.value[0]?.window_minutes ?? 0);
    const retention = retentionMinutes(jobs);
    if (retention !== null && minutes > retention + SLACK_MIN) {
      return warn(
        `${ID}-old`,
        `The change tables hold ${span(minutes)}; ${span(retention)} are to be kept.`,
        {
          current: `oldest change ${span(minutes)} before the newest`,
          required: `at most ${span(retention + SLACK_MIN)}`,
          remedy: {
            text:
              'The cleanup job does not run, is blocked, or does not keep up. Look at its history in SQL Server Agent; then let it ' +
              'delete more at a time and run it once, outside busy hours.',
            sql: [
              `USE ${bracketed(settings.database.name)};`,
              `EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @threshold = 50000;`,
              `EXEC sys.sp_cdc_start_job @job_type = N'cleanup';`,
            ],
            who: 'dba',
          },
        },
      );
    }
    if (!sizes.ok) {
      const verdict = cannotTell(ID, sizes.failure, grantDatabaseState(settings));
      const count = rows?.ok === true ? `${Number(rows.value[0]?.row_count ?? 0)} rows` : 'rows not known';
      return isMissingRight(sizes.failure)
        ? { ...verdict, current: `${verdict.current}; ${count} in ${span(minutes)}` }
        : verdict;
    }
    return judgeGrowth(sizes.value, minutes, dataMb);
  },
};

function judgeGrowth(
  sizes: readonly SizeRow[],
  minutes: number,
  dataMb: ChangeSizeFacts['dataMb'],
): ReturnType<typeof pass> {
  const total = sizes.reduce((sum, row) => sum + Number(row.mb), 0);
  const largest = sizes
    .toSorted((a, b) => Number(b.mb) - Number(a.mb))
    .map((row) => `${row.capture_instance} ${Math.round(Number(row.mb))} MB`);
  const current = `${Math.round(total)} MB for ${span(minutes)}: ${listed(largest, 5)}`;
  const data = dataMb.ok ? Number(dataMb.value[0]?.data_mb ?? 0) : 0;
  const weekly = minutes < DAY_MIN ? 0 : (total / minutes) * WEEK_MIN;
  if (data > 0 && weekly > GROWTH_SHARE * data) {
    return warn(`${ID}-growth`, `The change tables grow by ${Math.round(weekly)} MB a week.`, {
      current: `${current}; data files ${Math.round(data)} MB`,
      required: `less than ${100 * GROWTH_SHARE} % of the data files in a week`,
      remedy: {
        text:
          'A table that is rewritten again and again (a log, sessions, a queue) fills them. Leave it out of the capture if the ' +
          'warehouse does not need it, and give the disk room for a whole retention.',
        who: 'dba',
      },
    });
  }
  return pass(`${Math.round(total)} MB for ${span(minutes)}`, current);
}
