import { describe, expect, it } from 'vitest';
import type { WholeRecord } from '../../../src/adapters/kafka-port.ts';
import { behindOf, type Evidence, tableOf } from '../../../src/central/ghosts/evidence.ts';
import { type GhostFacts, objections } from '../../../src/central/ghosts/judge.ts';
import { askedCopy, lettersOf } from '../../../src/central/ghosts/records.ts';
import {
  allTablesSignal,
  controlSignal,
  copySignal,
  type SignalRow,
} from '../../../src/connector/signals.ts';

const AT = Date.parse('2026-11-20T08:00:00.000Z');

/** As Connect writes it: with a schema beside it. */
function record(row: object, code = 'A'): WholeRecord {
  const value = JSON.stringify({ schema: {}, payload: { ...row, facility_dhis2_code: code } });
  return { offset: '0', timestampMs: 0, key: null, value, partition: 0, headers: {} };
}

const request = (table: string, more: { where?: string; at?: number; chunks?: number } = {}): SignalRow =>
  copySignal(
    {
      kind: 'copy',
      at: more.at ?? AT,
      tables: [{ schema: 'dbo', table }],
      where: more.where ?? '',
      before: 3,
      chunks: more.chunks ?? 2,
      rows: 3000,
    },
    'ClinicMasterMOH',
  );
const read = (id: string): SignalRow => ({ id, type: 'snapshot-window-close', data: '' });
const asked = (...rows: SignalRow[]) =>
  askedCopy(
    rows.map((row) => record(row)),
    'A',
    'Visits',
  );

describe('the copy that a facility has asked for', () => {
  it('is the last one of the table, with the chunks that were read since', () => {
    expect(asked()).toMatchObject({ kind: 'none', at: null });
    expect(asked(read('old'), request('Visits'), read('a'))).toEqual({
      kind: 'whole',
      at: '2026-11-20T08:00:00.000Z',
      chunks: 2,
      read: 1,
      stopped: false,
    });
    const twice = asked(
      request('Visits'),
      read('a'),
      read('b'),
      request('Visits', { at: AT + 1000 }),
      read('c'),
    );
    expect(twice).toMatchObject({ at: '2026-11-20T08:00:01.000Z', read: 1 });
  });

  it('counts a chunk once, however often it was sent', () => {
    expect(asked(request('Visits'), read('a'), read('a'))).toMatchObject({ read: 1 });
  });

  it('is not that of another table or of another facility', () => {
    expect(asked(request('Patients'))).toMatchObject({ kind: 'none' });
    expect(asked(request('Visits2'))).toMatchObject({ kind: 'none' });
    expect(askedCopy([record(request('Visits'), 'B')], 'A', 'Visits')).toMatchObject({ kind: 'none' });
  });

  it('may be the first copy of all tables', () => {
    const first = allTablesSignal({ by: 'A', at: AT, before: 0, chunks: 9, rows: 9 }, 'ClinicMasterMOH');
    expect(asked(first)).toMatchObject({ kind: 'whole', chunks: 9 });
  });

  it('is a part where it had a condition, and stopped where it was before its end', () => {
    expect(asked(request('Visits', { where: 'VisitDate > 1' }))).toMatchObject({ kind: 'part' });
    expect(asked(request('Visits'), read('a'), controlSignal('stop', AT + 1))).toMatchObject({
      stopped: true,
    });
    // A later copy of another table.
    expect(asked(request('Visits'), read('a'), read('b'), controlSignal('stop', AT + 1))).toMatchObject({
      stopped: false,
    });
  });

  it('is not spoilt by what is no signal', () => {
    const odd: WholeRecord[] = [
      { ...record({}), value: null },
      { ...record({}), value: 'no JSON' },
      record({ id: 'x', type: 'execute-snapshot', data: 'no JSON' }),
      record({ id: 'x', type: 7 }),
    ];
    expect(askedCopy(odd, 'A', 'Visits')).toMatchObject({ kind: 'none' });
  });
});

describe('records before the sink', () => {
  const at = (end: number, committed: number | null, partition = 0) => ({
    topic: 'T',
    partition,
    end,
    committed,
  });
  const letter = (offset: number) => ({ topic: 'T', partition: 0, offset, owner: null });

  it('are those up to the end that it has not written down as done', () => {
    expect(behindOf([at(10, 7)], [at(12, 7)], [])).toBe(3);
    expect(behindOf([at(10, 7)], [at(12, 11)], [])).toBe(0);
    expect(behindOf([at(4, null), at(0, null, 1)], [at(4, null), at(0, null, 1)], [])).toBe(4);
  });

  it('are not those that it has set aside: it never writes them down', () => {
    expect(behindOf([at(10, 7)], [at(10, 7)], [letter(7), letter(8), letter(9)])).toBe(0);
    expect(behindOf([at(10, 7)], [at(10, 7)], [letter(9), letter(9), letter(3), letter(10)])).toBe(2);
    expect(behindOf([at(10, 7)], [at(10, 7)], [{ ...letter(7), topic: 'U' }])).toBe(3);
  });

  it('belong to the table that the sink makes of a topic', () => {
    const prefix = 'clinicmasterwarehouse-sqlserver';
    expect(tableOf(`${prefix}.ClinicMasterMOH.dbo.Visits`)).toBe('Visits');
    expect(tableOf(`${prefix}.Other.dbo.A.dbo.B`)).toBe('A.dbo.B');
    expect(tableOf(`${prefix}.X.clinicmaster_cdc.heartbeat`)).toBeUndefined();
  });
});

describe('dead letters', () => {
  it('are told apart by their keys, and nothing else of them is kept', () => {
    const headers = {
      '__connect.errors.topic': 'T',
      '__connect.errors.partition': '2',
      '__connect.errors.offset': '41',
      '__connect.errors.exception.message': 'Auma',
    };
    const base = { offset: '0', timestampMs: 0, partition: 0, headers, value: 'Auma' };
    const key = (payload: object) => JSON.stringify({ schema: {}, payload });
    const place = { topic: 'T', partition: 2, offset: 41 };
    expect(
      lettersOf([
        { ...base, key: key({ No: 1, facility_dhis2_code: 'A' }) },
        { ...base, key: JSON.stringify({ facility_dhis2_code: 'B' }) },
        { ...base, key: 'no JSON' },
        { ...base, key: null },
      ]),
    ).toEqual([
      { ...place, owner: 'A' },
      { ...place, owner: 'B' },
      { ...place, owner: null },
      { ...place, owner: null },
    ]);
  });
});

describe('what speaks against a whole copy', () => {
  const whole: Evidence = {
    behind: { known: true, value: 0 },
    letters: { known: true, value: { own: 0, anybodys: 0 } },
    asked: { known: true, value: { kind: 'whole', at: 'x', chunks: 2, read: 2, stopped: false } },
  };
  const facts = (more: Partial<GhostFacts> = {}, evidence: Partial<Evidence> = {}): GhostFacts => ({
    table: 'Visits',
    counts: { rows: 12, rewritten: 10, candidates: 2 },
    reported: 10,
    obstacles: [],
    ...more,
    evidence: { ...whole, ...evidence },
  });
  const askedWith = (more: object): Partial<Evidence> => ({
    asked: { known: true, value: { kind: 'whole', at: 'x', chunks: 2, read: 2, stopped: false, ...more } },
  });
  const unknown = { known: false, why: 'kafka:9093: TIMEOUT' } as const;

  it('nothing, where everything is there', () => {
    expect(objections(facts())).toEqual([]);
    // Patients who came after the count.
    expect(objections(facts({ reported: 7 }))).toEqual([]);
  });

  it.each<[string, string | undefined, GhostFacts]>([
    ['rows-missing', undefined, facts({ reported: 11 })],
    ['rows-not-reported', 'unproven-copy', facts({ reported: null })],
    ['trigger', undefined, facts({ obstacles: ['trigger quiet'] })],
    ['sink-behind', undefined, facts({}, { behind: { known: true, value: 4 } })],
    ['sink-unknown', 'unproven-copy', facts({}, { behind: unknown })],
    ['dead-letters', 'dead-letters', facts({}, { letters: { known: true, value: { own: 1, anybodys: 0 } } })],
    ['dead-letters', 'dead-letters', facts({}, { letters: { known: true, value: { own: 0, anybodys: 1 } } })],
    ['letters-unknown', 'unproven-copy', facts({}, { letters: unknown })],
    ['copy-unknown', 'unproven-copy', facts({}, { asked: unknown })],
    ['copy-not-seen', 'unproven-copy', facts({}, askedWith({ kind: 'none' }))],
    ['copy-part', undefined, facts({}, askedWith({ kind: 'part' }))],
    ['copy-stopped', undefined, facts({}, askedWith({ stopped: true }))],
    ['copy-unfinished', 'unproven-copy', facts({}, askedWith({ read: 1 }))],
  ])('%s, which may be passed over: %s', (code, risk, given) => {
    expect(objections(given).map((one) => [one.code, one.risk])).toEqual([[code, risk]]);
  });
});
