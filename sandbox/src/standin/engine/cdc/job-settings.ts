import { TsqlError } from '../../types.ts';

export type JobType = 'capture' | 'cleanup';

/** Settings given to a job procedure; null = not given. */
export interface JobSettings {
  maxtrans: number | null;
  maxscans: number | null;
  continuous: number | null;
  pollinginterval: number | null;
  retention: number | null;
  threshold: number | null;
}

const DAY_SECONDS = 86_400;
const LONGEST_RETENTION = 52_594_800;

/** @throws TsqlError 22992 for another word. */
export function jobTypeOf(text: string | undefined): JobType {
  const type = text?.toLowerCase();
  if (type === 'capture' || type === 'cleanup') return type;
  throw new TsqlError(
    22992,
    `The specified @job_type, ${text ?? 'NULL'}, is not supported. The value specified for the parameter @job_type must be N'capture' to indicate a capture job, or N'cleanup' to indicate a cleanup job.`,
  );
}

/** @throws TsqlError 22970, 22990, 22991, 22994 to 22996 for values that the job cannot take. */
export function checkSettings(type: JobType, settings: JobSettings): void {
  if (type === 'capture') {
    if (settings.retention !== null) {
      throw new TsqlError(
        22995,
        "A value for the parameter @retention cannot be specified when the job type is 'capture'. Specify NULL for the parameter, or omit the parameter from the statement.",
      );
    }
  } else if (
    settings.pollinginterval !== null ||
    settings.maxtrans !== null ||
    settings.maxscans !== null ||
    settings.continuous !== null
  ) {
    throw new TsqlError(
      22996,
      'When adding or modifying the CDC cleanup job, @pollinginterval, @maxtrans, @maxscans, and @continuous may not be assigned non-null values.',
    );
  }
  if (
    settings.pollinginterval !== null &&
    (settings.pollinginterval < 0 || settings.pollinginterval >= DAY_SECONDS)
  ) {
    throw new TsqlError(
      22990,
      'The value specified for the parameter @pollinginterval must be greater than or equal to 0 and less than 24 hours(Max: 86399 seconds). Specify a polling interval (in seconds) that is less than 24 hours (86,400 seconds).',
    );
  }
  if (settings.maxtrans !== null && settings.maxtrans <= 0) {
    throw new TsqlError(22991, 'The value specified for the parameter @maxtrans must be greater than 0.');
  }
  if (settings.maxscans !== null && settings.maxscans <= 0) {
    throw new TsqlError(
      22970,
      'The value for parameter @maxscans specified for the Change Data Capture job must be greater than 0.',
    );
  }
  if (settings.retention !== null && (settings.retention <= 0 || settings.retention > LONGEST_RETENTION)) {
    throw new TsqlError(
      22994,
      'The retention value specified for the Change Data Capture cleanup process must be greater than 0 and less than or equal to 52594800. When creating or modifying the cleanup job, specify a retention value (in minutes) that is within that range. If this error is encountered when executing the sys.sp_cdc_cleanup_change_table stored procedure, reset the retention value associated with the job to a non-negative value less than 52594800 by using the sp_cdc_change_job stored procedure.',
    );
  }
}
