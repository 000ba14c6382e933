import { describe, expect, it } from 'vitest';
import type { Passage } from '../../src/commands/shared/handover-passage.ts';
import { planned, undone } from '../../src/commands/shared/handover-plan.ts';
import type { Handover } from '../../src/connector/handover.ts';
import { nothingSeen } from '../../src/connector/tsql/facts.ts';

/** What is run, refused and said, by where the handovers stand. */

const LINUX = { platform: 'linux' };
const seen = {
  facts: {
    ...nothingSeen('ClinicMasterMOH'),
    tables: [
      {
        schema: 'clinicmaster_cdc',
        table: 'heartbeat',
        objectId: 1,
        schemaId: 7,
        captured: true,
        instances: [],
        uncapturable: false,
      },
    ],
  },
  asker: 'sa',
  unseen: [],
};
function handover(table: string, phase: Handover['phase'], changes: Partial<Handover> = {}): Handover {
  const made = (name: string) => ({
    name,
    role: null,
    filegroup: null,
    netIndex: null,
    partitionSwitch: true,
    startLsn: '0x01',
    columns: ['Id'],
  });
  const first = made(`dbo_${table}`);
  return {
    table: {
      schema: 'dbo',
      table,
      columns: ['Id', 'Bed'],
      key: ['Id'],
      instances: phase === 'finish' ? [first, made(`dbo_${table}_v2`)] : [first],
    },
    phase,
    gained: ['Bed'],
    again: false,
    ...changes,
  };
}
const bills = handover('Bills', 'create');
const stock = handover('Stock', 'create');
const visits = handover('Visits', 'finish');
const wards = handover('Wards', 'finish');
const waits = (one: Handover, mayTakeBack = true) => ({
  handover: one,
  why: `dbo.${one.table.table}: not yet`,
  mayTakeBack,
});
const NOBODY: Passage = { over: [], waiting: [] };
const of = (chosen: Handover[], unwritable: string[] = []) => ({
  chosen,
  underWay: [],
  instances: [],
  unwritable,
});
const due = (chosen: Handover[], passage: Passage, half: 'due' | 'finish' = 'due') =>
  planned(half, of(chosen), passage, seen, LINUX);
const ids = ({ batches }: { batches: readonly { id: string }[] }) => batches.map(({ id }) => id);

describe('the first half', () => {
  it('is one batch for each table, then as many beats', () => {
    const plan = due([bills, stock], NOBODY);
    expect(ids(plan)).toEqual(['second dbo.Bills', 'second dbo.Stock', 'beat']);
    expect(plan.batches.at(-1)?.sql.match(/UPDATE/g)).toHaveLength(2);
    expect(plan.notes.join()).toContain("snapshot dbo.Bills --where '[Bed] IS NOT NULL'");
    expect(plan.next).toEqual(['clinicmaster-cdc sql handover --apply']);
  });

  it('does without beats where there is no heartbeat row', () => {
    const blind = { ...seen, facts: nothingSeen('ClinicMasterMOH') };
    expect(ids(planned('due', of([bills]), NOBODY, blind, LINUX))).toEqual(['second dbo.Bills']);
  });

  it('names tables that no script can take', () => {
    expect(planned('due', of([], ['dbo.a$(x)']), NOBODY, seen, LINUX).notes.join()).toContain('dbo.a$(x)');
  });

  it('is not begun while another table is on its way, or by --finish', () => {
    expect(() => due([bills], { over: [visits], waiting: [] })).toThrow('Another handover is under way');
    expect(ids(due([bills], NOBODY, 'finish'))).toEqual([]);
  });
});

describe('the second half', () => {
  it('ends the old instances, and then come the copies', () => {
    const plan = due([visits, wards], { over: [visits, wards], waiting: [] });
    expect(ids(plan)).toEqual(['release dbo_Visits', 'release dbo_Wards']);
    expect(plan.next).toEqual([
      "clinicmaster-cdc snapshot dbo.Visits --where '[Bed] IS NOT NULL'",
      "clinicmaster-cdc snapshot dbo.Wards --where '[Bed] IS NOT NULL'",
    ]);
  });

  it('ends none while one is waited for, meant or not', () => {
    const refused = () => due([visits], { over: [visits], waiting: [waits(wards)] });
    expect(refused).toThrow(
      expect.objectContaining({ code: 'sql.handover-waits', seen: 'dbo.Wards: not yet' }),
    );
  });

  it('comes before a table that has changed too, or once more', () => {
    const again = handover('Visits', 'finish', { again: true });
    const plan = due([bills, again], { over: [again], waiting: [] });
    expect(ids(plan)).toEqual(['release dbo_Visits']);
    expect(plan.notes.at(-1)).toContain('dbo.Bills, dbo.Visits');
    expect(plan.next).toEqual(['clinicmaster-cdc sql handover --apply']);
  });

  it('names no copy where no column came', () => {
    const altered = handover('Visits', 'finish', { gained: [] });
    expect(due([altered], { over: [altered], waiting: [] })).toMatchObject({ notes: [], next: [] });
  });
});

describe('taken back', () => {
  it('is the second instance of each table that is meant', () => {
    const plan = undone(of([visits]), { over: [], waiting: [waits(visits), waits(wards)] }, seen);
    expect(ids(plan)).toEqual(['take back dbo_Visits_v2']);
  });

  it.each([
    ['has gone over', { over: [visits], waiting: [waits(wards)] }],
    ['knows a column already', { over: [], waiting: [waits(visits, false), waits(wards)] }],
  ])('is none that the connector %s; the others are named', (_, passage) => {
    const late = {
      code: 'sql.handover-too-late',
      seen: 'dbo.Visits',
      commands: ['clinicmaster-cdc sql handover --undo dbo.Wards', 'clinicmaster-cdc sql handover --finish'],
    };
    expect(() => undone(of([visits, wards]), passage, seen)).toThrow(expect.objectContaining(late));
  });
});
