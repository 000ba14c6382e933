import { describe, expect, it } from 'vitest';
import { playbooksFor } from '../../../src/checks/start/playbook.ts';
import type { PositionLook, StartFacts } from '../../../src/checks/start/seen.ts';
import type { CheckResult, Facts, Verdict } from '../../../src/checks/types.ts';
import { fail, pass, unknown } from '../../../src/checks/verdicts.ts';

const PARTITION = { server: 's', database: 'Clinic' };
const position = {
  database: 'Clinic',
  lsn: '0x0000002700000AC00003',
  copying: false,
  partition: PARTITION,
  offset: {},
};
const healthy: StartFacts = {
  stored: { ok: true, from: 'worker', positions: [position] },
  heartbeatMs: 12_000,
  history: 'there',
  running: true,
  pausedInMemory: false,
  verdicts: {},
};
const result = (id: string, verdict: Verdict, facts: Facts = null): CheckResult => ({
  id,
  title: id,
  area: 'sqlserver',
  verdict,
  facts,
  ms: 1,
});
const look = (results: CheckResult[], facts: Partial<StartFacts> = {}): PositionLook => ({
  facts: { ...healthy, ...facts },
  results,
});
const kinds = (given: PositionLook, rebuilding = false) =>
  playbooksFor(given, 'clinic', rebuilding).playbooks.map(({ kind, code }) => `${kind} ${code}`);

const LOST = result('sql-offset-window', fail('sql-offset-window-lost', 'lost'), {
  deleted: { value: { left: ['dbo.Visits'] } },
} as unknown as Facts);
const PASSED = result('sql-offset-window', fail('sql-offset-window-passed', 'passed'), {
  deleted: { value: { left: ['dbo.Visits'] } },
} as unknown as Facts);
const instance = (id: number, lsn: string) => ({
  schema_name: 'dbo',
  table_name: 'Visits',
  capture_instance: 'dbo_Visits',
  object_id: id,
  create_date: '2026-11-24T08:00',
  start_lsn: lsn,
});
const GAP = result('sql-capture-gap', fail('sql-capture-gap-replaced', 'replaced'), {
  instances: { ok: true, value: [instance(2, '0x0000002700000AC00001')] },
  before: { value: [instance(1, '0x0000002700000AC00000')], at: null, trouble: null },
  position: { lsn: position.lsn, why: null },
  kept: null,
} as unknown as Facts);
const RESTORED = result('sql-db-restored', fail('sql-db-restored-changed', 'restored'));

describe('the playbooks of a facility', () => {
  it('are none where all is well, and none can be told without a position to look at', () => {
    expect(playbooksFor(look([result('sql-offset-window', pass('fine'))]), 'Clinic', false)).toEqual({
      playbooks: [],
      unknown: [],
    });
    const blind = playbooksFor(look([], { stored: { ok: false, why: 'Kafka is away' } }), 'Clinic', false);
    expect(blind).toEqual({
      playbooks: [],
      unknown: ['The stored position could not be read: Kafka is away'],
    });
  });

  it('name what could not be learnt', () => {
    const dumb = result('sql-capture-gap', unknown('sql-capture-gap-no-right', 'The login may not look.'));
    expect(playbooksFor(look([dumb]), 'Clinic', false).unknown).toEqual([
      'The login may not look. (sql-capture-gap)',
    ]);
  });

  it('tell a lost position from one that was passed over, and from an idle one', () => {
    expect(playbooksFor(look([LOST]), 'Clinic', false).playbooks).toEqual([
      { kind: 'retention', code: 'sql-offset-window-lost', behind: false, left: null },
    ]);
    expect(playbooksFor(look([PASSED]), 'Clinic', false).playbooks).toEqual([
      { kind: 'retention', code: 'sql-offset-window-passed', behind: true, left: ['dbo.Visits'] },
    ]);
    const idle = result('sql-offset-window', fail('sql-offset-window-idle-lost', 'idle'));
    expect(kinds(look([idle]))).toEqual(['idle sql-offset-window-idle-lost']);
  });

  it('name the tables whose capture was made anew', () => {
    expect(playbooksFor(look([GAP]), 'Clinic', false).playbooks).toEqual([
      { kind: 'table', code: 'sql-capture-gap-replaced', tables: ['dbo.Visits'] },
    ]);
  });

  it('put a restored database first, then the position, then single tables, then the history', () => {
    expect(kinds(look([GAP, LOST, RESTORED], { history: 'gone' }))).toEqual([
      'restored sql-db-restored-changed',
      'retention sql-offset-window-lost',
      'table sql-capture-gap-replaced',
      'history kafka-history-config-gone',
    ]);
  });

  it('go on with a history that is being built, although its topic is filled already', () => {
    expect(kinds(look([]), true)).toEqual(['history history-rebuilding']);
  });

  it('copy everything where the position is gone from a facility that has streamed, and only there', () => {
    const gone = {
      stored: { ok: true as const, from: 'kafka' as const, positions: [] },
      history: 'gone' as const,
    };
    expect(kinds(look([], { ...gone, running: false }))).toEqual(['position start-copies']);
    expect(kinds(look([], gone))).toEqual([]);
    expect(kinds(look([], { ...gone, running: false, heartbeatMs: null }))).toEqual([]);
    // A restore that was begun to be dealt with, and cut off.
    expect(kinds(look([RESTORED], { ...gone, running: false }))).toEqual([
      'restored sql-db-restored-changed',
    ]);
  });
});
