import type { SystemView } from './define.ts';

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
    ['user_access', 'tinyint', '0'],
    ['user_access_desc', 'nvarchar(60)', "'MULTI_USER'"],
    ['is_read_only', 'bit', 'false'],
    ['is_auto_close_on', 'bit', 'd.auto_close'],
    ['is_auto_shrink_on', 'bit', 'false'],
    ['state', 'tinyint', '0'],
    ['state_desc', 'nvarchar(60)', "'ONLINE'"],
    ['is_in_standby', 'bit', 'false'],
    ['snapshot_isolation_state', 'tinyint', 'd.snapshot_allowed::int'],
    [
      'snapshot_isolation_state_desc',
      'nvarchar(60)',
      "CASE WHEN d.snapshot_allowed THEN 'ON' ELSE 'OFF' END",
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
    ['log_reuse_wait', 'tinyint', '0'],
    ['log_reuse_wait_desc', 'nvarchar(60)', "'NOTHING'"],
    ['is_cdc_enabled', 'bit', 'd.is_cdc_enabled'],
    ['delayed_durability', 'int', '0'],
    ['delayed_durability_desc', 'nvarchar(60)', "'DISABLED'"],
    ['is_accelerated_database_recovery_on', 'bit', 'false', 15],
    ['replica_id', 'uniqueidentifier', 'NULL'],
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
    ['startup_type', 'int', '2'],
    ['startup_type_desc', 'nvarchar(256)', "'Automatic'"],
    ['status', 'int', 'CASE WHEN s.running THEN 4 ELSE 1 END'],
    ['status_desc', 'nvarchar(256)', "CASE WHEN s.running THEN 'Running' ELSE 'Stopped' END"],
    ['process_id', 'int', 'CASE WHEN s.running THEN 1 END'],
    ['last_startup_time', 'datetimeoffset(7)', 'NULL'],
    ['service_account', 'nvarchar(256)', "'standin'"],
    ['filename', 'nvarchar(256)', "'standin'"],
    ['is_clustered', 'nvarchar(1)', "'N'"],
    ['cluster_nodename', 'nvarchar(256)', 'NULL'],
    ['instant_file_initialization_enabled', 'nvarchar(1)', "'N'"],
  ],
  from: () => `FROM (VALUES ('SQL Server (MSSQLSERVER)', true), ('SQL Server Agent (MSSQLSERVER)',
    (SELECT value = 'running' FROM standin.knob WHERE name = 'agent'))) AS s(name, running) WHERE true`,
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
