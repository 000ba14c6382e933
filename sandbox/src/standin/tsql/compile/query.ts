import { TsqlError, type TsqlType } from '../../types.ts';
import type { OrderItem, Query, QueryBody, QuerySpecification, Top } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import { commonType, familyOf, isLarge, sameType } from '../type-rules.ts';
import type { Compilation } from './compilation.ts';
import { compileCondition } from './condition.ts';
import { convert, OPERAND } from './convert.ts';
import { compileScalar } from './expression.ts';
import { compileFrom } from './from.ts';
import { type OutputOrder, orderBySql, resolveOrder } from './order.ts';
import type { Scope, SourceColumn } from './scope.ts';
import { compileItems } from './select-list.ts';
import { isIntegerLiteral, isNullLiteral, type Typed, withoutLiteral } from './typed.ts';

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
  return ordered(
    union,
    query.orderBy,
    paging,
    compilation,
    104,
    'the statement contains a UNION, INTERSECT or EXCEPT operator',
  );
}

/** A query used as a value or with IN: one column unless it stands in EXISTS. Throws TsqlError 116. */
export function compileSubquery(
  query: Query,
  scope: Scope,
  compilation: Compilation,
  anyColumns = false,
): { sql: string; value: Typed; alias: string } {
  const compiled = compileSelect(query, scope, compilation);
  if (compiled.assigns !== undefined) throw unsupported('SELECT @variable in a subquery');
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

function compilePaging(query: Query, outer: Scope | undefined, compilation: Compilation): string {
  if (query.offset === undefined) return '';
  if (query.orderBy.length === 0) throw new TsqlError(102, "Incorrect syntax near 'OFFSET'.", 15);
  const scope = { sources: [], ...(outer === undefined ? {} : { outer }) };
  const offset = ` OFFSET ${rowCount(query.offset, 'offset', scope, compilation)}`;
  return query.fetch === undefined
    ? offset
    : `${offset} LIMIT ${rowCount(query.fetch, 'fetch', scope, compilation)}`;
}

function rowCount(expression: Top['count'], clause: string, scope: Scope, compilation: Compilation): string {
  const value = compileScalar(expression, scope, compilation);
  if (isIntegerLiteral(value) && value.literal !== undefined) return value.literal.value;
  return `tsql.row_limit(${convert(value, { name: 'bigint' }, OPERAND).sql}, '${clause}')`;
}

function compileTop(
  top: Top | undefined,
  orderBy: OrderItem[],
  scope: Scope,
  compilation: Compilation,
): string {
  if (top === undefined) return '';
  if (top.percent) throw unsupported('TOP … PERCENT');
  const count = rowCount(top.count, 'top', scope, compilation);
  if (!top.withTies) return ` LIMIT ${count}`;
  if (orderBy.length === 0)
    throw new TsqlError(
      1062,
      'The TOP N WITH TIES clause is not allowed without a corresponding ORDER BY clause.',
    );
  return ` FETCH FIRST (${count}) ROWS WITH TIES`;
}

function compileSpecification(
  specification: QuerySpecification,
  orderBy: OrderItem[],
  paging: string,
  outer: Scope | undefined,
  compilation: Compilation,
): CompiledSelect {
  const around = outer === undefined ? {} : { outer };
  const from =
    specification.from === undefined ? undefined : compileFrom(specification.from, outer, compilation);
  const scope: Scope = { sources: from?.sources ?? [], ...around };
  const items = compileItems(specification.items, scope, compilation);
  const selected = items.outputs.map((output, index) => `${output.sql} AS c${index + 1}`);
  const clauses = [`SELECT ${specification.distinct ? 'DISTINCT ' : ''}${selected.join(', ')}`];
  if (from !== undefined) clauses.push(`FROM ${from.sql}`);
  if (specification.where !== undefined)
    clauses.push(`WHERE ${compileCondition(specification.where, scope, compilation)}`);
  if (specification.groupBy.length > 0)
    clauses.push(`GROUP BY ${compileGroups(specification, scope, compilation)}`);
  if (specification.having !== undefined)
    clauses.push(`HAVING ${compileCondition(specification.having, scope, compilation)}`);
  const limit = compileTop(specification.top, orderBy, scope, compilation) + paging;

  const compiled: CompiledSelect = { sql: clauses.join(' '), columns: named(items.outputs) };
  if (items.assigns !== undefined) compiled.assigns = items.assigns;
  if (specification.distinct) {
    for (const output of items.outputs) refuseUngroupable(output, 'DISTINCT');
    return orderBy.length === 0
      ? { ...compiled, sql: compiled.sql + limit }
      : ordered(compiled, orderBy, limit, compilation, 145, 'SELECT DISTINCT is specified', items.outputs);
  }
  const order = orderBy.map((item) =>
    resolveOrder(item, items.outputs, (part) => compileScalar(part, scope, compilation)),
  );
  return { ...compiled, sql: `${compiled.sql}${orderBySql(order as OutputOrder[])}${limit}` };
}

/** The outputs as columns of the query seen from outside. */
function named(outputs: SourceColumn[]): SourceColumn[] {
  return outputs.map(({ text: _, ...output }, index) => ({ ...output, sql: `c${index + 1}` }));
}

function compileGroups(specification: QuerySpecification, scope: Scope, compilation: Compilation): string {
  return specification.groupBy
    .map((expression) => {
      const group = compileScalar(expression, scope, compilation);
      if (group.literal !== undefined) {
        throw new TsqlError(
          164,
          'Each GROUP BY expression must contain at least one column that is not an outer reference.',
          15,
        );
      }
      refuseUngroupable(group, 'GROUP BY');
      return group.sql;
    })
    .join(', ');
}

/** Values whose equality in PostgreSQL is not T-SQL's cannot be grouped or made distinct here. */
function refuseUngroupable(value: Typed, clause: string): void {
  if (isLarge(value.type)) {
    throw new TsqlError(
      306,
      'The text, ntext, and image data types cannot be compared or sorted, except when using IS NULL or LIKE operator.',
      16,
      2,
    );
  }
  const { name } = value.type;
  if (name === 'datetimeoffset' || name === 'varbinary') throw unsupported(`${clause} of ${name}`);
}

/** Sorts and cuts a query from outside, where only its output columns can be named. */
function ordered(
  query: CompiledSelect,
  orderBy: OrderItem[],
  limit: string,
  compilation: Compilation,
  error: number,
  reason: string,
  outputs: SourceColumn[] = [],
): CompiledSelect {
  const alias = compilation.alias();
  const columns = query.columns.map((column) => ({ ...column, sql: `${alias}.${column.sql}` }));
  const order = orderBy.map((item) => {
    const found = resolveOrder(item, columns, undefined, outputs);
    if (found === undefined) {
      throw new TsqlError(error, `ORDER BY items must appear in the select list if ${reason}.`, 15);
    }
    return found;
  });
  const names = query.columns.map((column) => column.sql).join(', ');
  return { ...query, sql: `SELECT ${names} FROM (${query.sql}) AS ${alias}${orderBySql(order)}${limit}` };
}

function compileBody(body: QueryBody, outer: Scope | undefined, compilation: Compilation): CompiledSelect {
  if (body.kind === 'specification') return compileSpecification(body, [], '', outer, compilation);
  return compileSetOperation(body, outer, compilation);
}

/** Column by column the sides are brought to one type; names come from the left. */
function compileSetOperation(
  body: Extract<QueryBody, { kind: 'set-operation' }>,
  outer: Scope | undefined,
  compilation: Compilation,
): CompiledSelect {
  const sides = [
    compileBody(body.left, outer, compilation),
    compileBody(body.right, outer, compilation),
  ] as const;
  const [left, right] = sides;
  if (left.columns.length !== right.columns.length) {
    throw new TsqlError(
      205,
      'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.',
    );
  }
  const types = left.columns.map((column, index) => mergedType(column, right.columns[index] as SourceColumn));
  if (body.operator !== 'union all') {
    for (const type of types)
      refuseUngroupable({ sql: '', type, nullable: true }, body.operator.toUpperCase());
  }
  const columns = left.columns.map((column, index) => {
    return {
      ...withoutLiteral(column),
      type: types[index] as TsqlType,
      nullable: column.nullable || (right.columns[index] as SourceColumn).nullable,
    };
  });
  const sql = sides
    .map((side) => `(${brought(side, types, compilation)})`)
    .join(` ${body.operator.toUpperCase()} `);
  return { sql, columns };
}

function mergedType(left: SourceColumn, right: SourceColumn): TsqlType {
  if (isNullLiteral(left)) return right.type;
  return isNullLiteral(right) ? left.type : commonType(left.type, right.type);
}

/** The side with each column converted to the common type; left alone where nothing changes in PostgreSQL. */
function brought(side: CompiledSelect, types: TsqlType[], compilation: Compilation): string {
  const same = side.columns.every((column, index) => {
    const type = types[index] as TsqlType;
    return sameType(column.type, type) || (familyOf(type) === 'text' && familyOf(column.type) === 'text');
  });
  if (same) return side.sql;
  const alias = compilation.alias();
  const columns = side.columns.map((column, index) => {
    const source = isNullLiteral(column)
      ? column
      : { ...withoutLiteral(column), sql: `${alias}.${column.sql}` };
    return `${convert(source, types[index] as TsqlType, OPERAND).sql} AS c${index + 1}`;
  });
  return `SELECT ${columns.join(', ')} FROM (${side.sql}) AS ${alias}`;
}
