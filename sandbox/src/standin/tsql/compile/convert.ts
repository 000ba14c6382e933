import { TsqlError, type TsqlType } from '../../types.ts';
import { pgBaseType } from '../storage.ts';
import { convertsImplicitly, familyOf, isNumeric, sameType, typeText } from '../type-rules.ts';
import { toBytes, toGuid } from './convert-bytes.ts';
import { toDate, toMoment, toOffset, toTime } from './convert-moment.ts';
import { toBit, toDecimal, toFloat, toInteger, toMoney } from './convert-number.ts';
import { toText } from './convert-text.ts';
import { foldLiteral } from './fold.ts';
import { isNullLiteral, type Typed } from './typed.ts';

/** How a value is brought to a type. */
export interface Conversion {
  /** `operand`: for an operator, nothing is cut; `cast`: CAST, CONVERT; `store`: into a column, too long is an error. */
  purpose: 'operand' | 'cast' | 'store';
  /** TRY_CAST, TRY_CONVERT: NULL instead of an error. */
  attempt: boolean;
  /** CONVERT's style; undefined: the default of the two types. */
  style?: number;
  /** For `store`: where to, for error 2628. */
  place?: { table: string; column: string };
}

export const OPERAND: Conversion = { purpose: 'operand', attempt: false };

/**
 * Converts a compiled value. Throws TsqlError 206, 257 or 529 where T-SQL has no such conversion; what depends on the
 * value (245, 8114, 8115, 241, 2628 …) is raised by PostgreSQL when the statement runs.
 */
export function convert(value: Typed, to: TsqlType, how: Conversion): Typed {
  if (isNullLiteral(value)) return { sql: `NULL::${pgBaseType(to)}`, type: to, nullable: true };
  if (how.purpose !== 'store' && sameType(value.type, to)) return value;
  refuseIfImpossible(value.type, to, how);
  const nullable = value.nullable || how.attempt;
  const folded = foldLiteral(value, to, how);
  if (folded !== undefined) return { sql: folded, type: to, nullable: false };
  const converted = CONVERTERS[familyOf(to)](value, to, how);
  return { ...converted, type: to, nullable };
}

type Converter = (value: Typed, to: TsqlType, how: Conversion) => Pick<Typed, 'sql' | 'text'>;

const CONVERTERS: Record<ReturnType<typeof familyOf>, Converter> = {
  integer: toInteger,
  bit: toBit,
  decimal: toDecimal,
  money: toMoney,
  float: toFloat,
  text: toText,
  bytes: toBytes,
  guid: toGuid,
  date: toDate,
  time: toTime,
  moment: toMoment,
  offset: toOffset,
};

function refuseIfImpossible(from: TsqlType, to: TsqlType, how: Conversion): void {
  if (to.name === 'rowversion' && how.purpose === 'store') {
    throw new TsqlError(
      273,
      'Cannot insert an explicit value into a timestamp column. Use INSERT with a column list to exclude the timestamp column, or insert a DEFAULT into the timestamp column.',
    );
  }
  if (convertsImplicitly(from, to)) return;
  const explicit = convertsExplicitly(from, to);
  if (how.purpose === 'cast') {
    if (explicit) return;
    throw new TsqlError(
      529,
      `Explicit conversion from data type ${from.name} to ${typeText({ name: to.name })} is not allowed.`,
    );
  }
  if (explicit) {
    throw new TsqlError(
      257,
      `Implicit conversion from data type ${from.name} to ${to.name} is not allowed. Use the CONVERT function to run this query.`,
      16,
      3,
    );
  }
  throw new TsqlError(206, `Operand type clash: ${from.name} is incompatible with ${to.name}`, 16, 2);
}

/** What CAST can do beyond the implicit conversions. */
function convertsExplicitly(from: TsqlType, to: TsqlType): boolean {
  const [a, b] = [familyOf(from), familyOf(to)];
  if (a === 'moment' && from.name !== 'datetime2') return isNumeric(to);
  if (a === 'text' && b === 'bytes') return from.name !== 'xml';
  if (a === 'text' && b === 'text') return true;
  return a === 'bytes' && b === 'moment' ? false : a === b;
}
