import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../sandbox/src/standin/tsql/parse/batch.ts';
import { copyCondition, handoverOf, mayTakeBack, notYetOver } from '../../../src/connector/handover.ts';
import { columnsKnown } from '../../../src/connector/schema-history.ts';
import type { StoredPosition } from '../../../src/connector/stored-position.ts';
import {
  type CapturedTable,
  endInstanceBatch,
  isHandoverScriptable,
  type MadeInstance,
  passingBeats,
  secondInstanceBatch,
  takeBackBatch,
} from '../../../src/connector/tsql/handover.ts';

const lsn = (n: number) => `0x${n.toString(16).toUpperCase().padStart(20, '0')}`;
const instance = (changes: Partial<MadeInstance> = {}): MadeInstance => ({
  name: 'dbo_Visits',
  role: 'gate',
  filegroup: null,
  netIndex: null,
  partitionSwitch: true,
  startLsn: lsn(1),
  columns: ['Id', 'Ward'],
  ...changes,
});
const visits = (changes: Partial<CapturedTable> = {}): CapturedTable => ({
  schema: 'dbo',
  table: 'Visits',
  columns: ['Id', 'Ward', 'Bed'],
  key: ['Id'],
  instances: [instance()],
  ...changes,
});
const second = instance({ name: 'dbo_Visits_v2', startLsn: lsn(0xa0), columns: ['Id', 'Ward', 'Bed'] });
const two = visits({ instances: [instance(), second] });
const bed = { column: 'Bed', what: 'not-captured' as const };
const none = () => false;
const sqlOf = (table: CapturedTable, gained = ['Bed'], taken: string[] = ['dbo_Visits']) =>
  secondInstanceBatch('ClinicMasterMOH', table, gained, taken).sql;

describe('where a handover stands', () => {
  it.each([
    ['nothing has changed', visits(), [], 'none', []],
    ['a column came', visits(), [bed], 'create', ['Bed']],
    ['one went', visits(), [{ column: 'Ward', what: 'dropped' as const }], 'create', []],
    ['one was altered', visits(), [{ column: '', what: 'altered' as const }], 'create', []],
    ['a key column was never captured', visits({ key: ['Id', 'Bed'] }), [], 'create', ['Bed']],
    ['two instances', two, [], 'finish', ['Bed']],
  ])('%s', (_, table, differences, phase, gained) => {
    expect(handoverOf(table, differences, none)).toMatchObject({ phase, gained, again: false });
  });

  it('a column that stays in the hospital begins nothing', () => {
    expect(handoverOf(visits(), [bed], (column) => column === 'Bed').phase).toBe('none');
  });

  it('two instances and one more change: finish first', () => {
    const more = { column: 'Theatre', what: 'not-captured' as const };
    expect(handoverOf(two, [more], none)).toMatchObject({ phase: 'finish', gained: ['Bed'], again: true });
  });
});

describe('the second instance', () => {
  it('takes the role of the first, the next name, and no list where all columns are captured', () => {
    expect(sqlOf(visits())).toContain("@capture_instance = N'dbo_Visits_v2', @role_name = N'gate'");
    expect(sqlOf(visits())).not.toContain('@captured_column_list');
    expect(sqlOf(visits())).not.toContain('@filegroup_name');
  });

  it('leaves out what the first has left out, and what stays in the hospital', () => {
    const table = visits({ columns: ['Id', 'Phone', 'Ward', 'Bed', 'Na,me]'] });
    expect(sqlOf(table)).toContain("@captured_column_list = N'[Id], [Ward], [Bed]'");
    expect(sqlOf(table, ['Na,me]'])).toContain("@captured_column_list = N'[Id], [Ward], [Na,me]]]'");
  });

  it('drops a column that is gone', () => {
    const table = visits({ columns: ['Id', 'Bed'] });
    expect(sqlOf(table)).not.toContain('Ward');
  });

  it('keeps filegroup, net changes, partition switch and no role', () => {
    const made = instance({ role: null, filegroup: "C'T", netIndex: 'PK_V', partitionSwitch: false });
    const sql = sqlOf(visits({ instances: [made] }));
    expect(sql).toContain('@role_name = NULL');
    expect(sql).toContain("@filegroup_name = N'C''T'");
    expect(sql).toContain("@supports_net_changes = 1, @index_name = N'PK_V'");
    expect(sql).toContain('@allow_partition_switch = 0');
  });

  it.each([
    ['dbo_Visits', [], 'dbo_Visits_v2'],
    ['dbo_Visits_v2', [], 'dbo_Visits_v3'],
    ['dbo_Visits', ['DBO_VISITS_V2'], 'dbo_Visits_v3'],
    ['x'.repeat(100), [], `${'x'.repeat(97)}_v2`],
  ])('%s, with %j taken, is followed by %s', (name, taken, expected) => {
    expect(sqlOf(visits({ instances: [instance({ name })] }), ['Bed'], taken)).toContain(`N'${expected}'`);
  });

  it('is T-SQL that parses, as is the end of the first', () => {
    const table = visits({
      table: "Ward's [list]",
      columns: ['Id', "O'B]"],
      instances: [instance(), second],
    });
    for (const { sql } of [
      secondInstanceBatch('Clinic [old]', table, [], []),
      endInstanceBatch('Clinic [old]', table),
      takeBackBatch('Clinic [old]', table),
      passingBeats('Clinic [old]', 2),
    ])
      expect(() => parseBatch(sql)).not.toThrow();
  });

  it('is ended only where the newer one is there', () => {
    const { sql } = endInstanceBatch('ClinicMasterMOH', two);
    expect(sql).toMatch(/IF EXISTS .*dbo_Visits_v2'\)\n +IF EXISTS .*dbo_Visits'\)\n +EXEC/);
    expect(sql).toContain("@capture_instance = N'dbo_Visits';");
  });

  it('is taken back only where the first is there', () => {
    const { sql } = takeBackBatch('ClinicMasterMOH', two);
    expect(sql).toMatch(/IF EXISTS .*dbo_Visits'\)\n +IF EXISTS .*dbo_Visits_v2'\)\n +EXEC/);
    expect(sql).toContain("@capture_instance = N'dbo_Visits_v2';");
  });

  it('is followed by as many changes as tables go over', () => {
    expect(passingBeats('ClinicMasterMOH', 3).sql.match(/UPDATE/g)).toHaveLength(3);
  });

  it.each([
    ['a table', visits({ table: 'a\nGO' })],
    ['a column', visits({ columns: ['$(x)'] })],
    ['an instance', visits({ instances: [instance({ name: 'a\u2028b' })] })],
    ['a filegroup', visits({ instances: [instance({ filegroup: 'a\r' })] })],
  ])('is not scripted for %s that could end a batch', (_, table) => {
    expect(isHandoverScriptable(table)).toBe(false);
    expect(isHandoverScriptable(visits())).toBe(true);
  });
});

describe('whether the connector has gone over', () => {
  const at = (position: string | null) => ({ lsn: position }) as StoredPosition;
  const handover = handoverOf(two, [], none);
  const all = ['Id', 'Ward', 'Bed'];
  it.each([
    ['no position', undefined, all, 'has stored no position'],
    ['a first copy', at(null), all, 'has stored no position'],
    ['a position before it', at(lsn(0x9f)), all, 'is not past'],
    ['a position at its beginning', at(lsn(0xa0)), all, 'is not past'],
    ['a history without the table', at(lsn(0xa1)), null, 'does not tell of it'],
    ['a history without the column', at(lsn(0xa1)), ['Id', 'Ward'], 'does not know Bed yet'],
  ])('%s: not yet', (_, position, known, why) => {
    expect(notYetOver(handover, position, known)).toContain(why);
  });

  it('position and history together: it has', () => {
    expect(notYetOver(handover, at(lsn(0xa1)), all)).toBeUndefined();
  });

  it('it may be taken back until the connector knows a column that the first lacks', () => {
    expect(mayTakeBack(handover, null)).toBe(true);
    expect(mayTakeBack(handover, ['Id', 'Ward'])).toBe(true);
    expect(mayTakeBack(handover, all)).toBe(false);
  });

  it('a column that is gone must be gone from the history too', () => {
    const without = visits({ instances: [instance(), instance({ ...second, columns: ['Id'] })] });
    const dropped = handoverOf(without, [], none);
    expect(notYetOver(dropped, at(lsn(0xa1)), ['Id', 'Ward'])).toContain('still reads Ward');
    expect(notYetOver(dropped, at(lsn(0xa1)), ['Id'])).toBeUndefined();
    expect(mayTakeBack(dropped, ['Id', 'Ward'])).toBe(true);
    expect(mayTakeBack(dropped, ['Id'])).toBe(false);
  });
});

it('only rows with a value in a new column are copied', () => {
  const handover = { ...handoverOf(two, [], none), gained: ['Bed', 'a]b'] };
  expect(copyCondition(handover)).toBe('[Bed] IS NOT NULL OR [a]]b] IS NOT NULL');
  expect(copyCondition({ ...handover, gained: [] })).toBeUndefined();
});

describe('the history of tables', () => {
  const entry = (id: string, ...columns: string[]) => ({
    offset: '0',
    timestampMs: 0,
    key: null,
    value: JSON.stringify({
      databaseName: 'ClinicMasterMOH',
      tableChanges: [{ type: 'ALTER', id, table: { columns: columns.map((name) => ({ name })) } }],
    }),
  });
  const VISITS = '"ClinicMasterMOH"."dbo"."Visits"';
  const known = (...records: ReturnType<typeof entry>[]) =>
    columnsKnown(records, 'clinicmastermoh', { schema: 'dbo', table: 'Visits' });

  it('tells the newest columns of the table', () => {
    const others = [entry('"ClinicMasterMOH"."dbo"."Bills"', 'No'), entry('"Other"."dbo"."Visits"', 'X')];
    expect(known(entry(VISITS, 'Id'), entry(VISITS, 'Id', 'Bed'), ...others)).toEqual(['Id', 'Bed']);
  });

  it('passes over what it cannot read', () => {
    const broken = { ...entry(VISITS), value: 'x' };
    const others = ['[1]', 'null', '{"tableChanges":[null]}'].map((value) => ({ ...broken, value }));
    expect(known(entry(VISITS, 'Id'), broken, ...others)).toEqual(['Id']);
    expect(known(broken)).toBeNull();
  });

  it('reads quotes in names', () => {
    const record = entry('"ClinicMasterMOH"."dbo"."a""b"', 'Id');
    expect(columnsKnown([record], 'ClinicMasterMOH', { schema: 'dbo', table: 'a"b' })).toEqual(['Id']);
  });
});
