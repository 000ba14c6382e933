import { FACILITY_ID } from '../connector/names.ts';
import type { Source } from './field.ts';

/** A UID of DHIS2: eleven characters, a letter first; capitals matter (dhis2-core, CodeGenerator). */
const UID = /^[A-Za-z][A-Za-z0-9]{10}$/;
const LOOK_ALIKES: Record<string, string> = {
  O: 'the letter O (not zero)',
  '0': 'the digit zero (not the letter O)',
  l: 'a small L (not one)',
  I: 'a capital i (not one)',
  '1': 'the digit one (not a letter)',
};
/** Sources in which a person may have mistyped it. */
const TYPED: readonly Source[] = ['flag', 'environment', 'config', 'prompt'];

export function isUid(code: string): boolean {
  return UID.test(code);
}

/** Whether a code from this source was typed by somebody, and not issued by the central team or taken from `.env`. */
export function wasTyped(source: Source | undefined): boolean {
  return source !== undefined && TYPED.includes(source);
}

/**
 * What may be wrong with a code that could be right: a UID with a character too few, or characters that look alike. Each is one
 * sentence; a registry's own code may well look like that.
 */
export function codeHints(code: string): string[] {
  const capitals = /[A-Z]/.test(code);
  const smalls = /[a-z]/.test(code);
  const alike = lookAlikes(code);
  return [
    ...(/^[A-Za-z0-9]{10}$|^[A-Za-z0-9]{12}$/.test(code) && capitals && smalls
      ? [
          `${code} has ${code.length} characters; a DHIS2 UID has 11. Is one ${code.length < 11 ? 'missing' : 'too many'}?`,
        ]
      : []),
    ...(/^[0-9][A-Za-z0-9]{10}$/.test(code) && capitals && smalls
      ? [`${code} begins with a digit; a DHIS2 UID begins with a letter.`]
      : []),
    ...(isUid(code) && capitals !== smalls
      ? [
          `${code} has ${capitals ? 'capital' : 'small'} letters only; nearly every DHIS2 UID has both, and case matters.`,
        ]
      : []),
    ...(alike.length === 0 ? [] : [`Compare ${code} with the registry once more: ${alike.join(', ')}.`]),
  ];
}

/** In a UID each such character; elsewhere only one that stands among the other kind: UGO01, KAYUNGA0. */
function lookAlikes(code: string): string[] {
  const digit = (text: string | undefined) => text !== undefined && /[0-9]/.test(text);
  const letter = (text: string | undefined) => text !== undefined && /[A-Za-z]/.test(text);
  return [...code].flatMap((character, at) => {
    const name = LOOK_ALIKES[character];
    if (name === undefined) return [];
    const beside = [code[at - 1], code[at + 1]];
    const among = digit(character) ? beside.every(letter) : beside.some(digit);
    return isUid(code) || among ? [`character ${at + 1} is ${name}`] : [];
  });
}

/**
 * A facility id for a code that cannot name topics as it is: every other character becomes a hyphen and its bytes (UTF-8) in
 * hexadecimal, `UG/01` → `UG-2F01`. A code without such characters stays as it is.
 * @returns undefined when that gives no id: too long, or nothing left
 */
export function suggestedId(code: string): string | undefined {
  const hex = (text: string) =>
    [...Buffer.from(text, 'utf8')]
      .map((byte) => `-${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('');
  const id = code.replace(/[^A-Za-z0-9-]/gu, hex).replace(/^-/, 'x-');
  return FACILITY_ID.test(id) ? id : undefined;
}

/** Words that every facility's name may hold, whole or short, and that tell none from another. */
const COMMON = /\b(hospital|hosp|health|centre|center|hc|clinic|general|regional|referral|rrh|gh|the|of)\b/g;
/** Less alike than this share of pairs of letters is another name. */
const ALIKE = 0.6;

/** Whether two names of a facility may mean the same one: `Kayunga RRH` and `Kayunga Regional Referral Hospital`. */
export function similarNames(one: string, other: string): boolean {
  const [a, b] = [essence(one), essence(other)];
  if (a === b || a === '' || b === '') return a === b;
  if (a.includes(b) || b.includes(a)) return true;
  const [pairsA, pairsB] = [pairs(a), pairs(b)];
  const common = pairsA.filter((pair) => pairsB.includes(pair)).length;
  return (2 * common) / (pairsA.length + pairsB.length) >= ALIKE;
}

function essence(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.replace(/['’]/g, '').replace(/[^\p{L}\p{N}]+/gu, ' ');
  const rest = words.replace(COMMON, ' ').replace(/\s+/g, '');
  return rest === '' ? words.replace(/\s+/g, '') : rest;
}

function pairs(text: string): string[] {
  return [...Array(Math.max(text.length - 1, 1)).keys()].map((at) => text.slice(at, at + 2));
}
