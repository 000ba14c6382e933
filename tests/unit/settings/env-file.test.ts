import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envValues, parseEnv } from '../../../src/settings/env-file.ts';
import { decodeTwins, mergeEnv, spell } from '../../../src/settings/env-write.ts';

/** One line of any characters: what a password or a name may be. */
const oneLine = fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text));
/** Dense in the characters that readers of `.env` treat specially. */
const spiteful = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      '\\',
      '$',
      '{',
      '}',
      '#',
      ' ',
      '=',
      '`',
      '%',
      '&',
      ';',
      'a',
      'é',
      '😀',
      '${A}',
      ' #',
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));
const value = fc.oneof(oneLine, spiteful);

const read = (text: string) => decodeTwins(envValues(parseEnv(text)));

describe('.env', () => {
  it('gives back any value that was written', () => {
    fc.assert(
      fc.property(value, value, (password, name) => {
        const text = mergeEnv('', { DB_PASS: password, FACILITY_NAME: name }, 'x');
        expect(read(text)).toEqual({ DB_PASS: password, FACILITY_NAME: name });
      }),
      { numRuns: 2000 },
    );
  });

  it('writes nothing that two readers could take differently', () => {
    fc.assert(
      fc.property(value, (text) => {
        const entries = parseEnv(mergeEnv('', { KEY: text }, 'x')).entries;
        expect(entries.filter(({ ambiguous }) => ambiguous !== undefined)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('replaces again and again without traces', () => {
    fc.assert(
      fc.property(value, value, (first, second) => {
        const base = '# sample\nDB_PASS=\nOTHER=1\n';
        const once = mergeEnv(mergeEnv(base, { DB_PASS: first }, 'x'), { DB_PASS: second }, 'x');
        expect(read(once)).toEqual({ DB_PASS: second, OTHER: '1' });
        expect(mergeEnv(once, { DB_PASS: second }, 'x')).toBe(once);
      }),
    );
  });

  it('keeps comments, order and unknown keys', () => {
    const existing = '# mine\r\nMINE="keep me"   # why\r\nDB_HOST=old # the old one\r\n\r\n# tail';
    const merged = mergeEnv(existing, { DB_HOST: 'new', DB_USER: 'u' }, 'Added');
    expect(merged).toBe(
      '# mine\r\nMINE="keep me"   # why\r\nDB_HOST=new\n\r\n# tail\n\n# Added\nDB_USER=u\n',
    );
  });

  it("leaves the user's spelling of an unchanged value", () => {
    const existing = 'A="x y"\nB=plain   # note\n';
    expect(mergeEnv(existing, { A: 'x y', B: 'plain' }, 'x')).toBe(existing);
  });
});

describe('spelling', () => {
  it.each([
    ['', ''],
    ['plain-1.example.org:9093', 'plain-1.example.org:9093'],
    [`St. Mary's "Lacor"`, `St. Mary's "Lacor"`],
    ['a#b', "'a#b'"],
    ['pa$$word', "'pa$$word'"],
    [' edge ', "' edge '"],
    ["it's $1", undefined],
    ['a\\$b', undefined],
    ['${HOME}', undefined],
  ])('%j is spelled %j', (text, spelled) => {
    expect(spell(text)).toBe(spelled);
  });
});

describe('a .env written by hand', () => {
  it.each([
    ['A=b', 'b'],
    ['export A=b', 'b'],
    ['A = b ', 'b'],
    ['A=b # note', 'b'],
    ['A=b#c', 'b#c'],
    ["A='b # c'", 'b # c'],
    ['A="b \\"c\\" \\\\ d"', 'b "c" \\ d'],
    ['A=', ''],
    ['\uFEFFA=b\r\n', 'b'],
    ['A=1\nA=2', '2'],
  ])('%j gives %j', (text, expected) => {
    expect(envValues(parseEnv(text))).toEqual({ A: expected });
  });

  it.each(['A=pa$word', 'A="pa$word"', "A='${x}'", "A='it\\'s'", 'A=b\t# note', 'A=   # note'])(
    '%j is marked: Compose 1 and 2 read it differently',
    (text) => {
      expect(parseEnv(text).entries[0]?.ambiguous).toBeTypeOf('string');
    },
  );

  it('names the lines that are no assignment', () => {
    expect(parseEnv('A=1\nnonsense\n\n# fine\nB="open').unreadable).toEqual([2, 5]);
  });
});
