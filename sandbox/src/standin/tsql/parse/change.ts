import type { Assignment, DeleteStatement, InsertStatement, UpdateStatement } from '../ast/change.ts';
import type { ArithmeticOperator, CommonTable, Expression, SelectItem } from '../ast/query.ts';
import type { StatementPlace } from '../ast/statement.ts';
import { unsupported } from '../refusal.ts';
import type { Cursor } from './cursor.ts';
import { parseExecute } from './execute.ts';
import { parseExpression, parseScalar } from './expression.ts';
import { parseFrom, parseHints } from './from.ts';
import {
  parseCommonTables,
  parseQuery,
  parseSelectItem,
  parseTop,
  skipOption,
  startsQuery,
} from './query.ts';

type Parsed<S extends StatementPlace> = Omit<S, keyof StatementPlace>;

/** INSERT [INTO] t [(…)] [OUTPUT …] VALUES | SELECT | EXEC | DEFAULT VALUES. */
export function parseInsert(cursor: Cursor, common: CommonTable[]): Parsed<InsertStatement> {
  cursor.expect('INSERT');
  const top = parseTop(cursor);
  cursor.accept('INTO');
  const target = parseTarget(cursor);
  parseHints(cursor);
  const insert: Parsed<InsertStatement> = {
    kind: 'insert',
    with: common,
    target,
    output: [],
    source: { kind: 'defaults' },
  };
  if (top !== undefined) insert.top = top;
  if (cursor.isSymbol('(') && !startsQuery(cursor, 1)) {
    insert.columns = cursor.parenthesized(() => cursor.objectName().at(-1) as string);
  }
  insert.output = parseOutput(cursor);
  insert.source = parseInsertSource(cursor);
  skipOption(cursor);
  return insert;
}

function parseInsertSource(cursor: Cursor): InsertStatement['source'] {
  if (cursor.accept('DEFAULT', 'VALUES')) return { kind: 'defaults' };
  if (cursor.accept('VALUES')) {
    return { kind: 'values', rows: cursor.list(() => cursor.parenthesized(() => parseScalar(cursor))) };
  }
  if (cursor.isWord('EXEC') || cursor.isWord('EXECUTE')) {
    const execute = parseExecute(cursor);
    if (execute.kind !== 'execute') throw unsupported('INSERT … EXEC(text)');
    return { kind: 'execute', execute: { ...execute, text: '', line: 0 } };
  }
  const common = parseCommonTables(cursor);
  if (common.length > 0 || !startsQuery(cursor)) throw cursor.error();
  return { kind: 'query', query: parseQuery(cursor) };
}

export function parseUpdate(cursor: Cursor, common: CommonTable[]): Parsed<UpdateStatement> {
  cursor.expect('UPDATE');
  const top = parseTop(cursor);
  const target = parseTarget(cursor);
  parseHints(cursor);
  cursor.expect('SET');
  const update: Parsed<UpdateStatement> = {
    kind: 'update',
    with: common,
    target,
    set: cursor.list(() => parseAssignment(cursor)),
    output: parseOutput(cursor),
  };
  if (top !== undefined) update.top = top;
  if (cursor.accept('FROM')) update.from = parseFrom(cursor);
  const where = parseWhere(cursor);
  if (where !== undefined) update.where = where;
  return update;
}

export function parseDelete(cursor: Cursor, common: CommonTable[]): Parsed<DeleteStatement> {
  cursor.expect('DELETE');
  const top = parseTop(cursor);
  cursor.accept('FROM');
  const target = parseTarget(cursor);
  parseHints(cursor);
  const statement: Parsed<DeleteStatement> = {
    kind: 'delete',
    with: common,
    target,
    output: parseOutput(cursor),
  };
  if (top !== undefined) statement.top = top;
  if (cursor.accept('FROM')) statement.from = parseFrom(cursor);
  const where = parseWhere(cursor);
  if (where !== undefined) statement.where = where;
  return statement;
}

function parseWhere(cursor: Cursor): Expression | undefined {
  if (!cursor.accept('WHERE')) {
    skipOption(cursor);
    return undefined;
  }
  if (cursor.isWord('CURRENT', 'OF')) throw unsupported('WHERE CURRENT OF');
  const where = parseExpression(cursor);
  skipOption(cursor);
  return where;
}

/** A table name; a table variable arrives as its name with the sign. */
function parseTarget(cursor: Cursor): readonly string[] {
  if (cursor.peek().kind === 'variable') return [cursor.next().value];
  return cursor.objectName();
}

function parseAssignment(cursor: Cursor): Assignment {
  if (cursor.peek().kind === 'variable') throw unsupported('UPDATE … SET @variable');
  const column = cursor.objectName();
  const token = cursor.next();
  if (token.kind !== 'symbol') throw cursor.error(token);
  if (token.value === '=') return { column, operator: '=', value: parseScalar(cursor) };
  if (!/^[-+*/%&|^]=$/.test(token.value)) throw cursor.error(token);
  return { column, operator: token.value[0] as ArithmeticOperator, value: parseScalar(cursor) };
}

function parseOutput(cursor: Cursor): SelectItem[] {
  if (!cursor.accept('OUTPUT')) return [];
  const items = cursor.list(() => parseSelectItem(cursor));
  if (cursor.isWord('INTO')) throw unsupported('OUTPUT … INTO');
  return items;
}
