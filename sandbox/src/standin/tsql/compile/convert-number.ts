import type { TsqlType } from '../../types.ts';
import { pgBaseType } from '../storage.ts';
import { digitsOf, familyOf } from '../type-rules.ts';
import type { Conversion } from './convert.ts';
import { asText, quote, type Typed } from './typed.ts';

type Sql = Pick<Typed, 'sql'>;

/** Days since 1900-01-01, with a fraction: what a datetime is as a number. */
const DAYS = (ticks: string): string => `((${ticks} - 599266080000000000) / 864000000000.0)`;
const INTEGER_WIDTHS: Record<string, number> = { tinyint: 1, smallint: 2, int: 4, bigint: 8 };

export function toInteger(value: Typed, to: TsqlType, how: Conversion): Sql {
  const cast = `::${pgBaseType(to)}`;
  const tail = `'${to.name}', ${how.attempt})${cast}`;
  switch (familyOf(value.type)) {
    case 'bit':
      return { sql: `${value.sql}${cast}` };
    case 'integer': {
      const wider = (INTEGER_WIDTHS[to.name] ?? 8) > (INTEGER_WIDTHS[value.type.name] ?? 8);
      // PostgreSQL's own cast to int checks the range, and its error carries the same meaning.
      if (wider || (to.name === 'int' && !how.attempt)) return { sql: `${value.sql}${cast}` };
      return { sql: `tsql.int_from_number(${value.sql}, ${tail}` };
    }
    case 'decimal':
      return { sql: `tsql.int_from_number(${value.sql}, ${tail}` };
    case 'money':
      return { sql: `tsql.int_from_money(${value.sql}, ${tail}` };
    case 'float':
      return { sql: `tsql.int_from_float(${value.sql}, ${tail}` };
    case 'moment':
      return { sql: `tsql.int_from_number(round(${DAYS(value.sql)}), ${tail}` };
    case 'bytes':
      return { sql: `tsql.int_from_bytes(${value.sql}, ${INTEGER_WIDTHS[to.name]})${cast}` };
    default:
      return { sql: `tsql.int_from_text(${asText(value)}, ${quote(value.type.name)}, ${tail}` };
  }
}

export function toBit(value: Typed, _to: TsqlType, how: Conversion): Sql {
  switch (familyOf(value.type)) {
    case 'text':
      return { sql: `tsql.bit_from_text(${asText(value)}, ${quote(value.type.name)}, ${how.attempt})` };
    case 'bytes':
      return { sql: `(tsql.int_from_bytes(${value.sql}, 1) <> 0)::int4::int2` };
    case 'moment':
      return { sql: `(${DAYS(value.sql)} <> 0)::int4::int2` };
    default:
      return { sql: `(${value.sql} <> 0)::int4::int2` };
  }
}

export function toDecimal(value: Typed, to: TsqlType, how: Conversion): Sql {
  const [precision, scale] = digitsOf(to);
  const fit = (number: string): Sql => ({
    sql: `tsql.decimal_fit(${number}, ${precision}, ${scale}, ${quote(value.type.name)}, ${how.attempt})`,
  });
  switch (familyOf(value.type)) {
    case 'text':
      return {
        sql: `tsql.decimal_from_text(${asText(value)}, ${quote(value.type.name)}, ${precision}, ${scale}, ${how.attempt})`,
      };
    case 'float':
      return fit(`tsql.exact(${value.sql})`);
    case 'moment':
      return fit(DAYS(value.sql));
    case 'bytes':
      return fit(`tsql.int_from_bytes(${value.sql}, 8)`);
    default: {
      const [p, s] = digitsOf(value.type);
      const roomy = scale >= s && precision - scale >= p - s;
      return roomy ? { sql: `${value.sql}::numeric(${precision},${scale})` } : fit(value.sql);
    }
  }
}

export function toMoney(value: Typed, to: TsqlType, how: Conversion): Sql {
  const tail = `, '${to.name}', ${how.attempt})`;
  switch (familyOf(value.type)) {
    case 'text':
      return { sql: `tsql.money_from_text(${asText(value)}${tail}` };
    case 'float':
      return { sql: `tsql.money_fit(tsql.exact(${value.sql})${tail}` };
    case 'moment':
      return { sql: `tsql.money_fit(${DAYS(value.sql)}${tail}` };
    case 'bytes':
      return { sql: `tsql.money_fit(tsql.int_from_bytes(${value.sql}, 8) / 10000.0${tail}` };
    default:
      return { sql: `tsql.money_fit(${value.sql}${tail}` };
  }
}

export function toFloat(value: Typed, to: TsqlType, how: Conversion): Sql {
  const narrow = (sql: string): Sql =>
    to.name === 'real' ? { sql: `tsql.real_fit(${sql}, ${how.attempt})` } : { sql };
  switch (familyOf(value.type)) {
    case 'text': {
      const read = `tsql.float_from_text(${asText(value)}, ${quote(value.type.name)}, '${to.name}', ${how.attempt})`;
      return { sql: to.name === 'real' ? `${read}::float4` : read };
    }
    case 'moment':
      return narrow(`${DAYS(value.sql)}::float8`);
    default:
      return narrow(`${value.sql}::float8`);
  }
}
