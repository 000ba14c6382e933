import type { LoginRequest } from '../../types.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Database, ServerPrincipal } from '../catalogue/model.ts';
import { accountRefused, cannotOpenDatabase, loginFailed } from '../errors.ts';
import { Authority } from './authority.ts';
import { verifyPassword } from './password.ts';

const DISABLED = 18470;

/**
 * Decides whether a client may come in, and into which database.
 * @param refusal number of the error that the login gets all the same: an expired password, say.
 * @throws TsqlError 18456 for an unknown login or a wrong password; 18470 for a disabled one; 4060 for a database that is not there or
 * not open to the login.
 */
export function admit(
  catalogue: Catalogue,
  request: LoginRequest,
  refusal?: number,
): { login: ServerPrincipal; database: Database } {
  const login = catalogue.login(request.user);
  const known =
    login?.type === 'S' &&
    login.passwordHash !== null &&
    verifyPassword(request.password, login.passwordHash);
  if (!login || !known) throw loginFailed(request.user);
  const number = login.disabled ? DISABLED : refusal;
  if (number !== undefined) throw accountRefused(request.user, number);
  const name = request.database || login.defaultDatabase || 'master';
  const database = catalogue.database(name);
  if (!database || !new Authority(catalogue, login).userIn(database.id)) throw cannotOpenDatabase(name);
  return { login, database };
}
