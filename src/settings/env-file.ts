import type { Values } from './field.ts';

/** One assignment of a `.env` file. `start` and `end` are offsets into the text, line end included. */
export interface EnvEntry {
  key: string;
  value: string;
  line: number;
  start: number;
  end: number;
  /** Set where Compose 1 and Compose 2 would read this line differently. */
  ambiguous?: string;
}

export interface EnvFile {
  text: string;
  entries: EnvEntry[];
  /** Numbers of lines that are no assignment, comment or blank. */
  unreadable: number[];
}

const ASSIGNMENT = /^[^\S\r\n]*(?:export[^\S\r\n]+)?([A-Za-z_][A-Za-z0-9_.-]*)[^\S\r\n]*=[^\S\r\n]*/;
const BLANK_OR_COMMENT = /^[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|$)/;
const REST_OF_LINE = /^[^\r\n]*(?:\r\n|\r|\n|$)/;
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

/**
 * Reads a `.env` file as Compose does. Compose 1.29 (python-dotenv) and Compose 2 (compose-go) agree on plain and on
 * single-quoted text; where they differ, the entry is marked `ambiguous` instead of being guessed at.
 */
export function parseEnv(source: string): EnvFile {
  const text = source.replace(/^\uFEFF/, '');
  const file: EnvFile = { text, entries: [], unreadable: [] };
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const rest = text.slice(at);
    const entry = readEntry(rest, at, line);
    const skipped = entry === undefined ? (BLANK_OR_COMMENT.exec(rest) ?? REST_OF_LINE.exec(rest)) : null;
    if (entry !== undefined) file.entries.push(entry);
    else if (!BLANK_OR_COMMENT.test(rest)) file.unreadable.push(line);
    const end = entry?.end ?? at + (skipped?.[0].length ?? rest.length);
    line += text.slice(at, end).match(/\r\n|\r|\n/g)?.length ?? 0;
    at = end;
  }
  return file;
}

/** Key → value; the last assignment of a key wins, as with Compose. */
export function envValues(file: EnvFile): Values {
  return Object.fromEntries(file.entries.map((entry) => [entry.key, entry.value]));
}

function readEntry(rest: string, at: number, line: number): EnvEntry | undefined {
  const head = ASSIGNMENT.exec(rest);
  if (head === null) return undefined;
  const body = rest.slice(head[0].length);
  const read = body.startsWith("'")
    ? readSingle(body)
    : body.startsWith('"')
      ? readDouble(body)
      : readPlain(body);
  if (read === undefined) return undefined;
  const tail = REST_OF_LINE.exec(body.slice(read.length));
  const entry = {
    key: head[1] ?? '',
    value: read.value,
    line,
    start: at,
    end: at + head[0].length + read.length + (tail?.[0].length ?? 0),
  };
  return read.ambiguous === undefined ? entry : { ...entry, ambiguous: read.ambiguous };
}

interface Read {
  value: string;
  length: number;
  ambiguous?: string;
}

function readPlain(body: string): Read {
  const raw = /^[^\r\n]*/.exec(body)?.[0] ?? '';
  const value = raw.replace(/ #.*/, '').trimEnd();
  const ambiguous = value.includes('$')
    ? 'Put the value in single quotes: Compose reads a bare $ as a variable.'
    : /^#|[^\S ]#/.test(raw)
      ? 'Put the value in single quotes: here a # begins a comment in one Compose and not in the other.'
      : undefined;
  return { value, length: raw.length, ...(ambiguous === undefined ? {} : { ambiguous }) };
}

function readSingle(body: string): Read | undefined {
  const match = /^'((?:\\'|[^'])*)'/.exec(body);
  if (match === null) return undefined;
  const value = match[1] ?? '';
  const ambiguous = value.includes('\\')
    ? 'Compose 1 and Compose 2 read a backslash in single quotes differently.'
    : value.includes('${')
      ? 'Compose 1 replaces ${…} even in single quotes.'
      : undefined;
  return { value, length: match[0].length, ...(ambiguous === undefined ? {} : { ambiguous }) };
}

function readDouble(body: string): Read | undefined {
  const match = /^"((?:\\.|[^"\\])*)"/s.exec(body);
  if (match === null) return undefined;
  const raw = match[1] ?? '';
  const value = raw.replace(/\\(.)/gs, (whole, char: string) => ESCAPES[char] ?? whole);
  const ambiguous = raw.includes('$')
    ? 'Put the value in single quotes: Compose 1 and Compose 2 read a $ in double quotes differently.'
    : undefined;
  return { value, length: match[0].length, ...(ambiguous === undefined ? {} : { ambiguous }) };
}
