import type { DeclaredVariable } from '../ast/control.ts';
import type { Expression } from '../ast/query.ts';
import type { Statement } from '../ast/statement.ts';
import { unsupported, unsupportedStatement } from '../refusal.ts';
import type { Cursor } from './cursor.ts';
import { parseDataType } from './data-type.ts';
import { parseExpression, parseScalar } from './expression.ts';
import type { Bare } from './statement.ts';

/** BEGIN … END, IF, DECLARE, PRINT, RAISERROR, THROW, WAITFOR, RETURN; undefined when none of them comes next. */
export function parseControl(cursor: Cursor, nested: () => Statement): Bare | undefined {
  if (cursor.isWord('BEGIN', 'TRY')) throw unsupportedStatement('BEGIN TRY');
  if (cursor.isWord('BEGIN') && !cursor.isWord('BEGIN', 'TRAN') && !cursor.isWord('BEGIN', 'TRANSACTION')) {
    return parseBlock(cursor, nested);
  }
  if (cursor.accept('IF')) return parseIf(cursor, nested);
  if (cursor.accept('DECLARE')) return parseDeclare(cursor);
  if (cursor.accept('PRINT')) return { kind: 'print', value: parseScalar(cursor) };
  if (cursor.accept('RAISERROR')) return parseRaiseError(cursor);
  if (cursor.accept('THROW')) {
    const bare = cursor.isSymbol(';') || cursor.atEnd();
    return { kind: 'throw', arguments: bare ? [] : cursor.list(() => parseScalar(cursor)) };
  }
  if (cursor.accept('WAITFOR')) {
    if (!cursor.accept('DELAY')) throw unsupported(`WAITFOR ${cursor.peek().value}`);
    return { kind: 'wait', delay: parseScalar(cursor) };
  }
  if (cursor.accept('RETURN')) {
    const token = cursor.peek();
    const hasValue = token.kind === 'integer' || token.kind === 'variable' || cursor.isSymbol('-');
    return hasValue ? { kind: 'return', value: parseScalar(cursor) } : { kind: 'return' };
  }
  return undefined;
}

function parseBlock(cursor: Cursor, nested: () => Statement): Bare {
  cursor.expect('BEGIN');
  const body: Statement[] = [];
  for (;;) {
    while (cursor.acceptSymbol(';'));
    if (cursor.accept('END')) break;
    if (cursor.atEnd()) throw cursor.error();
    body.push(nested());
  }
  if (body.length === 0) throw cursor.error(cursor.previous());
  return { kind: 'block', body };
}

function parseIf(cursor: Cursor, nested: () => Statement): Bare {
  const condition = parseExpression(cursor);
  const whenTrue = nested();
  // A semicolon may end the first branch when ELSE follows.
  if (cursor.isSymbol(';') && cursor.peek(1).kind === 'word' && cursor.peek(1).value === 'ELSE')
    cursor.next();
  if (!cursor.accept('ELSE')) return { kind: 'if', condition, whenTrue };
  return { kind: 'if', condition, whenTrue, whenFalse: nested() };
}

function parseDeclare(cursor: Cursor): Bare {
  const first = cursor.peek();
  if (first.kind !== 'variable') throw unsupported('DECLARE … CURSOR');
  if (
    cursor.peek(1).value === 'TABLE' ||
    (cursor.peek(1).value === 'AS' && cursor.peek(2).value === 'TABLE')
  ) {
    cursor.next();
    cursor.accept('AS');
    cursor.expect('TABLE');
    const columns = cursor.parenthesized(() => {
      const name = cursor.identifier();
      const type = parseDataType(cursor, 1);
      if (!cursor.accept('NOT', 'NULL')) cursor.accept('NULL');
      return { name, type };
    });
    return { kind: 'declare-table', name: first.value, columns };
  }
  return { kind: 'declare', variables: cursor.list(() => parseVariable(cursor)) };
}

function parseVariable(cursor: Cursor): DeclaredVariable {
  const token = cursor.next();
  if (token.kind !== 'variable' || token.value.startsWith('@@')) throw cursor.error(token);
  cursor.accept('AS');
  const variable: DeclaredVariable = { name: token.value, type: parseDataType(cursor, 1) };
  if (cursor.acceptSymbol('=')) variable.value = parseScalar(cursor);
  return variable;
}

function parseRaiseError(cursor: Cursor): Bare {
  const list: Expression[] = cursor.parenthesized(() => parseScalar(cursor));
  if (cursor.accept('WITH')) cursor.list(() => cursor.expectOne('NOWAIT', 'LOG', 'SETERROR'));
  return { kind: 'raise-error', arguments: list };
}
