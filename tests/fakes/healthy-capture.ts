import type { SqlValue } from '../../src/adapters/sqlserver-port.ts';

type Row = Record<string, SqlValue>;

const TABLE = { schema_name: 'dbo', table_name: 'Visits' };
const LSN = '0x0000002700000AC00003';
const JOB = {
  maxtrans: 500,
  maxscans: 10,
  continuous: true,
  pollinginterval: '5',
  enabled: 1,
  last_status: 1,
};

/** Texts by which the questions about capture, jobs and room are known, and what a well-kept SQL Server answers. */
const ANSWERS: readonly (readonly [mark: string, rows: readonly Row[]])[] = [
  ['AS enabled_s', [{ max_lsn: LSN, age_s: 4, enabled_s: 8_000_000 }]],
  ['WITH newest', []],
  ['is_assembly_type', []],
  [
    'is_memory_optimized',
    [
      {
        ...TABLE,
        is_memory_optimized: false,
        temporal: 'NON_TEMPORAL_TABLE',
        is_replicated: false,
        is_external: false,
        columnstore: 0,
        partitions: 1,
      },
    ],
  ],
  ['is_accelerated_database_recovery_on', [{ accelerated: false }]],
  ['ic.column_id', []],
  ['AS last_hour', [{ instances: 1, last_hour: 12 }]],
  [
    'sysjobactivity',
    [
      { ...JOB, job_type: 'capture', started: '2026-11-01T06:00:00', stopped: null },
      { ...JOB, job_type: 'cleanup', started: '2026-11-24T02:00:00', stopped: '2026-11-24T02:00:01' },
    ],
  ],
  ['AS heartbeat_id', [{ heartbeat_id: 7, capture_instance: 'clinicmaster_cdc_heartbeat' }]],
  ['UPDATE clinicmaster_cdc.heartbeat', [{ beat_no: 12 }]],
  ['beat_no >= @beat', [{ seen: 1 }]],
  ['dm_cdc_errors', []],
  ['dm_cdc_log_scan_sessions', [{ latency: 2, failed: 0, errors: 0, age_s: 5 }]],
  ['AS oldest_unread_s', [{ position_s: 40, unread: 0, oldest_unread_s: null, kept_minutes: 20_000 }]],
  ['FROM cdc.clinicmaster_cdc_heartbeat_CT AS h', [{ written_s: 95, captured_s: 95, passed_s: 95 }]],
  ['c.__$start_lsn', [{ table_name: 'dbo.Visits', age_s: 42 }]],
  ['oldest_lsn', [{ oldest_lsn: '0x00000020000000100003', instances: 1, minutes_behind: 0, unread: 0 }]],
  [
    'AS start_lsn',
    [
      {
        ...TABLE,
        capture_instance: 'dbo_Visits',
        object_id: 1,
        create_date: '2026-08-24T08:00:00.000',
        start_lsn: '0x00000020000000100003',
      },
    ],
  ],
  [
    'AS create_date\n',
    [{ ...TABLE, capture_instance: 'dbo_Visits', create_date: '2026-08-24T08:00:00.000' }],
  ],
  ['AS max_lsn', [{ max_lsn: LSN }]],
  [
    'database_recovery_status',
    [{ create_date: '2024-01-02T03:04:05.000', database_guid: 'A', recovery_fork: 'B' }],
  ],
  ['restorehistory', [{ restored: null }]],
  ['dm_db_log_space_usage', [{ total_mb: '1024.000000', used_mb: '51.200000' }]],
  ['log_reuse_wait_desc', [{ waits_for: 'NOTHING' }]],
  ['dm_os_volume_stats', [{ volume: 'D:\\', total_mb: '204800', free_mb: '122880' }]],
  ['dm_db_partition_stats', [{ capture_instance: 'dbo_Visits', row_count: '42000', mb: '84.000000' }]],
  ['window_minutes', [{ window_minutes: 20_000 }]],
  ['AS data_mb', [{ data_mb: '20480.000000' }]],
];

/** The answer, or undefined for a question about something else. */
export function healthyCapture(text: string): Row[] | undefined {
  const found = ANSWERS.find(([mark]) => text.includes(mark));
  return found === undefined ? undefined : found[1].map((row) => ({ ...row }));
}
