import { TsqlError } from '../../types.ts';
import type { Expression, OrderItem, Query, QuerySpecification } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import type { Compilation } from './compilation.ts';
import { compileCondition } from './condition.ts';
import { compileScalar } from './expression.ts';
import { compileFrom } from './from.ts';
import { refuseUngroupable } from './groupable.ts';
import { orderByOutputs, orderBySql, resolveOrder } from './order.ts';
import { compilePaging, compileTop } from './paging.ts';
import type { Scope, SourceColumn } from './scope.ts';
import { compileItems } from './select-list.ts';
import { compileSetOperation } from './set-operation.ts';
import { type Typed, withoutLiteral } from './typed.ts';

/** A compiled query: its PostgreSQL columns are named c1, c2, …; `columns` refer to them by those bare names. */
export interface CompiledSelect {
  sql: string;
  columns: SourceColumn[];
  /** Variables of `SELECT @a = …`. */
  assigns?: string[];
}

/** A query with its ORDER BY, OFFSET and FETCH. */
export function compileSelect(
  query: Query,
  outer: Scope | undefined,
  compilation: Compilation,
): CompiledSelect {
  const paging = compilePaging(query, outer, compilation);
  if (query.body.kind === 'specification') {
    return compileSpecification(query.body, query.orderBy, paging, outer, compilation);
  }
  const union = compileSetOperation(query.body, outer, compilation);
  if (query.orderBy.length === 0) return union;
  const missing = new TsqlError(
    104,
    'ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or EXCEPT operator.',
    15,
  );
  return sorted(union, query.orderBy, paging, compilation, () => {
    throw missing;
  });
}

/** A query inside another. Throws TsqlError 1033: only the outermost may sort without TOP or OFFSET. */
export function compileInner(
  query: Query,
  outer: Scope | undefined,
  compilation: Compilation,
): CompiledSelect {
  const limited =
    query.offset !== undefined || (query.body.kind === 'specification' && query.body.top !== undefined);
  if (query.orderBy.length > 0 && !limited) {
    throw new TsqlError(
      1033,
      'The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also specified.',
      15,
    );
  }
  const compiled = compileSelect(query, outer, compilation);
  if (compiled.assigns !== undefined) throw unsupported('SELECT @variable in a subquery');
  return compiled;
}

/** A query used as a value or with IN: one column unless it stands in EXISTS. Throws TsqlError 116. */
export function compileSubquery(
  query: Query,
  scope: Scope,
  compilation: Compilation,
  anyColumns = false,
): { sql: string; value: Typed; alias: string } {
  const compiled = compileInner(query, scope, compilation);
  if (!anyColumns && compiled.columns.length !== 1) {
    throw new TsqlError(
      116,
      'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.',
    );
  }
  const alias = compilation.alias();
  return {
    sql: compiled.sql,
    value: { ...withoutLiteral(compiled.columns[0] as SourceColumn), sql: `${alias}.c1` },
    alias,
  };
}

/** SELECT … HAVING, sorted and cut. `paging`: its OFFSET and FETCH. */
export function compileSpecification(
  specification: QuerySpecification,
  orderBy: OrderItem[],
  paging: string,
  outer: Scope | undefined,
  compilation: Compilation,
): CompiledSelect {
  const { from: tables, where, groupBy, having, distinct } = specification;
  const from = tables === undefined ? undefined : compileFrom(tables, outer, compilation);
  const scope: Scope = { sources: from?.sources ?? [], ...(outer === undefined ? {} : { outer }) };
  const value = (expression: Expression): Typed => compileScalar(expression, scope, compilation);
  const { outputs, assigns } = compileItems(specification.items, scope, compilation);
  const clauses = [
    `SELECT ${distinct ? 'DISTINCT ' : ''}${outputs.map((output, index) => `${output.sql} AS c${index + 1}`).join(', ')}`,
  ];
  if (from !== undefined) clauses.push(`FROM ${from.sql}`);
  if (where !== undefined) clauses.push(`WHERE ${compileCondition(where, scope, compilation)}`);
  if (groupBy.length > 0)
    clauses.push(`GROUP BY ${groupBy.map((group) => groupSql(value(group))).join(', ')}`);
  if (having !== undefined) clauses.push(`HAVING ${compileCondition(having, scope, compilation)}`);
  const limit = compileTop(specification.top, orderBy, scope, compilation) + paging;
  const compiled: CompiledSelect = { sql: clauses.join(' '), columns: named(outputs) };
  if (assigns !== undefined) compiled.assigns = assigns;
  if (!distinct) {
    const order = orderBy.map((item) => resolveOrder(item, outputs, value));
    return { ...compiled, sql: `${compiled.sql}${orderBySql(order)}${limit}` };
  }
  for (const output of outputs) refuseUngroupable(output.type, 'DISTINCT');
  if (orderBy.length === 0) return { ...compiled, sql: compiled.sql + limit };
  return sorted(compiled, orderBy, limit, compilation, (expression) => {
    // An expression is known again by what it compiles to.
    const index = outputs.findIndex((output) => output.sql === value(expression).sql);
    if (index >= 0) return index;
    throw new TsqlError(
      145,
      'ORDER BY items must appear in the select list if SELECT DISTINCT is specified.',
      15,
    );
  });
}

/** The outputs as columns of the query seen from outside. */
function named(outputs: SourceColumn[]): SourceColumn[] {
  return outputs.map(({ text: _, ...output }, index) => ({ ...output, sql: `c${index + 1}` }));
}

function groupSql(group: Typed): string {
  if (group.literal !== undefined) {
    throw new TsqlError(
      164,
      'Each GROUP BY expression must contain at least one column that is not an outer reference.',
      15,
    );
  }
  refuseUngroupable(group.type, 'GROUP BY');
  return group.sql;
}

/** Sorts and cuts a query from outside, where only its output columns can be named. `find`: the place of another expression. */
function sorted(
  query: CompiledSelect,
  orderBy: OrderItem[],
  limit: string,
  compilation: Compilation,
  find: (expression: Expression) => number,
): CompiledSelect {
  const alias = compilation.alias();
  const columns = query.columns.map((column) => ({ ...column, sql: `${alias}.${column.sql}` }));
  const order = orderByOutputs(orderBy, columns, find);
  const names = query.columns.map((column) => column.sql).join(', ');
  return { ...query, sql: `SELECT ${names} FROM (${query.sql}) AS ${alias}${orderBySql(order)}${limit}` };
}
