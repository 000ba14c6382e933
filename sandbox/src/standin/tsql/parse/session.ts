import type { Isolation } from '../../types.ts';
import type { DatabaseStatement, SetStatement, TransactionStatement } from '../ast/control.ts';
import type { ArithmeticOperator } from '../ast/query.ts';
import type { Statement, StatementPlace } from '../ast/statement.ts';
import { unsupported } from '../refusal.ts';
import { type Cursor, spelling } from './cursor.ts';
import { parseDataType } from './data-type.ts';
import { parseScalar } from './expression.ts';

type Distributed<S> = S extends StatementPlace ? Omit<S, keyof StatementPlace> : never;
type Parsed<S extends Statement> = Distributed<S>;

/** Options of SET that take ON or OFF and may be listed: `SET ANSI_NULLS, QUOTED_IDENTIFIER ON`. */
const ISOLATIONS: [string[], Isolation][] = [
  [['READ', 'UNCOMMITTED'], 'read uncommitted'],
  [['READ', 'COMMITTED'], 'read committed'],
  [['REPEATABLE', 'READ'], 'repeatable read'],
  [['SERIALIZABLE'], 'serializable'],
  [['SNAPSHOT'], 'snapshot'],
];

/** After SET. */
export function parseSet(cursor: Cursor): Parsed<SetStatement> {
  if (cursor.peek().kind === 'variable') {
    const name = cursor.next().value;
    const token = cursor.next();
    if (token.value === '=') return { kind: 'set-variable', name, operator: '=', value: parseScalar(cursor) };
    if (!/^[-+*/%&|^]=$/.test(token.value)) throw cursor.error(token);
    return {
      kind: 'set-variable',
      name,
      operator: token.value[0] as ArithmeticOperator,
      value: parseScalar(cursor),
    };
  }
  if (cursor.accept('TRANSACTION', 'ISOLATION', 'LEVEL')) {
    const found = ISOLATIONS.find(([words]) => cursor.accept(...words));
    if (found === undefined) throw cursor.error();
    return { kind: 'set-isolation', isolation: found[1] };
  }
  if (cursor.accept('IDENTITY_INSERT')) {
    const table = cursor.objectName();
    return { kind: 'set-identity-insert', table, on: cursor.expectOne('ON', 'OFF') === 'ON' };
  }
  if (cursor.accept('STATISTICS')) {
    const options = cursor.list(() => `STATISTICS ${cursor.next().value}`);
    return { kind: 'set-option', options, value: cursor.expectOne('ON', 'OFF') };
  }
  const options = cursor.list(() => {
    const token = cursor.next();
    if (token.kind !== 'word') throw cursor.error(token);
    return token.value;
  });
  return { kind: 'set-option', options, value: parseOptionValue(cursor) };
}

/** ON, OFF, a word, a number (with sign), a string or a variable, as text. */
function parseOptionValue(cursor: Cursor): string {
  const sign = cursor.acceptSymbol('-') ? '-' : '';
  const token = cursor.next();
  if (token.kind === 'end' || token.kind === 'symbol') throw cursor.error(token);
  return token.kind === 'word' && (token.value === 'ON' || token.value === 'OFF')
    ? token.value
    : sign + spelling(token);
}

/** At BEGIN TRAN, COMMIT, ROLLBACK or SAVE TRAN. */
export function parseTransaction(cursor: Cursor): Parsed<TransactionStatement> {
  const word = cursor.expectOne('BEGIN', 'COMMIT', 'ROLLBACK', 'SAVE');
  const statement: Parsed<TransactionStatement> = {
    kind: 'transaction',
    action: word.toLowerCase() as TransactionStatement['action'],
  };
  const said = cursor.acceptOne('TRAN', 'TRANSACTION');
  if (said === undefined && (word === 'BEGIN' || word === 'SAVE')) throw cursor.error();
  if (said === undefined) cursor.accept('WORK');
  if (said !== undefined && (cursor.isIdentifier() || cursor.peek().kind === 'variable')) {
    statement.name = spelling(cursor.next());
  }
  if (word === 'SAVE' && statement.name === undefined) throw cursor.error();
  if (cursor.accept('WITH')) {
    // WITH MARK ['…'] or (DELAYED_DURABILITY = ON): both only concern the log.
    if (cursor.accept('MARK')) {
      if (/string$/.test(cursor.peek().kind)) cursor.next();
    } else {
      cursor.expectSymbol('(');
      cursor.expect('DELAYED_DURABILITY');
      cursor.expectSymbol('=');
      cursor.expectOne('ON', 'OFF');
      cursor.expectSymbol(')');
    }
  }
  return statement;
}

/** After CREATE DATABASE. File and filegroup clauses are refused: there are no files to place. */
export function parseCreateDatabase(
  cursor: Cursor,
): Parsed<Extract<DatabaseStatement, { kind: 'create-database' }>> {
  const name = cursor.identifier();
  if (cursor.isWord('ON') || cursor.isWord('LOG') || cursor.isWord('AS') || cursor.isWord('FOR')) {
    throw unsupported(`CREATE DATABASE … ${cursor.peek().value}`);
  }
  return cursor.accept('COLLATE')
    ? { kind: 'create-database', name, collation: cursor.identifier() }
    : { kind: 'create-database', name };
}

/** After ALTER DATABASE: `SET option [=] value`; anything else is refused. */
export function parseAlterDatabase(
  cursor: Cursor,
): Parsed<Extract<DatabaseStatement, { kind: 'alter-database' }>> {
  const name = cursor.accept('CURRENT') ? '' : cursor.identifier();
  if (!cursor.accept('SET')) throw unsupported(`ALTER DATABASE … ${cursor.peek().value}`);
  const token = cursor.next();
  if (token.kind !== 'word') throw cursor.error(token);
  cursor.acceptSymbol('=');
  const value = /^(;|)$/.test(cursor.peek().value) ? '' : spelling(cursor.next()).toUpperCase();
  if (cursor.accept('WITH')) {
    if (!cursor.accept('NO_WAIT')) {
      cursor.expect('ROLLBACK');
      if (!cursor.accept('IMMEDIATE')) {
        cursor.expect('AFTER');
        cursor.integer();
        cursor.accept('SECONDS');
      }
    }
  }
  return { kind: 'alter-database', name, option: token.value, value };
}

/** After INSERT BULK: `[t]([a] int, [b] nvarchar(50)) [WITH (…)]`, as a client announces rows. */
export function parseInsertBulk(cursor: Cursor): Parsed<Extract<DatabaseStatement, { kind: 'insert-bulk' }>> {
  const table = cursor.objectName();
  const columns = cursor.parenthesized(() => {
    const name = cursor.identifier();
    const type = parseDataType(cursor, 1);
    if (cursor.accept('COLLATE')) cursor.identifier();
    return { name, type };
  });
  if (cursor.accept('WITH')) {
    cursor.parenthesized(() => {
      cursor.next();
      if (cursor.acceptSymbol('=')) cursor.next();
      if (cursor.isSymbol('('))
        cursor.parenthesized(() => cursor.list(() => [cursor.next(), cursor.acceptOne('ASC', 'DESC')]));
    });
  }
  return { kind: 'insert-bulk', table, columns };
}
