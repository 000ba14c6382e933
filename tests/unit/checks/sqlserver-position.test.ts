import { describe, expect, it } from 'vitest';
import type { SqlAnswer, SqlFailure } from '../../../src/adapters/sqlserver-port.ts';
import type { CheckContext, FacilityCheck } from '../../../src/checks/context.ts';
import type { Memory } from '../../../src/checks/memory.ts';
import { storedPosition } from '../../../src/checks/sqlserver/position.ts';
import { type InstanceRow, sqlCaptureGap } from '../../../src/checks/sqlserver/sql-capture-gap.ts';
import { sqlChangeTableSize } from '../../../src/checks/sqlserver/sql-change-table-size.ts';
import { sqlDbRestored } from '../../../src/checks/sqlserver/sql-db-restored.ts';
import { sqlDiskFree } from '../../../src/checks/sqlserver/sql-disk-free.ts';
import { sqlLogSpace } from '../../../src/checks/sqlserver/sql-log-space.ts';
import { sqlLsnRegressed } from '../../../src/checks/sqlserver/sql-lsn-regressed.ts';
import { sqlOffsetWindow } from '../../../src/checks/sqlserver/sql-offset-window.ts';
import type { Facts } from '../../../src/checks/types.ts';
import { lsnHex } from '../../../src/connector/lsn.ts';
import { facility, gist, judge } from './fixtures.ts';

const rows = <Row>(...value: Row[]): SqlAnswer<Row> => ({ ok: true, value });
const failed = (failure: Partial<SqlFailure>): { ok: false; failure: SqlFailure } => ({
  ok: false,
  failure: { kind: 'other', message: 'text of the server', ...failure },
});
const sqlError = (...numbers: number[]) => failed({ kind: 'sql', number: numbers[0]!, numbers });

const lsn = (n: number) => `0x${(0x2000000000000000n + BigInt(n)).toString(16).toUpperCase()}0001`;
const at = (n: number) => ({ lsn: lsn(n), why: null });
const nowhere = { lsn: null, why: 'the connector has stored no position yet' };
const jobs = (retention: number | string) => rows({ job_type: 'cleanup', retention });
const never = { value: null, at: null, trouble: null };
const seen = <F extends Facts>(value: F) => ({ value, at: '2026-11-23T08:00:00.000Z', trouble: null });
const kept = null;

const NAMES = { connector: 'c', topics: { offsets: 'o' } };
const noKafka = {
  newestRecords: async () => ({
    ok: false,
    failure: { kind: 'other', broker: 'kafka:9093', code: 'REFUSED', message: 'no' },
  }),
};
const inside = async () => undefined;

describe('a commit LSN of Debezium', () => {
  it('is a binary(10) of SQL Server', () => {
    expect(lsnHex('00000027:00000ac0:0003')).toBe('0x0000002700000AC00003');
    expect(lsnHex('NULL')).toBeUndefined();
    expect(lsnHex('27:ac0:3')).toBeUndefined();
  });
});

describe('the stored position', () => {
  const signal = new AbortController().signal;
  const partition = { server: 's', database: 'clinicmastermoh' };
  const stored = (offsets: () => Promise<unknown>, kafka: object = noKafka) =>
    storedPosition(
      { connect: { offsets }, kafka, names: NAMES, settings: facility(), inside } as unknown as CheckContext,
      signal,
    );
  it.each([
    [
      'a commit LSN',
      [{ partition, offset: { commit_lsn: '00000027:00000ac0:0003' } }],
      '0x0000002700000AC00003',
    ],
    ['the first copy under way', [{ partition, offset: { commit_lsn: 'NULL', snapshot: true } }], null],
    [
      'one of another database',
      [
        {
          partition: { ...partition, database: 'Other' },
          offset: { commit_lsn: '00000027:00000ac0:0003' },
        },
      ],
      null,
    ],
    ['asked to be reset', [{ partition, offset: null }], null],
    ['none', [], null],
    ['no connector', undefined, null],
  ])('%s', async (_, offsets, expected) => {
    const position = await stored(async () => offsets);
    expect(position.lsn).toBe(expected);
    expect(position.why === null).toBe(expected !== null);
  });
  const refused = () => Promise.reject(new Error('connect ECONNREFUSED'));
  it('comes from Kafka when no worker answers: what waits for a stopped facility can be lost too', async () => {
    const record = {
      key: JSON.stringify(['c', partition]),
      value: JSON.stringify({ commit_lsn: '00000027:00000ac0:0003' }),
    };
    const kafka = { newestRecords: async () => ({ ok: true, value: { records: [record], whole: true } }) };
    expect(await stored(refused, kafka)).toEqual({ lsn: '0x0000002700000AC00003', why: null });
  });
  it('is not known when neither answers', async () => {
    expect(await stored(refused)).toEqual({ lsn: null, why: 'kafka:9093: REFUSED no' });
  });
  it('is read once for all the checks of a run', async () => {
    let asked = 0;
    const offsets = async () => {
      asked++;
      return [];
    };
    const context = { connect: { offsets }, names: NAMES, settings: facility() } as unknown as CheckContext;
    await Promise.all([storedPosition(context, signal), storedPosition(context, signal)]);
    expect(asked).toBe(1);
  });
});

describe('sql-offset-window', () => {
  const facts = (minutes_behind: number | null, more: { oldest?: number; unread?: number } = {}) => ({
    position: at(100),
    window: rows({
      oldest_lsn: lsn(more.oldest ?? 50) as string | null,
      instances: 3,
      minutes_behind,
      unread: more.unread ?? 5,
    }),
    jobs: jobs('20160') as SqlAnswer<{ job_type: string; retention: number | string | null }>,
  });
  it.each([
    ['close behind', facts(3), 'pass ok'],
    ['just under half', facts(10_079), 'pass ok'],
    ['half', facts(10_080), 'warn sql-offset-window-behind dba'],
    ['four fifths', facts(16_128), 'warn sql-offset-window-behind dba'],
    ['more', facts(16_129), 'fail sql-offset-window-closing dba'],
    ['more, but nothing was changed', facts(16_129, { unread: 0 }), 'warn sql-offset-window-idle dba'],
    ['exactly at the beginning', facts(3, { oldest: 100 }), 'pass ok'],
    ['before the beginning', facts(3, { oldest: 101 }), 'fail sql-offset-window-lost central-team'],
    [
      'retention unknown, much behind',
      { ...facts(4000), jobs: sqlError(229) },
      'warn sql-offset-window-behind dba',
    ],
    ['retention unknown, little behind', { ...facts(2000), jobs: sqlError(229) }, 'pass ok'],
    ['no position', { ...facts(3), position: nowhere, window: null }, 'skip sql-offset-window-position'],
    [
      'nothing captured',
      { ...facts(3), window: rows({ oldest_lsn: null, instances: 0, minutes_behind: null, unread: 0 }) },
      'skip sql-offset-window-none',
    ],
    ['no right', { ...facts(3), window: sqlError(229) }, 'unknown sql-offset-window-no-right dba'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(sqlOffsetWindow, given))).toBe(expected);
  });
  const idle = (upTo: number) => seen({ position: lsn(100), upTo: lsn(upTo) });
  const deleted = (left: string[] | null) =>
    seen({ position: lsn(40), oldest: lsn(50), at: '2026-11-20T08:00:00.000Z', left });
  it.each([
    [
      'lost, and proven idle',
      { ...facts(3, { oldest: 101 }), idle: idle(101) },
      'warn sql-offset-window-idle-lost you',
    ],
    [
      'lost, and idle only in part',
      { ...facts(3, { oldest: 102 }), idle: idle(101) },
      'fail sql-offset-window-lost central-team',
    ],
    [
      'gone on behind a loss',
      { ...facts(3), deleted: deleted(null) },
      'fail sql-offset-window-passed central-team',
    ],
    [
      'gone on, one table left',
      { ...facts(3), deleted: deleted(['dbo.Visits']) },
      'fail sql-offset-window-passed central-team',
    ],
    ['gone on, a copy of all accepted', { ...facts(3), deleted: deleted([]) }, 'pass ok'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(sqlOffsetWindow, given))).toBe(expected);
  });
  it('names what is still to be copied', () => {
    const { current } = judge(sqlOffsetWindow, { ...facts(3), deleted: deleted(['dbo.Visits']) });
    expect(current).toContain('to be copied: dbo.Visits');
  });
  it('notes a loss, and says it again at the next look', async () => {
    const kept = new Map<string, Facts>();
    const memory: Memory = {
      recall: async (key) => ({ value: kept.get(key) ?? null, at: null, trouble: null }),
      keep: async (key, value) => {
        kept.set(key, value);
        return null;
      },
    };
    const look = async (position: string, oldest: number) => {
      const context = {
        connect: {
          offsets: async () => [
            { partition: { database: facility().database.name }, offset: { commit_lsn: position } },
          ],
        },
        names: { connector: 'c' },
        settings: facility(),
        clock: { now: () => 0 },
        memory,
        sql: {
          query: async (text: string) =>
            text.includes('@offset')
              ? rows({
                  oldest_lsn: lsn(oldest),
                  instances: 1,
                  minutes_behind: 1,
                  unread: 1,
                  newest_lsn: lsn(500),
                })
              : jobs(20_160),
        },
      } as unknown as CheckContext;
      return judge(sqlOffsetWindow, await sqlOffsetWindow.probe(context, new AbortController().signal)).code;
    };
    const at = (n: number) => `20000000:000000${n.toString(16).padStart(2, '0')}:0001`;
    expect(await look(at(100), 101)).toBe('sql-offset-window-lost');
    expect(await look(at(200), 101)).toBe('sql-offset-window-passed');
  });
  it('asks nothing about a position that there is not', async () => {
    const asked: string[] = [];
    const context = {
      connect: { offsets: async () => [] },
      names: NAMES,
      settings: facility(),
      sql: {
        query: async (text: string) => {
          asked.push(text);
          return rows();
        },
      },
    } as unknown as CheckContext;
    const facts = await sqlOffsetWindow.probe(context, new AbortController().signal);
    expect(facts.window).toBeNull();
    expect(asked.filter((text) => text.includes('@offset'))).toEqual([]);
  });
  it('counts down, and says when the retention is a guess', () => {
    expect(judge(sqlOffsetWindow, facts(14_400)).summary).toContain('4 days left');
    expect(judge(sqlOffsetWindow, { ...facts(4000), jobs: sqlError(229) }).current).toContain('default');
  });
});

const visits = (object_id: number, start: number, more: Partial<InstanceRow> = {}): InstanceRow => ({
  schema_name: 'dbo',
  table_name: 'Visits',
  capture_instance: `i${object_id}`,
  object_id,
  create_date: '2026-11-20T08:00:00.000',
  start_lsn: lsn(start),
  ...more,
});
const bills = (object_id: number, start: number) => visits(object_id, start, { table_name: 'Bills' });

describe('sql-capture-gap', () => {
  const facts = (now: InstanceRow[], before: InstanceRow[] | null, position = 100) => ({
    instances: rows(...now),
    position: at(position),
    before: before === null ? never : seen(before),
    kept,
  });
  it.each([
    ['seen for the first time', facts([visits(1, 10)], null), 'pass ok'],
    ['the same', facts([visits(1, 10)], [visits(1, 10)]), 'pass ok'],
    ['cleaned up, all read', facts([visits(1, 90)], [visits(1, 10)]), 'pass ok'],
    ['a table that is new', facts([visits(1, 10), bills(2, 500)], [visits(1, 10)]), 'pass ok'],
    [
      'a new table, nothing read since',
      facts([visits(1, 10), bills(2, 500)], [visits(1, 10), bills(2, 500)]),
      'pass ok',
    ],
    ['handover: both there', facts([visits(1, 10), visits(2, 90)], [visits(1, 10)]), 'pass ok'],
    ['handover: the old one gone', facts([visits(2, 90)], [visits(1, 10), visits(2, 90)]), 'pass ok'],
    [
      'made anew, read past it',
      facts([visits(2, 90)], [visits(1, 10)]),
      'fail sql-capture-gap-replaced central-team',
    ],
    [
      'made anew, not reached',
      facts([visits(2, 150), bills(3, 1)], [visits(1, 10)]),
      'fail sql-capture-gap-lost central-team',
    ],
    [
      'made anew, all tables',
      facts([visits(2, 150)], [visits(1, 10)]),
      'fail sql-capture-gap-replaced central-team',
    ],
    [
      'one table cleaned up unread',
      facts([visits(1, 150), bills(3, 1)], [visits(1, 10)]),
      'fail sql-capture-gap-lost central-team',
    ],
    ['all cleaned up unread: another check says it', facts([visits(1, 150)], [visits(1, 10)]), 'pass ok'],
    ['no longer captured', facts([bills(3, 1)], [visits(1, 10), bills(3, 1)]), 'pass ok'],
    [
      'made anew exactly at the position',
      facts([visits(2, 100), bills(3, 1)], [visits(1, 10)]),
      'fail sql-capture-gap-replaced central-team',
    ],
    ['cleaned up exactly to the position', facts([visits(1, 100), bills(3, 1)], [visits(1, 10)]), 'pass ok'],
    [
      'position unknown',
      { ...facts([visits(2, 90)], [visits(1, 10)]), position: nowhere },
      'fail sql-capture-gap-replaced central-team',
    ],
    [
      'memory lost',
      { ...facts([visits(1, 1)], null), before: { ...never, trouble: 'no JSON' } },
      'warn sql-capture-gap-forgotten you',
    ],
    [
      'memory not written',
      { ...facts([visits(1, 1)], null), kept: 'EACCES' },
      'warn sql-capture-gap-not-kept you',
    ],
    ['no right', { ...facts([], null), instances: sqlError(229) }, 'unknown sql-capture-gap-no-right dba'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(sqlCaptureGap, given))).toBe(expected);
  });
});

describe('what sql-capture-gap says', () => {
  const found = (position: number, before: InstanceRow[] | null) =>
    judge(sqlCaptureGap, {
      instances: rows(visits(2, 150), bills(3, 1)),
      position: at(position),
      before: before === null ? never : seen(before),
      kept,
    });
  it('names the tables that are meant, and how sure it is', () => {
    expect(found(100, [visits(1, 10), bills(9, 1)]).summary).toBe(
      'Changes of dbo.Visits were deleted before they were read.',
    );
    expect(found(200, [visits(1, 10), bills(9, 1)]).summary).toMatch(
      /^The capture of dbo.Bills and dbo.Visits was/,
    );
  });
  it('tells a first look from a comparison', () => {
    expect(found(200, null).summary).toBe('2 capture instances, noted for comparison');
    expect(found(200, [visits(2, 150)]).summary).toBe('2 capture instances, as seen before');
  });
});

describe('sql-lsn-regressed', () => {
  const facts = (
    now: number | null,
    position: number | null,
    before: { lsn: string; fellTo: string | null } | null,
  ) => ({
    newest: rows({ max_lsn: now === null ? null : lsn(now) }),
    position: position === null ? nowhere : at(position),
    before: before === null ? never : seen(before),
    kept,
  });
  const highest = (n: number, fellTo: number | null = null) => ({
    lsn: lsn(n),
    fellTo: fellTo === null ? null : lsn(fellTo),
  });
  it.each([
    ['forward', facts(100, 90, highest(80)), 'pass ok'],
    ['the same', facts(100, 100, highest(100)), 'pass ok'],
    ['first time, no position', facts(100, null, null), 'pass ok'],
    ['behind the position', facts(80, 90, null), 'fail sql-lsn-regressed-back central-team'],
    ['behind what was seen', facts(80, null, highest(90)), 'fail sql-lsn-regressed-back central-team'],
    ['grown past it again', facts(200, 90, highest(90, 80)), 'fail sql-lsn-regressed-back central-team'],
    ['nothing captured', facts(null, 90, null), 'skip sql-lsn-regressed-none'],
    [
      'memory lost',
      { ...facts(100, 90, null), before: { ...never, trouble: 'x' } },
      'warn sql-lsn-regressed-forgotten you',
    ],
    [
      'no right',
      { ...facts(100, 90, null), newest: sqlError(229) },
      'unknown sql-lsn-regressed-no-right dba',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(sqlLsnRegressed, given))).toBe(expected);
  });
});

describe('sql-db-restored', () => {
  const database = { create_date: '2024-01-02T03:04:05.000', database_guid: 'A', recovery_fork: 'B' };
  const before = { ...database, restored: '' as string | null };
  const facts = (now: Partial<typeof database>, restored: string | null, was: typeof before | null) => ({
    database: rows({ ...database, ...now }),
    history: rows({ restored }) as SqlAnswer<{ restored: string | null }>,
    before: was === null ? never : seen(was),
    kept,
  });
  it.each([
    ['first time', facts({}, null, null), 'pass ok'],
    ['the same', facts({}, null, before), 'pass ok'],
    [
      'another fork',
      facts({ recovery_fork: 'C' }, null, before),
      'fail sql-db-restored-changed central-team',
    ],
    [
      'another creation date',
      facts({ create_date: '2026' }, null, before),
      'fail sql-db-restored-changed central-team',
    ],
    [
      'a restore in msdb',
      facts({}, '2026-11-24T01:00:00.000', before),
      'fail sql-db-restored-changed central-team',
    ],
    ['msdb opened since', facts({}, '2025', { ...before, restored: null }), 'pass ok'],
    [
      'msdb closed since',
      { ...facts({}, null, { ...before, restored: '2025' }), history: sqlError(229) },
      'pass ok',
    ],
    ['memory not written', { ...facts({}, null, null), kept: 'EROFS' }, 'warn sql-db-restored-not-kept you'],
    [
      'no answer',
      { ...facts({}, null, null), database: failed({}) },
      'unknown sql-db-restored-unanswered dba',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(sqlDbRestored, given))).toBe(expected);
  });
  it('says what differs', () => {
    const verdict = judge(sqlDbRestored, facts({ recovery_fork: 'C' }, '2026-11-24', before));
    expect(verdict.current).toBe('recovery fork B → C; restore in msdb none → 2026-11-24');
    expect(judge(sqlDbRestored, facts({}, null, null)).summary).toBe('noted for comparison');
    expect(judge(sqlDbRestored, facts({}, null, before)).summary).toBe('the database seen before');
  });
});

describe('a finding by comparison', () => {
  const seenAt = '2026-11-23T08:00:00.000Z';
  /** A facility whose SQL Server answers what `answer` gives for a question; notes stay from run to run. */
  function surroundings(answer: (text: string) => object) {
    const notes = new Map<string, Facts>();
    const memory: Memory = {
      recall: async (key) => ({ value: notes.get(key) ?? null, at: seenAt, trouble: null }),
      keep: async (key, value) => {
        notes.set(key, value);
        return null;
      },
    };
    return {
      memory,
      settings: facility(),
      names: NAMES,
      kafka: noKafka,
      inside,
      connect: { offsets: async () => undefined },
      sql: { query: async (text: string) => rows(answer(text)) },
    } as unknown as CheckContext;
  }
  const signal = new AbortController().signal;

  /** What each check sees: first as noted, then changed, then as if nothing had been. */
  async function course<F extends Facts>(
    check: FacilityCheck<F>,
    first: (text: string) => object,
    ...later: ((text: string) => object)[]
  ): Promise<string[]> {
    let answer = first;
    const context = surroundings((text) => answer(text));
    const outcome = async () => judge(check, await check.probe(context, signal)).outcome as string;
    // An idle hospital looks the same again and again.
    const outcomes = [await outcome(), await outcome(), await outcome()];
    for (const next of later) {
      answer = next;
      outcomes.push(await outcome(), await outcome());
    }
    const fix = check.fixes?.[0];
    expect(fix?.risk).toBe('forget');
    await fix?.apply(context, (await check.probe(context, signal)) as F, signal);
    return [...outcomes, 'accepted', await outcome()];
  }
  const staysUntilAccepted = ['pass', 'pass', 'pass', 'fail', 'fail', 'fail', 'fail', 'accepted', 'pass'];

  it('of a log that went back stays when it has grown past the old position', async () => {
    const max = (n: number) => () => ({ max_lsn: lsn(n) });
    expect(await course(sqlLsnRegressed, max(90), max(80), max(200))).toEqual(staysUntilAccepted);
    expect(sqlLsnRegressed.fixes?.[0]?.cures).toEqual(['sql-lsn-regressed-back']);
  });

  it('of a restored database stays', async () => {
    const database = (fork: string) => (text: string) =>
      text.includes('restorehistory')
        ? { restored: null }
        : { create_date: '2024', database_guid: 'A', recovery_fork: fork };
    expect(await course(sqlDbRestored, database('B'), database('C'), database('C'))).toEqual(
      staysUntilAccepted,
    );
    expect(sqlDbRestored.fixes?.[0]?.cures).toEqual(['sql-db-restored-changed']);
  });

  it('of a capture made anew stays, and notes other tables meanwhile', async () => {
    const instance = (id: number) => () => visits(id, 10);
    expect(await course(sqlCaptureGap, instance(1), instance(2), instance(2))).toEqual(staysUntilAccepted);
    expect(sqlCaptureGap.fixes?.[0]?.cures).toEqual(['sql-capture-gap-replaced', 'sql-capture-gap-lost']);
  });

  it('of a table that was not captured for a while comes when it is captured again', async () => {
    const context = (found: InstanceRow[]) => ({
      ...base,
      sql: { query: async () => rows(...found) } as unknown as CheckContext['sql'],
    });
    const base = surroundings(() => ({}));
    const outcome = async (found: InstanceRow[]) =>
      judge(sqlCaptureGap, await sqlCaptureGap.probe(context(found), signal)).outcome;
    expect(await outcome([visits(1, 10), bills(3, 10)])).toBe('pass');
    expect(await outcome([bills(3, 10)])).toBe('pass');
    expect(await outcome([visits(2, 90), bills(3, 10)])).toBe('fail');
  });
});

describe('sql-log-space', () => {
  const facts = (used_mb: number | string, waits_for = 'NOTHING', age_s: number | null = 5) => ({
    log: rows({ total_mb: '1000.000000' as number | string, used_mb }),
    waits: rows({ waits_for }),
    capture: rows({ age_s }) as SqlAnswer<{ age_s: number | null }>,
  });
  it.each([
    ['roomy', facts('599.0'), 'pass ok'],
    ['roomy, a scan is due', facts(10, 'REPLICATION'), 'pass ok'],
    ['held by a silent capture', facts(10, 'REPLICATION', 901), 'warn sql-log-space-held dba'],
    ['filling', facts(600), 'warn sql-log-space-filling dba'],
    ['almost full, for want of backups', facts(900, 'LOG_BACKUP'), 'warn sql-log-space-filling dba'],
    ['almost full, for want of the capture', facts(810, 'REPLICATION'), 'fail sql-log-space-full dba'],
    ['four fifths, for want of the capture', facts(800, 'REPLICATION'), 'warn sql-log-space-filling dba'],
    ['a mark of the capture is due', facts(10, 'REPLICATION', 900), 'pass ok'],
    ['no CDC yet', { ...facts(10), capture: sqlError(208) }, 'pass ok'],
    [
      'no size',
      { ...facts(10), log: rows({ total_mb: 0, used_mb: 0 }) },
      'unknown sql-log-space-unanswered dba',
    ],
    ['no right', { ...facts(10), log: sqlError(300) }, 'unknown sql-log-space-no-right dba'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(sqlLogSpace, given))).toBe(expected);
  });
  it('asks for log backups only where they are missing', () => {
    const sql = (reason: string) => judge(sqlLogSpace, facts(700, reason)).remedy?.sql?.join(' ');
    expect(sql('LOG_BACKUP')).toContain('BACKUP LOG');
    expect(sql('ACTIVE_TRANSACTION')).not.toContain('BACKUP');
  });
});

describe('sql-disk-free', () => {
  const disk = (volume: string, free_mb: number) => ({ volume, total_mb: '100000', free_mb });
  const facts = (...disks: ReturnType<typeof disk>[]) => ({
    volumes: rows(...disks),
    sizes: sqlError(262) as SqlAnswer<{ capture_instance: string; row_count: number; mb: number | string }>,
    kept: rows({ window_minutes: 2880 as number | null }),
    jobs: jobs(20_160),
  });
  const sized = (mb: number) => rows({ capture_instance: 'a', row_count: 1, mb: mb as number | string });
  it.each([
    ['room', facts(disk('D:\\', 50_000)), 'pass ok'],
    ['a fifth, to the megabyte', facts(disk('D:\\', 20_000)), 'pass ok'],
    ['a tenth, to the megabyte', facts(disk('D:\\', 10_000)), 'warn sql-disk-free-low dba'],
    ['a fifth', facts(disk('D:\\', 19_999)), 'warn sql-disk-free-low dba'],
    ['a tenth', facts(disk('D:\\', 9999)), 'fail sql-disk-free-full dba'],
    ['one of two', facts(disk('D:\\', 50_000), disk('L:\\', 9000)), 'fail sql-disk-free-full dba'],
    ['growth fits', { ...facts(disk('D:\\', 50_000)), sizes: sized(1000) }, 'pass ok'],
    [
      'growth does not fit',
      { ...facts(disk('D:\\', 50_000)), sizes: sized(5400) },
      'fail sql-disk-free-growth dba',
    ],
    [
      'too early to tell',
      { ...facts(disk('D:\\', 50_000)), sizes: sized(5400), kept: rows({ window_minutes: 900 }) },
      'pass ok',
    ],
    ['no right', { ...facts(), volumes: sqlError(300) }, 'unknown sql-disk-free-no-right dba'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(sqlDiskFree, given))).toBe(expected);
  });
});

describe('sql-change-table-size', () => {
  const facts = (mb: number, window_minutes: number | null, retention: number | null = 20_160) => ({
    sizes: rows({
      capture_instance: 'dbo_Visits',
      row_count: '5' as number | string,
      mb: String(mb) as number | string,
    }),
    rows: null as SqlAnswer<{ row_count: number | string | null }> | null,
    window: rows({ window_minutes }),
    dataMb: rows({ data_mb: '10000' as number | string | null }),
    jobs: (retention === null ? sqlError(229) : jobs(retention)) as ReturnType<typeof jobs>,
  });
  it.each([
    ['small', facts(100, 20_000), 'pass ok'],
    ['two nights late', facts(100, 20_160 + 2880), 'pass ok'],
    ['later', facts(100, 20_160 + 2881), 'warn sql-change-table-size-old dba'],
    ['retention unknown', facts(100, 60_000, null), 'pass ok'],
    ['a tenth in a week', facts(1001, 10_080), 'warn sql-change-table-size-growth dba'],
    ['the first hours', facts(900, 600), 'pass ok'],
    ['empty', facts(0, null), 'pass ok'],
    [
      'no right to sizes',
      { ...facts(1, 100), sizes: sqlError(262), rows: rows({ row_count: '77' }) },
      'unknown sql-change-table-size-no-right dba',
    ],
    ['no right', { ...facts(1, 100), window: sqlError(229) }, 'unknown sql-change-table-size-no-right dba'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(sqlChangeTableSize, given))).toBe(expected);
  });
  it('counts rows where it may not see sizes', () => {
    const given = {
      ...facts(1, 100),
      sizes: sqlError(262),
      rows: rows({ row_count: '77' as string | null }),
    };
    expect(judge(sqlChangeTableSize, given).current).toContain('77 rows');
  });
});
