import fc from 'fast-check';
import type { Field } from '../../../src/settings/field.ts';
import { facilityFields } from '../../../src/settings/fields.ts';
import { refusal } from '../../../src/settings/resolve.ts';

/** What readers of `.env`, shells, Compose, JAAS lines, JSON and property files stumble over. */
const STUMBLES = [
  ...`'"\\$\`{}#=%&;:!|<>()[]*?~^@, /aZ0`,
  'é',
  'ß',
  'ക',
  '漢',
  '😀',
  '👩🏽‍⚕️',
  '\u00a0',
  '\u200f',
  '\u0301',
  '${A}',
  '${env:DB_PASS}',
  '$(id)',
  '$$',
  '$1',
  ' #',
  '\\n',
  '\\u0041',
  "\\'",
  '\\"',
  '";',
  '%s',
  '{{x}}',
  '_B64=',
  '--yes',
  '\ufeff',
] as const;

const fields = facilityFields('0.1.0');
export const fieldOf = (key: string): Field => fields.find((field) => field.key === key)!;

/** Any text that this field takes: dense in what is hard, or of any characters at all. */
export function anyTextFor(key: string): fc.Arbitrary<string> {
  const hard = fc
    .array(fc.constantFrom(...STUMBLES), { minLength: 1, maxLength: 14 })
    .map((parts) => parts.join(''));
  const any = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  return fc
    .oneof({ weight: 3, arbitrary: hard }, { weight: 1, arbitrary: any })
    .filter((text) => refusal(fieldOf(key), text) === undefined);
}
