import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needlesOf } from '../../../sandbox/src/demo/secrets.ts';
import { hideLikelySecrets, redactor } from '../../../src/settings/redact.ts';

const hide = (value: string) => redactor([{ name: 'DB_PASS', value }]);

/** Passwords that people really set, beside any others: quotes, backslashes, `$`, blanks, letters beyond ASCII. */
const password = fc
  .oneof(
    fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme-ascii' }),
    fc.string({ minLength: 6, maxLength: 20, unit: 'grapheme' }),
    fc
      .array(
        fc.constantFrom(`'`, '"', '\\', '$', '%', '&', '<', '+', '/', ' ', '#', 'a', 'é', '日', '🦁', 'K9'),
        {
          minLength: 6,
          maxLength: 20,
        },
      )
      .map((parts) => parts.join('')),
  )
  .filter((text) => text.trim() === text && !/\p{Cc}/u.test(text) && !/\p{Cs}/u.test(text));

/** Ways in which programs write a secret beside those that the demo's scan knows. */
const MORE: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify(JSON.stringify(JSON.stringify(text))),
  (text) => encodeURIComponent(encodeURIComponent(text)),
  (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  (text) => `jaas password="${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}";`,
  (text) => [...text].map((c) => `&#${c.codePointAt(0)};`).join(''),
  (text) =>
    JSON.stringify(text).replace(
      /[^\x20-\x7e]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  (text) => text.replaceAll("'", "''"),
  (text) => Buffer.from(`user:${text}`).toString('base64'),
  (text) => Buffer.from(text, 'utf16le').toString('base64'),
];

describe('the redactor', () => {
  it('leaves no secret in any form that the scan of the demo finds', () => {
    fc.assert(
      fc.property(password, fc.array(fc.nat(40), { maxLength: 3 }), (value, shifts) => {
        // The scan takes UTF-16 apart inside a pair of surrogates, which no program does.
        const pairs = /[^\u0000-\uffff]/u.test(value);
        const needles = needlesOf({ name: 'x', value }).filter(({ form }) => !(pairs && form === 'UTF-16'));
        const spelled = [
          ...needles.map(({ bytes }) => bytes.toString('utf8')),
          ...[0, 1, 2, ...shifts].map((shift) =>
            Buffer.from(`${'.'.repeat(shift)}${value}~~`).toString('base64'),
          ),
          ...MORE.map((write) => write(value)),
        ];
        const text = spelled.map((one, index) => `line ${index} <${one}> end`).join('\n');
        const hidden = Buffer.from(hide(value)(text), 'utf8');
        expect(needles.filter(({ bytes }) => hidden.includes(bytes)).map(({ form }) => form)).toEqual([]);
        // What does not belong to the secret stays.
        expect(hidden.toString('utf8').match(/^line \d+ </gm)).toHaveLength(spelled.length);
      }),
      { numRuns: 300 },
    );
  });

  it.each(MORE.map((write, index) => [index, write] as const))('knows spelling %i', (_, write) => {
    const value = `K4fka's "\\$x" # %&; ünï/+<日>`;
    const hidden = hide(value)(write(value));
    expect(hidden).toContain('(hidden DB_PASS)');
    expect(hidden).not.toMatch(/K4fka|4fk/);
  });

  it('names which secret stood there, and takes the longer of two', () => {
    const both = redactor([
      { name: 'A', value: 'winter' },
      { name: 'B', value: 'winter-2026' },
    ]);
    expect(both('winter-2026 and winter')).toBe('(hidden B) and (hidden A)');
  });

  it('takes a very short secret for one only where it stands alone', () => {
    expect(hide('sa')('user=sa; password=sa, salary')).toBe(
      'user=(hidden DB_PASS); password=(hidden DB_PASS), salary',
    );
  });

  it('changes nothing without secrets', () => {
    expect(redactor([{ name: 'A', value: '' }])('text')).toBe('text');
  });
});

describe('what looks like a secret', () => {
  it.each([
    ['password=abc def', 'password=(hidden) def'],
    ['  DB_PASS: hunter2', '  DB_PASS: (hidden)'],
    ['"sasl.password": "a\\"b", "x": 1', '"sasl.password": (hidden), "x": 1'],
    [`password="a;b" required;`, 'password=(hidden) required;'],
    ['"database.password": "${env:DB_PASS}"', '"database.password": "${env:DB_PASS}"'],
    ['DB_PASS: ${DB_PASS:-}', 'DB_PASS: ${DB_PASS:-}'],
    ['http://proxy:pw@10.1.1.1:3128', 'http://proxy:(hidden)@10.1.1.1:3128'],
    ['api_key=123', 'api_key=(hidden)'],
    ['a -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- b', 'a (hidden private key) b'],
    ['-----BEGIN PRIVATE KEY-----\ncut off', '(hidden private key)'],
    ['nothing here: 10.8.0.1:9093', 'nothing here: 10.8.0.1:9093'],
  ])('%j', (text, hidden) => {
    expect(hideLikelySecrets(text)).toBe(hidden);
  });
});
