import type {
  CommonTable,
  OrderItem,
  Query,
  QueryBody,
  QuerySpecification,
  SelectItem,
  Top,
} from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import { type Cursor, spelling } from './cursor.ts';
import { parseExpression, parseScalar } from './expression.ts';
import { parseFrom } from './from.ts';

/** True when the tokens from `ahead` on begin a query, within any number of parentheses. */
export function startsQuery(cursor: Cursor, ahead = 0): boolean {
  let at = ahead;
  while (cursor.isSymbol('(', at)) at += 1;
  const token = cursor.peek(at);
  return token.kind === 'word' && token.value === 'SELECT';
}

/** `WITH a (x) AS (SELECT …), b AS (…)` ahead of a statement; none is an empty list. */
export function parseCommonTables(cursor: Cursor): CommonTable[] {
  if (!cursor.accept('WITH')) return [];
  return cursor.list(() => {
    const name = cursor.identifier();
    const columns = cursor.isSymbol('(') ? cursor.parenthesized(() => cursor.identifier()) : undefined;
    cursor.expect('AS');
    const query = parseSubquery(cursor);
    return columns === undefined ? { name, query } : { name, columns, query };
  });
}

export function parseSubquery(cursor: Cursor): Query {
  cursor.expectSymbol('(');
  const query = parseQuery(cursor);
  cursor.expectSymbol(')');
  return query;
}

/** A query with its ORDER BY and OFFSET … FETCH; FOR XML, FOR JSON and SELECT INTO are refused. */
export function parseQuery(cursor: Cursor): Query {
  const query: Query = { body: parseUnion(cursor), orderBy: [] };
  if (cursor.isWord('ORDER')) query.orderBy = parseOrderBy(cursor);
  if (cursor.accept('OFFSET')) {
    query.offset = parseScalar(cursor);
    cursor.expectOne('ROW', 'ROWS');
    if (cursor.accept('FETCH')) {
      cursor.expectOne('NEXT', 'FIRST');
      query.fetch = parseScalar(cursor);
      cursor.expectOne('ROW', 'ROWS');
      cursor.expect('ONLY');
    }
  }
  if (cursor.isWord('FOR')) throw unsupported(`FOR ${cursor.peek(1).value}`);
  return query;
}

/** ` OPTION (RECOMPILE, …)` at the end of a statement: hints for an optimizer that is not here. */
export function skipOption(cursor: Cursor): void {
  if (!cursor.accept('OPTION')) return;
  cursor.expectSymbol('(');
  for (let depth = 1; depth > 0; ) {
    if (cursor.atEnd()) throw cursor.error();
    if (cursor.isSymbol('(')) depth += 1;
    if (cursor.isSymbol(')')) depth -= 1;
    cursor.next();
  }
}

function parseUnion(cursor: Cursor): QueryBody {
  let left = parseIntersect(cursor);
  for (;;) {
    const word = cursor.acceptOne('UNION', 'EXCEPT');
    if (word === undefined) return left;
    const operator = word === 'EXCEPT' ? 'except' : cursor.accept('ALL') ? 'union all' : 'union';
    left = { kind: 'set-operation', operator, left, right: parseIntersect(cursor) };
  }
}

function parseIntersect(cursor: Cursor): QueryBody {
  let left = parseQueryTerm(cursor);
  while (cursor.accept('INTERSECT')) {
    left = { kind: 'set-operation', operator: 'intersect', left, right: parseQueryTerm(cursor) };
  }
  return left;
}

function parseQueryTerm(cursor: Cursor): QueryBody {
  if (!cursor.acceptSymbol('(')) return parseSpecification(cursor);
  const body = parseUnion(cursor);
  cursor.expectSymbol(')');
  return body;
}

function parseSpecification(cursor: Cursor): QuerySpecification {
  cursor.expect('SELECT');
  const distinct = cursor.accept('DISTINCT');
  if (!distinct) cursor.accept('ALL');
  const top = parseTop(cursor);
  const items = cursor.list(() => parseSelectItem(cursor));
  if (cursor.isWord('INTO')) throw unsupported('SELECT INTO');
  const specification: QuerySpecification = { kind: 'specification', distinct, items, groupBy: [] };
  if (top !== undefined) specification.top = top;
  if (cursor.accept('FROM')) specification.from = parseFrom(cursor);
  if (cursor.accept('WHERE')) specification.where = parseExpression(cursor);
  if (cursor.accept('GROUP', 'BY')) specification.groupBy = parseGroupBy(cursor);
  if (cursor.accept('HAVING')) specification.having = parseExpression(cursor);
  return specification;
}

function parseGroupBy(cursor: Cursor): QuerySpecification['groupBy'] {
  for (const word of ['ROLLUP', 'CUBE', 'GROUPING'])
    if (cursor.isWord(word)) throw unsupported(`GROUP BY ${word}`);
  const groups = cursor.list(() => parseScalar(cursor));
  if (cursor.isWord('WITH')) throw unsupported(`GROUP BY … WITH ${cursor.peek(1).value}`);
  return groups;
}

/** `TOP 5`, `TOP (@n + 1)`, `TOP 1 WITH TIES`. Without parentheses only a number may follow. */
export function parseTop(cursor: Cursor): Top | undefined {
  if (!cursor.accept('TOP')) return undefined;
  let count: Top['count'];
  if (cursor.acceptSymbol('(')) {
    count = parseScalar(cursor);
    cursor.expectSymbol(')');
  } else {
    const token = cursor.next();
    if (token.kind === 'variable') count = { kind: 'variable', name: token.value };
    else if (token.kind === 'integer') count = { kind: 'literal', literal: 'integer', value: token.value };
    else throw cursor.error(token);
  }
  const percent = cursor.accept('PERCENT');
  return { count, percent, withTies: cursor.accept('WITH', 'TIES') };
}

/** One item of a select list, also of an OUTPUT clause. */
export function parseSelectItem(cursor: Cursor): SelectItem {
  if (cursor.acceptSymbol('*')) return { kind: 'star', qualifier: [] };
  const qualifier = qualifierOfStar(cursor);
  if (qualifier !== undefined) return { kind: 'star', qualifier };
  if (cursor.peek().kind === 'variable' && cursor.isSymbol('=', 1)) {
    const variable = cursor.next().value;
    cursor.next();
    return { kind: 'assign', variable, expression: parseScalar(cursor) };
  }
  // `alias = expression`
  if ((cursor.isIdentifier() || cursor.peek().kind === 'string') && cursor.isSymbol('=', 1)) {
    const alias = spelling(cursor.next());
    cursor.next();
    return { kind: 'expression', expression: parseScalar(cursor), alias };
  }
  const expression = parseScalar(cursor);
  const alias = parseAlias(cursor);
  return alias === undefined ? { kind: 'expression', expression } : { kind: 'expression', expression, alias };
}

/** `a.*`, `a.b.*`: returns the qualifier and steps over it. */
function qualifierOfStar(cursor: Cursor): string[] | undefined {
  let ahead = 0;
  while (cursor.isIdentifier(ahead) && cursor.isSymbol('.', ahead + 1)) ahead += 2;
  if (ahead === 0 || !cursor.isSymbol('*', ahead)) return undefined;
  const qualifier: string[] = [];
  for (let taken = 0; taken < ahead; taken += 2) {
    qualifier.push(cursor.identifier());
    cursor.next();
  }
  cursor.next();
  return qualifier;
}

/** A column alias, with or without AS; it may be a string. */
function parseAlias(cursor: Cursor): string | undefined {
  const said = cursor.accept('AS');
  const token = cursor.peek();
  if (cursor.isIdentifier() || token.kind === 'string' || (said && token.kind === 'nstring')) {
    return spelling(cursor.next());
  }
  if (said) throw cursor.error();
  return undefined;
}

export function parseOrderBy(cursor: Cursor): OrderItem[] {
  cursor.expect('ORDER', 'BY');
  return cursor.list(() => {
    const expression = parseScalar(cursor);
    const descending = cursor.accept('DESC');
    if (!descending) cursor.accept('ASC');
    return { expression, descending };
  });
}
