import type { CallExpression, CaseExpression, Expression, LiteralKind, Name } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import { type Cursor, spelling } from './cursor.ts';
import { parseDataType } from './data-type.ts';
import { parseExpression, parseScalar } from './expression.ts';
import { parseOrderBy, parseSubquery, startsQuery } from './query.ts';

const LITERALS: Partial<Record<string, LiteralKind>> = {
  string: 'string',
  nstring: 'nstring',
  binary: 'binary',
  integer: 'integer',
  decimal: 'decimal',
  float: 'float',
  money: 'money',
};

/** Reserved words that are functions when a parenthesis follows. */
const CALLABLE = new Set(['LEFT', 'RIGHT', 'COALESCE', 'NULLIF']);
/** Reserved words that are functions without parentheses. */
const BARE_CALLS = new Set(['CURRENT_TIMESTAMP', 'CURRENT_USER', 'SESSION_USER', 'SYSTEM_USER', 'USER']);

/** A literal, variable, column, function call, CASE, CAST, parenthesised expression or subquery. */
export function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.peek();
  const literal = LITERALS[token.kind];
  if (literal !== undefined) {
    cursor.next();
    return { kind: 'literal', literal, value: token.value };
  }
  if (token.kind === 'variable') {
    cursor.next();
    return { kind: 'variable', name: token.value };
  }
  if (cursor.isSymbol('(')) {
    if (startsQuery(cursor, 1)) return { kind: 'subquery', query: parseSubquery(cursor) };
    cursor.next();
    const inner = parseExpression(cursor);
    cursor.expectSymbol(')');
    return inner;
  }
  if (token.kind === 'word') {
    const special = parseKeywordExpression(cursor, token.value);
    if (special !== undefined) return special;
  }
  return parseNameOrCall(cursor);
}

function parseKeywordExpression(cursor: Cursor, word: string): Expression | undefined {
  if (cursor.accept('NULL')) return { kind: 'literal', literal: 'null', value: '' };
  if (cursor.accept('DEFAULT')) return { kind: 'default' };
  if (cursor.accept('CASE')) return parseCase(cursor);
  if (BARE_CALLS.has(word)) {
    cursor.next();
    return call([word]);
  }
  if (!cursor.isSymbol('(', 1)) return undefined;
  if (word === 'CAST' || word === 'TRY_CAST' || word === 'PARSE' || word === 'TRY_PARSE') {
    cursor.next();
    return parseCast(cursor, word);
  }
  if (word === 'CONVERT' || word === 'TRY_CONVERT') {
    cursor.next();
    return parseConvert(cursor, word === 'TRY_CONVERT');
  }
  if (word === 'TRIM') {
    cursor.next();
    return parseTrim(cursor);
  }
  if (CALLABLE.has(word)) {
    cursor.next();
    return parseCall(cursor, [word]);
  }
  return undefined;
}

function parseCase(cursor: Cursor): Expression {
  const expression: CaseExpression = { kind: 'case', branches: [] };
  if (!cursor.isWord('WHEN')) expression.operand = parseScalar(cursor);
  while (cursor.accept('WHEN')) {
    const when = expression.operand === undefined ? parseExpression(cursor) : parseScalar(cursor);
    cursor.expect('THEN');
    expression.branches.push({ when, result: parseScalar(cursor) });
  }
  if (expression.branches.length === 0) throw cursor.error();
  if (cursor.accept('ELSE')) expression.otherwise = parseScalar(cursor);
  cursor.expect('END');
  return expression;
}

function parseCast(cursor: Cursor, word: string): Expression {
  cursor.expectSymbol('(');
  const operand = parseScalar(cursor);
  cursor.expect('AS');
  const type = parseDataType(cursor, 30);
  const parse = word.endsWith('PARSE');
  if (parse && cursor.accept('USING')) {
    const culture = cursor.next();
    if (!/^en-us$/i.test(culture.value)) throw unsupported(`PARSE USING ${culture.raw}`);
  }
  cursor.expectSymbol(')');
  return { kind: 'cast', operand, type, attempt: word.startsWith('TRY'), parse };
}

function parseConvert(cursor: Cursor, attempt: boolean): Expression {
  cursor.expectSymbol('(');
  const type = parseDataType(cursor, 30);
  cursor.expectSymbol(',');
  const operand = parseScalar(cursor);
  const expression: Expression = { kind: 'cast', operand, type, attempt, parse: false };
  if (cursor.acceptSymbol(',')) expression.style = parseScalar(cursor);
  cursor.expectSymbol(')');
  return expression;
}

/** `TRIM(x)` or `TRIM(characters FROM x)`, whose arguments are put into call order. */
function parseTrim(cursor: Cursor): Expression {
  cursor.expectSymbol('(');
  const first = parseScalar(cursor);
  const operands = cursor.accept('FROM') ? [parseScalar(cursor), first] : [first];
  cursor.expectSymbol(')');
  return { ...call(['TRIM']), arguments: operands };
}

function parseNameOrCall(cursor: Cursor): Expression {
  if (!cursor.isIdentifier()) throw cursor.error();
  const name: string[] = [spelling(cursor.next())];
  while (cursor.isSymbol('.') && !cursor.isSymbol('*', 1)) {
    cursor.next();
    name.push(cursor.isSymbol('.') ? '' : cursor.identifier());
    if (name.length > 4) throw unsupported(name.join('.'));
  }
  return cursor.isSymbol('(') ? parseCall(cursor, name) : { kind: 'column', name };
}

function parseCall(cursor: Cursor, name: Name): Expression {
  const expression = call(name);
  cursor.expectSymbol('(');
  if (cursor.acceptSymbol('*')) expression.star = true;
  else if (!cursor.isSymbol(')')) {
    expression.distinct = cursor.accept('DISTINCT');
    if (!expression.distinct) cursor.accept('ALL');
    // Only IIF takes a condition; elsewhere the compiler refuses one.
    const argument = name.at(-1)?.toUpperCase() === 'IIF' ? parseExpression : parseScalar;
    expression.arguments = cursor.list(() => argument(cursor));
  }
  cursor.expectSymbol(')');
  if (cursor.accept('WITHIN', 'GROUP')) {
    cursor.expectSymbol('(');
    expression.withinGroup = parseOrderBy(cursor);
    cursor.expectSymbol(')');
  }
  if (cursor.accept('OVER')) expression.over = parseOver(cursor);
  return expression;
}

function parseOver(cursor: Cursor): NonNullable<CallExpression['over']> {
  cursor.expectSymbol('(');
  const partitionBy = cursor.accept('PARTITION', 'BY') ? cursor.list(() => parseScalar(cursor)) : [];
  const orderBy = cursor.isWord('ORDER') ? parseOrderBy(cursor) : [];
  const over: NonNullable<CallExpression['over']> = { partitionBy, orderBy };
  if (cursor.isWord('ROWS') || cursor.isWord('RANGE')) over.frame = parseFrame(cursor);
  cursor.expectSymbol(')');
  return over;
}

/** `ROWS BETWEEN 3 PRECEDING AND CURRENT ROW`, normalised: it means the same in PostgreSQL. */
function parseFrame(cursor: Cursor): string {
  const unit = cursor.expectOne('ROWS', 'RANGE');
  if (!cursor.accept('BETWEEN')) return `${unit} ${parseFrameBound(cursor)}`;
  const from = parseFrameBound(cursor);
  cursor.expect('AND');
  return `${unit} BETWEEN ${from} AND ${parseFrameBound(cursor)}`;
}

function parseFrameBound(cursor: Cursor): string {
  if (cursor.accept('CURRENT', 'ROW')) return 'CURRENT ROW';
  const distance = cursor.accept('UNBOUNDED') ? 'UNBOUNDED' : String(cursor.integer());
  return `${distance} ${cursor.expectOne('PRECEDING', 'FOLLOWING')}`;
}

function call(name: Name): CallExpression {
  return { kind: 'call', name, arguments: [], star: false, distinct: false };
}
