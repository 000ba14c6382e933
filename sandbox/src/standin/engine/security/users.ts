import type { PrincipalStatement } from '../../tsql/ast/security.ts';
import { TsqlError } from '../../types.ts';
import type { DatabasePrincipal } from '../catalogue/model.ts';
import { cannotFind, notAllowed } from '../errors.ts';
import type { Batch } from '../session/batch.ts';
import type { SessionContext } from '../session/context.ts';
import { DBO_ID, GUEST_ID, PUBLIC_ID } from './fixed-roles.ts';

/** Ids from here on are those of fixed roles. */
const FIRST_FIXED_ROLE = 16384;

function requires(context: SessionContext, permission: string): void {
  if (!context.authority.has(permission, { class: 'database', databaseId: context.database.id }))
    throw notAllowed();
}

async function insertPrincipal(
  context: SessionContext,
  name: string,
  type: 'S' | 'R',
  sid: Buffer | null,
  defaultSchema: string | null,
): Promise<void> {
  await context.client.query(
    `INSERT INTO standin.principal (database_id, principal_id, name, type, sid, default_schema, owner_id)
     VALUES ($1, (SELECT max(principal_id) + 1 FROM standin.principal WHERE database_id = $1 AND principal_id < ${FIRST_FIXED_ROLE}),
       $2, $3, $4, $5, $6)`,
    [context.database.id, name, type, sid, defaultSchema, type === 'R' ? DBO_ID : null],
  );
}

function requireFree(context: SessionContext, name: string): void {
  const existing = context.catalogue.principal(context.database.id, name);
  if (existing) {
    throw new TsqlError(
      15023,
      `User, group, or role '${existing.name}' already exists in the current database.`,
    );
  }
}

/** CREATE USER and ALTER USER … WITH DEFAULT_SCHEMA. */
export async function changeUser(batch: Batch, statement: PrincipalStatement): Promise<void> {
  const { context, sink } = batch;
  requires(context, 'ALTER ANY USER');
  if (statement.action === 'alter') {
    const user = context.catalogue.principal(context.database.id, statement.name);
    if (!user) throw cannotFind('user', statement.name);
    await context.change(sink, () => alterUser(context, user, statement));
    return;
  }
  requireFree(context, statement.name);
  const defaultSchema = statement.options.DEFAULT_SCHEMA ?? 'dbo';
  if (statement.forLogin === null) {
    await context.change(sink, () => insertPrincipal(context, statement.name, 'S', null, defaultSchema));
    return;
  }
  const loginName = statement.forLogin ?? statement.name;
  const login = context.catalogue.login(loginName);
  if (login?.type !== 'S') {
    throw new TsqlError(15007, `'${loginName}' is not a valid login or you do not have permission.`);
  }
  if (context.catalogue.userOf(context.database.id, login)) {
    throw new TsqlError(15063, 'The login already has an account under a different user name.');
  }
  await context.change(sink, () => insertPrincipal(context, statement.name, 'S', login.sid, defaultSchema));
}

async function alterUser(
  context: SessionContext,
  user: DatabasePrincipal,
  statement: PrincipalStatement,
): Promise<void> {
  const key = [context.database.id, user.id];
  const { DEFAULT_SCHEMA: schema, LOGIN: loginName } = statement.options;
  if (schema !== undefined) {
    await context.client.query(
      'UPDATE standin.principal SET default_schema = $3 WHERE database_id = $1 AND principal_id = $2',
      [...key, schema],
    );
  }
  if (loginName !== undefined) {
    const login = context.catalogue.login(loginName);
    if (!login) throw cannotFind('login', loginName);
    await context.client.query(
      'UPDATE standin.principal SET sid = $3 WHERE database_id = $1 AND principal_id = $2',
      [...key, login.sid],
    );
  }
}

/** CREATE ROLE and ALTER ROLE … ADD | DROP MEMBER. */
export async function changeRole(batch: Batch, statement: PrincipalStatement): Promise<void> {
  const { context, sink } = batch;
  requires(context, 'ALTER ANY ROLE');
  if (statement.action === 'create') {
    requireFree(context, statement.name);
    await context.change(sink, () => insertPrincipal(context, statement.name, 'R', null, null));
    return;
  }
  const role = context.catalogue.principal(context.database.id, statement.name);
  if (role?.type !== 'R' || role.id === PUBLIC_ID) throw cannotFind('role', statement.name);
  const memberName = statement.addMember ?? statement.dropMember ?? '';
  const member = context.catalogue.principal(context.database.id, memberName);
  if (!member) {
    throw new TsqlError(15410, 'User or role name does not exist in this database.');
  }
  await context.change(sink, async () => {
    await context.client.query(
      statement.addMember !== undefined
        ? 'INSERT INTO standin.role_member VALUES ($1, $2, $3) ON CONFLICT DO NOTHING'
        : 'DELETE FROM standin.role_member WHERE database_id = $1 AND role_id = $2 AND member_id = $3',
      [context.database.id, role.id, member.id],
    );
  });
}

/** DROP USER and DROP ROLE. */
export async function dropPrincipal(
  batch: Batch,
  what: 'user' | 'role',
  name: string,
  ifExists: boolean,
): Promise<void> {
  const { context, sink } = batch;
  requires(context, what === 'user' ? 'ALTER ANY USER' : 'ALTER ANY ROLE');
  const principal = context.catalogue.principal(context.database.id, name);
  if (principal?.type !== (what === 'user' ? 'S' : 'R')) {
    if (ifExists) return;
    throw cannotFind(what, name);
  }
  if (principal.fixedRole || principal.id <= GUEST_ID) {
    throw new TsqlError(15150, `Cannot drop the ${what} '${principal.name}'.`);
  }
  if (context.catalogue.schemas(context.database.id).some((schema) => schema.ownerId === principal.id)) {
    throw new TsqlError(
      15138,
      'The database principal owns a schema in the database, and cannot be dropped.',
    );
  }
  const members = context.catalogue.roleMembers.some(
    (member) => member.databaseId === context.database.id && member.roleId === principal.id,
  );
  if (members) {
    throw new TsqlError(15144, 'The role has members. It must be empty before it can be dropped.');
  }
  await context.change(sink, async () => {
    const key = [context.database.id, principal.id];
    await context.client.query(
      'DELETE FROM standin.permission WHERE database_id = $1 AND grantee_id = $2',
      key,
    );
    await context.client.query(
      'DELETE FROM standin.principal WHERE database_id = $1 AND principal_id = $2',
      key,
    );
  });
}
