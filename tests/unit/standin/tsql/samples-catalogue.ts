/** Variables that the samples use. */
export const VARIABLES = {
  '@offset': { name: 'binary', length: 10 },
  '@hex': { name: 'varchar', length: 30 },
  '@db': { name: 'nvarchar', length: 128 },
} as const;

/** The kind of queries that a preflight check sends to the catalogue. */
export const CATALOGUE_QUERIES: [text: string, columns: string[]][] = [
  ['SELECT is_cdc_enabled FROM sys.databases WHERE database_id = DB_ID();', ['is_cdc_enabled bit?']],
  [
    `SELECT s.name AS schema_name, t.name AS table_name, t.is_tracked_by_cdc,
       COUNT(ct.capture_instance) AS instances, MIN(ct.create_date) AS oldest, MAX(ct.create_date) AS newest,
       SUM(CASE WHEN ct.has_drop_pending = 1 THEN 1 ELSE 0 END) AS drop_pending
FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id
LEFT JOIN cdc.change_tables AS ct ON ct.source_object_id = t.object_id
WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc' GROUP BY s.name, t.name, t.is_tracked_by_cdc;`,
    [
      'schema_name nvarchar(128)?',
      'table_name nvarchar(128)?',
      'is_tracked_by_cdc bit?',
      'instances int',
      'oldest datetime?',
      'newest datetime?',
      'drop_pending int?',
    ],
  ],
  [
    `WITH ci AS (SELECT ct.*, ROW_NUMBER() OVER (PARTITION BY ct.source_object_id ORDER BY ct.create_date DESC) AS rn FROM cdc.change_tables AS ct)
SELECT OBJECT_SCHEMA_NAME(ci.source_object_id) AS schema_name, OBJECT_NAME(ci.source_object_id) AS table_name,
       ci.capture_instance, c.name AS column_name, 'not-captured' AS drift
FROM ci JOIN sys.columns AS c ON c.object_id = ci.source_object_id
LEFT JOIN cdc.captured_columns AS cc ON cc.object_id = ci.object_id AND cc.column_name = c.name
WHERE ci.rn = 1 AND cc.column_name IS NULL
UNION ALL
SELECT OBJECT_SCHEMA_NAME(ci.source_object_id), OBJECT_NAME(ci.source_object_id), ci.capture_instance, c.name, 'type-differs'
FROM ci JOIN sys.columns AS c ON c.object_id = ci.source_object_id
JOIN sys.columns AS k ON k.object_id = ci.object_id AND k.name = c.name
WHERE ci.rn = 1 AND c.system_type_id <> 189
  AND (c.system_type_id <> k.system_type_id OR c.max_length <> k.max_length OR c.[precision] <> k.[precision] OR c.scale <> k.scale);`,
    [
      'schema_name nvarchar(128)?',
      'table_name nvarchar(128)?',
      'capture_instance nvarchar(128)?',
      'column_name nvarchar(128)?',
      'drift varchar(12)',
    ],
  ],
  [
    `SELECT s.name AS schema_name, t.name AS table_name,
       (SELECT TOP (1) i.name FROM sys.indexes AS i WHERE i.object_id = t.object_id AND i.is_unique = 1 AND i.has_filter = 0 AND i.is_primary_key = 0) AS unique_index,
       (SELECT SUM(p.rows) FROM sys.partitions AS p WHERE p.object_id = t.object_id AND p.index_id IN (0,1)) AS row_count
FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id
WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc' AND NOT EXISTS (SELECT 1 FROM sys.indexes AS k WHERE k.object_id = t.object_id AND k.is_primary_key = 1);`,
    [
      'schema_name nvarchar(128)?',
      'table_name nvarchar(128)?',
      'unique_index nvarchar(128)?',
      'row_count bigint?',
    ],
  ],
  [
    `SELECT c.name FROM sys.columns AS c JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
WHERE (ty.name IN (N'text',N'ntext') OR c.max_length = -1 OR (ty.name = N'datetime2' AND c.scale = 7) OR ty.is_assembly_type = 1)
AND ty.name IN (N'char',N'varchar') AND c.collation_name <> CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation'));`,
    ['name nvarchar(128)?'],
  ],
  [
    `SELECT sys.fn_cdc_get_max_lsn() AS max_lsn, MAX(m.tran_end_time) AS last_mapped, DATEDIFF(SECOND, MAX(m.tran_end_time), GETDATE()) AS age_s,
       MAX(CASE WHEN m.tran_id <> 0x00 THEN m.tran_end_time END) AS last_real_tran FROM cdc.lsn_time_mapping AS m;`,
    ['max_lsn binary(10)?', 'last_mapped datetime?', 'age_s int?', 'last_real_tran datetime?'],
  ],
  [
    `SELECT CONVERT(varchar(24), MIN(ct.start_lsn), 1) AS oldest_start_lsn, sys.fn_cdc_map_lsn_to_time(@offset) AS offset_time,
       (SELECT MAX(tran_end_time) FROM cdc.lsn_time_mapping) AS newest_time,
       DATEDIFF(MINUTE, sys.fn_cdc_map_lsn_to_time(@offset), (SELECT MAX(tran_end_time) FROM cdc.lsn_time_mapping)) AS minutes_behind,
       SUM(CASE WHEN ct.start_lsn > @offset THEN 1 ELSE 0 END) AS instances_past_offset, COUNT(*) AS instances FROM cdc.change_tables AS ct;`,
    [
      'oldest_start_lsn varchar(24)?',
      'offset_time datetime?',
      'newest_time datetime?',
      'minutes_behind int?',
      'instances_past_offset int?',
      'instances int',
    ],
  ],
  [
    'SELECT CASE WHEN sys.fn_cdc_get_max_lsn() < CONVERT(binary(10), @hex, 1) THEN 1 ELSE 0 END AS regressed;',
    ['regressed int'],
  ],
  [
    `SELECT HAS_PERMS_BY_NAME(N'cdc', N'SCHEMA', N'SELECT') AS cdc_select, HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW SERVER STATE') AS view_server_state,
       HAS_PERMS_BY_NAME(QUOTENAME(OBJECT_SCHEMA_NAME(ct.source_object_id)) + N'.' + QUOTENAME(OBJECT_NAME(ct.source_object_id)), N'OBJECT', N'SELECT') AS can_select,
       CASE WHEN ct.role_name IS NULL THEN 1 ELSE IS_ROLEMEMBER(ct.role_name) END AS in_gating_role FROM cdc.change_tables AS ct;`,
    ['cdc_select int?', 'view_server_state int?', 'can_select int?', 'in_gating_role int?'],
  ],
  [
    "SELECT SUSER_SNAME() AS login, USER_NAME() AS db_user, DB_NAME() AS db, CAST(SERVERPROPERTY('IsIntegratedSecurityOnly') AS int) AS windows_only, @@SERVERNAME AS server_name",
    [
      'login nvarchar(128)?',
      'db_user nvarchar(128)?',
      'db nvarchar(128)?',
      'windows_only int?',
      'server_name nvarchar(128)?',
    ],
  ],
  [
    "SELECT IS_SRVROLEMEMBER('sysadmin') AS is_sysadmin, SUSER_SNAME(d.owner_sid) AS owner_login, CONVERT(varchar(180), d.owner_sid, 1) AS owner_sid FROM sys.databases AS d WHERE d.name = @db",
    ['is_sysadmin int?', 'owner_login nvarchar(128)?', 'owner_sid varchar(180)?'],
  ],
  [
    "SELECT servicename, status FROM sys.dm_server_services WHERE servicename LIKE N'SQL Server Agent (%'",
    ['servicename nvarchar(128)?', 'status int?'],
  ],
  [
    'SELECT SYSUTCDATETIME() AS utc_now, SYSDATETIMEOFFSET() AS local_now, DATENAME(TZOFFSET, SYSDATETIMEOFFSET()) AS tz_offset;',
    ['utc_now datetime2(7)', 'local_now datetimeoffset(7)', 'tz_offset nvarchar(30)'],
  ],
  [
    `SELECT OBJECT_SCHEMA_NAME(h.source_object_id) AS schema_name, ct.capture_instance, h.ddl_time, h.ddl_command FROM cdc.ddl_history AS h
 JOIN cdc.change_tables AS ct ON ct.object_id = h.object_id WHERE h.ddl_time > ct.create_date ORDER BY h.ddl_time;`,
    [
      'schema_name nvarchar(128)?',
      'capture_instance nvarchar(128)?',
      'ddl_time datetime?',
      'ddl_command nvarchar(max)?',
    ],
  ],
];
