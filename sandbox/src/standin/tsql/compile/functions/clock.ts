import { TsqlError, type TsqlType } from '../../../types.ts';
import { familyOf, isText } from '../../type-rules.ts';
import { convert, OPERAND } from '../convert.ts';
import type { Typed } from '../typed.ts';
import { DATETIME, DATETIME2, moment, OFFSET, ticks } from './date-part.ts';
import {
  anyNullable,
  argument,
  type Builtin,
  builtin,
  type CallSite,
  constantOf,
  INT,
  sqlArgument,
  textArgument,
} from './site.ts';

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

/** Functions that tell the time or put one together. */
export const CLOCK_FUNCTIONS: Record<string, Builtin> = {
  GETDATE: now('tsql.getdate()', DATETIME),
  CURRENT_TIMESTAMP: now('tsql.getdate()', DATETIME),
  GETUTCDATE: now('tsql.getutcdate()', DATETIME),
  SYSDATETIME: now('tsql.sysdatetime()', DATETIME2),
  SYSUTCDATETIME: now('tsql.sysutcdatetime()', DATETIME2),
  SYSDATETIMEOFFSET: now('tsql.sysdatetimeoffset()', OFFSET),
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
};
