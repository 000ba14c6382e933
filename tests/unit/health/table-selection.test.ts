import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCustomKey, includes, type TableName, without } from '../../../src/connector/table-selection.ts';

const table = (name: string): TableName => {
  const [schema, ...rest] = name.split('.');
  return { schema: schema ?? '', table: rest.join('.') };
};

/** Names that a hospital's vendor might choose, those with characters of regular expressions among them. */
const names = fc
  .stringMatching(/^[A-Za-z0-9_ $.()\-,[\]+*]{1,20}$/)
  .map((name) => ({ schema: 'dbo', table: name }));

describe('includes', () => {
  it.each([
    ['dbo\\..*', 'dbo.Visits', true],
    ['dbo\\..*', 'DBO.visits', true],
    ['dbo\\..*', 'audit.Visits', false],
    ['dbo\\.Visits', 'dbo.VisitsOld', false],
    ['dbo\\.Visits, dbo\\.Patients', 'dbo.Patients', true],
    ['dbo\\.A\\,B', 'dbo.A,B', true],
    ['', 'dbo.Visits', false],
  ])('%s and %s: %s', (list, name, expected) => {
    expect(includes(list)(table(name))).toBe(expected);
  });
});

describe('hasCustomKey', () => {
  it.each([
    ['dbo.AuditTrail:EventId,At', 'dbo.AuditTrail', true],
    ['dbo.A:x;dbo.B:y,z', 'dbo.B', true],
    ['(.*)\\.Log:Id', 'audit.Log', true],
    ['dbo.A:x', 'dbo.B', false],
    ['nothing:nothing', 'dbo.B', false],
    ['', 'dbo.B', false],
  ])('%s gives %s a key: %s', (columns, name, expected) => {
    expect(hasCustomKey(columns)(table(name))).toBe(expected);
  });
});

describe('without', () => {
  it('leaves out exactly the named tables, whatever their names', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(names, {
          minLength: 2,
          maxLength: 8,
          selector: ({ table: name }) => name.toLowerCase(),
        }),
        ([first, ...others]) => {
          const kept = includes(without('dbo\\..*', [first!]));
          expect(kept(first!)).toBe(false);
          for (const other of others) expect(kept(other)).toBe(true);
        },
      ),
    );
  });
  it('keeps every part of a list', () => {
    const kept = includes(without('dbo\\.(A|B),audit\\..*', [table('dbo.A')]));
    expect(['dbo.A', 'dbo.B', 'audit.X'].map((name) => kept(table(name)))).toEqual([false, true, true]);
  });
  it('holds no dollar sign, which Compose would read as a variable', () => {
    expect(without('dbo\\..*', [table('dbo.A')])).not.toContain('$)');
  });
});
