import type { SqlValue } from '../../src/adapters/sqlserver-port.ts';

type Row = Record<string, SqlValue>;

/** Questions about the instance, the login and the database, by words that stand in no other question. */
const ANSWERS: readonly [words: string, rows: (nowMs: number) => Row[]][] = [
  ['DaysUntilExpiration', () => [{ days_left: null, windows_only: 0 }]],
  ['is_sysadmin', () => [{ is_sa: 0, is_sysadmin: 0, is_db_owner: 0 }]],
  [
    'ProductUpdateLevel',
    () => [
      {
        version: '15.0.4198.2',
        edition: 'Standard Edition (64-bit)',
        engine_edition: 2,
        level: 'RTM',
        cu: 'CU15',
        banner: 'Microsoft SQL Server 2019 … on Windows Server 2019',
      },
    ],
  ],
  ['SYSUTCDATETIME', (nowMs) => [{ utc_now: new Date(nowMs).toISOString().slice(0, 23), zone_minutes: 180 }]],
  [
    'delayed_durability_desc',
    () => [
      {
        name: 'ClinicMasterMOH',
        state: 'ONLINE',
        user_access: 'MULTI_USER',
        read_only: false,
        in_standby: false,
        auto_close: false,
        delayed_durability: 'DISABLED',
        recovery_model: 'FULL',
        log_reuse_wait: 'LOG_BACKUP',
        in_group: 0,
      },
    ],
  ],
  ['owner_sid', () => [{ owner: 'sa', owner_sid: '0x01', is_cdc_enabled: true }]],
  ['Updateability', () => [{ in_group: 0, updateability: 'READ_WRITE' }]],
  ['collation_name', () => []],
  [
    'cdc_is_owner',
    () => [{ is_cdc_enabled: true, cdc_schema: 1, cdc_user: 1, cdc_is_owner: 1, sees_all: 1 }],
  ],
  ['dm_db_file_space_usage', () => [{ version_store_mb: 4, free_mb: '2048' }]],
  ['tempdb.sys.database_files', () => [{ size: 1024, max_size: -1, growth: 8192 }]],
  ['dm_tran_active_snapshot', () => []],
  [
    "N'cdc', N'SCHEMA'",
    () => [
      {
        cdc_select: 1,
        is_owner: 0,
        database_state: 1,
        database_performance_state: null,
        server_state: 1,
        server_performance_state: null,
        heartbeat_update: null,
        signal_insert: null,
      },
    ],
  ],
  ['sp_cdc_help_change_data_capture', () => [{ source_table: 'Visits' }]],
  ['SELECT DISTINCT s.name', () => [{ schema_name: 'dbo', table_name: 'Visits' }]],
];

/** What a well-kept SQL Server answers to the checks of the instance; undefined for the questions of others. */
export function instanceAnswer(text: string, nowMs: number): Row[] | undefined {
  return ANSWERS.find(([words]) => text.includes(words))?.[1](nowMs);
}
