import type { Name } from '../../tsql/ast/query.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { CaptureInstance } from '../catalogue/model.ts';
import { permissionDenied } from '../errors.ts';
import type { Authority } from './authority.ts';

const PREFIX = 'fn_cdc_get_all_changes_';

/**
 * Whether the caller may see an instance's changes through the cdc functions and procedures: SELECT on the source table,
 * and membership of the gating role if the instance has one.
 */
export function mayReadChanges(
  authority: Authority,
  catalogue: Catalogue,
  instance: CaptureInstance,
): boolean {
  const { databaseId } = instance;
  if (authority.isDbOwner(databaseId)) return true;
  const source = catalogue.tableById(instance.sourceId);
  if (!source || !authority.has('SELECT', { class: 'object', table: source })) return false;
  if (instance.roleName === null) return true;
  const role = catalogue.principal(databaseId, instance.roleName);
  return role !== undefined && authority.rolesIn(databaseId).has(role.id);
}

/** Checks a call of `cdc.fn_cdc_get_all_changes_…`. @throws TsqlError 229. */
export function capturedGate(authority: Authority, catalogue: Catalogue, name: Name): void {
  const [databaseName, , functionName] = name;
  const database = databaseName && catalogue.database(databaseName);
  if (!database || !functionName?.startsWith(PREFIX)) return;
  const instance = catalogue.captureInstance(database.id, functionName.slice(PREFIX.length));
  if (instance && !mayReadChanges(authority, catalogue, instance)) {
    throw permissionDenied('SELECT', functionName, database.name, 'cdc');
  }
}
