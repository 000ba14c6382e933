import { TsqlError } from '../../types.ts';
import type { Expression, OrderItem } from '../ast/query.ts';
import { orderKey } from './comparison.ts';
import { type SourceColumn, sameName } from './scope.ts';
import type { Typed } from './typed.ts';

/** A sort key with its direction. */
export interface SortKey {
  value: Typed;
  descending: boolean;
}

/**
 * What an ORDER BY item sorts by: an output column by its place or its name, else an expression over FROM.
 * Throws TsqlError 108 (no such place), 209 (two outputs of that name).
 */
export function resolveOrder(
  item: OrderItem,
  outputs: SourceColumn[],
  compile: (expression: Expression) => Typed,
): SortKey {
  const value =
    byPlace(item.expression, outputs) ?? byName(item.expression, outputs) ?? compile(item.expression);
  return { value, descending: item.descending };
}

/** As {@link resolveOrder}, where only outputs can be sorted by; `find` gives the place of any other expression. */
export function orderByOutputs(
  orderBy: OrderItem[],
  outputs: SourceColumn[],
  find: (expression: Expression) => number,
): SortKey[] {
  return orderBy.map((item) =>
    resolveOrder(item, outputs, (expression) => outputs[find(expression)] as SourceColumn),
  );
}

function byPlace(expression: Expression, outputs: SourceColumn[]): Typed | undefined {
  if (expression.kind !== 'literal' || expression.literal !== 'integer') return undefined;
  const output = outputs[Number(expression.value) - 1];
  if (output === undefined) {
    throw new TsqlError(
      108,
      `The ORDER BY position number ${expression.value} is out of range of the number of items in the select list.`,
      15,
    );
  }
  return output;
}

function byName(expression: Expression, outputs: SourceColumn[]): Typed | undefined {
  if (expression.kind !== 'column' || expression.name.length > 1) return undefined;
  const name = expression.name[0] as string;
  const found = outputs.filter((output) => output.name !== '' && sameName(output.name, name));
  if (new Set(found.map((output) => output.sql)).size > 1) {
    throw new TsqlError(209, `Ambiguous column name '${name}'.`);
  }
  return found[0];
}

/** ` ORDER BY …` with T-SQL's place for NULL: lowest. Columns that cannot be NULL leave it out, so that indexes serve. */
export function orderBySql(order: SortKey[]): string {
  if (order.length === 0) return '';
  const keys = order.map(({ value, descending }) => {
    const key = orderKey(value);
    if (!value.nullable) return descending ? `${key} DESC` : key;
    return descending ? `${key} DESC NULLS LAST` : `${key} NULLS FIRST`;
  });
  return ` ORDER BY ${keys.join(', ')}`;
}
