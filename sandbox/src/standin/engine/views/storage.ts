import type { SystemView } from './define.ts';

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

export const STORAGE_VIEWS: readonly SystemView[] = [allocationUnits];
