import type { Expression, JoinKind, TableSource } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression, parseScalar } from './expression.ts';
import { parseSubquery, startsQuery } from './query.ts';

/** Words that follow a table and are no alias although T-SQL does not reserve them. */
const NOT_AN_ALIAS = new Set(['OUTPUT', 'OFFSET', 'APPLY']);
/** Hints that old T-SQL allows without WITH. */
const BARE_HINTS = new Set([
  'NOLOCK',
  'TABLOCK',
  'TABLOCKX',
  'HOLDLOCK',
  'UPDLOCK',
  'READPAST',
  'ROWLOCK',
  'XLOCK',
]);

/** The list after FROM; commas are cross joins. */
export function parseFrom(cursor: Cursor): TableSource {
  return cursor
    .list(() => parseJoined(cursor))
    .reduce((left, right) => ({ kind: 'join', join: 'cross', left, right }));
}

function parseJoined(cursor: Cursor): TableSource {
  let left = parseTableSource(cursor);
  for (;;) {
    const join = acceptJoin(cursor);
    if (join === undefined) return left;
    const right = join.includes('apply') ? parseTableSource(cursor) : parseJoinOperand(cursor);
    left = { kind: 'join', join, left, right };
    if (join === 'cross' || join.includes('apply')) continue;
    cursor.expect('ON');
    left.on = parseExpression(cursor);
  }
}

/** `a JOIN b JOIN c ON … ON …`: a join may itself be the right operand when no ON follows at once. */
function parseJoinOperand(cursor: Cursor): TableSource {
  const source = parseTableSource(cursor);
  if (cursor.isWord('ON')) return source;
  const join = acceptJoin(cursor);
  if (join === undefined) return source;
  const right = parseJoinOperand(cursor);
  cursor.expect('ON');
  return { kind: 'join', join, left: source, right, on: parseExpression(cursor) };
}

function acceptJoin(cursor: Cursor): JoinKind | undefined {
  if (cursor.accept('CROSS', 'APPLY')) return 'cross apply';
  if (cursor.accept('OUTER', 'APPLY')) return 'outer apply';
  if (cursor.accept('CROSS')) {
    cursor.expect('JOIN');
    return 'cross';
  }
  const outer = cursor.acceptOne('LEFT', 'RIGHT', 'FULL');
  if (outer !== undefined) cursor.accept('OUTER');
  const inner = outer === undefined && cursor.accept('INNER');
  if (outer !== undefined || inner) {
    cursor.acceptOne('LOOP', 'HASH', 'MERGE');
    cursor.expect('JOIN');
  } else if (!cursor.accept('JOIN')) return undefined;
  return outer === undefined ? 'inner' : (outer.toLowerCase() as JoinKind);
}

function parseTableSource(cursor: Cursor): TableSource {
  if (cursor.isSymbol('(')) return parseParenthesized(cursor);
  const token = cursor.peek();
  if (token.kind === 'variable') {
    cursor.next();
    return withAlias({ kind: 'table-variable', name: token.value }, parseTableAlias(cursor));
  }
  for (const word of ['OPENROWSET', 'OPENQUERY', 'OPENDATASOURCE', 'OPENXML', 'OPENJSON']) {
    if (cursor.isWord(word)) throw unsupported(word);
  }
  const name = cursor.objectName();
  if (cursor.isSymbol('(') && !isOldHint(cursor)) {
    const values = cursor.isSymbol(')', 1) ? [] : undefined;
    cursor.next();
    const list: Expression[] = values ?? cursor.list(() => parseScalar(cursor));
    cursor.expectSymbol(')');
    const alias = parseTableAlias(cursor);
    const source = withAlias({ kind: 'function' as const, name, arguments: list }, alias);
    if (alias === undefined || !cursor.isSymbol('(')) return source;
    return { ...source, columns: cursor.parenthesized(() => cursor.identifier()) };
  }
  if (cursor.isWord('FOR', 'SYSTEM_TIME')) throw unsupported('FOR SYSTEM_TIME');
  let hints = parseHints(cursor);
  const alias = parseTableAlias(cursor);
  for (const word of ['PIVOT', 'UNPIVOT', 'TABLESAMPLE']) if (cursor.isWord(word)) throw unsupported(word);
  hints = hints.concat(parseHints(cursor));
  return withAlias({ kind: 'table', name, hints }, alias);
}

function parseParenthesized(cursor: Cursor): TableSource {
  if (startsQuery(cursor, 1)) {
    const query = parseSubquery(cursor);
    const alias = requiredAlias(cursor);
    if (!cursor.isSymbol('(')) return { kind: 'derived', query, alias };
    return { kind: 'derived', query, alias, columns: cursor.parenthesized(() => cursor.identifier()) };
  }
  cursor.expectSymbol('(');
  if (cursor.accept('VALUES')) {
    const rows = cursor.list(() => cursor.parenthesized(() => parseScalar(cursor)));
    cursor.expectSymbol(')');
    const alias = requiredAlias(cursor);
    return { kind: 'values', rows, alias, columns: cursor.parenthesized(() => cursor.identifier()) };
  }
  const inner = parseJoined(cursor);
  cursor.expectSymbol(')');
  return inner;
}

function requiredAlias(cursor: Cursor): string {
  const alias = parseTableAlias(cursor);
  if (alias === undefined) throw cursor.error();
  return alias;
}

function parseTableAlias(cursor: Cursor): string | undefined {
  if (cursor.accept('AS')) return cursor.identifier();
  const token = cursor.peek();
  if (!cursor.isIdentifier() || (token.kind === 'word' && NOT_AN_ALIAS.has(token.value))) return undefined;
  return cursor.identifier();
}

function withAlias<Source extends TableSource>(source: Source, alias: string | undefined): Source {
  return alias === undefined ? source : { ...source, alias };
}

/** `t (NOLOCK)`: hints without WITH, told from a function call by the word inside. */
function isOldHint(cursor: Cursor): boolean {
  return cursor.isSymbol('(') && cursor.peek(1).kind === 'word' && BARE_HINTS.has(cursor.peek(1).value);
}

/** Hints in upper case; `INDEX(…)` and `INDEX = …` are reduced to INDEX. */
export function parseHints(cursor: Cursor): string[] {
  if (!isOldHint(cursor) && !(cursor.isWord('WITH') && cursor.isSymbol('(', 1))) return [];
  cursor.accept('WITH');
  cursor.expectSymbol('(');
  const hints: string[] = [];
  while (!cursor.acceptSymbol(')')) {
    const token = cursor.next();
    if (token.kind !== 'word') throw cursor.error(token);
    hints.push(token.value);
    if (cursor.acceptSymbol('=')) cursor.next();
    if (cursor.isSymbol('(')) cursor.parenthesized(() => cursor.next());
    cursor.acceptSymbol(',');
  }
  return hints;
}
