import type { SystemView } from './define.ts';

/** The capture job's log scans, newest last; the idle ones are folded into one row by `empty_scan_count`. */
const scanSessions: SystemView = {
  schema: 'sys',
  name: 'dm_cdc_log_scan_sessions',
  requires: 'VIEW DATABASE PERFORMANCE STATE',
  columns: [
    ['session_id', 'int', 's.session_id'],
    ['start_time', 'datetime', 'tsql.server_datetime(s.start_time)'],
    ['end_time', 'datetime', 'tsql.server_datetime(s.end_time)'],
    ['duration', 'int', 'extract(epoch FROM s.end_time - s.start_time)'],
    ['scan_phase', 'nvarchar(200)', "'Done'"],
    ['error_count', 'int', '0'],
    ['start_lsn', 'nvarchar(23)', 'standin.scan_lsn(s.start_lsn)'],
    ['current_lsn', 'nvarchar(23)', 'standin.scan_lsn(s.end_lsn)'],
    ['end_lsn', 'nvarchar(23)', 'standin.scan_lsn(s.end_lsn)'],
    ['tran_count', 'bigint', 's.tran_count'],
    ['last_commit_lsn', 'nvarchar(23)', 'standin.scan_lsn(s.end_lsn)'],
    ['last_commit_time', 'datetime', 'tsql.server_datetime(s.last_commit_time)'],
    ['log_record_count', 'bigint', 's.command_count + 2 * s.tran_count'],
    ['schema_change_count', 'int', '0'],
    ['command_count', 'bigint', 's.command_count'],
    ['first_begin_cdc_lsn', 'nvarchar(23)', 'standin.scan_lsn(s.start_lsn)'],
    ['last_commit_cdc_lsn', 'nvarchar(23)', 'standin.scan_lsn(s.end_lsn)'],
    ['last_commit_cdc_time', 'datetime', 'tsql.server_datetime(s.last_commit_time)'],
    ['latency', 'int', 's.latency'],
    ['empty_scan_count', 'int', 's.empty_scan_count'],
    ['failed_sessions_count', 'int', '0'],
  ],
  from: (scope) => `FROM standin.scan_session s WHERE s.database_id = ${scope.databaseId}`,
};

const errors: SystemView = {
  schema: 'sys',
  name: 'dm_cdc_errors',
  requires: 'VIEW DATABASE PERFORMANCE STATE',
  columns: [
    ['session_id', 'int', '0'],
    ['phase_number', 'int', '7'],
    ['entry_time', 'datetime', 'tsql.server_datetime(e.entry_time)'],
    ['error_number', 'int', 'e.error_number'],
    ['error_severity', 'int', '16'],
    ['error_state', 'int', '1'],
    ['error_message', 'nvarchar(1024)', 'e.error_message'],
    ['start_lsn', 'nvarchar(23)', "'00000000:00000000:0000'"],
    ['begin_lsn', 'nvarchar(23)', "'00000000:00000000:0000'"],
    ['sequence_value', 'nvarchar(23)', "'00000000:00000000:0000'"],
  ],
  from: (scope) => `FROM standin.scan_error e WHERE e.database_id = ${scope.databaseId}`,
};

const jobs: SystemView = {
  database: 'msdb',
  schema: 'dbo',
  name: 'cdc_jobs',
  grantId: -1001,
  columns: [
    ['database_id', 'int', 'j.database_id'],
    ['job_type', 'nvarchar(20)', 'j.job_type'],
    ['job_id', 'uniqueidentifier', 'j.job_id'],
    ['maxtrans', 'int', "CASE WHEN j.job_type = 'capture' THEN j.maxtrans ELSE 0 END"],
    ['maxscans', 'int', "CASE WHEN j.job_type = 'capture' THEN j.maxscans ELSE 0 END"],
    ['continuous', 'bit', "j.job_type = 'capture' AND j.continuous"],
    ['pollinginterval', 'bigint', "CASE WHEN j.job_type = 'capture' THEN j.pollinginterval ELSE 0 END"],
    ['retention', 'bigint', "CASE WHEN j.job_type = 'cleanup' THEN j.retention ELSE 0 END"],
    ['threshold', 'bigint', "CASE WHEN j.job_type = 'cleanup' THEN j.threshold ELSE 0 END"],
  ],
  from: () => 'FROM standin.job j WHERE true',
};

const agentJobs: SystemView = {
  database: 'msdb',
  schema: 'dbo',
  name: 'sysjobs',
  grantId: -1002,
  columns: [
    ['job_id', 'uniqueidentifier', 'j.job_id'],
    ['name', 'sysname', "'cdc.' || d.name || '_' || j.job_type"],
    ['enabled', 'tinyint', '1'],
    ['description', 'nvarchar(512)', "'CDC ' || j.job_type || ' job'"],
  ],
  from: () => 'FROM standin.job j JOIN standin.database d USING (database_id) WHERE true',
};

/** How jobs run and ran, and what was restored: nothing is recorded of it here. */
const unrecorded = (name: string, grantId: number, columns: SystemView['columns']): SystemView => ({
  database: 'msdb',
  schema: 'dbo',
  name,
  grantId,
  columns,
  from: () => 'FROM standin.job j WHERE false',
});

export const CDC_VIEWS: readonly SystemView[] = [
  scanSessions,
  errors,
  jobs,
  agentJobs,
  unrecorded('sysjobactivity', -1003, [['job_id', 'uniqueidentifier', 'j.job_id']]),
  unrecorded('sysjobhistory', -1004, [['job_id', 'uniqueidentifier', 'j.job_id']]),
  unrecorded('restorehistory', -1005, [['restore_date', 'datetime', 'NULL']]),
];
