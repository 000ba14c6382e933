import type { LoginRequest } from '../../types.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Database, ServerPrincipal } from '../catalogue/model.ts';
import { cannotOpenDatabase, loginFailed } from '../errors.ts';
import { Authority } from './authority.ts';
import { verifyPassword } from './password.ts';

/**
 * Decides whether a client may come in, and into which database.
 * @throws TsqlError 18456 for an unknown or disabled login or a wrong password; 4060 for a database that is not there or
 * not open to the login.
 */
export function admit(
  catalogue: Catalogue,
  request: LoginRequest,
): { login: ServerPrincipal; database: Database } {
  const login = catalogue.login(request.user);
  const known =
    login?.type === 'S' &&
    login.passwordHash !== null &&
    verifyPassword(request.password, login.passwordHash);
  if (!login || !known || login.disabled) throw loginFailed(request.user);
  const name = request.database || login.defaultDatabase || 'master';
  const database = catalogue.database(name);
  if (!database || !new Authority(catalogue, login).userIn(database.id)) throw cannotOpenDatabase(name);
  return { login, database };
}
