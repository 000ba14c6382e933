import type { Name } from '../../tsql/ast/query.ts';
import { spUpdateJob } from '../cdc/agent-jobs.ts';
import { spDisableTable } from '../cdc/disable-table.ts';
import { spDisableDb, spEnableDb } from '../cdc/enable-db.ts';
import { spEnableTable } from '../cdc/enable-table.ts';
import { spGetCapturedColumns, spHelpChangeDataCapture } from '../cdc/help.ts';
import { spAddJob, spChangeJob, spDropJob, spHelpJobs, spStartJob, spStopJob } from '../cdc/jobs.ts';
import { spCleanupChangeTable, spScan } from '../cdc/manual-jobs.ts';
import { spDatabases, spPkeys, spStatistics, spTables } from './catalogue-procedures.ts';
import { spColumns } from './columns.ts';
import { spAgent, spKill, spPretend } from './control.ts';
import { spBreakJob, spMendJob, spRestoreBackup, spSetDisk, spSetLogSize } from './faults.ts';
import type { Procedure } from './procedure.ts';

const SYSTEM: Readonly<Record<string, Procedure>> = {
  sp_tables: spTables,
  sp_columns: spColumns,
  sp_columns_100: spColumns,
  sp_pkeys: spPkeys,
  sp_statistics: spStatistics,
  sp_statistics_100: spStatistics,
  sp_databases: spDatabases,
  sp_cdc_enable_db: spEnableDb,
  sp_cdc_disable_db: spDisableDb,
  sp_cdc_enable_table: spEnableTable,
  sp_cdc_disable_table: spDisableTable,
  sp_cdc_help_change_data_capture: spHelpChangeDataCapture,
  sp_cdc_get_captured_columns: spGetCapturedColumns,
  sp_cdc_help_jobs: spHelpJobs,
  sp_cdc_add_job: spAddJob,
  sp_cdc_drop_job: spDropJob,
  sp_cdc_change_job: spChangeJob,
  sp_cdc_start_job: spStartJob,
  sp_cdc_stop_job: spStopJob,
  sp_cdc_scan: spScan,
  sp_cdc_cleanup_change_table: spCleanupChangeTable,
  sp_update_job: spUpdateJob,
};

/** The stand-in's own control surface: no SQL Server has this schema. */
const CONTROL: Readonly<Record<string, Procedure>> = {
  agent_start: spAgent('running'),
  agent_stop: spAgent('stopped'),
  kill_sessions: spKill,
  break_job: spBreakJob,
  mend_job: spMendJob,
  set_disk: spSetDisk,
  set_log_size: spSetLogSize,
  restore_backup: spRestoreBackup,
  pretend: spPretend,
};

/** Finds a procedure by its name as written; system procedures may be called with schema sys or dbo or none. */
export function findProcedure(name: Name): Procedure | undefined {
  const short = name.at(-1)?.toLowerCase() ?? '';
  const schema = name.at(-2)?.toLowerCase() ?? '';
  if (schema === 'standin') return CONTROL[short];
  return schema === '' || schema === 'sys' || schema === 'dbo' ? SYSTEM[short] : undefined;
}
