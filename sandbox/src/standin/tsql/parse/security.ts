import type { PermissionStatement, PrincipalStatement } from '../ast/security.ts';
import type { StatementPlace } from '../ast/statement.ts';
import { unsupported } from '../refusal.ts';
import { type Cursor, spelling } from './cursor.ts';

type Parsed<S extends StatementPlace> = Omit<S, keyof StatementPlace>;

/** GRANT, REVOKE, DENY: `permissions [ON [class::]securable] TO|FROM principals`. */
export function parsePermission(cursor: Cursor): Parsed<PermissionStatement> {
  const action = cursor.expectOne('GRANT', 'REVOKE', 'DENY').toLowerCase() as PermissionStatement['action'];
  const options: string[] = [];
  if (action === 'revoke' && cursor.accept('GRANT', 'OPTION', 'FOR')) options.push('GRANT OPTION FOR');
  const statement: Parsed<PermissionStatement> = {
    kind: 'permission',
    action,
    permissions: cursor.list(() => parsePermissionName(cursor)),
    principals: [],
    options,
  };
  if (cursor.accept('ON')) statement.securable = parseSecurable(cursor);
  cursor.expectOne('TO', 'FROM');
  statement.principals = cursor.list(() => parsePrincipalName(cursor));
  if (cursor.accept('WITH', 'GRANT', 'OPTION')) options.push('WITH GRANT OPTION');
  if (cursor.accept('CASCADE')) options.push('CASCADE');
  if (cursor.accept('AS')) throw unsupported(`${action.toUpperCase()} … AS`);
  return statement;
}

/** Words up to ON, TO, FROM, a comma or a column list. */
function parsePermissionName(cursor: Cursor): PermissionStatement['permissions'][number] {
  const words: string[] = [];
  while (cursor.peek().kind === 'word' && !['ON', 'TO', 'FROM'].includes(cursor.peek().value)) {
    words.push(cursor.next().value);
  }
  if (words.length === 0) throw cursor.error();
  const name = words.join(' ');
  const columns = cursor.isSymbol('(') ? cursor.parenthesized(() => cursor.identifier()) : [];
  return { name: name === 'ALL PRIVILEGES' ? 'ALL' : name, columns };
}

function parseSecurable(cursor: Cursor): NonNullable<PermissionStatement['securable']> {
  if (!cursor.isSymbol('::', 1)) return { kind: 'object', name: cursor.objectName() };
  const kind = cursor.next().value.toLowerCase();
  cursor.next();
  if (
    kind !== 'object' &&
    kind !== 'schema' &&
    kind !== 'database' &&
    kind !== 'login' &&
    kind !== 'user' &&
    kind !== 'role'
  ) {
    throw unsupported(`ON ${kind.toUpperCase()}::`);
  }
  return { kind, name: cursor.objectName() };
}

/** `public` is reserved and yet a principal. */
function parsePrincipalName(cursor: Cursor): string {
  return cursor.isWord('PUBLIC') ? cursor.next().raw : cursor.identifier();
}

/** After CREATE LOGIN | USER | ROLE. */
export function parseCreatePrincipal(
  cursor: Cursor,
  what: 'login' | 'user' | 'role',
): Parsed<PrincipalStatement> {
  const statement: Parsed<PrincipalStatement> = {
    kind: 'principal',
    action: 'create',
    what,
    name: cursor.identifier(),
    options: {},
  };
  if (what === 'login' && cursor.isWord('FROM'))
    throw unsupported(`CREATE LOGIN … FROM ${cursor.peek(1).value}`);
  if (cursor.accept('AUTHORIZATION')) statement.authorization = cursor.identifier();
  if (cursor.accept('WITHOUT', 'LOGIN')) statement.forLogin = null;
  else if (cursor.acceptOne('FOR', 'FROM') !== undefined) {
    if (!cursor.accept('LOGIN')) throw unsupported(`CREATE USER … FOR ${cursor.peek().value}`);
    statement.forLogin = cursor.identifier();
  }
  if (cursor.accept('WITH')) parseOptions(cursor, statement.options);
  return statement;
}

/** After ALTER LOGIN | USER | ROLE | SERVER ROLE. */
export function parseAlterPrincipal(
  cursor: Cursor,
  what: PrincipalStatement['what'],
): Parsed<PrincipalStatement> {
  const statement: Parsed<PrincipalStatement> = {
    kind: 'principal',
    action: 'alter',
    what,
    name: cursor.identifier(),
    options: {},
  };
  if (cursor.accept('ADD', 'MEMBER')) statement.addMember = parsePrincipalName(cursor);
  else if (cursor.accept('DROP', 'MEMBER')) statement.dropMember = parsePrincipalName(cursor);
  else if (cursor.accept('ENABLE')) statement.enable = true;
  else if (cursor.accept('DISABLE')) statement.enable = false;
  else if (cursor.accept('WITH', 'NAME')) {
    cursor.expectSymbol('=');
    statement.rename = cursor.identifier();
  } else {
    cursor.expect('WITH');
    parseOptions(cursor, statement.options);
  }
  return statement;
}

/** `PASSWORD = N'…' MUST_CHANGE, CHECK_POLICY = ON, DEFAULT_DATABASE = [x]`; values keep their spelling. */
function parseOptions(cursor: Cursor, options: Record<string, string>): void {
  cursor.list(() => {
    const option = cursor.next();
    if (option.kind !== 'word') throw cursor.error(option);
    cursor.expectSymbol('=');
    const token = cursor.next();
    if (token.kind === 'end' || token.kind === 'symbol' || token.kind === 'variable')
      throw cursor.error(token);
    if (option.value === 'PASSWORD' && token.kind === 'binary') throw unsupported('PASSWORD = … HASHED');
    options[option.value] = spelling(token);
    if (cursor.accept('OLD_PASSWORD')) {
      cursor.expectSymbol('=');
      options.OLD_PASSWORD = spelling(cursor.next());
    }
    if (cursor.accept('MUST_CHANGE')) options.MUST_CHANGE = 'ON';
    cursor.accept('UNLOCK');
  });
}
