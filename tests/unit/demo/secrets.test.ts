import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SecretScan } from '../../../sandbox/src/demo/secrets.ts';

const secret = 'p"a\\s$s w&ö%rd=1';

function leaks(content: string | Buffer, value = secret): string[] {
  const scan = new SecretScan([{ name: 'DB_PASS', value }]);
  scan.look('topic', 't', content);
  return scan.leaks.map(({ form }) => form);
}

test.each([
  ['plain', `x ${secret} y`],
  ['JSON', JSON.stringify({ a: secret })],
  ['JSON in JSON', JSON.stringify(JSON.stringify({ a: secret }))],
  ['URL', `http://x/?q=${encodeURIComponent(secret)}`],
  ['form', new URLSearchParams({ q: secret }).toString()],
  ['Compose', `DB_PASS='${secret.replaceAll('$', '$$$$')}'`],
  ['hex', Buffer.from(secret).toString('hex')],
  ['base64', Buffer.from(secret).toString('base64')],
])('finds a secret: %s', (form, content) => {
  expect(leaks(content)).toContain(form);
});

test('finds it in base64 wherever it starts and ends', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (before, after) => {
      const text = Buffer.from(before + secret + after).toString('base64');
      expect(leaks(text)).toContain('base64');
      expect(
        leaks(text.replaceAll('+', '-').replaceAll('/', '_')).some((form) => form.startsWith('base64')),
      ).toBe(true);
    }),
  );
});

test('says nothing of what is not there, and never the value', () => {
  expect(leaks('harmless', secret)).toEqual([]);
  const scan = new SecretScan([{ name: 'DB_PASS', value: secret }]);
  scan.look('log', 'container', `failed with ${secret}`);
  expect(JSON.stringify(scan.leaks)).not.toContain(JSON.stringify(secret).slice(1, -1));
  expect(scan.scanned.get('log')).toBeGreaterThan(0);
});
