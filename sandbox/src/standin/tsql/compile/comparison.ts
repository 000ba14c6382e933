import { TsqlError, type TsqlType } from '../../types.ts';
import type { ComparisonOperator } from '../ast/query.ts';
import { commonType, familyOf, isLarge, isText } from '../type-rules.ts';
import { convert, OPERAND } from './convert.ts';
import { notComparable } from './groupable.ts';
import { isNullLiteral, type Typed } from './typed.ts';

const OPERATOR_WORDS: Record<ComparisonOperator, string> = {
  '=': 'equal to',
  '<>': 'not equal to',
  '<': 'less than',
  '<=': 'less than or equal to',
  '>': 'greater than',
  '>=': 'greater than or equal to',
};

/** `left operator right` as a PostgreSQL condition, with T-SQL's conversions and its rules for blanks and zeros. */
export function compareSql(operator: ComparisonOperator, left: Typed, right: Typed): string {
  const [l, r] = comparable(left, right, operator);
  return `(${l} ${operator} ${r})`;
}

/** Both sides brought to one type, in a form whose PostgreSQL comparison is T-SQL's. Throws TsqlError 402, 206. */
export function comparable(left: Typed, right: Typed, operator: ComparisonOperator = '='): [string, string] {
  for (const side of [left, right]) {
    if (isLarge(side.type) && !(isNullLiteral(left) || isNullLiteral(right)))
      throw incomparable(operator, left, right);
  }
  // PostgreSQL compares whole numbers of any size, and finds them by index.
  if (isWhole(left) && isWhole(right)) return [left.sql, right.sql];
  const type = isNullLiteral(left)
    ? right.type
    : isNullLiteral(right)
      ? left.type
      : commonType(left.type, right.type);
  const alike = isText(left.type) && isText(right.type);
  const [l, r] = alike ? [left, right] : [convert(left, type, OPERAND), convert(right, type, OPERAND)];
  if ((left.caseInsensitive || right.caseInsensitive) && isText(type))
    return [`lower(${l.sql} COLLATE "default")`, `lower(${r.sql} COLLATE "default")`];
  if (familyOf(type) === 'bytes') return comparableBytes(l, r, left.type, right.type);
  return [orderKey(l, operator), orderKey(r, operator)];
}

/** tinyint to bigint, and bit. */
export function isWhole({ type }: Typed): boolean {
  return familyOf(type) === 'integer' || type.name === 'bit';
}

/** What sorts a value as T-SQL does; with `=`, what tells two values apart as T-SQL does. */
export function orderKey(value: Typed, operator: ComparisonOperator | 'sort' = 'sort'): string {
  if (isLarge(value.type)) throw notComparable();
  switch (value.type.name) {
    case 'datetimeoffset':
      return operator === 'sort' ? value.sql : `tsql.instant(${value.sql})`;
    case 'uniqueidentifier':
      return operator === '=' || operator === '<>' ? value.sql : `tsql.guid_key(${value.sql})`;
    case 'varbinary':
      return operator === '=' ? `tsql.bytes_for(${value.sql}, 0)` : value.sql;
    default:
      return value.sql;
  }
}

/**
 * Binary values compare as if padded with zeros. A binary(n) column is left alone, so that its index serves, and the
 * other side is brought to its length.
 */
function comparableBytes(l: Typed, r: Typed, left: TsqlType, right: TsqlType): [string, string] {
  const [x, y] = [fixedLength(left), fixedLength(right)];
  if (x !== undefined && x === y) return [l.sql, r.sql];
  if (x !== undefined && y === undefined) return [l.sql, `tsql.bytes_for(${r.sql}, ${x})`];
  if (y !== undefined && x === undefined) return [`tsql.bytes_for(${l.sql}, ${y})`, r.sql];
  return [`tsql.bytes_for(${l.sql}, 0)`, `tsql.bytes_for(${r.sql}, 0)`];
}

function fixedLength(type: TsqlType): number | undefined {
  if (type.name === 'rowversion') return 8;
  return type.name === 'binary' ? type.length : undefined;
}

function incomparable(operator: ComparisonOperator, left: Typed, right: Typed): TsqlError {
  return new TsqlError(
    402,
    `The data types ${left.type.name} and ${right.type.name} are incompatible in the ${OPERATOR_WORDS[operator]} operator.`,
  );
}
