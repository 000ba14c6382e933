import type { TsqlType } from '../../../types.ts';
import { unsupported } from '../../refusal.ts';
import { familyOf, isText } from '../../type-rules.ts';
import { convert, OPERAND } from '../convert.ts';
import { type Typed, textValue } from '../typed.ts';
import { DATETIME, DATETIME2, moment, notForType, OFFSET, partOf, TIME_PARTS, ticks } from './date-part.ts';
import {
  anyNullable,
  argument,
  BIGINT,
  type Builtin,
  builtin,
  type CallSite,
  INT,
  sqlArgument,
} from './site.ts';

function dateAdd(site: CallSite): Typed {
  const part = partOf(site);
  const value = moment(site, 1, DATETIME);
  const { type } = value;
  const nullable = anyNullable(site);
  if (part === 'tzoffset' || part === 'iso_week') throw notForType(part, site, type);
  if (type.name === 'date' && TIME_PARTS.has(part)) throw notForType(part, site, type);
  if (type.name === 'time' && !TIME_PARTS.has(part)) throw notForType(part, site, type);
  if (['datetime', 'smalldatetime'].includes(type.name) && /^(micro|nano)second$/.test(part))
    throw notForType(part, site, type);
  // A number with decimals is cut.
  const n = convert(argument(site, 0), BIGINT, { purpose: 'cast', attempt: false }).sql;
  const added = `tsql.add_part('${part}', ${n}, ${ticks(value)}, '${type.name}')`;
  switch (familyOf(type)) {
    case 'date':
      return { sql: `tsql.day_of(${added})`, type, nullable };
    case 'offset':
      return {
        sql: `tsql.offset_make(${added} - tsql.offset_minutes(${value.sql})::int8 * 600000000, tsql.offset_minutes(${value.sql}))`,
        type,
        nullable,
      };
    default:
      return {
        sql: `tsql.fit_ticks(${added}, '${type.name}', ${type.scale ?? 7}, '${type.name}', false)`,
        type,
        nullable,
      };
  }
}

function dateDiff(type: TsqlType): Builtin {
  return {
    ...builtin(2, 2, (site) => {
      const part = partOf(site);
      if (part === 'tzoffset') throw notForType(part, site, argument(site, 0).type);
      const [a, b] = [0, 1].map((index) => ticks(moment(site, index, OFFSET), 'utc'));
      const name = type.name === 'int' ? 'diff_part_int' : 'diff_part';
      return { sql: `tsql.${name}('${part}', ${a}, ${b})`, type, nullable: anyNullable(site) };
    }),
    bareFirst: true,
  };
}

function datePart(site: CallSite): Typed {
  return { sql: partSql(partOf(site), site), type: INT, nullable: anyNullable(site) };
}

function partSql(part: string, site: CallSite): string {
  const value = moment(site, 0, part === 'tzoffset' ? OFFSET : DATETIME2);
  if (part === 'tzoffset') {
    if (familyOf(value.type) === 'offset') return `tsql.offset_minutes(${value.sql})`;
    if (value.type.name === 'datetime2') return `(CASE WHEN ${value.sql} IS NULL THEN NULL ELSE 0 END)`;
    throw notForType(part, site, value.type);
  }
  if (value.type.name === 'time' && !TIME_PARTS.has(part)) throw notForType(part, site, value.type);
  if (value.type.name === 'date' && TIME_PARTS.has(part)) throw notForType(part, site, value.type);
  return `tsql.part_of('${part}', ${ticks(value)})`;
}

function dateName(site: CallSite): Typed {
  const part = partOf(site);
  const type: TsqlType = { name: 'nvarchar', length: 30 };
  const nullable = anyNullable(site);
  if (part === 'tzoffset') return textValue(`tsql.zone(${partSql(part, site)})`, type, nullable);
  if (part !== 'month' && part !== 'weekday')
    return textValue(`${partSql(part, site)}::text`, type, nullable);
  return textValue(`tsql.name_of('${part}', ${ticks(moment(site, 0, DATETIME2))})`, type, nullable);
}

function simplePart(part: string): Builtin {
  return builtin(1, 1, (site) => ({ sql: partSql(part, site), type: INT, nullable: anyNullable(site) }));
}

/** Functions that compute with dates and take them apart. */
export const MOMENT_FUNCTIONS: Record<string, Builtin> = {
  DATEADD: { ...builtin(2, 2, dateAdd), bareFirst: true },
  DATEDIFF: dateDiff(INT),
  DATEDIFF_BIG: dateDiff(BIGINT),
  DATEPART: { ...builtin(1, 1, datePart), bareFirst: true },
  DATENAME: { ...builtin(1, 1, dateName), bareFirst: true },
  YEAR: simplePart('year'),
  MONTH: simplePart('month'),
  DAY: simplePart('day'),
  EOMONTH: builtin(1, 2, (site) => {
    const day = convert(moment(site, 0, { name: 'date' }), { name: 'date' }, OPERAND).sql;
    const months = site.values.length > 1 ? sqlArgument(site, 1, INT) : '0';
    return { sql: `tsql.eomonth(${day}, ${months})`, type: { name: 'date' }, nullable: true };
  }),
  ISDATE: builtin(1, 1, (site) => {
    const value = argument(site, 0);
    if (!isText(value.type)) throw unsupported('ISDATE of a value that is not text');
    const sql = convert(value, DATETIME, { purpose: 'cast', attempt: true }).sql;
    return { sql: `(CASE WHEN ${sql} IS NULL THEN 0 ELSE 1 END)`, type: INT, nullable: false };
  }),
};
