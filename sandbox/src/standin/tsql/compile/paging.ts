import { TsqlError } from '../../types.ts';
import type { OrderItem, Query, Top } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import type { Compilation } from './compilation.ts';
import { convert, OPERAND } from './convert.ts';
import { compileScalar } from './expression.ts';
import { EMPTY_SCOPE, type Scope } from './scope.ts';
import { isIntegerLiteral } from './typed.ts';

/** ` OFFSET … LIMIT …` of OFFSET and FETCH, or nothing. Throws TsqlError 102 without ORDER BY. */
export function compilePaging(query: Query, outer: Scope | undefined, compilation: Compilation): string {
  if (query.offset === undefined) return '';
  if (query.orderBy.length === 0) throw new TsqlError(102, "Incorrect syntax near 'OFFSET'.", 15);
  const scope: Scope = outer === undefined ? EMPTY_SCOPE : { sources: [], outer };
  const offset = ` OFFSET ${rowCount(query.offset, 'offset', scope, compilation)}`;
  if (query.fetch === undefined) return offset;
  return `${offset} LIMIT ${rowCount(query.fetch, 'fetch', scope, compilation)}`;
}

/** ` LIMIT …` of TOP, or nothing. Throws TsqlError 1062 for WITH TIES without ORDER BY. */
export function compileTop(
  top: Top | undefined,
  orderBy: OrderItem[],
  scope: Scope,
  compilation: Compilation,
): string {
  if (top === undefined) return '';
  if (top.percent) throw unsupported('TOP … PERCENT');
  const count = rowCount(top.count, 'top', scope, compilation);
  if (!top.withTies) return ` LIMIT ${count}`;
  if (orderBy.length === 0) {
    throw new TsqlError(
      1062,
      'The TOP N WITH TIES clause is not allowed without a corresponding ORDER BY clause.',
    );
  }
  return ` FETCH FIRST (${count}) ROWS WITH TIES`;
}

function rowCount(expression: Top['count'], clause: string, scope: Scope, compilation: Compilation): string {
  const value = compileScalar(expression, scope, compilation);
  if (isIntegerLiteral(value) && value.literal !== undefined) return value.literal.value;
  return `tsql.row_limit(${convert(value, { name: 'bigint' }, OPERAND).sql}, '${clause}')`;
}
