import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literal, plainName, splitList } from '../../../src/connector/expressions.ts';
import {
  leaveOut,
  leaveOutColumns,
  onlyThese,
  streamColumns,
  streamToo,
  takesNewTables,
  withKey,
} from '../../../src/connector/table-choice.ts';
import {
  customKey,
  excludesColumn,
  includes,
  qualified,
  type TableName,
} from '../../../src/connector/table-selection.ts';
import { spell } from '../../../src/settings/env-write.ts';

/** Names that a vendor might choose, with all that an expression, a list, a key or a `.env` file reads as its own. */
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_ $.()\-,;:[\]{}+*?|^\\'"#&%@!~=<>/`]{1,20}$/),
  // No line ends: the `.` of an expression does not stand for them, in Java as here.
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => !/[\n\r\u0085\u2028\u2029]/.test(text)),
  fc.constantFrom(
    'Visits',
    'Order, Lines',
    '$1',
    'a\\,b',
    ' lead',
    'trail ',
    'ዳሰሳ',
    'Log.2024',
    '${env:HOME}',
    '(?<!^(x))',
  ),
);
const table = name.map((text): TableName => ({ schema: 'dbo', table: text }));
const tables = fc.uniqueArray(table, {
  minLength: 1,
  maxLength: 12,
  selector: (one) => qualified(one).toLowerCase().toUpperCase(),
});

/** Tables, and a word for each: chosen or not. */
const choice = tables.chain((all) =>
  fc.record({
    all: fc.constant(all),
    chosen: fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }),
  }),
);

const START = ['dbo\\..*', 'dbo\\.Visits', '(dbo|audit)\\..*', 'dbo\\..{1\\,3},dbo\\.V.*', 'none'];

describe('a literal', () => {
  it('matches its name, no other one, and goes through every list, key and .env as it is', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const text = literal(one);
        expect(includes(text)({ schema: 'dbo', table: one })).toBe(false);
        expect(splitList(text)).toEqual([text]);
        expect(text).not.toMatch(/[,;:$'"# ]/);
        expect(plainName(text)).toBe(one);
        expect(new RegExp(`^(?:${text})$`, 'i').test(one)).toBe(true);
        if (one.toLowerCase().toUpperCase() !== other.toLowerCase().toUpperCase())
          expect(new RegExp(`^(?:${text})$`, 'i').test(other)).toBe(false);
      }),
    );
  });
});

describe('splitList', () => {
  it.each([
    ['a,b', ['a', 'b']],
    [' a , b ,', ['a', 'b']],
    ['a\\,b', ['a,b']],
    ['a\\\\,b', ['a\\\\', 'b']],
    ['a{1\\,2},c', ['a{1,2}', 'c']],
  ])('%s as Debezium does', (list, parts) => {
    expect(splitList(list)).toEqual(parts);
  });
});

describe('a choice of tables', () => {
  it('selects exactly what was chosen, whatever list it starts from and whatever the names', () => {
    fc.assert(
      fc.property(choice, fc.constantFrom(...START), ({ all, chosen }, start) => {
        const wanted = all.filter((_, at) => chosen[at]);
        const list = leaveOut(
          streamToo(start, wanted),
          all.filter((_, at) => !chosen[at]),
        );
        const selected = includes(list);
        expect(all.filter(selected)).toEqual(wanted);
        expect(takesNewTables(list, 'dbo')).toBe(takesNewTables(start, 'dbo'));
      }),
    );
  });

  it('is the same by name alone, and then takes no new table', () => {
    fc.assert(
      fc.property(choice, ({ all, chosen }) => {
        const wanted = all.filter((_, at) => chosen[at]);
        const list = onlyThese(wanted);
        expect(all.filter(includes(list))).toEqual(wanted);
        expect(takesNewTables(list, 'dbo')).toBe(false);
        // It stands in .env as it is, without quotes and without a base64 twin.
        expect(spell(list)).toBe(list);
      }),
    );
  });

  it('goes back to where it came from', () => {
    fc.assert(
      fc.property(tables, (all) => {
        expect(streamToo(leaveOut('dbo\\..*', all), all)).toBe('dbo\\..*');
        const others = all.slice(1);
        expect(leaveOut(streamToo(onlyThese(others), all.slice(0, 1)), all.slice(0, 1))).toBe(
          onlyThese(others),
        );
      }),
    );
  });

  it('keeps what a site wrote by hand', () => {
    expect(leaveOut('dbo\\.(A|B),audit\\..*', [{ schema: 'dbo', table: 'A' }])).toBe(
      '(?:dbo\\.(A|B))(?<!^(dbo\\.A)),audit\\..*',
    );
    expect(leaveOut('dbo.Visits,dbo.Triage', [{ schema: 'dbo', table: 'visits' }])).toBe('dbo.Triage');
    expect(streamToo('dbo\\.Visits', [{ schema: 'dbo', table: 'Visits' }])).toBe('dbo\\.Visits');
  });
});

describe('a key', () => {
  const columns = fc.uniqueArray(name, {
    minLength: 1,
    maxLength: 6,
    selector: (text) => text.toLowerCase().toUpperCase(),
  });

  it('is exactly the columns named, in their order, for that table alone', () => {
    fc.assert(
      fc.property(tables, columns, fc.nat(), (all, names, seed) => {
        const [first] = all;
        const wanted = names.slice(0, 1 + (seed % names.length)).reverse();
        // `a.b` with column `c` and `a` with column `b.c` are one name to Debezium.
        fc.pre(all.every((one) => one === first || !qualified(one).startsWith(`${qualified(first!)}.`)));
        const keys = withKey(withKey('dbo\\.Other:x', first!, ['before']), first!, wanted);
        expect(customKey(keys)(first!, names)).toEqual(wanted);
        expect(customKey(keys)({ schema: 'dbo', table: 'Other' }, ['x', 'y'])).toContain('x');
        expect(spell(keys)).toBe(keys);
        expect(withKey(keys, first!, []).split(';')).toHaveLength(keys.split(';').length - 1);
        for (const entry of keys.split(';')) expect(entry).toMatch(DEBEZIUM_KEY);
      }),
    );
  });

  it('names nothing where the columns are not there', () => {
    expect(customKey('dbo.A:Missing')({ schema: 'dbo', table: 'A' }, ['Id'])).toEqual([]);
    expect(customKey('none:none')({ schema: 'dbo', table: 'A' }, ['Id'])).toEqual([]);
  });
});

/** What Debezium 3.6 takes as one entry. */
const DEBEZIUM_KEY = /^\s*([^:]+):([^:,]+(,[^:,]+)*)\s*$/;

describe('columns left out', () => {
  it('are exactly those named, and come back', () => {
    fc.assert(
      fc.property(
        tables,
        fc.uniqueArray(name, {
          minLength: 2,
          maxLength: 6,
          selector: (text) => text.toLowerCase().toUpperCase(),
        }),
        (all, names) => {
          const [first] = all;
          fc.pre(all.every((one) => one === first || !qualified(one).startsWith(`${qualified(first!)}.`)));
          const out = names.slice(1);
          const list = leaveOutColumns('none', first!, out);
          const excluded = excludesColumn(list);
          expect(names.filter((column) => excluded(first!, column))).toEqual(out);
          for (const other of all.slice(1))
            expect(names.some((column) => excluded(other, column))).toBe(false);
          expect(leaveOutColumns(list, first!, out)).toBe(list);
          expect(streamColumns(list, first!, out)).toBe('');
        },
      ),
    );
  });
});
