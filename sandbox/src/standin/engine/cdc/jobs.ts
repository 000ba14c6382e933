import { randomUUID } from 'node:crypto';
import { TsqlError, type TsqlValue } from '../../types.ts';
import type { Database } from '../catalogue/model.ts';
import {
  columnsOf,
  numberOf,
  type Procedure,
  type ProcedureCall,
  parametersOf,
  sendRows,
  textOf,
} from '../procedures/procedure.ts';
import type { SessionContext } from '../session/context.ts';
import { requireCdc, requireOwner } from './guards.ts';
import { checkSettings, type JobSettings, type JobType, jobTypeOf } from './job-settings.ts';

function jobName(database: string, type: JobType): string {
  return `cdc.${database}_${type}`;
}

const jobMissing = (type: JobType) =>
  new TsqlError(
    22997,
    `The Change Data Capture '${type}' job does not exist in the system table 'msdb.dbo.cdc_jobs'. Use the stored procedure 'sys.sp_cdc_add_job' to add the Change Data Capture job.`,
  );

function requireRights(call: ProcedureCall): void {
  requireOwner(call);
  requireCdc(call.database);
}

async function insertJob(
  context: SessionContext,
  database: Database,
  type: JobType,
  settings: JobSettings,
  started: boolean,
): Promise<boolean> {
  const { rowCount } = await context.client.query(
    `INSERT INTO standin.job (job_id, database_id, job_type, maxtrans, maxscans, continuous, pollinginterval, retention, threshold, is_started, started_at)
     VALUES ($1, $2, $3, coalesce($4, 500), coalesce($5, 10), coalesce($6, 1) = 1, coalesce($7, 5), coalesce($8, 4320), coalesce($9, 5000), $10,
       CASE WHEN $10 THEN now() END)
     ON CONFLICT (database_id, job_type) DO NOTHING`,
    [
      randomUUID(),
      database.id,
      type,
      settings.maxtrans,
      settings.maxscans,
      settings.continuous,
      settings.pollinginterval,
      settings.retention,
      settings.threshold,
      started,
    ],
  );
  return rowCount === 1;
}

const NO_SETTINGS: JobSettings = {
  maxtrans: null,
  maxscans: null,
  continuous: null,
  pollinginterval: null,
  retention: null,
  threshold: null,
};

/** Makes both jobs with the first captured table of a database. Resolves with the names of those it made. */
export async function ensureJobs(context: SessionContext, database: Database): Promise<string[]> {
  const made: string[] = [];
  for (const type of ['capture', 'cleanup'] as const) {
    if (await insertJob(context, database, type, NO_SETTINGS, type === 'capture')) {
      made.push(jobName(database.name, type));
    }
  }
  return made;
}

const SETTING_PARAMETERS =
  '@maxtrans int?; @maxscans int?; @continuous bit?; @pollinginterval bigint?; @retention bigint?; @threshold bigint?';

function settingsOf(call: ProcedureCall): JobSettings {
  return {
    maxtrans: numberOf(call, '@maxtrans') ?? null,
    maxscans: numberOf(call, '@maxscans') ?? null,
    continuous: numberOf(call, '@continuous') ?? null,
    pollinginterval: numberOf(call, '@pollinginterval') ?? null,
    retention: numberOf(call, '@retention') ?? null,
    threshold: numberOf(call, '@threshold') ?? null,
  };
}

/** sys.sp_cdc_add_job */
export const spAddJob: Procedure = {
  parameters: parametersOf(
    `@job_type nvarchar(20); @start_job bit?; ${SETTING_PARAMETERS}; @check_for_logreader bit?`,
  ),
  async run(call) {
    requireRights(call);
    const type = jobTypeOf(textOf(call, '@job_type'));
    const settings = settingsOf(call);
    checkSettings(type, settings);
    const start = type === 'capture' && (numberOf(call, '@start_job') ?? 1) === 1;
    await insertJob(call.batch.context, call.database, type, settings, start);
    return 0;
  },
};

/**
 * sys.sp_cdc_change_job. As on SQL Server, a running capture job keeps its settings until it is stopped and started.
 */
export const spChangeJob: Procedure = {
  parameters: parametersOf(`@job_type nvarchar(20)?; ${SETTING_PARAMETERS}`),
  async run(call) {
    requireRights(call);
    const type = jobTypeOf(textOf(call, '@job_type') ?? 'capture');
    const settings = settingsOf(call);
    checkSettings(type, settings);
    const { rowCount } = await call.batch.context.client.query(
      `UPDATE standin.job SET maxtrans = coalesce($3, maxtrans), maxscans = coalesce($4, maxscans),
         continuous = coalesce($5 = 1, continuous), pollinginterval = coalesce($6, pollinginterval),
         retention = coalesce($7, retention), threshold = coalesce($8, threshold)
       WHERE database_id = $1 AND job_type = $2`,
      [
        call.database.id,
        type,
        settings.maxtrans,
        settings.maxscans,
        settings.continuous,
        settings.pollinginterval,
        settings.retention,
        settings.threshold,
      ],
    );
    if (rowCount === 0) throw jobMissing(type);
    return 0;
  },
};

/** sys.sp_cdc_drop_job */
export const spDropJob: Procedure = {
  parameters: parametersOf('@job_type nvarchar(20)'),
  async run(call) {
    requireRights(call);
    const type = jobTypeOf(textOf(call, '@job_type'));
    await call.batch.context.client.query(
      'DELETE FROM standin.job WHERE database_id = $1 AND job_type = $2',
      [call.database.id, type],
    );
    return 0;
  },
};

interface JobRow {
  job_id: string;
  job_type: JobType;
  maxtrans: number;
  maxscans: number;
  continuous: boolean;
  pollinginterval: string;
  retention: string;
  threshold: string;
  is_started: boolean;
}

async function jobRows(call: ProcedureCall): Promise<JobRow[]> {
  const { rows } = await call.batch.context.client.query<JobRow>(
    'SELECT * FROM standin.job WHERE database_id = $1 ORDER BY job_type',
    [call.database.id],
  );
  return rows;
}

const HELP_COLUMNS = columnsOf(
  `job_id uniqueidentifier; job_type nvarchar(20); job_name sysname; maxtrans int; maxscans int; continuous bit;
   pollinginterval bigint; retention bigint; threshold bigint`,
);

/** sys.sp_cdc_help_jobs */
export const spHelpJobs: Procedure = {
  parameters: [],
  async run(call) {
    requireRights(call);
    const rows = (await jobRows(call)).map((job): TsqlValue[] => {
      const capture = job.job_type === 'capture';
      return [
        job.job_id.toUpperCase(),
        job.job_type,
        jobName(call.database.name, job.job_type),
        capture ? job.maxtrans : 0,
        capture ? job.maxscans : 0,
        capture && job.continuous,
        capture ? BigInt(job.pollinginterval) : 0n,
        capture ? 0n : BigInt(job.retention),
        capture ? 0n : BigInt(job.threshold),
      ];
    });
    await sendRows(call, HELP_COLUMNS, rows);
    return 0;
  },
};

async function jobOf(call: ProcedureCall): Promise<JobRow> {
  requireRights(call);
  const type = jobTypeOf(textOf(call, '@job_type') ?? 'capture');
  const job = (await jobRows(call)).find((row) => row.job_type === type);
  if (!job) throw jobMissing(type);
  return job;
}

/** sys.sp_cdc_start_job: capture goes on with the settings of now, cleanup runs once. */
export const spStartJob: Procedure = {
  parameters: parametersOf('@job_type nvarchar(20)?'),
  async run(call) {
    const job = await jobOf(call);
    const { engine, client } = call.batch.context;
    if (!(await engine.agent.isRunning())) {
      throw new TsqlError(
        22022,
        'SQLServerAgent is not currently running so it cannot be notified of this action.',
      );
    }
    if (job.job_type === 'cleanup') {
      engine.agent.startCleanup(call.database.id);
      return 0;
    }
    await client.query(
      'UPDATE standin.job SET is_started = true, run_number = run_number + 1, started_at = now(), stopped_at = NULL WHERE job_id = $1',
      [job.job_id],
    );
    return 0;
  },
};

/** sys.sp_cdc_stop_job */
export const spStopJob: Procedure = {
  parameters: parametersOf('@job_type nvarchar(20)?'),
  async run(call) {
    const job = await jobOf(call);
    const { engine, client, login } = call.batch.context;
    const running = job.job_type === 'capture' && job.is_started && (await engine.agent.isRunning());
    if (!running) {
      throw new TsqlError(
        22022,
        `SQLServerAgent Error: Request to stop job ${jobName(call.database.name, job.job_type)} (from User ${login.name}) refused because the job is not currently running.`,
      );
    }
    await client.query('UPDATE standin.job SET is_started = false, stopped_at = now() WHERE job_id = $1', [
      job.job_id,
    ]);
    return 0;
  },
};
