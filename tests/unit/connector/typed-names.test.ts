import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableName } from '../../../src/connector/table-selection.ts';
import {
  alike,
  columnsMeant,
  splitTyped,
  tablesMeant,
  typedColumns,
  typedName,
} from '../../../src/connector/typed-names.ts';

const TABLES: TableName[] = [
  { schema: 'dbo', table: 'Visits' },
  { schema: 'dbo', table: 'VisitLog' },
  { schema: 'dbo', table: 'Order, Lines' },
  { schema: 'dbo', table: 'a]b.c' },
  { schema: 'audit', table: 'Visits' },
];
const meant = (text: string) =>
  splitTyped(text, ',')
    .flatMap((one) => tablesMeant(typedName(one), TABLES))
    .map(({ schema, table }) => `${schema}|${table}`);

describe('names as people type them', () => {
  it.each([
    ['dbo.Visits', ['dbo|Visits']],
    ['visits', ['dbo|Visits']],
    ['DBO.VISITLOG, Visits', ['dbo|VisitLog', 'dbo|Visits']],
    ['Visit*', ['dbo|Visits', 'dbo|VisitLog']],
    ['*.Visits', ['dbo|Visits', 'audit|Visits']],
    ['Visit?', ['dbo|Visits']],
    ['[dbo].[Order, Lines],Visits', ['dbo|Order, Lines', 'dbo|Visits']],
    ['dbo.[a]]b.c]', ['dbo|a]b.c']],
    ['[Visit*]', []],
    ['db.dbo.Visits', []],
    ['Visi', []],
    ['', []],
  ])('%s', (text, expected) => {
    expect(meant(text)).toEqual(expected);
  });

  it('reads a column list', () => {
    const [first, second] = typedColumns('dbo.Patients:Phone, [E: mail];[T;1]:*');
    expect([first?.table.text, first?.columns.map(({ text }) => text)]).toEqual([
      'dbo.Patients',
      ['Phone', '[E: mail]'],
    ]);
    expect([second?.table.parts[0]?.text, columnsMeant(second!.columns[0]!, ['A', 'B'])]).toEqual([
      'T;1',
      ['A', 'B'],
    ]);
    expect(columnsMeant(first!.columns[1]!, ['phone', 'E: mail'])).toEqual(['E: mail']);
    expect(columnsMeant(typedName('id'), ['ID', 'id'])).toEqual(['id']);
  });

  it('finds every name in brackets again', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 12 }), (table) => {
        fc.pre(table.toLowerCase() === table);
        const all = [
          { schema: 'dbo', table },
          { schema: 'dbo', table: `${table}2` },
        ];
        const text = `[dbo].[${table.replaceAll(']', ']]')}],x`;
        const [first = ''] = splitTyped(text, ',');
        expect(tablesMeant(typedName(first), all)).toEqual([all[0]]);
      }),
    );
  });

  it('says what is alike', () => {
    expect(
      alike(
        'Vists',
        ['dbo.Visits', 'dbo.Visit', 'dbo.Patients'].map((name) => name.slice(4)),
      ),
    ).toEqual(['Visits', 'Visit']);
    expect(alike('Zebra', ['Visits'])).toEqual([]);
  });
});
