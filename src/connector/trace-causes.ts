import type { Who } from '../errors.ts';

interface TraceCause {
  code: string;
  /** A fragment that the message of the exception holds. */
  pattern: RegExp;
  summary: string;
  remedy: string;
  commands: readonly string[];
  who: Who;
}

const DOCTOR = ['clinicmaster-cdc doctor'];
const DOCTOR_KAFKA = ['clinicmaster-cdc doctor --only kafka'];
const DOCTOR_SQL = ['clinicmaster-cdc doctor --only sqlserver'];

/**
 * Causes by what their messages hold (Debezium 3.6, Kafka Connect 4.3, mssql-jdbc 12.4, PostgreSQL JDBC), most telling first.
 */
export const TRACE_CAUSES: readonly TraceCause[] = [
  {
    code: 'position-lost',
    pattern: /trying to read change stream starting at|no longer available on the server/i,
    summary: 'SQL Server no longer holds the changes from where this connector stopped.',
    remedy:
      'It was away for longer than SQL Server keeps captured changes, or the database was restored. The tables have to be ' +
      'copied again; agree on a time with the central team.',
    commands: DOCTOR_SQL,
    who: 'central-team',
  },
  {
    code: 'history-missing',
    pattern: /db history topic is missing|schema history couldn't be recovered/i,
    summary: 'The record of table structures is missing in Kafka.',
    remedy:
      'Its topic was deleted, has expired, or may not be read. The central team checks the topic and its rights; setting ' +
      'SNAPSHOT_MODE=recovery once rebuilds it without copying rows again.',
    commands: DOCTOR_KAFKA,
    who: 'central-team',
  },
  {
    code: 'cdc-no-access',
    pattern: /does not have access to CDC schema/i,
    summary: 'The login may not read the captured changes.',
    remedy: 'The DBA grants SELECT on the schema cdc; the check sql-permissions prints the statement.',
    commands: ['clinicmaster-cdc doctor --only sql-permissions'],
    who: 'dba',
  },
  {
    code: 'cdc-off',
    pattern: /Invalid object name '[^']*cdc\.|No table (?:has enabled CDC|on connector's include list)/i,
    summary: 'Change data capture is off, or no table of the list is captured.',
    remedy: 'The DBA enables it; the checks name the tables and print the statements.',
    commands: DOCTOR_SQL,
    who: 'dba',
  },
  {
    code: 'snapshot-isolation-off',
    pattern: /snapshot isolation is not allowed/i,
    summary: 'The database does not allow snapshot isolation.',
    remedy: 'The DBA allows it; the check sql-snapshot-isolation prints the statement.',
    commands: ['clinicmaster-cdc doctor --only sql-snapshot-isolation'],
    who: 'dba',
  },
  {
    code: 'sql-login',
    pattern: /Login failed for user|Cannot open database/i,
    summary: 'SQL Server refuses the login or the database.',
    remedy: 'Correct DB_USER, DB_PASS or DB_NAME with init, or have the DBA renew the login.',
    commands: ['clinicmaster-cdc doctor --only sql-login', 'clinicmaster-cdc init'],
    who: 'you',
  },
  {
    code: 'sql-tls',
    pattern: /secure connection to SQL Server|PKIX path|server selected protocol version/i,
    summary: 'The encrypted connection to SQL Server does not come about.',
    remedy: 'The check sql-login says what is wrong with the certificate and what to do.',
    commands: ['clinicmaster-cdc doctor --only sql-login'],
    who: 'dba',
  },
  {
    code: 'sql-unreachable',
    pattern: /TCP\/IP connection to the host/i,
    summary: 'SQL Server cannot be reached from the container.',
    remedy: 'See that SQL Server runs and that its port is open for this machine.',
    commands: ['clinicmaster-cdc doctor --only sql-tcp'],
    who: 'network-admin',
  },
  {
    code: 'deadlock',
    pattern: /deadlocked on lock resources|Lock request time out period exceeded/i,
    summary: 'A read of the first copy collided with the hospital’s own work.',
    remedy: 'Restart what failed outside busy hours; snapshot isolation avoids it for good.',
    commands: DOCTOR_SQL,
    who: 'you',
  },
  {
    code: 'kafka-not-allowed',
    pattern: /Not authorized to access|TopicAuthorization|GroupAuthorization|ClusterAuthorization/i,
    summary: 'Kafka does not allow this user what it needs.',
    remedy: 'The check kafka-acl prints the commands for the central team.',
    commands: ['clinicmaster-cdc doctor --only kafka-acl'],
    who: 'central-team',
  },
  {
    code: 'kafka-sasl-auth',
    pattern: /invalid credentials|SaslAuthenticationException|mechanism '?[\w-]+'? not enabled/i,
    summary: 'Kafka refuses the user or the password.',
    remedy: 'Correct KAFKA_USER or KAFKA_PASS with init.',
    commands: ['clinicmaster-cdc doctor --only kafka-sasl-auth', 'clinicmaster-cdc init'],
    who: 'you',
  },
  {
    code: 'kafka-tls-handshake',
    pattern: /SSL handshake failed|No subject alternative/i,
    summary: 'The certificate of Kafka is not accepted.',
    remedy: 'The check kafka-tls-handshake says what is wrong with it.',
    commands: ['clinicmaster-cdc doctor --only kafka-tls-handshake'],
    who: 'central-team',
  },
  {
    code: 'kafka-unreachable',
    pattern:
      /Timed out while checking for or creating topic|Timeout expired while|Could not look up partition metadata/i,
    summary: 'Kafka did not answer the worker.',
    remedy: 'Usually the VPN, or an advertised address that does not work from here.',
    commands: DOCTOR_KAFKA,
    who: 'network-admin',
  },
  {
    code: 'record-too-large',
    pattern: /RecordTooLarge|larger than .* max\.request\.size/i,
    summary: 'A row is larger than Kafka takes.',
    remedy:
      'Usually a column with scanned documents. Leave its table out, or ask the central team for a higher limit.',
    commands: ['clinicmaster-cdc init --tables …'],
    who: 'central-team',
  },
  {
    code: 'sink-schema-conflict',
    pattern: /Cannot ALTER table|violates not-null constraint|Table .* is missing and/i,
    summary: 'A table of the warehouse does not fit what a facility sends.',
    remedy:
      'Relax the column in PostgreSQL (drop NOT NULL, or add it as nullable), then restart what failed.',
    commands: DOCTOR,
    who: 'central-team',
  },
  {
    code: 'out-of-memory',
    pattern: /OutOfMemoryError|Java heap space/i,
    summary: 'The worker ran out of memory.',
    remedy: 'Raise HEAP_OPTS and MEMORY_LIMIT together, then run init again.',
    commands: ["clinicmaster-cdc init --heap-opts '-Xms128m -Xmx640m' --memory 1g"],
    who: 'you',
  },
  {
    code: 'unresolved-reference',
    pattern: /\$\{env:[A-Z_]+\}/,
    summary: 'A setting reached the worker as its name, not as its value.',
    remedy:
      'It is missing in .env, or older than the image. Run init, which writes it and makes the container anew.',
    commands: ['clinicmaster-cdc init'],
    who: 'you',
  },
  {
    code: 'plugin-missing',
    pattern: /Failed to find any class that implements Connector/i,
    summary: 'The image does not hold the connector.',
    remedy: 'It is not an image of this program, or is broken. Build it again.',
    commands: ['clinicmaster-cdc init'],
    who: 'you',
  },
];
