import { sameName } from './expressions.ts';
import type { TableName } from './table-selection.ts';

/**
 * Names as people type them: `dbo.Visits`, `Visits` (schema dbo), `dbo.Log*`, `[dbo].[Order, Lines]`. Brackets keep
 * everything between them as it is, `]]` among it as one bracket; outside of them `*` stands for any characters and `?` for one.
 */
export interface TypedName {
  /** As it was typed, for messages. */
  text: string;
  /** One for each part between dots. */
  parts: readonly TypedPart[];
}

interface TypedPart {
  text: string;
  /** Stars and question marks outside of brackets. */
  wildcards: boolean;
  matches(name: string): boolean;
}

/** Parts of a text at a separator that stands outside of brackets. */
export function splitTyped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = '';
  let inside = false;
  for (const char of text) {
    if (char === '[' && !inside) inside = true;
    // `]]` closes and opens again: the second one finds itself outside and is taken below as the next opening would be.
    else if (char === ']' && inside) inside = false;
    else if (char === ']' && part.endsWith(']')) inside = true;
    if (char === separator && !inside) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part].map((piece) => piece.trim()).filter((piece) => piece !== '');
}

/** One name of one part (a column) or of several (a table). */
export function typedName(text: string): TypedName {
  return { text, parts: splitTyped(text, '.').map(typedPart) };
}

function typedPart(text: string): TypedPart {
  const bracketed = /^\[((?:[^\]]|\]\])*)\]$/s.exec(text)?.[1];
  if (bracketed !== undefined) {
    const name = bracketed.replaceAll(']]', ']');
    return { text: name, wildcards: false, matches: (other) => sameName(name, other) };
  }
  const pattern = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${pattern}$`, 'isu');
  return { text, wildcards: /[*?]/.test(text), matches: (name) => expression.test(name) };
}

/** Tables that a typed name means; one that is spelled exactly so wins over those that differ in capitals. */
export function tablesMeant<T extends TableName>(typed: TypedName, tables: readonly T[]): T[] {
  const [last, schema] = [...typed.parts].reverse();
  if (last === undefined || typed.parts.length > 2) return [];
  const found = tables.filter(
    (table) =>
      last.matches(table.table) &&
      (schema === undefined ? sameName(table.schema, 'dbo') : schema.matches(table.schema)),
  );
  const exact = found.filter((table) => table.table === last.text);
  return last.wildcards || exact.length === 0 ? found : exact;
}

/** Columns that a typed name means. */
export function columnsMeant(typed: TypedName, columns: readonly string[]): string[] {
  const [only] = typed.parts;
  if (only === undefined || typed.parts.length > 1) return [];
  const found = columns.filter((column) => only.matches(column));
  return found.includes(only.text) ? [only.text] : found;
}

/** `dbo.Patients:Phone,Email` → a table and columns; several, with `;` between them. */
export function typedColumns(text: string): { text: string; table: TypedName; columns: TypedName[] }[] {
  return splitTyped(text, ';').map((entry) => {
    const [table = '', ...rest] = splitTyped(entry, ':');
    return {
      text: entry,
      table: typedName(table),
      columns: splitTyped(rest.join(':'), ',').map(typedName),
    };
  });
}

/** Names that look like what was typed, for "did you mean". */
export function alike(typed: string, names: readonly string[], most = 3): string[] {
  const wanted = typed.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return names
    .map((name) => ({ name, distance: distance(wanted, name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')) }))
    .filter(({ name, distance: steps }) => steps <= Math.max(2, Math.floor(name.length / 4)))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, most)
    .map(({ name }) => name);
}

/** How many letters must be put in, taken out or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
