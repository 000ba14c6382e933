import { TsqlError, type TsqlType } from '../../../types.ts';
import type { CallExpression } from '../../ast/query.ts';
import { pgType } from '../../storage.ts';
import { digitsOf, familyOf, isLarge, isText, isWide } from '../../type-rules.ts';
import { orderKey } from '../comparison.ts';
import { convert, OPERAND } from '../convert.ts';
import { orderBySql } from '../order.ts';
import { asText, type Typed, textValue } from '../typed.ts';
import {
  argument,
  BIGINT,
  type Builtin,
  builtin,
  type CallSite,
  FLOAT,
  INT,
  sqlArgument,
  textArgument,
} from './site.ts';

/** ` OVER (…)` of a call, or nothing. */
function over(site: CallSite): string {
  const { call } = site;
  if (call.over === undefined) return '';
  const partition = call.over.partitionBy.map((expression) => orderKey(site.compile(expression), '='));
  const order = orderBySql(
    call.over.orderBy.map((item) => ({ value: site.compile(item.expression), descending: item.descending })),
  );
  const parts = [
    partition.length === 0 ? '' : `PARTITION BY ${partition.join(', ')}`,
    order.trim(),
    call.over.frame ?? '',
  ];
  return ` OVER (${parts.filter((part) => part !== '').join(' ')})`;
}

function invalidOperand(site: CallSite, type: TsqlType): TsqlError {
  return new TsqlError(8117, `Operand data type ${type.name} is invalid for ${site.name} operator.`);
}

function distinct(call: CallExpression): string {
  return call.distinct ? 'DISTINCT ' : '';
}

function count(type: TsqlType): Builtin {
  return builtin(0, 1, (site) => {
    const inner = site.call.star ? '*' : `${distinct(site.call)}${countable(site)}`;
    return { sql: `count(${inner})${over(site)}::${pgType(type)}`, type, nullable: false };
  });
}

function countable(site: CallSite): string {
  const value = argument(site, 0);
  return site.call.distinct && !isLarge(value.type) ? orderKey(value, '=') : value.sql;
}

/** SUM and AVG: whole numbers stay whole (bigint, else int), decimals widen to 38 digits. */
function sum(site: CallSite): Typed {
  const value = argument(site, 0);
  const inner = `sum(${distinct(site.call)}${value.sql})${over(site)}`;
  switch (familyOf(value.type)) {
    case 'integer': {
      const type: TsqlType = value.type.name === 'bigint' ? BIGINT : INT;
      return { sql: `${inner}::${pgType(type)}`, type, nullable: true };
    }
    case 'decimal': {
      const type: TsqlType = { name: 'decimal', precision: 38, scale: digitsOf(value.type)[1] };
      return { sql: `${inner}::${pgType(type)}`, type, nullable: true };
    }
    case 'money':
      return { sql: `tsql.money_fit(${inner}, 'money', false)`, type: { name: 'money' }, nullable: true };
    case 'float':
      return {
        sql: `sum(${distinct(site.call)}${value.sql}::float8)${over(site)}`,
        type: FLOAT,
        nullable: true,
      };
    default:
      throw invalidOperand(site, value.type);
  }
}

function average(site: CallSite): Typed {
  const value = argument(site, 0);
  const family = familyOf(value.type);
  const inner = (sql: string): string => `${distinct(site.call)}${sql}`;
  if (family === 'float') {
    return { sql: `avg(${inner(`${value.sql}::float8`)})${over(site)}`, type: FLOAT, nullable: true };
  }
  if (family !== 'integer' && family !== 'decimal' && family !== 'money')
    throw invalidOperand(site, value.type);
  const type: TsqlType =
    family === 'integer'
      ? { name: value.type.name === 'bigint' ? 'bigint' : 'int' }
      : family === 'money'
        ? { name: 'money' }
        : { name: 'decimal', precision: 38, scale: Math.max(6, digitsOf(value.type)[1]) };
  const total = `sum(${inner(`${value.sql}::numeric`)})${over(site)}`;
  const number = `nullif(count(${inner(value.sql)})${over(site)}, 0)::numeric`;
  const scale = family === 'integer' ? 0 : family === 'money' ? 4 : digitsOf(type)[1];
  return { sql: `tsql.quotient(${total}, ${number}, ${scale})::${pgType(type)}`, type, nullable: true };
}

function extreme(name: 'min' | 'max'): Builtin {
  return builtin(1, 1, (site) => {
    const value = argument(site, 0);
    if (value.type.name === 'bit' || isLarge(value.type)) throw invalidOperand(site, value.type);
    const own = familyOf(value.type) === 'bytes' || familyOf(value.type) === 'guid' ? 'tsql.' : '';
    return { sql: `${own}${name}(${value.sql})${over(site)}`, type: value.type, nullable: true };
  });
}

function statistic(name: string): Builtin {
  return builtin(1, 1, (site) => {
    const value = argument(site, 0);
    if (isText(value.type)) throw invalidOperand(site, value.type);
    return {
      sql: `${name}(${distinct(site.call)}${sqlArgument(site, 0, FLOAT)})${over(site)}`,
      type: FLOAT,
      nullable: true,
    };
  });
}

/** STRING_AGG(x, separator) [WITHIN GROUP (ORDER BY …)]. */
function stringAggregate(site: CallSite): Typed {
  const { text, type } = textArgument(site, 0);
  const order = orderBySql(
    (site.call.withinGroup ?? []).map((item) => ({
      value: site.compile(item.expression),
      descending: item.descending,
    })),
  );
  const result: TsqlType = {
    name: isWide(type) ? 'nvarchar' : 'varchar',
    length: (type.length ?? -1) < 0 ? -1 : isWide(type) ? 4000 : 8000,
  };
  return textValue(`string_agg(${text}, ${textArgument(site, 1).text}${order})`, result, true);
}

function ranking(name: string): Builtin {
  return builtin(0, 1, (site) => {
    needsOrder(site);
    const inner = name === 'ntile' ? sqlArgument(site, 0, INT) : '';
    return {
      sql: `${name}(${inner})${over(site)}${name === 'row_number' ? '' : '::int8'}`,
      type: BIGINT,
      nullable: false,
    };
  });
}

function needsOrder(site: CallSite): void {
  if (site.call.over === undefined)
    throw new TsqlError(10753, `The function '${site.name}' must have an OVER clause.`, 15);
  if (site.call.over.orderBy.length === 0) {
    throw new TsqlError(4112, `The function '${site.name}' must have an OVER clause with ORDER BY.`, 15);
  }
}

/** LAG, LEAD: offset and default are optional; the default converts to the value's type. */
function neighbour(name: 'lag' | 'lead'): Builtin {
  return builtin(1, 3, (site) => {
    needsOrder(site);
    const value = argument(site, 0);
    const offset = site.values.length > 1 ? sqlArgument(site, 1, INT) : '1';
    const otherwise =
      site.values.length > 2 ? `, ${convert(argument(site, 2), value.type, OPERAND).sql}` : '';
    return {
      sql: `${name}(${value.sql}, ${offset}${otherwise})${over(site)}`,
      type: value.type,
      nullable: true,
    };
  });
}

function edge(name: 'first_value' | 'last_value'): Builtin {
  return builtin(1, 1, (site) => {
    needsOrder(site);
    const value = argument(site, 0);
    const sql = isText(value.type)
      ? `${name}(${asText(value)})${over(site)}::bpchar`
      : `${name}(${value.sql})${over(site)}`;
    return { sql, type: value.type, nullable: true };
  });
}

export const AGGREGATE_FUNCTIONS: Record<string, Builtin> = {
  COUNT: count(INT),
  COUNT_BIG: count(BIGINT),
  SUM: builtin(1, 1, sum),
  AVG: builtin(1, 1, average),
  MIN: extreme('min'),
  MAX: extreme('max'),
  STDEV: statistic('stddev_samp'),
  STDEVP: statistic('stddev_pop'),
  VAR: statistic('var_samp'),
  VARP: statistic('var_pop'),
  STRING_AGG: builtin(2, 2, stringAggregate),
  ROW_NUMBER: ranking('row_number'),
  RANK: ranking('rank'),
  DENSE_RANK: ranking('dense_rank'),
  NTILE: ranking('ntile'),
  LAG: neighbour('lag'),
  LEAD: neighbour('lead'),
  FIRST_VALUE: edge('first_value'),
  LAST_VALUE: edge('last_value'),
};
