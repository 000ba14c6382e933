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
    ['error_count', 'int', 's.error_count'],
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
    ['failed_sessions_count', 'int', 'least(s.error_count, 1)'],
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
    ['enabled', 'tinyint', 'j.enabled::int'],
    ['description', 'nvarchar(512)', "'CDC ' || j.job_type || ' job'"],
  ],
  from: () => 'FROM standin.job j JOIN standin.database d USING (database_id) WHERE true',
};

/** A capture job runs from its start, or that of the Agent, until either is stopped; a cleanup job ran once. */
const activity: SystemView = {
  database: 'msdb',
  schema: 'dbo',
  name: 'sysjobactivity',
  grantId: -1003,
  columns: [
    ['session_id', 'int', '1'],
    ['job_id', 'uniqueidentifier', 'j.job_id'],
    [
      'start_execution_date',
      'datetime',
      `tsql.server_datetime(CASE WHEN j.job_type = 'cleanup' THEN j.last_run
        WHEN a.running THEN greatest(j.started_at, a.since) ELSE j.started_at END)`,
    ],
    [
      'stop_execution_date',
      'datetime',
      `tsql.server_datetime(CASE WHEN j.job_type = 'cleanup' THEN j.last_run WHEN NOT j.is_started THEN j.stopped_at
        WHEN a.running THEN NULL ELSE a.since END)`,
    ],
  ],
  from: () => `FROM standin.job j, (SELECT (SELECT value FROM standin.knob WHERE name = 'agent') = 'running' AS running,
    (SELECT value FROM standin.knob WHERE name = 'agent_since')::timestamptz AS since) a WHERE true`,
};

const history: SystemView = {
  database: 'msdb',
  schema: 'dbo',
  name: 'sysjobhistory',
  grantId: -1004,
  columns: [
    ['instance_id', 'int', 'h.instance_id'],
    ['job_id', 'uniqueidentifier', 'h.job_id'],
    ['step_id', 'int', '0'],
    ['step_name', 'sysname', "'(Job outcome)'"],
    ['message', 'nvarchar(4000)', 'h.message'],
    ['run_status', 'int', 'h.run_status'],
    ['run_date', 'int', "to_char(h.run_at, 'YYYYMMDD')::int"],
    ['run_time', 'int', "to_char(h.run_at, 'HH24MISS')::int"],
    ['run_duration', 'int', '0'],
  ],
  from: () => 'FROM standin.job_history h WHERE true',
};

const restores: SystemView = {
  database: 'msdb',
  schema: 'dbo',
  name: 'restorehistory',
  grantId: -1005,
  columns: [
    ['restore_history_id', 'int', 'r.restore_history_id'],
    ['restore_date', 'datetime', 'tsql.server_datetime(r.restore_date)'],
    ['destination_database_name', 'nvarchar(128)', 'r.destination_database_name'],
    ['user_name', 'nvarchar(128)', 'r.user_name'],
    ['restore_type', 'char(1)', "'D'"],
    ['replace', 'bit', 'true'],
  ],
  from: () => 'FROM standin.restore r WHERE true',
};

export const CDC_VIEWS: readonly SystemView[] = [
  scanSessions,
  errors,
  jobs,
  agentJobs,
  activity,
  history,
  restores,
];
