import type { SqlValue } from '../../src/adapters/sqlserver-port.ts';
import type { World } from './check-ports.ts';

type Rows = Record<string, SqlValue>[];

const column = (id: number, name: string) => ({
  id,
  name,
  type_name: 'int',
  base_name: 'int',
  max_length: 4,
  precision: 10,
  scale: 0,
  is_nullable: false,
  is_computed: false,
  is_masked: false,
  encryption_type: null,
});
const COLUMNS = [column(1, 'Id'), column(2, 'At'), column(2, 'What')];
const TABLES = ['Visits', 'AuditTrail'];

/** Answers by a part of the question: two databases; Visits with a primary key, AuditTrail with none. */
const ANSWERS: readonly (readonly [part: string, rows: Rows])[] = [
  [
    "state_desc = N'ONLINE'",
    [
      { name: 'ClinicMasterMOH', is_cdc_enabled: true },
      { name: 'Laboratory', is_cdc_enabled: false },
    ],
  ],
  [
    't.is_tracked_by_cdc AS tracked',
    TABLES.map((table_name, index) => ({
      id: index + 1,
      schema_name: 'dbo',
      table_name,
      tracked: true,
      row_count: '40',
    })),
  ],
  ['c.is_masked AS', COLUMNS],
  ['x.key_ordinal', [{ id: 1, index_name: 'PK', is_primary_key: true, column_name: 'Id' }]],
  ['sys.allocation_units', []],
  [
    'ct.source_object_id AS id',
    COLUMNS.map(({ id, name, base_name, max_length, precision, scale }) => ({
      id,
      capture_instance: `i${id}`,
      role_name: null,
      drop_pending: false,
      column_name: name,
      base_name,
      max_length,
      precision,
      scale,
    })),
  ],
  // The question of the check for keys.
  [
    'i.has_filter = 0\n       WHERE',
    [
      { schema_name: 'dbo', table_name: 'Visits', index_name: 'PK', is_primary_key: true },
      { schema_name: 'dbo', table_name: 'AuditTrail', index_name: null, is_primary_key: null },
    ],
  ],
];

/** Lets the world's SQL Server answer what the wizard asks: its databases and their tables. */
export function wizardHospital(world: World): void {
  const { rows } = world.sql;
  world.sql.rows = (text, bound) => ANSWERS.find(([part]) => text.includes(part))?.[1] ?? rows(text, bound);
}
