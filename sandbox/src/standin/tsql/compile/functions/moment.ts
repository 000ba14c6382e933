import { TsqlError, type TsqlType } from '../../../types.ts';
import { unsupported } from '../../refusal.ts';
import { familyOf, isNumeric, isText } from '../../type-rules.ts';
import { convert, OPERAND } from '../convert.ts';
import { type Typed, textValue } from '../typed.ts';
import {
  anyNullable,
  argument,
  BIGINT,
  type Builtin,
  builtin,
  type CallSite,
  constantOf,
  INT,
  invalidArgument,
  sqlArgument,
  textArgument,
} from './site.ts';

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
const TIME_PARTS = new Set(['hour', 'minute', 'second', 'millisecond', 'microsecond', 'nanosecond']);

const DATETIME: TsqlType = { name: 'datetime' };
const DATETIME2: TsqlType = { name: 'datetime2', scale: 7 };
const OFFSET: TsqlType = { name: 'datetimeoffset', scale: 7 };

/** The date part that the first argument names. Throws TsqlError 155. */
function partOf(site: CallSite): string {
  const first = site.call.arguments[0];
  const word = first?.kind === 'column' && first.name.length === 1 ? (first.name[0] as string) : '';
  const part = PARTS[word.toLowerCase()];
  if (part === undefined) throw new TsqlError(155, `'${word}' is not a recognized ${site.name} option.`, 15);
  return part;
}

function notForType(part: string, site: CallSite, type: TsqlType): TsqlError {
  return new TsqlError(
    9810,
    `The datepart ${part} is not supported by date function ${site.name} for data type ${type.name}.`,
  );
}

/** A date argument; text counts as `textAs`. Throws TsqlError 8116. */
function moment(site: CallSite, index: number, textAs: TsqlType): Typed {
  const value = argument(site, index);
  if (isText(value.type)) return convert(value, textAs, OPERAND);
  if (isNumeric(value.type)) return convert(value, DATETIME, OPERAND);
  if (familyOf(value.type) === 'bytes' || familyOf(value.type) === 'guid')
    throw invalidArgument(site, index, value.type);
  return value;
}

/** Ticks of any date or time value; of a datetimeoffset its local time, or its UTC time. */
function ticks(value: Typed, offset: 'local' | 'utc' = 'local'): string {
  switch (familyOf(value.type)) {
    case 'date':
      return `tsql.ticks_of(${value.sql})`;
    case 'offset':
      return `tsql.offset_${offset}(${value.sql})`;
    default:
      return value.sql;
  }
}

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

function now(sql: string, type: TsqlType): Builtin {
  return builtin(0, 0, () => ({ sql, type, nullable: false }));
}

/** Minutes of a zone argument: a number, or `+HH:MM`. */
function zone(site: CallSite): string {
  const value = argument(site, 1);
  return isText(value.type)
    ? `tsql.zone_minutes(${textArgument(site, 1).text}, '${site.name}')`
    : sqlArgument(site, 1, INT);
}

function toDateTimeOffset(site: CallSite): Typed {
  const value = moment(site, 0, DATETIME2);
  const scale =
    familyOf(value.type) === 'moment' ? (value.type.scale ?? (value.type.name === 'datetime' ? 3 : 0)) : 7;
  return {
    sql: `tsql.todatetimeoffset(${ticks(value)}, ${zone(site)})`,
    type: { name: 'datetimeoffset', scale },
    nullable: true,
  };
}

function fromParts(kind: 'datetime' | 'smalldatetime', count: number): Builtin {
  return builtin(count, count, (site) => {
    const parts = Array.from({ length: 7 }, (_, index) =>
      index < count ? sqlArgument(site, index, INT) : '0',
    );
    return {
      sql: `tsql.datetimefromparts(${parts.join(', ')}, 3, '${kind}')`,
      type: { name: kind },
      nullable: anyNullable(site),
    };
  });
}

function dateTime2FromParts(site: CallSite): Typed {
  const scale = constantOf(argument(site, 7));
  if (scale === undefined)
    throw new TsqlError(
      10760,
      'Scale argument is not valid. Valid expressions for data type datetime2 scale argument are integer constants and integer constant expressions.',
    );
  const parts = Array.from({ length: 7 }, (_, index) => sqlArgument(site, index, INT));
  return {
    sql: `tsql.datetimefromparts(${parts.join(', ')}, ${scale}, 'datetime2')`,
    type: { name: 'datetime2', scale },
    nullable: anyNullable(site),
  };
}

function switchOffset(site: CallSite): Typed {
  const value = convert(argument(site, 0), OFFSET, OPERAND);
  const type = familyOf(argument(site, 0).type) === 'offset' ? argument(site, 0).type : OFFSET;
  return { sql: `tsql.switchoffset(${value.sql}, ${zone(site)})`, type, nullable: true };
}

export const MOMENT_FUNCTIONS: Record<string, Builtin> = {
  GETDATE: now('tsql.getdate()', DATETIME),
  CURRENT_TIMESTAMP: now('tsql.getdate()', DATETIME),
  GETUTCDATE: now('tsql.getutcdate()', DATETIME),
  SYSDATETIME: now('tsql.sysdatetime()', DATETIME2),
  SYSUTCDATETIME: now('tsql.sysutcdatetime()', DATETIME2),
  SYSDATETIMEOFFSET: now('tsql.sysdatetimeoffset()', OFFSET),
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
  DATEFROMPARTS: builtin(3, 3, (site) => {
    const parts = [0, 1, 2].map((index) => sqlArgument(site, index, INT));
    return {
      sql: `tsql.datefromparts(${parts.join(', ')})`,
      type: { name: 'date' },
      nullable: anyNullable(site),
    };
  }),
  DATETIMEFROMPARTS: fromParts('datetime', 7),
  SMALLDATETIMEFROMPARTS: fromParts('smalldatetime', 5),
  DATETIME2FROMPARTS: builtin(8, 8, dateTime2FromParts),
  TODATETIMEOFFSET: builtin(2, 2, toDateTimeOffset),
  SWITCHOFFSET: builtin(2, 2, switchOffset),
  ISDATE: builtin(1, 1, (site) => {
    const value = argument(site, 0);
    if (!isText(value.type)) throw unsupported('ISDATE of a value that is not text');
    const sql = convert(value, DATETIME, { purpose: 'cast', attempt: true }).sql;
    return { sql: `(CASE WHEN ${sql} IS NULL THEN 0 ELSE 1 END)`, type: INT, nullable: false };
  }),
};
