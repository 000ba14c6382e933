import { describe, expect, it } from 'vitest';
import type { StoredPosition } from '../../../src/connector/stored-position.ts';
import { hasSent, releaseBatch } from '../../../src/connector/tsql/release.ts';

const LSN = '0x00000027000000010003';
const position = (commit: string, change: string | null = null): StoredPosition => ({
  database: 'ClinicMasterMOH',
  lsn: commit,
  copying: false,
  partition: {},
  offset: { change_lsn: change },
});

describe('what the connector has sent', () => {
  const last = { lsn: LSN, place: '0x00000027000000010002' };

  it.each<[string, StoredPosition | undefined, boolean]>([
    ['no position', undefined, false],
    ['an earlier transaction', position('0x00000027000000000003'), false],
    ['a later one', position('0x00000027000000020003'), true],
    ['this one, before its changes', position(LSN), false],
    ['this one, at an earlier change', position(LSN, '00000027:00000001:0001'), false],
    ['this one, at this change', position(LSN, '00000027:00000001:0002'), true],
    ['this one, at a later change of it', position(LSN, '00000027:00000001:000a'), true],
  ])('with %s', (_, at, sent) => {
    expect(hasSent(at, last)).toBe(sent);
  });

  it('is everything where the change table is empty', () => {
    expect(hasSent(undefined, { lsn: null, place: null })).toBe(true);
  });
});

const INSTANCE = {
  name: 'dbo_Stock',
  role: null,
  filegroup: null,
  netIndex: null,
  partitionSwitch: true,
  startLsn: '0x01',
  columns: ['ItemCode'],
};
const STOCK = {
  schema: 'dbo',
  table: 'Stock',
  columns: ['ItemCode'],
  key: ['ItemCode'],
  instances: [INSTANCE],
} as const;

describe('the T-SQL of a release', () => {
  const stock = (lsn: string | null) => ({ table: STOCK, instance: INSTANCE, last: { lsn, place: lsn } });

  it('proves with a beat that the capture job is up to date, and ends a capture unless a change has come', () => {
    const { sql, undo } = releaseBatch('O]M', [stock(LSN)], 'clinicmaster_cdc_heartbeat');
    expect(sql).toMatchInlineSnapshot(`
      "USE [O]]M];
      SET LOCK_TIMEOUT 10000; SET DEADLOCK_PRIORITY LOW;
      DECLARE @beat bigint;
      UPDATE [clinicmaster_cdc].[heartbeat] SET beat_no = beat_no + 1, beat_at = SYSUTCDATETIME() WHERE id = 1;
      SET @beat = (SELECT beat_no FROM [clinicmaster_cdc].[heartbeat] WHERE id = 1);
      WAITFOR DELAY '00:00:15';
      IF NOT EXISTS (SELECT 1 FROM [cdc].[clinicmaster_cdc_heartbeat_CT] WHERE beat_no >= @beat)
          RAISERROR(N'The capture job has not come to this moment: it stands still or is behind. Nothing was stopped.', 16, 1);
      ELSE
      BEGIN
          IF EXISTS (SELECT 1 FROM cdc.change_tables WHERE capture_instance = N'dbo_Stock')
          BEGIN
              IF EXISTS (SELECT 1 FROM [cdc].[dbo_Stock_CT] WHERE [__$start_lsn] > 0x00000027000000010003)
                  RAISERROR(N'A change came into the change table after it was looked at. Make the script again. Its table stays captured.', 16, 1);
              ELSE
                  EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'Stock',
                      @capture_instance = N'dbo_Stock';
          END;
          UPDATE [clinicmaster_cdc].[heartbeat] SET beat_no = beat_no + 1, beat_at = SYSUTCDATETIME() WHERE id = 1;
      END;"
    `);
    expect(undo).toContain('recover gap');
  });

  it('takes any change as one that has come where there was none, and does without a heartbeat row', () => {
    const { sql } = releaseBatch('M', [stock(null), stock(null)], undefined);
    expect(sql).not.toContain('@beat');
    expect(sql.match(/IF EXISTS \(SELECT 1 FROM \[cdc\]\.\[dbo_Stock_CT\]\)\n/g)).toHaveLength(2);
  });
});
