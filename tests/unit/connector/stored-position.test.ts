import { describe, expect, it } from 'vitest';
import type { KafkaRecord } from '../../../src/adapters/kafka-port.ts';
import { positionsIn, positionsOf } from '../../../src/connector/stored-position.ts';

const LSN = '00000027:00000ac0:0003';
const HEX = '0x0000002700000AC00003';
const record = (key: unknown, value: unknown, raw?: string): KafkaRecord => ({
  offset: '0',
  timestampMs: 0,
  key: raw ?? JSON.stringify(key),
  value: value === null ? null : JSON.stringify(value),
});
const key = (connector: string, database: string) => [connector, { server: 's', database }];
const gist = (records: KafkaRecord[]) =>
  positionsIn(records, 'cdc-A').map(({ database, lsn, copying }) => ({ database, lsn, copying }));

describe('positions in the offsets topic', () => {
  it('are the last record of each key', () => {
    const records = [
      record(key('cdc-A', 'Clinic'), { commit_lsn: '00000001:00000001:0001' }),
      record(key('cdc-A', 'Other'), { commit_lsn: '00000002:00000001:0001' }),
      record(key('cdc-A', 'Clinic'), { commit_lsn: LSN }),
    ];
    expect(gist(records)).toEqual([
      { database: 'Clinic', lsn: HEX, copying: false },
      { database: 'Other', lsn: '0x00000002000000010001', copying: false },
    ]);
  });

  it('are one key whatever the order of its parts', () => {
    const other = record(null, { commit_lsn: LSN }, '["cdc-A",{"database":"Clinic","server":"s"}]');
    expect(gist([record(key('cdc-A', 'Clinic'), { commit_lsn: 'NULL' }), other])).toHaveLength(1);
  });

  it('are gone with a tombstone, and there again with a record after it', () => {
    const there = record(key('cdc-A', 'Clinic'), { commit_lsn: LSN });
    const gone = record(key('cdc-A', 'Clinic'), null);
    expect(gist([there, gone])).toEqual([]);
    expect(gist([there, gone, there])).toHaveLength(1);
  });

  it.each([
    ['another connector', record(key('cdc-B', 'Clinic'), { commit_lsn: LSN })],
    ['no key', { ...record('', {}), key: null }],
    ['a key that is no JSON', record(null, { commit_lsn: LSN }, 'cdc-A')],
    ['a partition without a database', record(['cdc-A', { server: 's' }], { commit_lsn: LSN })],
    ['a partition that is none', record(['cdc-A', 'Clinic'], { commit_lsn: LSN })],
    ['a value that is no JSON', { ...record(key('cdc-A', 'Clinic'), {}), value: '{' }],
  ])('are not in a record of %s', (_, strange) => {
    expect(gist([strange])).toEqual([]);
  });
});

describe('a first copy', () => {
  const of = (offset: Record<string, unknown>) =>
    positionsOf([{ partition: { server: 's', database: 'Clinic' }, offset }]).map(({ lsn, copying }) => [
      lsn,
      copying,
    ]);
  it.each([
    [{ commit_lsn: LSN, snapshot: 'INITIAL', snapshot_completed: false }, HEX, true],
    [{ commit_lsn: LSN, snapshot: 'INITIAL', snapshot_completed: true }, HEX, false],
    [{ commit_lsn: 'NULL', snapshot: true }, null, true],
    [{ commit_lsn: LSN, change_lsn: null, event_serial_no: 0 }, HEX, false],
    // A copy of single tables beside the stream.
    [{ commit_lsn: LSN, snapshot: 'INCREMENTAL', snapshot_completed: false }, HEX, false],
  ])('is under way or not: %j', (offset, lsn, copying) => {
    expect(of(offset)).toEqual([[lsn, copying]]);
  });
  it('has no position once it was asked to be reset', () => {
    expect(positionsOf([{ partition: { database: 'Clinic' }, offset: null }])).toEqual([]);
  });
});
