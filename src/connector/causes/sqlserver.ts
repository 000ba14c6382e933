import { type Cause, check, DOCTOR_SQL } from './cause.ts';

/** The way to SQL Server and what it answers (mssql-jdbc 12.4, Debezium 3.6). */
export const SQL_SERVER_CAUSES: readonly Cause[] = [
  {
    code: 'snapshot-isolation-off',
    pattern: /snapshot isolation is not allowed/i,
    summary: 'The database does not allow snapshot isolation.',
    remedy: 'The DBA allows it; the check sql-snapshot-isolation prints the statement.',
    commands: check('sql-snapshot-isolation'),
    who: 'dba',
  },
  {
    code: 'sql-login',
    pattern: /Login failed for user|Cannot open database/i,
    summary: 'SQL Server refuses the login or the database.',
    remedy: 'Correct DB_USER, DB_PASS or DB_NAME with init, or have the DBA renew the login.',
    commands: [...check('sql-login'), 'clinicmaster-cdc init'],
    who: 'you',
  },
  {
    code: 'sql-tls-old',
    pattern: /server selected protocol version .* is not accepted by client preferences/i,
    summary: 'SQL Server offers only an encryption that is too old.',
    remedy:
      'The DBA installs the updates that bring TLS 1.2 and enables it in Windows; the check sql-tls says more.',
    commands: check('sql-tls'),
    who: 'dba',
  },
  {
    code: 'sql-tls',
    pattern: /secure connection to SQL Server|PKIX path/i,
    summary: 'The encrypted connection to SQL Server does not come about.',
    remedy: 'The check sql-tls says what is wrong with the certificate and what to do.',
    commands: check('sql-tls', 'sql-login'),
    who: 'dba',
  },
  {
    code: 'sql-unreachable',
    pattern: /TCP\/IP connection to the host/i,
    summary: 'SQL Server cannot be reached from the container.',
    remedy: 'See that SQL Server runs and that its port is open for this machine.',
    commands: check('sql-tcp'),
    who: 'network-admin',
  },
  {
    code: 'sql-connection-ended',
    pattern:
      /connection is broken and recovery is not possible|SQL Server did not return a response|The connection (?:has been|is) closed|Connection reset/i,
    summary: 'The connection to SQL Server broke off.',
    remedy:
      'The connector tries again by itself. If it comes back every few minutes, the network or the server is unstable.',
    commands: check('sql-tcp', 'sql-login'),
    who: 'you',
  },
  {
    code: 'lock-timeout',
    pattern: /Lock request time out period exceeded/i,
    summary: 'A read waited too long for a lock that ClinicMaster holds.',
    remedy: 'Restart what failed outside busy hours; snapshot isolation avoids it for good.',
    commands: check('sql-snapshot-isolation'),
    who: 'you',
  },
  {
    code: 'deadlock',
    pattern: /deadlocked on lock resources|deadlock victim/i,
    summary: 'A read of the first copy collided with the hospital’s own work.',
    remedy: 'Restart what failed outside busy hours; snapshot isolation avoids it for good.',
    commands: check('sql-snapshot-isolation'),
    who: 'you',
  },
  {
    code: 'sql-query-timeout',
    pattern: /The query has timed out/i,
    summary: 'SQL Server did not answer a query in time.',
    remedy: 'It is blocked or overloaded, or the change tables are very large; the checks name the largest.',
    commands: check('sql-change-table-size', 'sql-scan-latency'),
    who: 'dba',
  },
  {
    code: 'sql-validation-slow',
    pattern: /Connection validation timed out after \d+ ms/i,
    summary: 'SQL Server did not let the connector in within a minute.',
    remedy:
      'A name that resolves slowly, a lost packet path, or a blocked server; the checks tell them apart.',
    commands: check('sql-tcp', 'sql-login'),
    who: 'network-admin',
  },
  {
    code: 'database-name',
    pattern: /Couldn't obtain database name for|Could not retrieve exactly one database name/i,
    summary: 'There is no database of this name on the server.',
    remedy: 'Correct DB_NAME with init; it is spelled as SQL Server spells it.',
    commands: [...check('sql-login'), 'clinicmaster-cdc init'],
    who: 'you',
  },
  {
    code: 'single-task',
    pattern: /Only a single connector task may be started in single-partition mode/i,
    summary: 'The connector’s configuration is not the one that this program installs.',
    remedy: 'Run init: it puts the right one in its place.',
    commands: ['clinicmaster-cdc init'],
    who: 'you',
  },
  {
    code: 'value-out-of-range',
    pattern:
      /Failed to properly convert data value for|Failed to convert value '|outside the representable range/i,
    summary: 'A row holds a value that cannot be carried over; Debezium sends the row without it.',
    remedy:
      'The text names the column, and the stream goes on. Show it to the central team: in the warehouse the value is missing ' +
      'until the row is mended, or the column is left out.',
    commands: ['clinicmaster-cdc tables', ...DOCTOR_SQL],
    who: 'central-team',
  },
];
