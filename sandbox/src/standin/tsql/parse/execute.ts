import type { ExecuteArgument, ExecuteStatement } from '../ast/control.ts';
import type { Expression } from '../ast/query.ts';
import type { StatementPlace } from '../ast/statement.ts';
import { unsupported } from '../refusal.ts';
import { type Cursor, spelling } from './cursor.ts';
import { parseScalar } from './expression.ts';

export type ParsedExecute =
  | Omit<ExecuteStatement, keyof StatementPlace>
  | { kind: 'execute-text'; value: Expression };

/** EXEC [@rc =] procedure arguments, or EXEC('text'). `bare`: the word EXEC was left out (first in a batch). */
export function parseExecute(cursor: Cursor, bare = false): ParsedExecute {
  if (!bare) cursor.expectOne('EXEC', 'EXECUTE');
  if (cursor.isSymbol('(')) {
    cursor.next();
    const value = parseScalar(cursor);
    cursor.expectSymbol(')');
    if (cursor.isWord('AT')) throw unsupported('EXEC … AT');
    return { kind: 'execute-text', value };
  }
  const execute: Omit<ExecuteStatement, keyof StatementPlace> = {
    kind: 'execute',
    procedure: [],
    arguments: [],
  };
  if (cursor.peek().kind === 'variable' && cursor.isSymbol('=', 1)) {
    execute.returnVariable = cursor.next().value;
    cursor.next();
  }
  if (cursor.peek().kind === 'variable') throw unsupported('EXEC @procedure');
  execute.procedure = cursor.objectName();
  if (startsArgument(cursor)) execute.arguments = cursor.list(() => parseArgument(cursor));
  if (cursor.isWord('WITH')) throw unsupported('EXEC … WITH');
  return execute;
}

function startsArgument(cursor: Cursor): boolean {
  const token = cursor.peek();
  if (token.kind === 'symbol') return token.value === '-' || token.value === '+';
  if (token.kind === 'word')
    return cursor.isIdentifier() || token.value === 'NULL' || token.value === 'DEFAULT';
  return token.kind !== 'end';
}

function parseArgument(cursor: Cursor): ExecuteArgument {
  const argument: ExecuteArgument = { output: false };
  if (cursor.peek().kind === 'variable' && cursor.isSymbol('=', 1)) {
    argument.name = cursor.next().value;
    cursor.next();
  }
  if (!cursor.accept('DEFAULT')) argument.value = parseArgumentValue(cursor);
  argument.output = cursor.acceptOne('OUTPUT', 'OUT') !== undefined;
  return argument;
}

/** A constant, a variable or a bare word (which is a string); no expressions, as in T-SQL. */
function parseArgumentValue(cursor: Cursor): Expression {
  const sign = cursor.acceptSymbol('-') ? '-' : cursor.acceptSymbol('+') ? '+' : undefined;
  if (sign === undefined && cursor.isIdentifier()) {
    return { kind: 'literal', literal: 'nstring', value: spelling(cursor.next()) };
  }
  const token = cursor.next();
  switch (token.kind) {
    case 'variable':
      return { kind: 'variable', name: token.value };
    case 'string':
    case 'nstring':
    case 'binary':
    case 'integer':
    case 'decimal':
    case 'float':
    case 'money': {
      const operand: Expression = { kind: 'literal', literal: token.kind, value: token.value };
      return sign === undefined ? operand : { kind: 'unary', operator: sign, operand };
    }
    default:
      if (token.kind === 'word' && token.value === 'NULL')
        return { kind: 'literal', literal: 'null', value: '' };
      throw cursor.error(token);
  }
}
