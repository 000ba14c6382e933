/** A text that must not leave this machine, and the name that stands in its place. */
export interface Secret {
  name: string;
  value: string;
}

/** Replaces what must not leave. */
export type Redact = (text: string) => string;

/** A shorter secret is found in any text by chance: it is replaced where it stands alone. */
const SHORT = 4;
/** Shorter base64 occurs by chance. */
const SHORTEST_CODED = 6;

/**
 * Replaces every secret by `(hidden NAME)`, however it is spelled: as it is, in JSON at any depth, in a URL or a form, as a
 * shell, Compose, T-SQL or a JAAS line quotes it, in XML, in UTF-16, in hex, and in base64 wherever it starts in the encoded text.
 */
export function redactor(secrets: readonly Secret[]): Redact {
  // The longest first: a secret may be a part of another.
  const known = secrets.filter(({ value }) => value !== '').sort((a, b) => b.value.length - a.value.length);
  if (known.length === 0) return (text) => text;
  const pattern = new RegExp(known.map(({ value }) => `(${spellings(value)})`).join('|'), 'gu');
  return (text) =>
    text.replace(pattern, (...found) => {
      const which = found.slice(1, 1 + known.length).findIndex((group) => group !== undefined);
      return `(hidden ${known[which]?.name ?? 'secret'})`;
    });
}

/** The secrets of an installation, named as in `.env`. */
export function secretsOf({
  database,
  kafka,
}: {
  database: { password: string };
  kafka: { password: string };
}): Secret[] {
  return [
    { name: 'DB_PASS', value: database.password },
    { name: 'KAFKA_PASS', value: kafka.password },
  ];
}

const ASSIGNED =
  /((?<!\$\{\w*)(?:pass(?:word|wd|phrase)?|pwd|secret|credentials?|token|api[_-]?key|private[_-]?key|access[_-]?key)[\w.-]*\\*["']?\s*[=:]\s*)(?!\\*["']?(?:\$\{|\(hidden))(\\*"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s,;}\])"']+)/giu;
const IN_ADDRESS = /([a-z][\w+.-]*:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/giu;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gu;

/**
 * Hides what looks like a secret by its place: `password=…`, `"token": "…"`, `https://user:…@host`, private keys. For texts that
 * other people wrote, where secrets may stand that no setting holds. References (`${…}`) stay.
 */
export const hideLikelySecrets: Redact = (text) =>
  text
    .replace(PRIVATE_KEY, '(hidden private key)')
    .replace(ASSIGNED, '$1(hidden)')
    .replace(IN_ADDRESS, '$1(hidden)');

function spellings(value: string): string {
  const characters = [...value];
  // Backslashes multiply with every level of JSON: a run of them is any run.
  const runs = characters.filter((character, at) => character !== '\\' || characters[at - 1] !== '\\');
  const joined = runs.map(characterSpellings).join('\\0?');
  const plain = value.length < SHORT ? `(?<![\\p{L}\\p{N}])(?:${joined})(?![\\p{L}\\p{N}])` : `(?:${joined})`;
  const coded = [...new Set([...base64Spellings(value), hex(value)])].filter(
    (part) => part.length >= SHORTEST_CODED,
  );
  return [plain, ...coded.map(escaped)].join('|');
}

const NAMED: Record<string, string> = { '"': 'quot', "'": 'apos', '&': 'amp', '<': 'lt', '>': 'gt' };
/** In whose quotes a character is written otherwise: T-SQL and CSV double it, a shell leaves its quotes, Compose doubles `$`. */
const QUOTED: Record<string, string> = {
  "'": `'(?:\\\\*'{1,2}|"'"'|')?`,
  '"': '""?',
  $: '\\$\\$?',
  ' ': '[ +]',
  '\t': '(?:\\t|\\\\+t)',
};

/** A regular expression for one character in all its spellings. */
function characterSpellings(character: string): string {
  if (character === '\\') return `(?:(?:${['\\\\', ...codes(character)].join('|')})\\0?)+`;
  const own = QUOTED[character] ?? escaped(character);
  // Before anything but a letter or a digit, a writer of JSON, of shells or of JAAS lines may put backslashes.
  const literal = /[\p{L}\p{N}]/u.test(character) ? own : `\\\\*${own}`;
  return `(?:${[literal, ...codes(character)].join('|')})`;
}

/** `%27`, `\u0027`, `&#39;`, `&#x27;`, `&apos;`. */
function codes(character: string): string[] {
  const units = [...Array(character.length).keys()].map((at) => character.charCodeAt(at));
  const point = character.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(character, 'utf8')].map((byte) => `%(?:25)*${anyCase(byte, 2)}`);
  const named = NAMED[character];
  return [
    percent.join(''),
    units.map((unit) => `\\\\+u${anyCase(unit, 4)}`).join(''),
    `&#${point};`,
    `&#[xX]0*${anyCase(point, 1)};`,
    ...(named === undefined ? [] : [`&${named};`]),
  ];
}

/** A number in hexadecimal, letters in either case. */
function anyCase(value: number, digits: number): string {
  const text = value.toString(16).padStart(digits, '0');
  return text.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/** The parts of base64 text that do not depend on what stands before and after; of UTF-16 (PowerShell's) too. */
function base64Spellings(value: string): string[] {
  return (['utf8', 'utf16le'] as const).flatMap((encoding) =>
    [0, 1, 2].flatMap((shift) => {
      const core = base64Core(Buffer.from(value, encoding), shift);
      return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
    }),
  );
}

function base64Core(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const whole = (shift + bytes.length) % 3 === 0;
  return text.slice(shift === 0 ? 0 : shift + 1, whole ? undefined : -1);
}

function hex(value: string): string {
  return Buffer.from(value, 'utf8').toString('hex');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
