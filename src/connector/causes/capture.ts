import { type Cause, check, DOCTOR_SQL } from './cause.ts';

/** Change data capture in the hospital's database. */
export const CAPTURE_CAUSES: readonly Cause[] = [
  {
    code: 'agent-stopped',
    pattern: /No maximum LSN recorded in the database; SQL Server Agent is not running/i,
    summary: 'SQL Server Agent is stopped: nothing is captured.',
    remedy:
      'Start the service SQL Server Agent and let it start with Windows. Changes made meanwhile are captured then.',
    commands: check('sql-agent-running'),
    who: 'dba',
  },
  {
    code: 'nothing-captured-yet',
    pattern: /No maximum LSN recorded in the database; this may happen/i,
    summary: 'SQL Server has captured no change yet.',
    remedy:
      'Normal in the first minutes after capture was switched on, until something changes. Later: the Agent or its job stands still.',
    commands: check('sql-agent-running', 'sql-capture-fresh', 'sql-canary'),
    who: 'dba',
  },
  {
    code: 'agent-unseen',
    pattern:
      /Cannot query the status of the SQL Server Agent|VIEW SERVER (?:PERFORMANCE )?STATE permission was denied/i,
    summary: 'The login may not see whether SQL Server Agent runs.',
    remedy: 'No data is lost by that. The DBA may grant it; sql grant --monitoring prints the statement.',
    commands: ['clinicmaster-cdc sql grant --monitoring'],
    who: 'dba',
  },
  {
    code: 'nothing-enabled',
    pattern: /No table has enabled CDC or security constraints/i,
    summary: 'No table is captured, or the login may see none of them.',
    remedy: 'The DBA switches capture on and grants the rights; sql enable prints what is missing.',
    commands: [...check('sql-tables-enabled', 'sql-permissions'), 'clinicmaster-cdc sql enable'],
    who: 'dba',
  },
  {
    code: 'include-list',
    pattern: /No table on connector's include list has enabled CDC/i,
    summary: 'No table of the chosen list is captured.',
    remedy:
      'TABLE_INCLUDE_LIST holds regular expressions on schema.table, without the database; or the DBA has not enabled these tables.',
    commands: ['clinicmaster-cdc tables', 'clinicmaster-cdc sql enable'],
    who: 'you',
  },
  {
    code: 'cdc-no-access',
    pattern: /does not have access to CDC schema/i,
    summary: 'The login may not read the captured changes.',
    remedy: 'The DBA grants SELECT on the schema cdc; the check sql-permissions prints the statement.',
    commands: check('sql-permissions'),
    who: 'dba',
  },
  {
    code: 'capture-instance-gone',
    pattern:
      /Table is no longer captured with capture instance|Invalid object name '[^']*cdc\.(?:fn_cdc_get_all_changes_|[^']*_CT')/i,
    summary: 'A capture instance that the connector was reading is gone.',
    remedy:
      'Once after the end of sql handover this is as it should be: the connector begins anew within ten seconds and loses nothing. Otherwise a table is captured no more: what changes meanwhile is lost, and the DBA enables it again.',
    commands: check('sql-capture-gap', 'sql-tables-enabled'),
    who: 'dba',
  },
  {
    code: 'cdc-off',
    pattern: /Invalid object name '[^']*cdc\./i,
    summary: 'Change data capture is off in this database: switched off, or lost with a restored backup.',
    remedy: 'The DBA enables it; the checks name what is missing and print the statements.',
    commands: [...check('sql-db-cdc-enabled', 'sql-db-restored'), 'clinicmaster-cdc sql enable'],
    who: 'dba',
  },
  {
    code: 'database-owner',
    pattern:
      /Could not update the metadata that indicates database .* is enabled for Change Data Capture|Cannot execute as the database principal because the principal "dbo" does not exist/i,
    summary: 'The database has no valid owner, so capture cannot be managed (SQL Server 22830, 15517).',
    remedy: 'The DBA gives it one; the check sql-db-owner prints the statement.',
    commands: check('sql-db-owner'),
    who: 'dba',
  },
  {
    code: 'capture-column-grew',
    pattern:
      /String or binary data would be truncated in table '[^']*cdc\.|Arithmetic overflow error converting .* \(8115\)|error (?:2628|8115)\b/i,
    summary: 'A column was widened after its capture began, and the capture job fails on its new values.',
    remedy: 'The table needs a new capture instance; the check sql-schema-drift prints the statements.',
    commands: check('sql-scan-errors', 'sql-schema-drift'),
    who: 'dba',
  },
  {
    code: 'log-full',
    pattern: /The transaction log for database .* is full due to 'REPLICATION'/i,
    summary:
      'The transaction log is full, because the capture job does not read it. ClinicMaster cannot write.',
    remedy: 'Urgent: the DBA starts the capture job and makes room for the log; sql-log-space says how.',
    commands: check('sql-log-space', 'sql-agent-running'),
    who: 'dba',
  },
  {
    code: 'signal-table',
    pattern: /Incremental snapshot is not properly configured|sinalling data collection is not provided/i,
    summary: 'Single tables cannot be copied again: the signal table is missing.',
    remedy: 'The DBA makes it; sql enable prints the statements.',
    commands: ['clinicmaster-cdc sql enable'],
    who: 'dba',
  },
  {
    code: 'heartbeat-query',
    pattern: /Could not execute heartbeat action query/i,
    summary: 'The connector cannot write its heartbeat row into the database.',
    remedy:
      'A right is missing on clinicmaster_cdc.heartbeat; sql grant prints it. Until then an idle database may lose its position.',
    commands: ['clinicmaster-cdc sql grant', ...DOCTOR_SQL],
    who: 'dba',
  },
];
