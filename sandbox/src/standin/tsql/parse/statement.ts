import type { Statement, StatementPlace } from '../ast/statement.ts';
import { unsupported, unsupportedStatement } from '../refusal.ts';
import { parseDelete, parseInsert, parseUpdate } from './change.ts';
import { parseControl } from './control.ts';
import type { Cursor } from './cursor.ts';
import { parseExecute } from './execute.ts';
import { parseCommonTables, parseQuery, skipOption, startsQuery } from './query.ts';
import { parseAlterPrincipal, parseCreatePrincipal, parsePermission } from './security.ts';
import {
  parseAlterDatabase,
  parseCreateDatabase,
  parseInsertBulk,
  parseSet,
  parseTransaction,
} from './session.ts';
import { parseAlterTable, parseCreateIndex, parseCreateTable } from './table-definition.ts';

type Distributed<S> = S extends StatementPlace ? Omit<S, keyof StatementPlace> : never;
/** A statement before its place in the batch is known. */
export type Bare = Distributed<Statement>;

/** Reads one statement. `nested` reads the statements inside BEGIN … END and IF, with their places. */
export function parseStatement(cursor: Cursor, nested: () => Statement): Bare {
  const control = parseControl(cursor, nested);
  if (control !== undefined) return control;
  if (cursor.isWord('WITH') || startsQuery(cursor)) return parseWithCommonTables(cursor);
  if (cursor.isWord('INSERT', 'BULK')) {
    cursor.expect('INSERT', 'BULK');
    return parseInsertBulk(cursor);
  }
  if (['INSERT', 'UPDATE', 'DELETE'].some((word) => cursor.isWord(word)))
    return parseWithCommonTables(cursor);
  if (cursor.isWord('EXEC') || cursor.isWord('EXECUTE')) return parseExecute(cursor);
  if (cursor.accept('SET')) return parseSet(cursor);
  if (['BEGIN', 'COMMIT', 'ROLLBACK', 'SAVE'].some((word) => cursor.isWord(word)))
    return parseTransaction(cursor);
  if (cursor.accept('CREATE')) return parseCreate(cursor);
  if (cursor.accept('ALTER')) return parseAlter(cursor);
  if (cursor.accept('DROP')) return parseDrop(cursor);
  if (cursor.accept('TRUNCATE')) {
    cursor.expect('TABLE');
    return { kind: 'truncate', table: cursor.objectName() };
  }
  if (['GRANT', 'REVOKE', 'DENY'].some((word) => cursor.isWord(word))) return parsePermission(cursor);
  if (cursor.accept('USE')) return { kind: 'use', database: cursor.identifier() };
  const refused = REFUSED.find((word) => cursor.isWord(word));
  if (refused !== undefined) throw unsupportedStatement(refused);
  throw cursor.error();
}

/** Statements of T-SQL that are refused by name, so that the error says why. */
const REFUSED = [
  'MERGE',
  'BACKUP',
  'RESTORE',
  'BULK',
  'CHECKPOINT',
  'CLOSE',
  'DBCC',
  'DEALLOCATE',
  'DISABLE',
  'ENABLE',
  'FETCH',
  'KILL',
  'OPEN',
  'RECONFIGURE',
  'REVERT',
  'SHUTDOWN',
  'WHILE',
  'GOTO',
  'BREAK',
  'CONTINUE',
];

function parseWithCommonTables(cursor: Cursor): Bare {
  const common = parseCommonTables(cursor);
  if (cursor.isWord('INSERT')) return parseInsert(cursor, common);
  if (cursor.isWord('UPDATE')) return parseUpdate(cursor, common);
  if (cursor.isWord('DELETE')) return parseDelete(cursor, common);
  if (cursor.isWord('MERGE')) throw unsupportedStatement('MERGE');
  const query = parseQuery(cursor);
  skipOption(cursor);
  return { kind: 'select', with: common, query };
}

function parseCreate(cursor: Cursor): Bare {
  if (cursor.accept('TABLE')) return parseCreateTable(cursor);
  const unique = cursor.accept('UNIQUE');
  const order = cursor.acceptOne('CLUSTERED', 'NONCLUSTERED');
  if (cursor.accept('INDEX')) return parseCreateIndex(cursor, unique, order === 'CLUSTERED');
  if (unique || order !== undefined) throw cursor.error();
  if (cursor.accept('SCHEMA')) return parseCreateSchema(cursor);
  if (cursor.accept('DATABASE')) return parseCreateDatabase(cursor);
  if (cursor.accept('LOGIN')) return parseCreatePrincipal(cursor, 'login');
  if (cursor.accept('USER')) return parseCreatePrincipal(cursor, 'user');
  if (cursor.accept('ROLE')) return parseCreatePrincipal(cursor, 'role');
  throw unsupportedStatement(`CREATE ${cursor.peek().raw}`);
}

function parseCreateSchema(cursor: Cursor): Bare {
  if (cursor.isWord('AUTHORIZATION')) throw unsupported('CREATE SCHEMA AUTHORIZATION');
  const name = cursor.identifier();
  return cursor.accept('AUTHORIZATION')
    ? { kind: 'create-schema', name, authorization: cursor.identifier() }
    : { kind: 'create-schema', name };
}

function parseAlter(cursor: Cursor): Bare {
  if (cursor.accept('TABLE')) return parseAlterTable(cursor);
  if (cursor.accept('DATABASE')) return parseAlterDatabase(cursor);
  if (cursor.accept('LOGIN')) return parseAlterPrincipal(cursor, 'login');
  if (cursor.accept('USER')) return parseAlterPrincipal(cursor, 'user');
  if (cursor.accept('ROLE')) return parseAlterPrincipal(cursor, 'role');
  if (cursor.accept('SERVER', 'ROLE')) return parseAlterPrincipal(cursor, 'server role');
  if (cursor.accept('AUTHORIZATION')) {
    cursor.expect('ON');
    const kind = cursor.isSymbol('::', 1) ? cursor.next().value.toLowerCase() : 'object';
    cursor.acceptSymbol('::');
    const name = cursor.objectName();
    cursor.expect('TO');
    return { kind: 'alter-authorization', securable: { kind, name }, principal: cursor.identifier() };
  }
  throw unsupportedStatement(`ALTER ${cursor.peek().raw}`);
}

function parseDrop(cursor: Cursor): Bare {
  if (cursor.accept('INDEX')) {
    const ifExists = cursor.accept('IF', 'EXISTS');
    const indexes = cursor.list(() => parseDroppedIndex(cursor));
    return { kind: 'drop-index', indexes, ifExists };
  }
  const what = cursor.acceptOne('TABLE', 'SCHEMA', 'DATABASE', 'LOGIN', 'USER', 'ROLE');
  if (what === undefined) throw unsupportedStatement(`DROP ${cursor.peek().raw}`);
  const ifExists = cursor.accept('IF', 'EXISTS');
  const names = cursor.list(() => cursor.objectName());
  return { kind: 'drop', what: what.toLowerCase() as 'table', names, ifExists };
}

/** `index ON table`, or the old `table.index`. */
function parseDroppedIndex(cursor: Cursor): { name: string; table: readonly string[] } {
  const name = cursor.objectName();
  if (cursor.accept('ON')) return { name: name.at(-1) as string, table: cursor.objectName() };
  if (name.length < 2) throw cursor.error();
  return { name: name.at(-1) as string, table: name.slice(0, -1) };
}
