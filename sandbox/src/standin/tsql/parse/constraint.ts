import type {
  ColumnClause,
  ForeignKeyConstraint,
  IndexedColumn,
  KeyConstraint,
  ReferentialAction,
  TableConstraint,
} from '../ast/definition.ts';
import { requireBinaryCollation } from '../collation.ts';
import { unsupported } from '../refusal.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression, parseScalar } from './expression.ts';
import { parseStorage } from './table-definition.ts';

/** True at CONSTRAINT, PRIMARY KEY, UNIQUE, CHECK, FOREIGN KEY or DEFAULT in a list of columns. */
export function isTableConstraint(cursor: Cursor): boolean {
  return ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN', 'DEFAULT'].some((word) =>
    cursor.isWord(word),
  );
}

export function parseTableConstraint(cursor: Cursor): TableConstraint {
  const name = cursor.accept('CONSTRAINT') ? cursor.identifier() : undefined;
  const key = acceptKey(cursor);
  if (key !== undefined) {
    const constraint = { ...key, columns: parseIndexedColumns(cursor) };
    parseStorage(cursor);
    return named(constraint, name);
  }
  if (cursor.isWord('CHECK')) return named(parseCheck(cursor), name);
  if (cursor.accept('FOREIGN', 'KEY')) {
    const columns = cursor.parenthesized(() => cursor.identifier());
    return named(parseReferences(cursor, columns), name);
  }
  if (cursor.accept('DEFAULT')) {
    const value = parseScalar(cursor);
    cursor.expect('FOR');
    const column = cursor.identifier();
    return named(
      { kind: 'default' as const, value, column, withValues: cursor.accept('WITH', 'VALUES') },
      name,
    );
  }
  throw cursor.error();
}

/** Everything that may follow a column's type, in any order. */
export function parseColumnConstraints(cursor: Cursor, column: ColumnClause): void {
  for (;;) {
    if (cursor.accept('COLLATE')) requireBinaryCollation(cursor.identifier());
    else if (cursor.accept('NOT', 'NULL')) column.nullable = false;
    else if (cursor.accept('NULL')) column.nullable = true;
    else if (cursor.accept('IDENTITY')) column.identity = parseIdentity(cursor);
    else if (cursor.accept('ROWGUIDCOL')) column.rowGuid = true;
    else if (cursor.accept('WITH', 'VALUES')) column.withValues = true;
    else if (
      cursor.isWord('SPARSE') ||
      cursor.isWord('GENERATED') ||
      cursor.isWord('MASKED') ||
      cursor.isWord('FILESTREAM')
    ) {
      throw unsupported(cursor.peek().value);
    } else if (!parseNamedConstraint(cursor, column)) return;
  }
}

function parseNamedConstraint(cursor: Cursor, column: ColumnClause): boolean {
  const name = cursor.accept('CONSTRAINT') ? cursor.identifier() : undefined;
  if (cursor.accept('DEFAULT')) {
    const value = parseScalar(cursor);
    column.default = name === undefined ? { value } : { name, value };
    return true;
  }
  const key = acceptKey(cursor);
  if (key !== undefined) {
    const columns = cursor.isSymbol('(')
      ? parseIndexedColumns(cursor)
      : [{ name: column.name, descending: false }];
    parseStorage(cursor);
    column.constraints.push(named({ ...key, columns }, name));
    return true;
  }
  if (cursor.isWord('CHECK')) {
    column.constraints.push(named(parseCheck(cursor), name));
    return true;
  }
  if (cursor.isWord('FOREIGN', 'KEY') || cursor.isWord('REFERENCES')) {
    cursor.accept('FOREIGN', 'KEY');
    column.constraints.push(named(parseReferences(cursor, [column.name]), name));
    return true;
  }
  if (name !== undefined) throw cursor.error();
  return false;
}

/** PRIMARY KEY or UNIQUE with its CLUSTERED or NONCLUSTERED, columns still empty. */
function acceptKey(cursor: Cursor): KeyConstraint | undefined {
  const primary = cursor.accept('PRIMARY', 'KEY');
  if (!primary && !cursor.accept('UNIQUE')) return undefined;
  const key: KeyConstraint = { kind: primary ? 'primary-key' : 'unique', columns: [] };
  const word = cursor.acceptOne('CLUSTERED', 'NONCLUSTERED');
  if (word !== undefined) key.clustered = word === 'CLUSTERED';
  return key;
}

export function parseIndexedColumns(cursor: Cursor): IndexedColumn[] {
  return cursor.parenthesized(() => {
    const name = cursor.identifier();
    const descending = cursor.accept('DESC');
    if (!descending) cursor.accept('ASC');
    return { name, descending };
  });
}

function parseIdentity(cursor: Cursor): { seed: string; increment: string } {
  if (!cursor.isSymbol('(')) return { seed: '1', increment: '1' };
  const [seed = '1', increment = '1'] = cursor.parenthesized(() => {
    const sign = cursor.acceptSymbol('-') ? '-' : '';
    return `${sign}${cursor.integer()}`;
  });
  cursor.accept('NOT', 'FOR', 'REPLICATION');
  return { seed, increment };
}

function parseCheck(cursor: Cursor): Extract<TableConstraint, { kind: 'check' }> {
  cursor.expect('CHECK');
  cursor.accept('NOT', 'FOR', 'REPLICATION');
  const start = cursor.peek().start;
  cursor.expectSymbol('(');
  const condition = parseExpression(cursor);
  cursor.expectSymbol(')');
  return { kind: 'check', condition, text: cursor.text.slice(start, cursor.previous().end) };
}

function parseReferences(cursor: Cursor, columns: string[]): ForeignKeyConstraint {
  cursor.expect('REFERENCES');
  const references = cursor.objectName();
  const foreign: ForeignKeyConstraint = {
    kind: 'foreign-key',
    columns,
    references,
    referencedColumns: cursor.isSymbol('(') ? cursor.parenthesized(() => cursor.identifier()) : [],
    onDelete: 'no action',
    onUpdate: 'no action',
  };
  while (cursor.accept('ON')) {
    const event = cursor.expectOne('DELETE', 'UPDATE');
    foreign[event === 'DELETE' ? 'onDelete' : 'onUpdate'] = parseReferentialAction(cursor);
  }
  cursor.accept('NOT', 'FOR', 'REPLICATION');
  return foreign;
}

function parseReferentialAction(cursor: Cursor): ReferentialAction {
  if (cursor.accept('CASCADE')) return 'cascade';
  if (cursor.accept('NO')) {
    cursor.expect('ACTION');
    return 'no action';
  }
  cursor.expect('SET');
  return cursor.expectOne('NULL', 'DEFAULT') === 'NULL' ? 'set null' : 'set default';
}

function named<Constraint extends TableConstraint>(
  constraint: Constraint,
  name: string | undefined,
): Constraint {
  return name === undefined ? constraint : { ...constraint, name };
}
