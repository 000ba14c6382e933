import type { ArithmeticOperator, ComparisonOperator, Expression } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import type { Cursor } from './cursor.ts';
import { parsePrimary } from './primary.ts';
import { parseSubquery, startsQuery } from './query.ts';

const COMPARISONS: Record<string, ComparisonOperator> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '!<': '>=',
  '!>': '<=',
};

/** A whole expression, scalar or condition: OR binds loosest, then AND, NOT, predicates, then arithmetic. */
export function parseExpression(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  while (cursor.accept('OR')) left = { kind: 'or', left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor);
  while (cursor.accept('AND')) left = { kind: 'and', left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: Cursor): Expression {
  return cursor.accept('NOT') ? { kind: 'not', operand: parseNot(cursor) } : parsePredicate(cursor);
}

function parsePredicate(cursor: Cursor): Expression {
  if (cursor.accept('EXISTS')) return { kind: 'exists', query: parseSubquery(cursor) };
  const left = parseScalar(cursor);
  const symbol = cursor.peek();
  const operator = symbol.kind === 'symbol' ? COMPARISONS[symbol.value] : undefined;
  if (operator !== undefined) {
    cursor.next();
    const quantifier = cursor.acceptOne('ALL', 'ANY', 'SOME');
    if (quantifier !== undefined) {
      return { kind: 'quantified', operator, all: quantifier === 'ALL', left, query: parseSubquery(cursor) };
    }
    return { kind: 'comparison', operator, left, right: parseScalar(cursor) };
  }
  if (cursor.accept('IS')) {
    const negated = cursor.accept('NOT');
    if (cursor.isWord('DISTINCT', 'FROM')) throw unsupported('IS DISTINCT FROM');
    cursor.expect('NULL');
    return { kind: 'is-null', operand: left, negated };
  }
  const negated = cursor.accept('NOT');
  if (cursor.accept('BETWEEN')) {
    const low = parseScalar(cursor);
    cursor.expect('AND');
    return { kind: 'between', operand: left, low, high: parseScalar(cursor), negated };
  }
  if (cursor.accept('IN')) return { kind: 'in', operand: left, list: parseInList(cursor), negated };
  if (cursor.accept('LIKE')) {
    const pattern = parseScalar(cursor);
    const like: Expression = { kind: 'like', operand: left, pattern, negated };
    return cursor.accept('ESCAPE') ? { ...like, escape: parseScalar(cursor) } : like;
  }
  if (negated) throw cursor.error();
  return left;
}

function parseInList(cursor: Cursor): Extract<Expression, { kind: 'in' }>['list'] {
  if (cursor.isSymbol('(') && startsQuery(cursor, 1)) return parseSubquery(cursor);
  return cursor.parenthesized(() => parseScalar(cursor));
}

/** An expression that gives a value: `+ - & ^ |` bind alike and loosest, then `* / %`, then signs. */
export function parseScalar(cursor: Cursor): Expression {
  let left = parseProduct(cursor);
  for (;;) {
    const operator = acceptOperator(cursor, '+-&|^');
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: parseProduct(cursor) };
  }
}

function parseProduct(cursor: Cursor): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const operator = acceptOperator(cursor, '*/%');
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: parseUnary(cursor) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  for (const operator of ['-', '+', '~'] as const) {
    if (cursor.acceptSymbol(operator)) return { kind: 'unary', operator, operand: parseUnary(cursor) };
  }
  let operand = parsePrimary(cursor);
  while (cursor.accept('COLLATE')) operand = { kind: 'collate', operand, collation: cursor.identifier() };
  return operand;
}

function acceptOperator(cursor: Cursor, operators: string): ArithmeticOperator | undefined {
  const token = cursor.peek();
  if (token.kind !== 'symbol' || !operators.includes(token.value)) return undefined;
  cursor.next();
  return token.value as ArithmeticOperator;
}
