/**
 * Where the text of a message comes from: said by the real parts when tests/real/messages-provoked.test.ts spoilt something; found
 * word for word in the images (tests/real/messages.test.ts) and not provoked; SQL Server’s own words, which nothing here says; Java’s; or
 * those of a later Debezium.
 */
export type Source = 'provoked' | 'classes' | 'sqlserver' | 'java' | 'later';

/** One of the 55 messages that the program undertakes to explain. */
export interface NumberedMessage {
  number: number;
  /** The part by which people know it. */
  message: string;
  /** Causes that explain it; the innermost line decides where there are several. */
  codes: readonly string[];
  source: Source;
  /** Where the real part says or does something else than the papers. */
  note?: string;
}

const row = (
  number: number,
  message: string,
  codes: string | readonly string[],
  source: Source,
  note?: string,
): NumberedMessage => ({
  number,
  message,
  codes: typeof codes === 'string' ? [codes] : codes,
  source,
  ...(note === undefined ? {} : { note }),
});

export const NUMBERED_MESSAGES: readonly NumberedMessage[] = [
  row(
    1,
    'No maximum LSN recorded in the database; SQL Server Agent is not running',
    'agent-stopped',
    'provoked',
  ),
  row(2, 'No maximum LSN recorded in the database; this may happen if', 'nothing-captured-yet', 'provoked'),
  row(3, 'Cannot query the status of the SQL Server Agent', 'agent-unseen', 'provoked'),
  row(
    4,
    'No table has enabled CDC or security constraints',
    'nothing-enabled',
    'classes',
    'looked for only when something has changed since the start',
  ),
  row(
    5,
    'No table on connector’s include list has enabled CDC',
    'include-list',
    'provoked',
    'said only when something has changed since the start',
  ),
  row(6, 'does not have access to CDC schema', 'cdc-no-access', 'provoked'),
  row(
    7,
    'Unable to connect. Check this and other connection properties',
    ['sql-unreachable', 'sql-validation'],
    'provoked',
    'its tail decides',
  ),
  row(8, 'Connection validation timed out after', 'sql-validation-slow', 'provoked'),
  row(9, 'is trying to read change stream starting at', 'position-lost', 'provoked'),
  row(10, 'Attempting to snapshot data to fill the gap', 'copying-again', 'provoked', 'an INFO entry'),
  row(11, 'The db history topic is missing', 'history-missing', 'provoked'),
  row(12, 'attempting schema only recovery snapshot', 'recovery-without-position', 'provoked'),
  row(13, 'The database schema history couldn’t be recovered', 'history-unreadable', 'provoked'),
  row(14, 'Detected changed end offset of database schema history topic', 'history-shared', 'provoked'),
  row(15, 'Database schema history topic … option … should be', 'history-settings', 'provoked'),
  row(
    16,
    'previously stopped while taking a snapshot',
    'snapshot-cut-off',
    'classes',
    'with no_data Debezium 3.6.1 says nothing and goes on: the rows of the cut-off copy never come',
  ),
  row(
    17,
    'probably out of sync with real database schema',
    'structure-unknown',
    'classes',
    'a capture instance made anew is taken over (“Migrating schema”)',
  ),
  row(
    18,
    'An insufficient number of arguments were supplied (313)',
    'lsn-outside-window',
    'sqlserver',
    'data.query.mode=function alone',
  ),
  row(
    19,
    'Table is no longer captured with capture instance',
    'capture-instance-gone',
    'classes',
    'a table given up while the connector streams ends without a word',
  ),
  row(20, 'Invalid object name … cdc. (208)', 'cdc-off', 'provoked'),
  row(21, 'snapshot isolation is not allowed in this database (3952)', 'snapshot-isolation-off', 'provoked'),
  row(22, 'Lock request time out period exceeded (1222)', 'lock-timeout', 'provoked'),
  row(23, 'deadlocked on lock resources (1205)', 'deadlock', 'provoked'),
  row(24, 'Incremental snapshot is not properly configured', 'signal-table', 'provoked'),
  row(
    25,
    'Could not execute heartbeat action query',
    'heartbeat-query',
    'provoked',
    'it breaks the first copy off, again and again',
  ),
  row(26, 'could not establish a secure connection … PKIX path building failed', 'sql-tls', 'provoked'),
  row(27, 'protocol version TLS10 is not accepted by client preferences', 'sql-tls-old', 'java'),
  row(28, 'The TCP/IP connection to the host … has failed', 'sql-unreachable', 'provoked'),
  row(29, 'Login failed for user (18456) / Cannot open database (4060)', 'sql-login', 'provoked'),
  row(
    30,
    'Couldn’t obtain database name for',
    ['database-name', 'sql-login'],
    'provoked',
    'a database that is gone is the driver’s 4060, and stops the worker for 20 s each time',
  ),
  row(
    31,
    'Only a single connector task may be started',
    'single-task',
    'classes',
    'tasks.max=2 with one database is taken without a word',
  ),
  row(32, 'is required to have cleanup.policy=compact', 'kafka-topic-settings', 'provoked'),
  row(33, 'Timed out while checking for or creating topic(s)', 'kafka-unreachable', 'classes'),
  row(34, 'Could not look up partition metadata for topic', 'kafka-unreachable', 'classes'),
  row(
    35,
    'Connection to node -1 could not be established',
    ['kafka-bootstrap', 'kafka-advertised'],
    'provoked',
    'with a node of 0 and above: the advertised address',
  ),
  row(
    36,
    'terminated during authentication',
    ['kafka-cut-while-authenticating', 'kafka-sasl-auth'],
    'provoked',
    'a wrong password is another message: “failed authentication due to”',
  ),
  row(37, 'SSL handshake failed', 'kafka-tls-handshake', 'provoked'),
  row(38, 'Client SASL mechanism … not enabled in the server', 'kafka-sasl-mechanism', 'provoked'),
  row(39, 'Not authorized to access group', 'kafka-not-allowed-group', 'provoked'),
  row(
    40,
    'Not authorized to access topics',
    'kafka-not-allowed',
    'provoked',
    'to create: “Authorization failed.”',
  ),
  row(41, 'bytes when serialized which is larger than', 'record-too-large', 'provoked'),
  row(
    42,
    'Task threw an uncaught and unrecoverable exception',
    'task-stopped',
    'provoked',
    'a wrapper: the innermost line decides',
  ),
  row(
    43,
    'Tolerance exceeded in error handler',
    'task-stopped',
    'provoked',
    'a wrapper: the innermost line decides',
  ),
  row(44, 'Cannot complete request momentarily due to stale configuration', 'rebalancing', 'provoked'),
  row(45, 'Connectors must be in the STOPPED state', 'offsets-while-running', 'provoked'),
  row(46, 'Failed to find any class that implements Connector', 'plugin-missing', 'provoked'),
  row(47, 'Failed to commit offsets', 'offsets-not-stored', 'classes'),
  row(48, 'OutOfMemoryError: Java heap space', 'out-of-memory', 'provoked'),
  row(49, 'The query has timed out', 'sql-query-timeout', 'provoked'),
  row(
    50,
    'Failed to convert value … from column',
    'value-out-of-range',
    'provoked',
    'the papers say “Failed to properly convert data value”; a warning, and the row goes on without the value: the check `stream-values` tells',
  ),
  row(51, 'Could not update the metadata … error returned was 15517 (22830)', 'database-owner', 'sqlserver'),
  row(52, 'String or binary data would be truncated (2628, 8115)', 'capture-column-grew', 'sqlserver'),
  row(53, 'The transaction log … is full due to REPLICATION (9002)', 'log-full', 'sqlserver'),
  row(54, 'Offset position … has not changed in at least', 'position-stands-still', 'later', 'Debezium 3.7'),
  row(
    55,
    'Could not find table / Cannot ALTER table',
    'sink-schema-conflict',
    'provoked',
    'the papers quote another vendor’s sink',
  ),
];
