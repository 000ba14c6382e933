import type { TsqlType } from '../../../types.ts';
import { pgType } from '../../storage.ts';
import { digitsOf, familyOf, isNumeric, isText } from '../../type-rules.ts';
import { convert, OPERAND } from '../convert.ts';
import type { Typed } from '../typed.ts';
import {
  anyNullable,
  argument,
  type Builtin,
  builtin,
  type CallSite,
  FLOAT,
  INT,
  invalidArgument,
  sqlArgument,
} from './site.ts';

/** The first argument as the number type that rounding works in: small integers as int, text as float. */
function number(site: CallSite): Typed {
  const value = argument(site, 0);
  if (isText(value.type)) return convert(value, FLOAT, OPERAND);
  if (!isNumeric(value.type) || value.type.name === 'bit') throw invalidArgument(site, 0, value.type);
  if (value.type.name === 'tinyint' || value.type.name === 'smallint') return convert(value, INT, OPERAND);
  if (value.type.name === 'real') return convert(value, FLOAT, OPERAND);
  return value.type.name === 'smallmoney' ? convert(value, { name: 'money' }, OPERAND) : value;
}

function sameType(sql: (value: string) => string): Builtin {
  return builtin(1, 1, (site) => {
    const value = number(site);
    return { sql: sql(value.sql), type: value.type, nullable: value.nullable };
  });
}

/** CEILING, FLOOR: a decimal loses its decimals. */
function toWhole(name: 'ceil' | 'floor'): Builtin {
  return builtin(1, 1, (site) => {
    const value = number(site);
    if (familyOf(value.type) === 'integer') return value;
    if (familyOf(value.type) !== 'decimal')
      return { sql: `${name}(${value.sql})`, type: value.type, nullable: value.nullable };
    const type: TsqlType = { name: value.type.name, precision: digitsOf(value.type)[0], scale: 0 };
    return { sql: `${name}(${value.sql})::${pgType(type)}`, type, nullable: value.nullable };
  });
}

/** ROUND(x, n [, cut]): the type stays, so a decimal keeps its decimals as zeros. */
function round(site: CallSite): Typed {
  const value = number(site);
  const cut = site.values.length > 2 ? sqlArgument(site, 2, INT) : '0';
  const places = sqlArgument(site, 1, INT);
  const exact = familyOf(value.type) === 'float' ? `tsql.exact(${value.sql})` : `${value.sql}::numeric`;
  const rounded = `(CASE WHEN ${cut} = 0 THEN round(${exact}, ${places}) ELSE trunc(${exact}, ${places}) END)`;
  return { sql: `${rounded}::${pgType(value.type)}`, type: value.type, nullable: anyNullable(site) };
}

/** POWER(x, y) has the type of x. */
function power(site: CallSite): Typed {
  const value = number(site);
  const result = `power(${convert(value, FLOAT, OPERAND).sql}, ${sqlArgument(site, 1, FLOAT)})`;
  const computed: Typed = { sql: result, type: FLOAT, nullable: anyNullable(site) };
  return convert(computed, value.type, OPERAND);
}

function float(sql: (value: string) => string): Builtin {
  return builtin(1, 1, (site) => ({
    sql: sql(sqlArgument(site, 0, FLOAT)),
    type: FLOAT,
    nullable: anyNullable(site),
  }));
}

export const NUMBER_FUNCTIONS: Record<string, Builtin> = {
  ABS: sameType((value) => `abs(${value})`),
  SIGN: builtin(1, 1, (site) => {
    const value = number(site);
    return { sql: `sign(${value.sql})::${pgType(value.type)}`, type: value.type, nullable: value.nullable };
  }),
  CEILING: toWhole('ceil'),
  FLOOR: toWhole('floor'),
  ROUND: builtin(2, 3, round),
  POWER: builtin(2, 2, power),
  SQRT: float((value) => `sqrt(${value})`),
  SQUARE: float((value) => `power(${value}, 2::float8)`),
  EXP: float((value) => `exp(${value})`),
  LOG10: float((value) => `log(${value})`),
  LOG: builtin(1, 2, (site) => {
    const natural = `ln(${sqlArgument(site, 0, FLOAT)})`;
    const sql = site.values.length > 1 ? `(${natural} / ln(${sqlArgument(site, 1, FLOAT)}))` : natural;
    return { sql, type: FLOAT, nullable: anyNullable(site) };
  }),
  PI: builtin(0, 0, () => ({ sql: 'pi()', type: FLOAT, nullable: false })),
};
