import { type EnvEntry, parseEnv } from './env-file.ts';
import type { Values } from './field.ts';

/** Ending of the key that carries a value in base64 (UTF-8) where no spelling is read alike by every Compose. */
const TWIN = '_B64';

/**
 * The one spelling of a value that python-dotenv (Compose 1.29) and compose-go (Compose 2) read alike, or undefined:
 * plain text is literal in both up to `$` and `#`; single quotes are literal in both up to `'`, `\` and `${`.
 */
export function spell(value: string): string | undefined {
  if (/[\r\n]/.test(value)) return undefined;
  if (value === '') return '';
  if (!/[$#]/.test(value) && !/^['"]/.test(value) && value.trim() === value) return value;
  if (!/['\\]/.test(value) && !value.includes('${')) return `'${value}'`;
  return undefined;
}

/** The lines of one setting: `KEY=…` and, where that cannot be spelled, an empty one and its base64 twin. */
function envLines(key: string, value: string): string[] {
  const spelled = spell(value);
  if (spelled !== undefined) return [`${key}=${spelled}`];
  return [`${key}=`, `${key}${TWIN}=${Buffer.from(value, 'utf8').toString('base64')}`];
}

/** Values with their base64 twins decoded; a twin counts only where the plain key is empty, as in the container. */
export function decodeTwins(values: Values): Record<string, string> {
  const decoded: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) {
    if (!key.endsWith(TWIN)) {
      decoded[key] ||= value;
      continue;
    }
    const plain = key.slice(0, -TWIN.length);
    if (value !== '' && (values[plain] ?? '') === '')
      decoded[plain] = Buffer.from(value, 'base64').toString('utf8');
  }
  return decoded;
}

/**
 * The text of `.env` with the given values: lines of known keys are replaced in place, everything else (comments,
 * unknown keys, order) stays; new keys go to the end under `heading`.
 */
export function mergeEnv(existing: string, values: Values, heading: string): string {
  const file = parseEnv(existing);
  const placed = new Set<string>();
  let text = '';
  let at = 0;
  for (const entry of file.entries) {
    text += file.text.slice(at, entry.start) + replacement(entry, file.text, values, placed);
    at = entry.end;
  }
  text += file.text.slice(at);
  const fresh = Object.keys(values).filter((key) => !placed.has(key));
  if (fresh.length === 0) return text;
  if (text !== '' && !text.endsWith('\n')) text += '\n';
  const lines = fresh.flatMap((key) => envLines(key, values[key] ?? ''));
  return `${text}${text === '' ? '' : '\n'}# ${heading}\n${lines.join('\n')}\n`;
}

function replacement(entry: EnvEntry, text: string, values: Values, placed: Set<string>): string {
  const plain = entry.key.endsWith(TWIN) ? entry.key.slice(0, -TWIN.length) : entry.key;
  const value = values[plain];
  if (value === undefined) return text.slice(entry.start, entry.end);
  // Its twin, or a second assignment, was written with the first one.
  if (placed.has(plain)) return '';
  placed.add(plain);
  const line = text.slice(entry.start, entry.end);
  // The user's own spelling stays where it says the same to every reader.
  if (entry.key === plain && entry.value === value && entry.ambiguous === undefined && line.endsWith('\n'))
    return line;
  return `${envLines(plain, value).join('\n')}\n`;
}
