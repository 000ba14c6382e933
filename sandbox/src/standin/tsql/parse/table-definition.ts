import type {
  AlterTableAction,
  AlterTableStatement,
  ColumnClause,
  CreateIndexStatement,
  CreateTableStatement,
} from '../ast/definition.ts';
import type { StatementPlace } from '../ast/statement.ts';
import { requireBinaryCollation } from '../collation.ts';
import { unsupported } from '../refusal.ts';
import {
  isTableConstraint,
  parseColumnConstraints,
  parseIndexedColumns,
  parseTableConstraint,
} from './constraint.ts';
import type { Cursor } from './cursor.ts';
import { parseDataType } from './data-type.ts';
import { parseExpression } from './expression.ts';

type Parsed<S extends StatementPlace> = Omit<S, keyof StatementPlace>;

/** After CREATE TABLE. Computed columns, sparse columns, temporary tables and table options that change data are refused. */
export function parseCreateTable(cursor: Cursor): Parsed<CreateTableStatement> {
  const name = cursor.objectName();
  const table: Parsed<CreateTableStatement> = { kind: 'create-table', name, columns: [], constraints: [] };
  if (name.at(-1)?.startsWith('#')) throw unsupported('CREATE TABLE #temporary');
  cursor.expectSymbol('(');
  while (!cursor.acceptSymbol(')')) {
    if (cursor.isWord('INDEX')) throw unsupported('CREATE TABLE … INDEX');
    if (cursor.isWord('PERIOD')) throw unsupported('PERIOD FOR SYSTEM_TIME');
    if (isTableConstraint(cursor)) table.constraints.push(parseTableConstraint(cursor));
    else table.columns.push(parseColumn(cursor));
    if (!cursor.isSymbol(')')) cursor.expectSymbol(',');
  }
  parseStorage(cursor);
  return table;
}

/** `ON filegroup`, `TEXTIMAGE_ON filegroup`, `WITH (PAD_INDEX = OFF, …)`: where and how the pages lie. */
export function parseStorage(cursor: Cursor): void {
  for (;;) {
    if (cursor.acceptOne('ON', 'TEXTIMAGE_ON') !== undefined) {
      if (!cursor.accept('PRIMARY') && !cursor.accept('DEFAULT')) cursor.identifier();
    } else if (cursor.isWord('WITH') && cursor.isSymbol('(', 1)) {
      cursor.next();
      cursor.parenthesized(() => {
        const option = cursor.next();
        if (/^(SYSTEM_VERSIONING|MEMORY_OPTIMIZED|LEDGER)$/.test(option.value))
          throw unsupported(option.value);
        const value = cursor.acceptSymbol('=') ? cursor.next().value : '';
        if (option.value === 'IGNORE_DUP_KEY' && value === 'ON') throw unsupported('IGNORE_DUP_KEY = ON');
      });
    } else return;
  }
}

function parseColumn(cursor: Cursor): ColumnClause {
  const name = cursor.identifier();
  if (cursor.isWord('AS')) throw unsupported(`computed column ${name}`);
  // `timestamp` alone is a rowversion column of that name.
  const unnamed = name.toLowerCase() === 'timestamp' && (cursor.isSymbol(',') || cursor.isSymbol(')'));
  const type = unnamed ? ({ name: 'rowversion' } as const) : parseDataType(cursor, 1);
  const column: ColumnClause = { name, type, withValues: false, rowGuid: false, constraints: [] };
  parseColumnConstraints(cursor, column);
  return column;
}

/** After ALTER TABLE. */
export function parseAlterTable(cursor: Cursor): Parsed<AlterTableStatement> {
  const name = cursor.objectName();
  const checking = cursor.accept('WITH') && cursor.expectOne('CHECK', 'NOCHECK');
  if (checking === 'NOCHECK' && cursor.isWord('ADD')) throw unsupported('ALTER TABLE … WITH NOCHECK ADD');
  return { kind: 'alter-table', name, actions: [parseAction(cursor)] };
}

function parseAction(cursor: Cursor): AlterTableAction {
  if (cursor.accept('ADD')) return parseAdd(cursor);
  if (cursor.accept('DROP')) return parseDrop(cursor);
  if (cursor.accept('ALTER', 'COLUMN')) return parseAlterColumn(cursor);
  const enable = cursor.acceptOne('CHECK', 'NOCHECK');
  if (enable !== undefined) {
    cursor.expect('CONSTRAINT');
    const names = cursor.accept('ALL') ? 'all' : cursor.list(() => cursor.identifier());
    return { kind: 'check-constraints', enable: enable === 'CHECK', names };
  }
  throw unsupported(`ALTER TABLE … ${cursor.peek().raw}`);
}

function parseAdd(cursor: Cursor): AlterTableAction {
  const columns: ColumnClause[] = [];
  const constraints: CreateTableStatement['constraints'] = [];
  cursor.list(() => {
    if (isTableConstraint(cursor)) constraints.push(parseTableConstraint(cursor));
    else columns.push(parseColumn(cursor));
  });
  parseStorage(cursor);
  return { kind: 'add', columns, constraints };
}

function parseDrop(cursor: Cursor): AlterTableAction {
  const what = cursor.accept('COLUMN') ? 'drop-columns' : 'drop-constraints';
  if (what === 'drop-constraints') cursor.accept('CONSTRAINT');
  const ifExists = cursor.accept('IF', 'EXISTS');
  const names = cursor.list(() => cursor.identifier());
  if (cursor.isWord('COLUMN') || cursor.isWord('CONSTRAINT')) throw cursor.error();
  return { kind: what, names, ifExists };
}

function parseAlterColumn(cursor: Cursor): AlterTableAction {
  const name = cursor.identifier();
  if (cursor.isWord('ADD') || cursor.isWord('DROP')) throw unsupported(`ALTER COLUMN … ${cursor.peek().raw}`);
  const type = parseDataType(cursor, 1);
  if (cursor.accept('COLLATE')) requireBinaryCollation(cursor.identifier());
  const action: AlterTableAction = { kind: 'alter-column', name, type };
  if (cursor.accept('NOT')) {
    cursor.expect('NULL');
    action.nullable = false;
  } else if (cursor.accept('NULL')) action.nullable = true;
  return action;
}

/** After CREATE [UNIQUE] [CLUSTERED | NONCLUSTERED] INDEX. */
export function parseCreateIndex(
  cursor: Cursor,
  unique: boolean,
  clustered: boolean,
): Parsed<CreateIndexStatement> {
  const name = cursor.identifier();
  cursor.expect('ON');
  const table = cursor.objectName();
  const columns = parseIndexedColumns(cursor);
  const index: Parsed<CreateIndexStatement> = {
    kind: 'create-index',
    name,
    table,
    unique,
    clustered,
    columns,
    include: cursor.accept('INCLUDE') ? cursor.parenthesized(() => cursor.identifier()) : [],
  };
  if (cursor.accept('WHERE')) {
    const start = cursor.peek().start;
    index.where = parseExpression(cursor);
    index.whereText = cursor.text.slice(start, cursor.previous().end);
  }
  parseStorage(cursor);
  return index;
}
