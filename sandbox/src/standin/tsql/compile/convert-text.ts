import { TsqlError, type TsqlType } from '../../types.ts';
import { decimalsOf } from '../ticks.ts';
import { familyOf, isLarge, isText, isWide, textLength } from '../type-rules.ts';
import type { Conversion } from './convert.ts';
import { asText, quote, type Typed } from './typed.ts';

/** To a character type: first the text, then its length. char and nchar are filled up even for an operand. */
export function toText(value: Typed, to: TsqlType, how: Conversion): Pick<Typed, 'sql' | 'text'> {
  const own = isText(value.type);
  if (how.purpose === 'operand' && !isPadded(to))
    return own ? pair(value) : fromText(rendered(value, to, how));
  const text = own ? asText(value) : rendered(value, to, how);
  const fitted = withLength(value, text, to, how);
  if (fitted !== undefined) return fromText(fitted);
  return own ? pair(value) : fromText(text);
}

function isPadded(type: TsqlType): boolean {
  return type.name === 'char' || type.name === 'nchar';
}

function pair(value: Typed): Pick<Typed, 'sql' | 'text'> {
  return value.text === undefined ? { sql: value.sql } : { sql: value.sql, text: value.text };
}

function fromText(text: string): Pick<Typed, 'sql' | 'text'> {
  return { sql: `(${text})::bpchar`, text };
}

/** The text brought to the length of the type; undefined when it fits for certain. */
function withLength(value: Typed, text: string, to: TsqlType, how: Conversion): string | undefined {
  const length = to.length ?? -1;
  if (isLarge(to) || length < 0) return undefined;
  const padded = isPadded(to);
  if (!padded && fitsForCertain(value.type, to)) return undefined;
  if (NUMBERLIKE.has(familyOf(value.type)) && !padded) {
    return `tsql.text_fits(${text}, '${to.name}', ${length}, '${value.type.name}', ${how.attempt})`;
  }
  if (how.purpose === 'store' && how.place !== undefined) {
    return `tsql.store(${text}, '${to.name}', ${length}, ${quote(how.place.table)}, ${quote(how.place.column)})`;
  }
  return `tsql.fit(${text}, '${to.name}', ${length})`;
}

const NUMBERLIKE = new Set(['integer', 'bit', 'decimal', 'money', 'float', 'guid']);

/** Lengths of varchar count UTF-8 bytes, those of nvarchar UTF-16 units, of which each takes at most three bytes. */
function fitsForCertain(from: TsqlType, to: TsqlType): boolean {
  if (isLarge(from)) return false;
  const longest = textLength(from);
  if (longest < 0) return false;
  const bytesPerUnit = isText(from) && isWide(from) && !isWide(to) ? 3 : 1;
  return longest * bytesPerUnit <= (to.length ?? 0);
}

/** A value that is no text, as text. */
function rendered(value: Typed, to: TsqlType, how: Conversion): string {
  const { sql, type } = value;
  switch (familyOf(type)) {
    case 'float':
      return `tsql.text_from_float(${sql}, ${how.style ?? 0})`;
    case 'money':
      return `tsql.text_from_money(${sql}, ${how.style ?? 0})`;
    case 'guid':
      return `upper(${sql}::text)`;
    case 'date':
      return `tsql.text_from_ticks(tsql.ticks_of(${sql}), 7, ${dateStyle(type, how.style)})`;
    case 'time':
      return `tsql.text_from_time(${sql}, ${decimalsOf(type)}, ${momentStyle(how.style ?? 121)})`;
    case 'moment': {
      const style = how.style ?? (type.name === 'datetime2' ? 121 : 0);
      // A smalldatetime prints its (zero) milliseconds where a datetime does.
      const digits = type.name === 'smalldatetime' ? 3 : decimalsOf(type);
      return `tsql.text_from_ticks(${sql}, ${digits}, ${momentStyle(style)})`;
    }
    case 'offset': {
      const style = momentStyle(how.style ?? 121);
      const local = `tsql.text_from_ticks(tsql.offset_local(${sql}), ${decimalsOf(type)}, ${style})`;
      if (style === 127) {
        return `replace(tsql.text_from_ticks(tsql.offset_utc(${sql}), ${decimalsOf(type)}, 126), ' ', 'T') || 'Z'`;
      }
      return WITHOUT_ZONE.has(style)
        ? local
        : `${local} || '${style === 126 ? '' : ' '}' || substring(${sql} FROM 28)`;
    }
    case 'bytes':
      return `tsql.text_from_bytes(${sql}, ${isWide(to)}, ${how.style ?? 0})`;
    default:
      return `${sql}::text`;
  }
}

/** Styles that print only a date, or a time without a zone. */
const WITHOUT_ZONE = new Set([
  1, 101, 2, 102, 3, 103, 4, 104, 5, 105, 6, 106, 7, 107, 10, 110, 11, 111, 12, 112, 23,
]);
const SAME_STYLES: Record<number, number> = {
  100: 0,
  8: 108,
  24: 108,
  9: 109,
  13: 113,
  14: 114,
  20: 120,
  21: 121,
  25: 121,
};

/** CONVERT's style numbers, those that mean the same brought together. Throws TsqlError 281 for an unknown one. */
function momentStyle(style: number): number {
  const known = SAME_STYLES[style] ?? style;
  const listed = [0, 108, 109, 113, 114, 120, 121, 126, 127];
  if (!WITHOUT_ZONE.has(known) && !listed.includes(known)) {
    throw new TsqlError(
      281,
      `${style} is not a valid style number when converting from datetime to a character string.`,
    );
  }
  return known;
}

/** Our own number for `Jan  5 2024`, style 0 without its time. */
const DATE_OF_STYLE_0 = 1000;

/** A date has no time to print: styles with both print the date alone. */
function dateStyle(type: TsqlType, style: number | undefined): number {
  if (style === undefined) return 23;
  const known = momentStyle(style);
  if (known === 120 || known === 121 || known === 126 || known === 127) return 23;
  if (known === 108 || known === 114) {
    throw new TsqlError(
      281,
      `${style} is not a valid style number when converting from ${type.name} to a character string.`,
    );
  }
  if (known === 0 || known === 109) return DATE_OF_STYLE_0;
  return known === 113 ? 106 : known;
}
