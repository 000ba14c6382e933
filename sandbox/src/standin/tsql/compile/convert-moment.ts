import type { TsqlType } from '../../types.ts';
import { unsupported } from '../refusal.ts';
import { familyOf, isNumeric } from '../type-rules.ts';
import type { Conversion } from './convert.ts';
import { asText, quote, type Typed } from './typed.ts';

type Sql = Pick<Typed, 'sql'>;

/** Ticks of a moment as a finer type sees them: a datetime's .003 is 1/300 s. */
function fine(value: Typed, to: TsqlType): string {
  const coarse = value.type.name === 'datetime' && (to.scale ?? 0) > 3;
  return coarse ? `tsql.from_datetime(${value.sql})` : value.sql;
}

function styleOf(how: Conversion): number {
  const style = how.style ?? 0;
  if (style === 130 || style === 131) throw unsupported(`CONVERT style ${style}`);
  return style;
}

export function toDate(value: Typed, _to: TsqlType, how: Conversion): Sql {
  switch (familyOf(value.type)) {
    case 'moment':
      return { sql: `tsql.day_of(${value.sql})` };
    case 'offset':
      return { sql: `tsql.day_of(tsql.offset_local(${value.sql}))` };
    case 'text':
      return { sql: `tsql.date_from_text(${textArguments(value, how)})` };
    default:
      return { sql: value.sql };
  }
}

export function toTime(value: Typed, to: TsqlType, how: Conversion): Sql {
  const scale = to.scale ?? 7;
  switch (familyOf(value.type)) {
    case 'moment':
      return { sql: fit(fine(value, to), to, value, how) };
    case 'offset':
      return { sql: fit(`tsql.offset_local(${value.sql})`, to, value, how) };
    case 'text':
      return { sql: ticksFromText(value, to, how) };
    default:
      return { sql: scale >= (value.type.scale ?? 7) ? value.sql : fit(value.sql, to, value, how) };
  }
}

export function toMoment(value: Typed, to: TsqlType, how: Conversion): Sql {
  if (isNumeric(value.type)) {
    const days = familyOf(value.type) === 'float' ? `tsql.exact(${value.sql})` : value.sql;
    return { sql: fit(`(599266080000000000 + round(${days} * 864000000000))::int8`, to, value, how) };
  }
  switch (familyOf(value.type)) {
    case 'date':
      return {
        sql:
          to.name === 'datetime2'
            ? `tsql.ticks_of(${value.sql})`
            : fit(`tsql.ticks_of(${value.sql})`, to, value, how),
      };
    case 'time':
      return { sql: fit(`(599266080000000000 + ${value.sql})`, to, value, how) };
    case 'offset':
      return { sql: fit(`tsql.offset_local(${value.sql})`, to, value, how) };
    case 'text':
      return { sql: ticksFromText(value, to, how) };
    default: {
      const wider =
        to.name === 'datetime2' &&
        value.type.name === 'datetime2' &&
        (to.scale ?? 7) >= (value.type.scale ?? 7);
      return { sql: wider ? value.sql : fit(fine(value, to), to, value, how) };
    }
  }
}

export function toOffset(value: Typed, to: TsqlType, how: Conversion): Sql {
  const scale = to.scale ?? 7;
  const utc = (ticks: string): Sql => ({ sql: `tsql.offset_make(tsql.to_scale(${ticks}, ${scale}), 0)` });
  switch (familyOf(value.type)) {
    case 'date':
      return utc(`tsql.ticks_of(${value.sql})`);
    case 'time':
      return utc(`(599266080000000000 + ${value.sql})`);
    case 'moment':
      return utc(fine(value, to));
    case 'text':
      return {
        sql: `tsql.offset_from_text(${asText(value)}, ${quote(value.type.name)}, ${scale}, ${styleOf(how)}, ${how.attempt})`,
      };
    default:
      return { sql: `tsql.offset_fit(${value.sql}, ${scale})` };
  }
}

function fit(ticks: string, to: TsqlType, value: Typed, how: Conversion): string {
  return `tsql.fit_ticks(${ticks}, '${to.name}', ${to.scale ?? 7}, '${value.type.name}', ${how.attempt})`;
}

function ticksFromText(value: Typed, to: TsqlType, how: Conversion): string {
  return `tsql.ticks_from_text(${asText(value)}, ${quote(value.type.name)}, '${to.name}', ${to.scale ?? 7}, ${styleOf(how)}, ${how.attempt})`;
}

function textArguments(value: Typed, how: Conversion): string {
  return `${asText(value)}, ${quote(value.type.name)}, ${styleOf(how)}, ${how.attempt}`;
}
