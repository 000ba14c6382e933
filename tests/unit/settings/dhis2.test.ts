import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACILITY_ID } from '../../../src/connector/names.ts';
import { codeHints, isUid, similarNames, suggestedId, wasTyped } from '../../../src/settings/dhis2.ts';
import { facilityFields } from '../../../src/settings/fields.ts';
import { refusal } from '../../../src/settings/resolve.ts';

const field = facilityFields('0.1.0').find(({ key }) => key === 'FACILITY_DHIS2_CODE')!;

describe('a DHIS2 code', () => {
  it.each([
    '12345',
    '67890',
    '54321',
    'xxxx',
    'XXXXXXXXXXX',
    'test',
    'CHANGEME',
    'change-me',
    'facility_code',
    'your-uid',
    'DHIS2_CODE',
    'n/a',
    'TBD',
    '00000',
  ])('%s is a sample and refused', (code) => {
    expect(refusal(field, code)).toContain('sample');
  });

  it.each([
    [' xY9AbCdEf12', 'begins or ends with a blank'],
    ['xY9AbCdEf12 ', 'begins or ends with a blank'],
    ['xY9AbCdEf12\u00a0', 'begins or ends with a blank'],
    ['UG 01', 'holds a blank'],
    ['xY9Ab\u200bCdEf12', 'cannot be seen'],
    ['xY9Ab\u0000CdEf12', 'cannot be seen'],
  ])('%j: %s', (code, telling) => {
    expect(refusal(field, code)).toContain(telling);
  });

  it.each(['xY9AbCdEf12', 'UG/01', 'HF.0012', 'testing-1', 'KAYUNGA_HOSPITAL', 'é1'])(
    '%s is taken as it is',
    (code) => {
      expect(refusal(field, code)).toBeUndefined();
    },
  );

  it.each([
    ['DiszpKrYNg8', true],
    ['diszpkryng8', true],
    ['1iszpKrYNg8', false],
    ['DiszpKrYNg', false],
    ['Diszp-rYNg8', false],
  ])('%s is a UID: %s', (code, expected) => {
    expect(isUid(code)).toBe(expected);
  });
});

describe('hints on a code that could be right', () => {
  it.each([
    ['DiszpKrYNg8', []],
    ['DiszpKrYNg', ['has 10 characters; a DHIS2 UID has 11. Is one missing?']],
    ['DiszpKrYNg8x', ['has 12 characters; a DHIS2 UID has 11. Is one too many?']],
    ['9iszpKrYNg8', ['begins with a digit']],
    ['diszpkryng8', ['has small letters only']],
    ['DYSZPKRYNG8', ['has capital letters only']],
    ['DOszpKrYN08', ['character 2 is the letter O (not zero), character 10 is the digit zero']],
    [
      'DlszpKrYNI1',
      ['character 2 is a small L (not one), character 10 is a capital i (not one), character 11'],
    ],
    // Codes of a registry: only what stands among the other kind.
    ['UG00000012', []],
    ['KAYUNGA-HOSPITAL', []],
    ['UG2O12', ['character 4 is the letter O']],
    ['KAY0NGA', ['character 4 is the digit zero']],
  ])('%s: %j', (code, telling) => {
    const hints = codeHints(code);
    expect(hints).toHaveLength(telling.length);
    for (const [at, text] of telling.entries()) expect(hints[at]).toContain(text);
  });

  it('are for what somebody has typed', () => {
    expect((['flag', 'prompt', 'config', 'environment'] as const).map(wasTyped)).not.toContain(false);
    expect([wasTyped('enrolment'), wasTyped('.env'), wasTyped(undefined)]).not.toContain(true);
  });
});

describe('the id that is suggested for a code', () => {
  it.each([
    ['xY9AbCdEf12', 'xY9AbCdEf12'],
    ['UG-01', 'UG-01'],
    ['UG/01', 'UG-2F01'],
    ['HF.0012_b', 'HF-2E0012-5Fb'],
    ['é1', 'x-C3-A91'],
    ['😀', 'x-F0-9F-98-80'],
    ['/'.repeat(20), undefined],
    ['', undefined],
  ])('%j → %j', (code, id) => {
    expect(suggestedId(code)).toBe(id);
  });

  it('can always name topics, and tells codes apart that have no hyphen', () => {
    const code = fc.string({ unit: fc.constantFrom(...'aB9./_ é'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(code, code, (a, b) => {
        const [one, two] = [suggestedId(`a${a}`), suggestedId(`a${b}`)];
        if (one !== undefined) expect(one).toMatch(FACILITY_ID);
        if (a !== b && one !== undefined) expect(one).not.toBe(two);
      }),
    );
  });
});

describe('two names of a facility', () => {
  it.each([
    ['Kayunga RRH', 'Kayunga Regional Referral Hospital', true],
    ["St. Mary's Lacor", 'St Mary’s Hospital, LACOR', true],
    ['Kawempe', 'Kawempe General Hospital', true],
    ['Bududa Hosp.', 'Budduda Hospital', true],
    ['Hôpital', 'Hopital', true],
    ['Hospital', 'Hospital', true],
    ['Kitgum General Hospital', 'Kitagata General Hospital', false],
    ['Kayunga Hospital', 'Mulago Hospital', false],
    ['Hospital', 'Mulago Hospital', false],
  ])('%s and %s may mean the same one: %s', (one, other, expected) => {
    expect(similarNames(one, other)).toBe(expected);
    expect(similarNames(other, one)).toBe(expected);
  });
});
