import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../src/checks/context.ts';
import { type LagFacts, streamLag } from '../../../src/checks/pipeline/stream-lag.ts';
import { type ChangesFacts, tableChanges } from '../../../src/checks/pipeline/table-changes.ts';
import { headroomOf } from '../../../src/checks/status-headroom.ts';
import { facility, gist, judge } from './fixtures.ts';

const LSN = '0x0000002700000AC00003';
const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;

const rows = <Row>(...value: Row[]) => ({ ok: true as const, value });
const refused = (...numbers: number[]) => ({
  ok: false as const,
  failure: { kind: 'sql' as const, number: numbers[0]!, numbers, message: 'no' },
});
const lag = (unread: number, oldest: number | null) =>
  rows({ position_s: 30, unread, oldest_unread_s: oldest, kept_minutes: 900 });
const beat = (written: number | null, captured: number | null) =>
  rows({ written_s: written, captured_s: captured, passed_s: captured });
const facts = (more: Partial<LagFacts>): LagFacts => ({
  position: { lsn: LSN, why: null },
  lag: lag(0, null),
  beat: beat(100, 100),
  still: { lsn: LSN, sinceMs: NOW },
  nowMs: NOW,
  ...more,
});
const stands = (minutes: number) => ({ lsn: LSN, sinceMs: NOW - minutes * MINUTE });

describe('stream-lag', () => {
  it.each([
    ['idle, for however long', facts({ still: stands(3000) }), 'pass ok'],
    ['a busy minute', facts({ lag: lag(40, 60) }), 'pass ok'],
    ['just prompt', facts({ lag: lag(40, 299) }), 'pass ok'],
    ['behind', facts({ lag: lag(40, 300) }), 'warn stream-lag-late you'],
    [
      'far behind, and moving',
      facts({ lag: lag(40, 90_000), still: stands(14) }),
      'warn stream-lag-late you',
    ],
    ['waiting and not moving', facts({ lag: lag(40, 900), still: stands(15) }), 'fail stream-lag-stuck you'],
    ['waiting for a moment only', facts({ lag: lag(40, 20), still: stands(900) }), 'pass ok'],
    ['no position', facts({ position: { lsn: null, why: 'none' }, lag: null }), 'skip stream-lag-position'],
    ['no right', facts({ lag: refused(229) }), 'unknown stream-lag-no-right dba'],
    ['a heartbeat row not captured', facts({ beat: beat(180, 480) }), 'fail stream-lag-uncaptured dba'],
    ['the first one not captured', facts({ beat: beat(180, null) }), 'fail stream-lag-uncaptured dba'],
    ['one that is under way', facts({ beat: beat(179, 480) }), 'pass ok'],
    ['one that was captured', facts({ beat: beat(280, 280) }), 'pass ok'],
    ['one that was captured, by a rounded second', facts({ beat: beat(280, 281) }), 'pass ok'],
    ['one that was cleaned up long ago', facts({ beat: beat(90_000, null) }), 'pass ok'],
    ['never written', facts({ beat: beat(null, null) }), 'pass ok'],
    ['no heartbeat table', facts({ beat: refused(208) }), 'pass ok'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(streamLag, given))).toBe(expected);
  });

  it('remembers since when the position has been the same, until it moves', async () => {
    const notes = new Map<string, unknown>();
    let lsn = '00000027:00000ac0:0003';
    let now = NOW;
    const context = (): CheckContext =>
      ({
        settings: facility(),
        names: { connector: 'c', topics: { offsets: 'o' } },
        clock: { now: () => now },
        connect: {
          offsets: async () => [
            { partition: { server: 's', database: facility().database.name }, offset: { commit_lsn: lsn } },
          ],
        },
        memory: {
          recall: async (key: string) => ({ value: notes.get(key) ?? null, at: null, trouble: null }),
          keep: async (key: string, value: unknown) => {
            notes.set(key, value);
            return null;
          },
        },
        sql: { query: async (text: string) => (text.includes('AS h') ? beat(90, 90) : lag(5, 2000)) },
      }) as unknown as CheckContext;
    const look = async () =>
      gist(judge(streamLag, await streamLag.probe(context(), new AbortController().signal)));
    expect(await look()).toBe('warn stream-lag-late you');
    now += 16 * MINUTE;
    expect(await look()).toBe('fail stream-lag-stuck you');
    lsn = '00000027:00000ac0:0004';
    expect(await look()).toBe('warn stream-lag-late you');
    now += 14 * MINUTE;
    expect(await look()).toBe('warn stream-lag-late you');
  });
});

describe('the headroom', () => {
  const window = (behind: number | null, oldest = '0x00000001000000010001') => ({
    position: { lsn: LSN, why: null },
    window: rows({ oldest_lsn: oldest as string | null, instances: 1, minutes_behind: behind, unread: 3 }),
    jobs: rows({ job_type: 'cleanup', retention: '20160' as number | string | null }),
  });
  const blind = { jobs: refused(229) };
  const seen = (kept: number) => ({ position_s: 1, unread: 0, oldest_unread_s: null, kept_minutes: kept });

  it('is the retention less what lies behind the position', () => {
    expect(headroomOf(window(60), seen(900))).toEqual({
      ...{
        keptSeconds: 20_160 * 60,
        assumed: false,
        behindSeconds: 3600,
        leftSeconds: 20_100 * 60,
        lost: false,
      },
    });
  });
  it('is never below nothing, and nothing where changes were deleted', () => {
    expect(headroomOf(window(30_000), undefined)).toMatchObject({ leftSeconds: 0, lost: false });
    expect(headroomOf(window(null, '0xFFFFFFFF000000010001'), undefined)).toMatchObject({
      leftSeconds: 0,
      lost: true,
    });
  });
  it('takes what was seen to be kept for the least, where the login may not see the job', () => {
    const hidden = { ...window(60), ...blind };
    expect(headroomOf(hidden, undefined)).toMatchObject({ keptSeconds: 3 * 86_400, assumed: true });
    expect(headroomOf(hidden, seen(15_000))).toMatchObject({ keptSeconds: 15_000 * 60, assumed: true });
  });
  it('is not known without a position, a capture or an answer', () => {
    expect(headroomOf(undefined, undefined)).toBeNull();
    expect(headroomOf({ ...window(1), position: { lsn: null, why: 'none' } }, undefined)).toBeNull();
    expect(headroomOf({ ...window(1), window: refused(229) }, undefined)).toBeNull();
  });
});

describe('table-changes', () => {
  /** SQL Server with these capture instances; what was asked is kept. */
  function database(names: string[], age: (statement: string) => number | null) {
    const asked: string[] = [];
    const instances = names.map((name) => ({
      schema_name: 'dbo',
      table_name: name.replace(/_v2$/, ''),
      capture_instance: `dbo_${name}`,
    }));
    const sql = {
      query: async (text: string) => {
        asked.push(text);
        if (!text.includes('MAX(c.')) return rows(...instances);
        return rows(
          ...text.split('UNION ALL').map((one) => ({
            table_name: /SELECT N'(.*?)' AS/.exec(one)![1]!,
            age_s: age(one),
          })),
        );
      },
    };
    return { asked, context: { sql, settings: facility() } as unknown as CheckContext };
  }
  const probe = (context: CheckContext): Promise<ChangesFacts> =>
    tableChanges.probe(context, new AbortController().signal);

  it('gives the newest of two instances, the latest change first', async () => {
    const { context } = database(['Visits', 'Visits_v2', 'Bills', 'Old'], (text) =>
      text.includes('[dbo_Visits_CT]')
        ? 900
        : text.includes('Visits_v2')
          ? 30
          : text.includes('Bills')
            ? 60
            : null,
    );
    const facts = await probe(context);
    expect(facts.changes).toEqual(
      rows(
        { table_name: 'dbo.Visits', age_s: 30 },
        { table_name: 'dbo.Bills', age_s: 60 },
        { table_name: 'dbo.Old', age_s: null },
      ),
    );
    expect(gist(judge(tableChanges, facts))).toBe('pass ok');
  });
  it('asks at most two statements, and nothing of a database with very many tables', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `T${index}`);
    const some = database(many(120), () => 1);
    await probe(some.context);
    expect(some.asked).toHaveLength(3);
    const lots = database(many(121), () => 1);
    expect(gist(judge(tableChanges, await probe(lots.context)))).toBe('skip table-changes-many');
    expect(lots.asked).toHaveLength(1);
  });
  it('quotes names that would end a text or a bracket', async () => {
    const { asked, context } = database(["O'Neil]s"], () => 1);
    await probe(context);
    expect(asked[1]).toContain("SELECT N'dbo.O''Neil]s'");
    expect(asked[1]).toContain("[dbo_O'Neil]]s_CT]");
  });
});
