import { randomBytes } from 'node:crypto';
import type { PrincipalStatement } from '../../tsql/ast/security.ts';
import { TsqlError } from '../../types.ts';
import { cannotFind, notAllowed } from '../errors.ts';
import type { Batch } from '../session/batch.ts';
import { SA_ID } from './fixed-roles.ts';
import { hashPassword, verifyPassword } from './password.ts';

/** Ids of logins start where SQL Server's do. */
const FIRST_LOGIN_ID = 259;
const SID_BYTES = 16;

/** Windows' own rule, which CHECK_POLICY = ON asks for: eight characters of three kinds, and not the login's name. */
function requireStrong(password: string, login: string): void {
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  if (password.length >= 8 && kinds >= 3 && !password.toLowerCase().includes(login.toLowerCase())) return;
  throw new TsqlError(
    15118,
    'Password validation failed. The password does not meet the operating system policy requirements because it is not complex enough.',
  );
}

/** Without ALTER ANY LOGIN a login changes its own password alone, and has to know the former one. */
function mayChangeOwn({ context }: Batch, { action, name, options }: PrincipalStatement): boolean {
  const login = context.catalogue.login(name);
  const { PASSWORD: next, OLD_PASSWORD: former, ...others } = options;
  if (action !== 'alter' || login === undefined || login.id !== context.login.id) return false;
  if (next === undefined || former === undefined || Object.keys(others).length > 0) return false;
  return login.passwordHash !== null && verifyPassword(former, login.passwordHash);
}

function cannotAlter(name: string): TsqlError {
  return new TsqlError(
    15151,
    `Cannot alter the login '${name}', because it does not exist or you do not have permission.`,
  );
}

/** CREATE LOGIN and ALTER LOGIN. */
export async function changeLogin(batch: Batch, statement: PrincipalStatement): Promise<void> {
  const { context, sink } = batch;
  const existing = context.catalogue.login(statement.name);
  if (!context.authority.isSysadmin && !mayChangeOwn(batch, statement)) {
    throw statement.action === 'alter' ? cannotAlter(statement.name) : notAllowed();
  }
  if (statement.action === 'create') {
    if (existing) throw new TsqlError(15025, `The server principal '${existing.name}' already exists.`);
    const { PASSWORD: password } = statement.options;
    if (statement.options.CHECK_POLICY === 'ON') requireStrong(password ?? '', statement.name);
    if (password === undefined) {
      throw new TsqlError(33_062, 'Password validation failed. The password does not meet the requirements.');
    }
    await context.change(sink, async () => {
      await context.client.query(
        `INSERT INTO standin.login (principal_id, name, sid, type, password_hash, default_database)
         VALUES ((SELECT greatest($1, max(principal_id) + 1) FROM standin.login), $2, $3, 'S', $4, $5)`,
        [
          FIRST_LOGIN_ID,
          statement.name,
          randomBytes(SID_BYTES),
          hashPassword(password),
          statement.options.DEFAULT_DATABASE ?? 'master',
        ],
      );
    });
    return;
  }
  if (!existing) throw cannotFind('login', statement.name);
  await context.change(sink, async () => {
    const set = async (column: string, value: unknown) => {
      await context.client.query(`UPDATE standin.login SET ${column} = $1 WHERE principal_id = $2`, [
        value,
        existing.id,
      ]);
    };
    if (statement.options.PASSWORD !== undefined)
      await set('password_hash', hashPassword(statement.options.PASSWORD));
    if (statement.options.DEFAULT_DATABASE !== undefined)
      await set('default_database', statement.options.DEFAULT_DATABASE);
    if (statement.enable !== undefined) await set('is_disabled', !statement.enable);
    if (statement.rename !== undefined) await set('name', statement.rename);
  });
}

export async function dropLogin(batch: Batch, name: string, ifExists: boolean): Promise<void> {
  const { context, sink } = batch;
  if (!context.authority.isSysadmin) throw notAllowed();
  const login = context.catalogue.login(name);
  if (login?.type !== 'S') {
    if (ifExists) return;
    throw cannotFind('login', name);
  }
  if (login.id === SA_ID) throw notAllowed();
  if (context.engine.isLoggedIn(login.id)) {
    throw new TsqlError(15434, `Could not drop login '${login.name}' as the user is currently logged in.`);
  }
  const owned = context.catalogue.databases.find((database) => database.ownerId === login.id);
  if (owned) {
    throw new TsqlError(
      15174,
      `Login '${login.name}' owns one or more database(s). Change the owner of the database(s) before dropping the login.`,
    );
  }
  await context.change(sink, async () => {
    await context.client.query('DELETE FROM standin.login WHERE principal_id = $1', [login.id]);
    await context.client.query('DELETE FROM standin.permission WHERE database_id = 0 AND grantee_id = $1', [
      login.id,
    ]);
  });
}

/** ALTER SERVER ROLE … ADD | DROP MEMBER. */
export async function changeServerRole(batch: Batch, statement: PrincipalStatement): Promise<void> {
  const { context, sink } = batch;
  if (!context.authority.isSysadmin) throw notAllowed();
  const role = context.catalogue.login(statement.name);
  if (role?.type !== 'R') throw cannotFind('server role', statement.name);
  const memberName = statement.addMember ?? statement.dropMember ?? '';
  const member = context.catalogue.login(memberName);
  if (!member) throw cannotFind('principal', memberName);
  await context.change(sink, async () => {
    await context.client.query(
      statement.addMember !== undefined
        ? 'INSERT INTO standin.server_role_member VALUES ($1, $2) ON CONFLICT DO NOTHING'
        : 'DELETE FROM standin.server_role_member WHERE role_id = $1 AND member_id = $2',
      [role.id, member.id],
    );
  });
}
