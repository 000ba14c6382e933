import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, listed, pass, skip, unknown, warn } from '../verdicts.ts';
import { bracketed, cannotTell, isMissingRight, quoted } from './answers.ts';
import { grantMsdb } from './grants.ts';

const ID = 'sql-jobs-exist';

/** A capture job that pauses longer than this between two scans is late by that much. */
const SLOW_POLL_S = 60;
/** msdb.dbo.sysjobhistory.run_status */
const SUCCEEDED = 1;

/** One job of the database. The fields from `enabled` on are null when the login may read msdb.dbo.cdc_jobs alone. */
export type AgentJobRow = {
  job_type: string;
  maxtrans: number | null;
  maxscans: number | null;
  continuous: boolean | null;
  /** Seconds; a bigint arrives as text. */
  pollinginterval: number | string | null;
  enabled: number | null;
  /** ISO 8601 without a zone, in SQL Server's local time. */
  started: string | null;
  stopped: string | null;
  last_status: number | null;
};

export type JobsFacts = {
  jobs: SqlAnswer<AgentJobRow>;
  /** Everything about the jobs, or only their settings. */
  detail: 'all' | 'settings';
  /** Capture instances; no jobs are made before the first. */
  instances: SqlAnswer<{ instances: number; last_hour: number | null }>;
};

/** The two Agent jobs of change data capture are there, switched on, and do their work. */
export const sqlJobsExist: FacilityCheck<JobsFacts> = {
  id: ID,
  title: 'The capture and cleanup jobs are there',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const instances = await sql.query<{ instances: number; last_hour: number | null }>(
      `SELECT COUNT(*) AS instances,
              (SELECT COUNT(*) FROM cdc.lsn_time_mapping AS m
               WHERE m.tran_id <> 0x00 AND m.tran_end_time > DATEADD(HOUR, -1, GETDATE())) AS last_hour
       FROM cdc.change_tables AS ct`,
      {},
      signal,
    );
    const all = await sql.query<AgentJobRow>(
      `SELECT cj.job_type, cj.maxtrans, cj.maxscans, cj.continuous, cj.pollinginterval, j.enabled,
              CONVERT(varchar(19), a.start_execution_date, 126) AS started,
              CONVERT(varchar(19), a.stop_execution_date, 126) AS stopped, h.run_status AS last_status
       FROM msdb.dbo.cdc_jobs AS cj
       LEFT JOIN msdb.dbo.sysjobs AS j ON j.job_id = cj.job_id
       OUTER APPLY (SELECT TOP (1) x.start_execution_date, x.stop_execution_date FROM msdb.dbo.sysjobactivity AS x
                    WHERE x.job_id = cj.job_id ORDER BY x.session_id DESC) AS a
       OUTER APPLY (SELECT TOP (1) y.run_status FROM msdb.dbo.sysjobhistory AS y
                    WHERE y.job_id = cj.job_id AND y.step_id = 0 ORDER BY y.instance_id DESC) AS h
       WHERE cj.database_id = DB_ID()`,
      {},
      signal,
    );
    if (all.ok || !isMissingRight(all.failure)) return { jobs: all, detail: 'all', instances };
    const settings = await sql.query<AgentJobRow>(
      `SELECT cj.job_type, cj.maxtrans, cj.maxscans, cj.continuous, cj.pollinginterval, NULL AS enabled, NULL AS started,
              NULL AS stopped, NULL AS last_status
       FROM msdb.dbo.cdc_jobs AS cj WHERE cj.database_id = DB_ID()`,
      {},
      signal,
    );
    return settings.ok
      ? { jobs: settings, detail: 'settings', instances }
      : { jobs: all, detail: 'all', instances };
  },

  judge({ jobs, detail, instances }, settings) {
    if (!jobs.ok) return cannotTell(ID, jobs.failure, grants(settings));
    const count = instances.ok ? (instances.value[0]?.instances ?? 0) : undefined;
    if (count === 0)
      return skip(`${ID}-none`, 'Not checked: the jobs are made with the first captured table.');
    const find = (type: string) => jobs.value.find((job) => job.job_type === type);
    const capture = find('capture');
    const cleanup = find('cleanup');
    if (capture === undefined || cleanup === undefined) return missing(capture, cleanup, settings);
    const verdict = detail === 'all' ? working(capture, cleanup, settings) : undefined;
    if (verdict !== undefined) return verdict;
    const lastHour = instances.ok ? (instances.value[0]?.last_hour ?? 0) : 0;
    const slow = throughput(capture, lastHour, settings);
    if (slow !== undefined) return slow;
    if (detail === 'all') return pass('both are there and did their work', shown(capture));
    return unknown(`${ID}-state`, 'Both jobs are there; whether they run, the login may not see.', {
      current: shown(capture),
      required: 'both enabled, the capture job running, the last cleanup successful',
      remedy: {
        text: 'Give the login the right to look at SQL Server Agent’s jobs; sql-capture-fresh tells meanwhile whether one works.',
        sql: grants(settings),
        who: 'dba',
      },
    });
  },
};

function grants(settings: FacilitySettings): string[] {
  return grantMsdb(settings, ['cdc_jobs', 'sysjobs', 'sysjobactivity', 'sysjobhistory']);
}

function shown({ maxtrans, maxscans, pollinginterval }: AgentJobRow): string {
  return `capture: ${maxscans} scans of ${maxtrans} transactions, then ${pollinginterval} s of rest`;
}

function missing(
  capture: AgentJobRow | undefined,
  cleanup: AgentJobRow | undefined,
  { database }: FacilitySettings,
): Verdict {
  const types = [capture ? [] : ['capture'], cleanup ? [] : ['cleanup']].flat();
  const consequence = capture === undefined ? 'nothing is captured' : 'the change tables grow without end';
  return fail(`${ID}-missing`, `The database has no ${listed(types)} job: ${consequence}.`, {
    current: `no ${listed(types)} job in msdb.dbo.cdc_jobs`,
    required: 'a capture and a cleanup job',
    remedy: {
      text: 'This happens when a database was restored or moved to another server: the jobs live in msdb. Add them.',
      sql: [
        `USE ${bracketed(database.name)};`,
        ...types.map((type) => `EXEC sys.sp_cdc_add_job @job_type = N'${type}';`),
        ...(cleanup ? [] : [`EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 20160;`]),
      ],
      who: 'dba',
    },
  });
}

/** Trouble with jobs that are there; undefined when there is none. */
function working(
  capture: AgentJobRow,
  cleanup: AgentJobRow,
  { database }: FacilitySettings,
): Verdict | undefined {
  const use = `USE ${bracketed(database.name)};`;
  const off = [capture, cleanup].filter((job) => job.enabled !== 1).map((job) => job.job_type);
  if (off.length > 0) {
    return fail(`${ID}-disabled`, `Switched off in SQL Server Agent: the ${listed(off)} job.`, {
      current: `enabled = 0: ${listed(off)}`,
      required: 'both jobs enabled',
      remedy: {
        text: 'Switch it on. A disabled capture job does not start after the next reboot.',
        sql: off.map(
          (type) =>
            `EXEC msdb.dbo.sp_update_job @job_name = ${quoted(`cdc.${database.name}_${type}`)}, @enabled = 1;`,
        ),
        who: 'dba',
      },
    });
  }
  if (capture.continuous === true && (capture.started === null || capture.stopped !== null)) {
    return fail(`${ID}-stopped`, 'The capture job does not run: nothing is captured.', {
      current: capture.started === null ? 'never started' : `stopped at ${capture.stopped}`,
      required: 'running',
      remedy: startCapture(use),
    });
  }
  if (cleanup.last_status !== null && cleanup.last_status !== SUCCEEDED) {
    return fail(`${ID}-cleanup`, 'The last cleanup failed: the change tables grow.', {
      current: `run_status ${cleanup.last_status} in msdb.dbo.sysjobhistory`,
      required: 'run_status 1',
      remedy: {
        text:
          'Read the reason in SQL Server Agent > Jobs > History; a lock held for hours or a full log is usual. Then run it ' +
          'again, outside busy hours.',
        sql: [use, `EXEC sys.sp_cdc_start_job @job_type = N'cleanup';`],
        who: 'dba',
      },
    });
  }
  return undefined;
}

function startCapture(use: string): Remedy {
  return {
    text:
      'After ten failures in a row the job stays stopped: its reason stands in SQL Server Agent > Jobs > History. If the Agent ' +
      'itself stands still, start that first (sql-agent-running).',
    sql: [use, `EXEC sys.sp_cdc_start_job @job_type = N'capture';`],
    who: 'dba',
  };
}

/** SQL Server's documented ceiling: scans × transactions for each pause. @param lastHour captured transactions */
function throughput(
  capture: AgentJobRow,
  lastHour: number,
  { database }: FacilitySettings,
): Verdict | undefined {
  const pause = Number(capture.pollinginterval ?? 0);
  const remedySql = [
    `USE ${bracketed(database.name)};`,
    `EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 5;`,
    `EXEC sys.sp_cdc_stop_job @job_type = N'capture';`,
    `EXEC sys.sp_cdc_start_job @job_type = N'capture';`,
  ];
  if (pause > SLOW_POLL_S) {
    return warn(`${ID}-slow`, `The capture job rests ${pause} s between two looks at the log.`, {
      current: shown(capture),
      required: `at most ${SLOW_POLL_S} s; 5 s is SQL Server’s default`,
      remedy: {
        text: 'Shorten the pause; it counts from the next start of the job.',
        sql: remedySql,
        who: 'dba',
      },
    });
  }
  const perHour = ((capture.maxtrans ?? 500) * (capture.maxscans ?? 10) * 3600) / Math.max(1, pause);
  if (lastHour < 0.8 * perHour) return undefined;
  return warn(`${ID}-ceiling`, 'The capture job works near the most that its settings allow.', {
    current: `${lastHour} transactions in the last hour; ${shown(capture)}: at most ${Math.round(perHour)} an hour`,
    required: 'room to catch up',
    remedy: {
      text: 'Let it read more at a time; it counts from the next start of the job.',
      sql: [
        remedySql[0] ?? '',
        `EXEC sys.sp_cdc_change_job @job_type = N'capture', @maxtrans = ${2 * (capture.maxtrans ?? 500)}, @maxscans = 50;`,
        ...remedySql.slice(2),
      ],
      who: 'dba',
    },
  });
}
