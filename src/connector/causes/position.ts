import { type Cause, check, DOCTOR_KAFKA, DOCTOR_SQL } from './cause.ts';

/** Where the connector stands, and its record of how the tables looked (Debezium 3.6). */
export const POSITION_CAUSES: readonly Cause[] = [
  {
    code: 'position-lost',
    pattern: /trying to read change stream starting at|no longer available on the server/i,
    summary: 'SQL Server no longer holds the changes from where this connector stopped.',
    remedy:
      'It was away for longer than SQL Server keeps captured changes, or the database was restored, or it was idle for that ' +
      'long (then nothing is lost). recover tells which, and shows what it would do; agree with the central team before tables ' +
      'are copied again.',
    commands: ['clinicmaster-cdc recover', ...check('sql-offset-window', 'sql-db-restored')],
    who: 'central-team',
  },
  {
    code: 'copying-again',
    pattern: /last recorded offset is no longer available but we are in .* snapshot mode/i,
    summary: 'The position was lost, and the connector copies every table again by itself.',
    remedy:
      'SNAPSHOT_MODE is when_needed. Let it run, or stop it and copy only the tables that have lost changes. Rows that were ' +
      'deleted in the meantime stay in the warehouse; tell the central team.',
    commands: ['clinicmaster-cdc status', 'clinicmaster-cdc stop'],
    who: 'you',
  },
  {
    code: 'history-missing',
    pattern: /db[ -]history topic is missing/i,
    summary: 'The record of table structures is missing in Kafka.',
    remedy:
      'Its topic was deleted, has expired, or may not be read. The central team checks the topic and its rights; recover history ' +
      'builds it again without copying rows, as long as no table was altered meanwhile.',
    commands: [...check('kafka-history-config'), 'clinicmaster-cdc recover history'],
    who: 'central-team',
  },
  {
    code: 'recovery-without-position',
    pattern: /Could not find existing redo log information while attempting schema only recovery/i,
    summary: 'SNAPSHOT_MODE is recovery, but Kafka holds no position that could be recovered.',
    remedy: 'Set SNAPSHOT_MODE back to when_needed: a facility without a position begins with a first copy.',
    commands: ['clinicmaster-cdc init --snapshot-mode when_needed'],
    who: 'you',
  },
  {
    code: 'history-unreadable',
    pattern: /schema history couldn't be recovered/i,
    summary: 'The record of table structures could not be read to its end.',
    remedy: 'Mostly a slow or broken line to Kafka. See that the VPN is up, then restart what failed.',
    commands: [...DOCTOR_KAFKA, 'clinicmaster-cdc restart --failed'],
    who: 'network-admin',
  },
  {
    code: 'history-shared',
    pattern: /Detected changed end offset of database schema history topic/i,
    summary: 'Somebody else writes into this facility’s record of table structures.',
    remedy:
      'Two workers use one facility code. Compare FACILITY_DHIS2_CODE with the enrolment sheet; only one of them may run.',
    commands: check('kafka-group-foreign-member'),
    who: 'central-team',
  },
  {
    code: 'history-settings',
    pattern: /Database schema history topic '[^']*' (?:option|should have one partit)/i,
    summary: 'The topic that keeps the table structures has wrong settings, and may expire.',
    remedy: 'The check kafka-history-config prints the command that keeps it for ever.',
    commands: check('kafka-history-config'),
    who: 'central-team',
  },
  {
    code: 'snapshot-cut-off',
    pattern: /previously stopped while taking a snapshot, but now the connector is configured to never/i,
    summary: 'The first copy was cut off, and SNAPSHOT_MODE now forbids to copy.',
    remedy: 'Set SNAPSHOT_MODE back to when_needed or initial; the first copy begins again.',
    commands: ['clinicmaster-cdc init --snapshot-mode when_needed'],
    who: 'you',
  },
  {
    code: 'structure-unknown',
    pattern: /internal schema representation is probably out of sync with real database schema/i,
    summary: 'A table does not look as the connector remembers it.',
    remedy:
      'It was altered without a new capture instance, or the database was exchanged. The check sql-schema-drift names the ' +
      'table and prints the statements for the DBA.',
    commands: check('sql-schema-drift', 'sql-db-restored'),
    who: 'dba',
  },
  {
    code: 'position-stands-still',
    pattern: /Offset position .* has not changed in at least/i,
    summary: 'The connector’s position has not moved for a while.',
    remedy: 'Either nothing changes in the database, or nothing is captured any more. The checks tell which.',
    commands: check('sql-canary', 'sql-capture-fresh'),
    who: 'you',
  },
  {
    code: 'lsn-outside-window',
    pattern: /insufficient number of arguments were supplied for the procedure or function cdc\.fn_cdc_get/i,
    summary:
      'The position lies outside of what SQL Server keeps (its error 313; the arguments are not the fault).',
    remedy: 'The check sql-offset-window says what is lost and what to do.',
    commands: DOCTOR_SQL,
    who: 'central-team',
  },
];
