import { TsqlError, type TsqlType } from '../../../types.ts';
import { familyOf, isNumeric, isText } from '../../type-rules.ts';
import { convert, OPERAND } from '../convert.ts';
import type { Typed } from '../typed.ts';
import { argument, type CallSite, invalidArgument } from './site.ts';

/** Every name of a date part, to its full one. */
const PARTS: Record<string, string> = {};
for (const [part, names] of Object.entries({
  year: 'year yy yyyy',
  quarter: 'quarter qq q',
  month: 'month mm m',
  dayofyear: 'dayofyear dy y',
  day: 'day dd d',
  week: 'week wk ww',
  weekday: 'weekday dw w',
  hour: 'hour hh',
  minute: 'minute mi n',
  second: 'second ss s',
  millisecond: 'millisecond ms',
  microsecond: 'microsecond mcs',
  nanosecond: 'nanosecond ns',
  tzoffset: 'tzoffset tz',
  iso_week: 'iso_week isowk isoww',
})) {
  for (const name of names.split(' ')) PARTS[name] = part;
}
/** Parts of a time of day: a date has none of them. */
export const TIME_PARTS = new Set(['hour', 'minute', 'second', 'millisecond', 'microsecond', 'nanosecond']);

export const DATETIME: TsqlType = { name: 'datetime' };
export const DATETIME2: TsqlType = { name: 'datetime2', scale: 7 };
export const OFFSET: TsqlType = { name: 'datetimeoffset', scale: 7 };

/** The date part that the first argument names. Throws TsqlError 155. */
export function partOf(site: CallSite): string {
  const first = site.call.arguments[0];
  const word = first?.kind === 'column' && first.name.length === 1 ? (first.name[0] as string) : '';
  const part = PARTS[word.toLowerCase()];
  if (part === undefined) throw new TsqlError(155, `'${word}' is not a recognized ${site.name} option.`, 15);
  return part;
}

export function notForType(part: string, site: CallSite, type: TsqlType): TsqlError {
  return new TsqlError(
    9810,
    `The datepart ${part} is not supported by date function ${site.name} for data type ${type.name}.`,
  );
}

/** A date argument; text counts as `textAs`. Throws TsqlError 8116. */
export function moment(site: CallSite, index: number, textAs: TsqlType): Typed {
  const value = argument(site, index);
  if (isText(value.type)) return convert(value, textAs, OPERAND);
  if (isNumeric(value.type)) return convert(value, DATETIME, OPERAND);
  if (familyOf(value.type) === 'bytes' || familyOf(value.type) === 'guid')
    throw invalidArgument(site, index, value.type);
  return value;
}

/** Ticks of any date or time value; of a datetimeoffset its local time, or its UTC time. */
export function ticks(value: Typed, offset: 'local' | 'utc' = 'local'): string {
  switch (familyOf(value.type)) {
    case 'date':
      return `tsql.ticks_of(${value.sql})`;
    case 'offset':
      return `tsql.offset_${offset}(${value.sql})`;
    default:
      return value.sql;
  }
}
