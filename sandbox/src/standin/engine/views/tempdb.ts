import type { SystemView } from './define.ts';

/** Pages of 8 KB in a number of megabytes that the stand-in was told, or in `otherwise`. */
const pages = (what: string, otherwise: number) =>
  `standin.pretended('tempdb.${what}', '${otherwise}')::bigint * 128`;

const spaceUsage: SystemView = {
  database: 'tempdb',
  schema: 'sys',
  name: 'dm_db_file_space_usage',
  requires: 'VIEW SERVER PERFORMANCE STATE',
  columns: [
    ['database_id', 'smallint', '2'],
    ['file_id', 'smallint', '1'],
    ['filegroup_id', 'smallint', '1'],
    ['total_page_count', 'bigint', '1024'],
    ['allocated_extent_page_count', 'bigint', '256'],
    ['unallocated_extent_page_count', 'bigint', pages('free_mb', 6)],
    ['version_store_reserved_page_count', 'bigint', pages('version_store_mb', 0)],
    ['user_object_reserved_page_count', 'bigint', '0'],
    ['internal_object_reserved_page_count', 'bigint', '0'],
    ['mixed_extent_page_count', 'bigint', '0'],
  ],
  from: () => 'WHERE true',
};

/** The two files of a server as it is installed: 8 MB each, growing as far as the disk goes. */
const files: SystemView = {
  database: 'tempdb',
  schema: 'sys',
  name: 'database_files',
  columns: [
    ['file_id', 'int', 'f.id'],
    ['type', 'tinyint', 'f.type'],
    ['type_desc', 'nvarchar(60)', "CASE f.type WHEN 0 THEN 'ROWS' ELSE 'LOG' END"],
    ['name', 'sysname', 'f.name'],
    ['physical_name', 'nvarchar(260)', 'f.name'],
    ['state', 'tinyint', '0'],
    ['state_desc', 'nvarchar(60)', "'ONLINE'"],
    ['size', 'int', '1024'],
    ['max_size', 'int', `coalesce(standin.pretended('tempdb.max_mb', NULL)::int * 128, -1)`],
    ['growth', 'int', '8192'],
    ['is_percent_growth', 'bit', 'false'],
  ],
  from: () => "FROM (VALUES (1, 0, 'tempdev'), (2, 1, 'templog')) AS f(id, type, name) WHERE true",
};

/** Sessions that keep row versions: those whose PostgreSQL transaction holds a snapshot while they rest. */
const snapshotReaders: SystemView = {
  schema: 'sys',
  name: 'dm_tran_active_snapshot_database_transactions',
  requires: 'VIEW SERVER PERFORMANCE STATE',
  columns: [
    ['transaction_id', 'bigint', 'a.pid'],
    ['session_id', 'int', 'a.pid'],
    ['is_snapshot', 'bit', 'true'],
    ['elapsed_time_seconds', 'bigint', 'floor(extract(epoch FROM clock_timestamp() - a.xact_start))'],
  ],
  from: () => `FROM pg_stat_activity a WHERE a.datname = current_database()
    AND a.application_name LIKE 'standin % session %' AND a.state = 'idle in transaction' AND a.backend_xmin IS NOT NULL`,
};

export const TEMPDB_VIEWS: readonly SystemView[] = [spaceUsage, files, snapshotReaders];
