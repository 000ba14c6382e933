/** Who writes a message: code in one of our images, Java itself, SQL Server, or a later Debezium. */
type Author = 'facility image' | 'central image' | 'java' | 'sqlserver' | 'later';

/** One message that a facility or the sink may show, as it really reads. */
export interface MessageSample {
  /** Of the cause by which it is explained. */
  code: string;
  text: string;
  author: Author;
  /** What stands word for word in a class of the image: the text without what is put in at run time. */
  literal?: string;
}

const PRODUCER = 'io.debezium.DebeziumException: ';
const CONNECT = 'org.apache.kafka.connect.errors.ConnectException: ';
const SQL = 'com.microsoft.sqlserver.jdbc.SQLServerException: ';
const KAFKA = 'org.apache.kafka.common.errors.';

function ours(code: string, literal: string, text = literal): MessageSample {
  return { code, text, author: 'facility image', literal };
}
function server(code: string, text: string): MessageSample {
  return { code, text: `${SQL}${text}`, author: 'sqlserver' };
}

/** The catalogue of messages, in the order of its subjects. */
export const MESSAGE_SAMPLES: readonly MessageSample[] = [
  ours('agent-stopped', 'No maximum LSN recorded in the database; SQL Server Agent is not running'),
  ours(
    'nothing-captured-yet',
    'No maximum LSN recorded in the database; this may happen if there are no changes recorded in the change table yet',
  ),
  ours('agent-unseen', 'Cannot query the status of the SQL Server Agent'),
  server('agent-unseen', "VIEW SERVER STATE permission was denied on object 'server', database 'master'."),
  ours(
    'nothing-enabled',
    'No table has enabled CDC or security constraints prevents getting the list of change tables',
  ),
  ours(
    'include-list',
    "No table on connector's include list has enabled CDC, tables on include list do not contain any table with CDC enabled",
  ),
  ours(
    'cdc-no-access',
    'does not have access to CDC schema in the following databases',
    `${PRODUCER}User cdc does not have access to CDC schema in the following databases: ClinicMasterMOH. This user can only be used in initial_only snapshot mode`,
  ),
  ours('sql-validation', 'Unable to connect. Check this and other connection properties. Error: '),
  ours(
    'sql-validation-slow',
    'Connection validation timed out after ',
    'Connection validation timed out after 60000 ms',
  ),
  ours(
    'position-lost',
    'The connector is trying to read change stream starting at ',
    `${PRODUCER}The connector is trying to read change stream starting at SqlServerOffsetContext [x], but this is no longer available on the server. Reconfigure the connector to use a snapshot mode when needed.`,
  ),
  ours('position-lost', 'Last recorded offset is no longer available on the server.'),
  ours(
    'copying-again',
    'The last recorded offset is no longer available but we are in {} snapshot mode. Attempting to snapshot data to fill the gap.',
    'The last recorded offset is no longer available but we are in when_needed snapshot mode. Attempting to snapshot data to fill the gap.',
  ),
  ours(
    'history-missing',
    'The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery.',
  ),
  ours(
    'recovery-without-position',
    'Could not find existing redo log information while attempting schema only recovery snapshot',
  ),
  ours(
    'history-unreadable',
    "The database schema history couldn't be recovered. Consider to increase the value for ",
    `${PRODUCER}The database schema history couldn't be recovered. Consider to increase the value for schema.history.internal.kafka.recovery.poll.interval.ms`,
  ),
  ours(
    'history-shared',
    'Detected changed end offset of database schema history topic',
    "Detected changed end offset of database schema history topic (previous: 7, current: 9). Make sure that the same history topic isn't shared by multiple connector instances.",
  ),
  ours(
    'history-settings',
    "Database schema history topic '{}' option '{}' should be '{}' but is '{}'",
    "Database schema history topic 'cdc.A.schema-history' option 'cleanup.policy' should be 'delete' but is 'compact'",
  ),
  ours(
    'snapshot-cut-off',
    'The connector previously stopped while taking a snapshot, but now the connector is configured to never allow snapshots.',
  ),
  ours(
    'structure-unknown',
    'internal schema representation is probably out of sync with real database schema',
    `${PRODUCER}Column indexing array is larger than number of converters, internal schema representation is probably out of sync with real database schema`,
  ),
  server(
    'lsn-outside-window',
    'An insufficient number of arguments were supplied for the procedure or function cdc.fn_cdc_get_all_changes_ ... .',
  ),
  server(
    'capture-instance-gone',
    "Invalid object name 'ClinicMasterMOH.cdc.fn_cdc_get_all_changes_dbo_Visits'.",
  ),
  // Seen after the end of an instance: Debezium 3.6.1 reads the change tables themselves.
  server('capture-instance-gone', "Invalid object name 'ClinicMasterMOH.cdc.dbo_Visits_CT'."),
  ours('capture-instance-gone', 'Table is no longer captured with capture instance '),
  server('cdc-off', "Invalid object name 'cdc.change_tables'."),
  server('cdc-off', "Invalid object name 'ClinicMasterMOH.cdc.captured_columns'."),
  server(
    'snapshot-isolation-off',
    "Snapshot isolation transaction failed accessing database 'X' because snapshot isolation is not allowed in this database.",
  ),
  server('lock-timeout', 'Lock request time out period exceeded.'),
  server(
    'deadlock',
    'Transaction (Process ID 67) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.',
  ),
  ours(
    'signal-table',
    'Incremental snapshot is not properly configured, either sinalling data collection is not provided or connector-specific snapshotting not set',
  ),
  ours('heartbeat-query', 'Could not execute heartbeat action query (Error: '),
  ours(
    'sql-tls',
    'but the driver could not establish a secure connection to SQL Server by using Secure Sockets Layer (SSL) encryption',
    `${SQL}"encrypt" property is set to "true" and "trustServerCertificate" property is set to "false" but the driver could not establish a secure connection to SQL Server by using Secure Sockets Layer (SSL) encryption: Error: PKIX path building failed`,
  ),
  {
    code: 'sql-tls-old',
    author: 'java',
    text: 'javax.net.ssl.SSLHandshakeException: The server selected protocol version TLS10 is not accepted by client preferences [TLS12]',
  },
  ours(
    'sql-unreachable',
    'The TCP/IP connection to the host {0}, port {1} has failed. Error: "{2}".',
    `${SQL}The TCP/IP connection to the host 10.0.0.1, port 1433 has failed. Error: "Connection refused (Connection refused)."`,
  ),
  server('sql-login', "Login failed for user 'clinicmaster_cdc'."),
  server('sql-login', 'Cannot open database "ClinicMasterMoH" requested by the login. The login failed.'),
  ours('database-name', "Couldn't obtain database name for '"),
  ours('database-name', "Could not retrieve exactly one database name for '"),
  ours('sql-validation', 'Could not build task configs', `${CONNECT}Could not build task configs`),
  ours('single-task', 'Only a single connector task may be started in single-partition mode'),
  ours(
    'kafka-topic-settings',
    "Topic '%s' supplied via the '%s' property is required to have '%s=%s' to guarantee consistency and durability of",
    "Topic 'cdc.A.offsets' supplied via the 'offset.storage.topic' property is required to have 'cleanup.policy=compact' to guarantee consistency and durability of source connector offsets, but found the topic currently has 'cleanup.policy=delete'.",
  ),
  ours(
    'kafka-unreachable',
    "Timed out while checking for or creating topic(s) '",
    `${CONNECT}Timed out while checking for or creating topic(s) 'cdc.A.offsets'. This could indicate a connectivity issue`,
  ),
  ours(
    'kafka-unreachable',
    "Could not look up partition metadata for topic '",
    `${CONNECT}Could not look up partition metadata for topic 'cdc.A.configs' in the allotted period.`,
  ),
  ours(
    'kafka-bootstrap',
    'Connection to node {} ({}) could not be established. Node may not be available.',
    'Connection to node -1 (kafka-1.example.org/10.8.0.1:9093) could not be established. Node may not be available.',
  ),
  ours(
    'kafka-advertised',
    'Connection to node {} ({}) could not be established. Node may not be available.',
    'Connection to node 2 (broker-2.internal/10.0.0.9:9093) could not be established. Node may not be available.',
  ),
  ours(
    'kafka-bootstrap',
    'Bootstrap broker {} disconnected',
    'Bootstrap broker kafka-1.example.org:9093 (id: -1 rack: null) disconnected',
  ),
  ours(
    'kafka-cut-while-authenticating',
    'terminated during authentication. This may happen due to any of the following reasons:',
    'Connection to node -1 (kafka-1.example.org/10.8.0.1:9093) terminated during authentication. This may happen due to any of the following reasons: (1) Firewall blocking Kafka TLS traffic (eg it may only allow HTTPS traffic), (2) Transient network issue.',
  ),
  ours(
    'kafka-tls-handshake',
    'SSL handshake failed',
    `${KAFKA}SslAuthenticationException: SSL handshake failed`,
  ),
  {
    code: 'kafka-tls-handshake',
    author: 'java',
    text: 'java.security.cert.CertificateException: No subject alternative DNS name matching kafka-1 found.',
  },
  ours(
    'kafka-sasl-mechanism',
    "Client SASL mechanism '%s' not enabled in the server, enabled mechanisms are %s",
    `${KAFKA}UnsupportedSaslMechanismException: Client SASL mechanism 'SCRAM-SHA-256' not enabled in the server, enabled mechanisms are [SCRAM-SHA-512]`,
  ),
  ours(
    'kafka-not-allowed-group',
    'Not authorized to access group: ',
    `${KAFKA}GroupAuthorizationException: Not authorized to access group: cdc.A.workers`,
  ),
  ours(
    'kafka-not-allowed',
    'Not authorized to access topics: ',
    `${KAFKA}TopicAuthorizationException: Not authorized to access topics: [cdc.A.offsets]`,
  ),
  ours(
    'kafka-not-allowed',
    "Not authorized to describe topic(s) '%s' on the brokers %s",
    "Not authorized to describe topic(s) 'cdc.A.offsets' on the brokers kafka-1.example.org:9093",
  ),
  ours(
    'record-too-large',
    ' bytes when serialized which is larger than ',
    `${KAFKA}RecordTooLargeException: The message is 2000000 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.`,
  ),
  ours(
    'task-stopped',
    '{} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted',
    'WorkerSourceTask{id=cdc-A-0} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted',
  ),
  ours(
    'task-stopped',
    'Tolerance exceeded in error handler',
    `${CONNECT}Tolerance exceeded in error handler`,
  ),
  ours(
    'rebalancing',
    'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)',
  ),
  ours('rebalancing', 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)'),
  ours(
    'rebalancing',
    'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
  ),
  ours(
    'offsets-while-running',
    'Connectors must be in the STOPPED state before their offsets can be modified.',
  ),
  ours('plugin-missing', 'Failed to find any class that implements Connector and which name matches '),
  ours(
    'offsets-not-stored',
    '{} Failed to commit offsets',
    'WorkerSourceTask{id=cdc-A-0} Failed to commit offsets',
  ),
  ours(
    'offsets-not-stored',
    '{} Timed out while waiting for previous offset flush to complete, cancelling',
    'WorkerSourceTask{id=cdc-A-0} Timed out while waiting for previous offset flush to complete, cancelling',
  ),
  { code: 'out-of-memory', author: 'java', text: 'java.lang.OutOfMemoryError: Java heap space' },
  ours('sql-query-timeout', 'The query has timed out.', `${SQL}The query has timed out.`),
  ours(
    'value-out-of-range',
    "Failed to properly convert data value for '",
    `${PRODUCER}Failed to properly convert data value for 'ClinicMasterMOH.dbo.Visits.VisitDate' of type datetime2`,
  ),
  server(
    'database-owner',
    'Could not update the metadata that indicates database ClinicMasterMOH is enabled for Change Data Capture. The failure occurred when executing the command x. The error returned was 15517',
  ),
  server(
    'capture-column-grew',
    "String or binary data would be truncated in table 'ClinicMasterMOH.cdc.dbo_Visits_CT', column 'Notes'.",
  ),
  server('log-full', "The transaction log for database 'ClinicMasterMOH' is full due to 'REPLICATION'."),
  {
    code: 'position-stands-still',
    author: 'later',
    text: "Offset position x for database 'ClinicMasterMOH' has not changed in at least 600000 milliseconds",
  },
  {
    code: 'sink-schema-conflict',
    author: 'central image',
    literal: "Cannot ALTER table '%s' because field '%s' is not optional but has no default value",
    text: "Cannot ALTER table 'Visits' because field 'Extra' is not optional but has no default value",
  },
];
