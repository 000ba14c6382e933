import { TsqlError } from '../../types.ts';
import type { Expression, OrderItem } from '../ast/query.ts';
import { orderKey } from './comparison.ts';
import { type SourceColumn, sameName } from './scope.ts';
import type { Typed } from './typed.ts';

/** A sort key with its direction. */
export interface OutputOrder {
  value: Typed;
  descending: boolean;
}

/**
 * What an ORDER BY item sorts by: an output column by its place or name, else (when `compile` is given) an expression
 * over FROM. `originals`: the same outputs as written, by whose SQL an expression may be recognised.
 * Undefined when it names no output and may not be an expression. Throws TsqlError 108 (no such place), 209.
 */
export function resolveOrder(
  item: OrderItem,
  outputs: SourceColumn[],
  compile?: (expression: Expression) => Typed,
  originals: SourceColumn[] = outputs,
): OutputOrder | undefined {
  const value =
    byPlace(item.expression, outputs) ??
    byName(item.expression, outputs, originals) ??
    compile?.(item.expression);
  return value === undefined ? undefined : { value, descending: item.descending };
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

function byName(
  expression: Expression,
  outputs: SourceColumn[],
  originals: SourceColumn[],
): Typed | undefined {
  if (expression.kind !== 'column') return undefined;
  const name = expression.name.at(-1) as string;
  const places = outputs.flatMap((output, index) =>
    output.name !== '' && sameName(output.name, name) ? [index] : [],
  );
  // A qualified name is an output only when sorting from outside, where FROM is out of reach.
  if (expression.name.length > 1 && outputs === originals) return undefined;
  const distinct = new Set(places.map((place) => (originals[place] ?? (outputs[place] as SourceColumn)).sql));
  if (distinct.size > 1) throw new TsqlError(209, `Ambiguous column name '${name}'.`);
  return places[0] === undefined ? undefined : outputs[places[0]];
}

/** ` ORDER BY …` with T-SQL's place for NULL: lowest. Columns that cannot be NULL leave it out, so that indexes serve. */
export function orderBySql(order: OutputOrder[]): string {
  if (order.length === 0) return '';
  const keys = order.map(({ value, descending }) => {
    const key = orderKey(value);
    if (!value.nullable) return descending ? `${key} DESC` : key;
    return descending ? `${key} DESC NULLS LAST` : `${key} NULLS FIRST`;
  });
  return ` ORDER BY ${keys.join(', ')}`;
}
