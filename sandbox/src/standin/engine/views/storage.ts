import type { ResolvedTableFunction } from '../../tsql/api.ts';
import { statePermissionDenied } from '../errors.ts';
import type { Scope } from '../functions/scope.ts';
import { identifier } from '../postgres/quote.ts';
import { type SystemView, typeOf } from './define.ts';

/** One file for the rows and one for the log, on one volume; sizes in pages of 8 KB. */
const files: SystemView = {
  schema: 'sys',
  name: 'database_files',
  columns: [
    ['file_id', 'int', 'f.file_id'],
    ['type', 'tinyint', 'f.file_id - 1'],
    ['type_desc', 'nvarchar(60)', "CASE f.file_id WHEN 1 THEN 'ROWS' ELSE 'LOG' END"],
    ['data_space_id', 'int', 'CASE f.file_id WHEN 1 THEN 1 ELSE 0 END'],
    ['name', 'sysname', "CASE f.file_id WHEN 1 THEN d.name ELSE d.name || '_log' END"],
    [
      'physical_name',
      'nvarchar(260)',
      "'/var/opt/mssql/data/' || d.name || CASE f.file_id WHEN 1 THEN '.mdf' ELSE '_log.ldf' END",
    ],
    ['state', 'tinyint', '0'],
    ['state_desc', 'nvarchar(60)', "'ONLINE'"],
    [
      'size',
      'int',
      'CASE f.file_id WHEN 1 THEN greatest(1024, standin.data_bytes(d.database_id) / 8192) ELSE d.log_bytes / 8192 END',
    ],
    ['max_size', 'int', '-1'],
    ['growth', 'int', '8192'],
    ['is_percent_growth', 'bit', 'false'],
    ['is_read_only', 'bit', 'false'],
  ],
  from: (scope) =>
    `FROM standin.database d, (VALUES (1), (2)) AS f(file_id) WHERE d.database_id = ${scope.databaseId}`,
};

const logSpace: SystemView = {
  schema: 'sys',
  name: 'dm_db_log_space_usage',
  requires: 'VIEW SERVER PERFORMANCE STATE',
  columns: [
    ['database_id', 'smallint', 'd.database_id'],
    ['total_log_size_in_bytes', 'bigint', 'd.log_bytes'],
    ['used_log_space_in_bytes', 'bigint', 'least(standin.log_bytes_used(d.name), d.log_bytes)'],
    [
      'used_log_space_in_percent',
      'real',
      '100.0 * least(standin.log_bytes_used(d.name), d.log_bytes) / d.log_bytes',
    ],
    ['log_space_in_bytes_since_last_backup', 'bigint', 'standin.log_bytes_used(d.name)'],
  ],
  from: (scope) => `FROM standin.database d WHERE d.database_id = ${scope.databaseId}`,
};

const partitionStats: SystemView = {
  schema: 'sys',
  name: 'dm_db_partition_stats',
  requires: 'VIEW DATABASE PERFORMANCE STATE',
  columns: [
    ['partition_id', 'bigint', '72057594000000000 + o.object_id::bigint * 16 + i.index_id'],
    ['object_id', 'int', 'o.object_id'],
    ['index_id', 'int', 'i.index_id'],
    ['partition_number', 'int', '1'],
    ['used_page_count', 'bigint', 'CASE WHEN i.index_id < 2 THEN standin.page_count(o.object_id) ELSE 0 END'],
    [
      'reserved_page_count',
      'bigint',
      'CASE WHEN i.index_id < 2 THEN standin.page_count(o.object_id) ELSE 0 END',
    ],
    ['row_count', 'bigint', 'standin.row_count(o.object_id)'],
  ],
  from: (scope) => `FROM standin.object o JOIN standin.index_or_heap i USING (object_id)
    WHERE o.database_id = ${scope.databaseId} AND o.type = 'U' AND ${scope.visible('o.object_id')}`,
};

/** VIEW ANY DATABASE, which opens it, is everybody's until it is taken away. */
const recovery: SystemView = {
  schema: 'sys',
  name: 'database_recovery_status',
  columns: [
    ['database_id', 'int', 'd.database_id'],
    ['database_guid', 'uniqueidentifier', 'd.database_guid'],
    ['family_guid', 'uniqueidentifier', 'd.family_guid'],
    ['recovery_fork_guid', 'uniqueidentifier', 'coalesce(d.recovery_fork_guid, d.first_recovery_fork_guid)'],
    ['first_recovery_fork_guid', 'uniqueidentifier', 'd.first_recovery_fork_guid'],
  ],
  from: () => 'FROM standin.database d WHERE true',
};

/** One unit for each heap or clustered index, with all pages that PostgreSQL uses for the table and its indexes. */
const allocationUnits: SystemView = {
  schema: 'sys',
  name: 'allocation_units',
  columns: [
    ['allocation_unit_id', 'bigint', '72057594000000000 + o.object_id::bigint * 16 + i.index_id'],
    ['type', 'tinyint', '1'],
    ['type_desc', 'nvarchar(60)', "'IN_ROW_DATA'"],
    ['container_id', 'bigint', '72057594000000000 + o.object_id::bigint * 16 + i.index_id'],
    ['data_space_id', 'int', '1'],
    ['total_pages', 'bigint', 'pg_total_relation_size(standin.physical_table(o.object_id)::regclass) / 8192'],
    ['used_pages', 'bigint', 'pg_total_relation_size(standin.physical_table(o.object_id)::regclass) / 8192'],
    ['data_pages', 'bigint', 'pg_relation_size(standin.physical_table(o.object_id)::regclass) / 8192'],
  ],
  from: (scope) => `FROM standin.object o JOIN standin.index_or_heap i USING (object_id)
    WHERE o.database_id = ${scope.databaseId} AND o.type = 'U' AND i.index_id IN (0, 1) AND ${scope.visible('o.object_id')}`,
};

export const STORAGE_VIEWS: readonly SystemView[] = [
  allocationUnits,
  files,
  logSpace,
  partitionStats,
  recovery,
];

/**
 * `sys.dm_os_volume_stats(database_id, file_id)`.
 * @throws TsqlError 300 without VIEW SERVER PERFORMANCE STATE.
 */
export function volumeStats(schema: string, name: string, scope: Scope): ResolvedTableFunction | undefined {
  if (schema.toLowerCase() !== 'sys' || name.toLowerCase() !== 'dm_os_volume_stats') return undefined;
  if (!scope.authority.has('VIEW SERVER PERFORMANCE STATE', { class: 'server' })) {
    throw statePermissionDenied('VIEW SERVER PERFORMANCE STATE', scope.database.name);
  }
  const columns = [
    ['database_id', 'int'],
    ['file_id', 'int'],
    ['volume_mount_point', 'nvarchar(512)'],
    ['volume_id', 'nvarchar(512)'],
    ['logical_volume_name', 'nvarchar(512)'],
    ['file_system_type', 'nvarchar(512)'],
    ['total_bytes', 'bigint'],
    ['available_bytes', 'bigint'],
    ['is_read_only', 'bit'],
  ] as const;
  return {
    pgName: 'standin.volume_stats',
    leading: [],
    parameters: [{ type: { name: 'int' } }, { type: { name: 'int' } }],
    columns: columns.map(([column, type]) => ({
      name: column,
      pgName: identifier(column),
      type: typeOf(type),
      nullable: true,
    })),
  };
}
