import type { SystemView } from './define.ts';

/** What the database says of itself, unless the stand-in was told otherwise. */
const told = (what: string, otherwise: string) =>
  `standin.pretended_of(d.database_id, '${what}', '${otherwise}')`;

const databases: SystemView = {
  schema: 'sys',
  name: 'databases',
  columns: [
    ['name', 'sysname', 'd.name'],
    ['database_id', 'int', 'd.database_id'],
    ['source_database_id', 'int', 'NULL'],
    // The owner of a restored database may be nobody here; the database itself still names him.
    [
      'owner_sid',
      'varbinary(85)',
      'coalesce(l.sid, (SELECT p.sid FROM standin.principal p WHERE p.database_id = d.database_id AND p.principal_id = 1))',
    ],
    ['create_date', 'datetime', 'tsql.server_datetime(d.create_date)'],
    ['compatibility_level', 'tinyint', 'd.compatibility_level'],
    ['collation_name', 'sysname', "'SQL_Latin1_General_CP1_CI_AS'"],
    [
      'user_access',
      'tinyint',
      `CASE ${told('user_access', 'MULTI_USER')} WHEN 'SINGLE_USER' THEN 1 WHEN 'RESTRICTED_USER' THEN 2 ELSE 0 END`,
    ],
    ['user_access_desc', 'nvarchar(60)', told('user_access', 'MULTI_USER')],
    ['is_read_only', 'bit', `${told('updateability', 'READ_WRITE')} = 'READ_ONLY'`],
    ['is_auto_close_on', 'bit', 'd.auto_close'],
    ['is_auto_shrink_on', 'bit', 'false'],
    ['state', 'tinyint', '0'],
    ['state_desc', 'nvarchar(60)', "'ONLINE'"],
    ['is_in_standby', 'bit', `${told('in_standby', 'no')} = 'yes'`],
    ['snapshot_isolation_state', 'tinyint', 'd.snapshot_allowed::int'],
    [
      'snapshot_isolation_state_desc',
      'nvarchar(60)',
      "standin.pretended_of(d.database_id, 'snapshot_state', CASE WHEN d.snapshot_allowed THEN 'ON' ELSE 'OFF' END)",
    ],
    ['is_read_committed_snapshot_on', 'bit', 'd.read_committed_snapshot'],
    ['recovery_model', 'tinyint', 'd.recovery_model'],
    [
      'recovery_model_desc',
      'nvarchar(60)',
      "CASE d.recovery_model WHEN 1 THEN 'FULL' WHEN 2 THEN 'BULK_LOGGED' ELSE 'SIMPLE' END",
    ],
    ['is_published', 'bit', 'false'],
    ['is_broker_enabled', 'bit', 'false'],
    ['is_encrypted', 'bit', 'false'],
    ['log_reuse_wait', 'tinyint', 'CASE WHEN standin.log_waits(d.name) THEN 6 ELSE 0 END'],
    [
      'log_reuse_wait_desc',
      'nvarchar(60)',
      "CASE WHEN standin.log_waits(d.name) THEN 'REPLICATION' ELSE 'NOTHING' END",
    ],
    ['is_cdc_enabled', 'bit', 'd.is_cdc_enabled'],
    ['delayed_durability', 'int', '0'],
    ['delayed_durability_desc', 'nvarchar(60)', told('delayed_durability', 'DISABLED')],
    ['is_accelerated_database_recovery_on', 'bit', 'false', 15],
    ['replica_id', 'uniqueidentifier', "standin.pretended_of(d.database_id, 'replica_id', NULL)"],
  ],
  from: () => 'FROM standin.database d LEFT JOIN standin.login l ON l.principal_id = d.owner_id WHERE true',
};

/** The two services; the Agent's state is the knob that stops it. */
const services: SystemView = {
  schema: 'sys',
  name: 'dm_server_services',
  requires: 'VIEW SERVER SECURITY STATE',
  columns: [
    ['servicename', 'nvarchar(256)', 's.name'],
    ['startup_type', 'int', "CASE s.startup WHEN 'Manual' THEN 3 WHEN 'Disabled' THEN 4 ELSE 2 END"],
    ['startup_type_desc', 'nvarchar(256)', 's.startup'],
    ['status', 'int', 'CASE WHEN s.running THEN 4 ELSE 1 END'],
    ['status_desc', 'nvarchar(256)', "CASE WHEN s.running THEN 'Running' ELSE 'Stopped' END"],
    ['process_id', 'int', 'CASE WHEN s.running THEN 1 END'],
    ['last_startup_time', 'datetimeoffset(7)', 'NULL'],
    ['service_account', 'nvarchar(256)', 's.account'],
    ['filename', 'nvarchar(256)', "'standin'"],
    ['is_clustered', 'nvarchar(1)', "'N'"],
    ['cluster_nodename', 'nvarchar(256)', 'NULL'],
    ['instant_file_initialization_enabled', 'nvarchar(1)', "'N'"],
  ],
  from: () => `FROM (SELECT 'SQL Server' AS kind, true AS running, 'Automatic' AS startup, 'standin' AS account
      UNION ALL SELECT 'SQL Server Agent', value = 'running', standin.pretended('agent.startup', 'Automatic'),
        standin.pretended('agent.account', 'NT SERVICE\\SQLSERVERAGENT')
      FROM standin.knob WHERE name = 'agent' AND standin.pretended('agent.listed', 'yes') = 'yes') AS v
    CROSS JOIN LATERAL (SELECT v.kind || ' (' || standin.pretended('instance', 'MSSQLSERVER') || ')' AS name, v.*) AS s
    WHERE true`,
};

const hostInfo: SystemView = {
  schema: 'sys',
  name: 'dm_os_host_info',
  requires: 'VIEW SERVER PERFORMANCE STATE',
  columns: [
    ['host_platform', 'nvarchar(256)', "'Linux'"],
    ['host_distribution', 'nvarchar(256)', "'clinicmaster-cdc stand-in'"],
    ['host_release', 'nvarchar(256)', "''"],
    ['host_service_pack_level', 'nvarchar(256)', "''"],
    ['host_sku', 'int', 'NULL'],
    ['os_language_version', 'int', '0'],
    ['host_architecture', 'nvarchar(256)', "'X64'"],
  ],
  from: () => 'WHERE true',
};

export const SERVER_VIEWS: readonly SystemView[] = [databases, services, hostInfo];
