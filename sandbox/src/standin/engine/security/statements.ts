import type { PermissionStatement, PrincipalStatement } from '../../tsql/ast/security.ts';
import { unsupported } from '../../tsql/refusal.ts';
import { TsqlError } from '../../types.ts';
import { cannotFind, notAllowed } from '../errors.ts';
import { isUnknownPermission } from '../product.ts';
import type { Batch } from '../session/batch.ts';
import type { SessionContext } from '../session/context.ts';
import type { Securable } from './authority.ts';
import { changeLogin, changeServerRole } from './logins.ts';
import { changeRole, changeUser } from './users.ts';

/** CREATE and ALTER of logins, users and roles. */
export async function changePrincipal(batch: Batch, statement: PrincipalStatement): Promise<void> {
  if (statement.what === 'login') await changeLogin(batch, statement);
  else if (statement.what === 'user') await changeUser(batch, statement);
  else if (statement.what === 'role') await changeRole(batch, statement);
  else await changeServerRole(batch, statement);
  batch.sink.done('ddl');
}

/** Where a permission is written down. */
interface Target {
  databaseId: number;
  class: number;
  majorId: number;
  securable: Securable;
}

const ALL_ON_OBJECT = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES'];
const SERVER_PERMISSIONS =
  /^(VIEW SERVER|VIEW ANY|CONTROL SERVER|ALTER ANY (LOGIN|DATABASE)|CREATE ANY DATABASE|CONNECT SQL)/;

/** GRANT, DENY, REVOKE. */
export async function changePermission(batch: Batch, statement: PermissionStatement): Promise<void> {
  const { context, sink } = batch;
  if (statement.permissions.some(({ columns }) => columns.length > 0))
    throw unsupported('permissions on columns');
  const names = statement.permissions.flatMap(({ name }) => (name === 'ALL' ? ALL_ON_OBJECT : [name]));
  const unknown = names.find((name) => isUnknownPermission(context.engine.product, name));
  // The grammar of a release knows the names of its permissions.
  if (unknown !== undefined) throw new TsqlError(102, `Incorrect syntax near '${unknown}'.`, 15);
  const onServer = !statement.securable && SERVER_PERMISSIONS.test(names[0] ?? '');
  const target = onServer ? serverTarget(context) : databaseTarget(batch, statement);
  if (!mayGrant(context, target)) throw notAllowed();
  const grantees = statement.principals.map((name) => granteeId(context, name, onServer));
  const state =
    statement.action === 'deny' ? 'D' : statement.options.includes('WITH GRANT OPTION') ? 'W' : 'G';
  await context.change(sink, async () => {
    for (const grantee of grantees) {
      for (const permission of names) {
        const key = [target.databaseId, target.class, target.majorId, grantee, permission];
        await context.client.query(
          'DELETE FROM standin.permission WHERE database_id = $1 AND class = $2 AND major_id = $3 AND grantee_id = $4 AND permission = $5',
          key,
        );
        if (statement.action === 'revoke') continue;
        await context.client.query(
          `INSERT INTO standin.permission (database_id, class, major_id, grantee_id, permission, state, grantor_id)
           VALUES ($1, $2, $3, $4, $5, $6, 1)`,
          [...key, state],
        );
      }
    }
  });
  sink.done('ddl');
}

function serverTarget(context: SessionContext): Target {
  if (context.database.name !== 'master') {
    throw new TsqlError(
      4621,
      'Permissions at the server scope can only be granted when the current database is master',
    );
  }
  return { databaseId: 0, class: 100, majorId: 0, securable: { class: 'server' } };
}

function databaseTarget({ context, variables }: Batch, { securable }: PermissionStatement): Target {
  const databaseId = context.database.id;
  const onDatabase: Target = {
    databaseId,
    class: 0,
    majorId: 0,
    securable: { class: 'database', databaseId },
  };
  if (!securable) return onDatabase;
  const name = securable.name.at(-1) ?? '';
  switch (securable.kind) {
    case 'database': {
      const database = context.catalogue.database(name);
      if (database?.id !== databaseId) throw cannotFind('database', name);
      return onDatabase;
    }
    case 'schema': {
      const schema = context.catalogue.schema(databaseId, name);
      if (!schema) throw cannotFind('schema', name);
      return {
        databaseId,
        class: 3,
        majorId: schema.id,
        securable: { class: 'schema', databaseId, schemaId: schema.id },
      };
    }
    case 'object': {
      const resolver = context.resolver(variables);
      const table = resolver.findTable(securable.name) ?? resolver.findGrantableView(securable.name);
      if (!table) throw cannotFind('object', name);
      return {
        databaseId: table.databaseId,
        class: 1,
        majorId: table.id,
        securable: { class: 'object', table },
      };
    }
    default:
      throw unsupported(`ON ${securable.kind.toUpperCase()}::`);
  }
}

/** Owners may grant, db_securityadmin may too. */
function mayGrant(context: SessionContext, { securable }: Target): boolean {
  const { authority } = context;
  if (authority.has('CONTROL', securable)) return true;
  if (securable.class === 'server') return false;
  return authority.has('ALTER ANY ROLE', { class: 'database', databaseId: context.database.id });
}

function granteeId(context: SessionContext, name: string, onServer: boolean): number {
  const principal = onServer
    ? context.catalogue.login(name)
    : context.catalogue.principal(context.database.id, name);
  if (!principal) throw cannotFind(onServer ? 'login' : 'user', name);
  return principal.id;
}
