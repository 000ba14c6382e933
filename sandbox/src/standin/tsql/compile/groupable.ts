import { TsqlError, type TsqlType } from '../../types.ts';
import { unsupported } from '../refusal.ts';
import { isLarge } from '../type-rules.ts';

/**
 * Refuses types that cannot be grouped or made distinct: text and its like with SQL Server's error 306; datetimeoffset
 * and varbinary because PostgreSQL would tell apart what is equal in T-SQL (an instant in two zones, zeros at the end).
 */
export function refuseUngroupable(type: TsqlType, clause: string): void {
  if (isLarge(type)) throw notComparable();
  if (type.name === 'datetimeoffset' || type.name === 'varbinary')
    throw unsupported(`${clause} of ${type.name}`);
}

/** Error 306: text, ntext and image do not compare. */
export function notComparable(): TsqlError {
  return new TsqlError(
    306,
    'The text, ntext, and image data types cannot be compared or sorted, except when using IS NULL or LIKE operator.',
    16,
    2,
  );
}
