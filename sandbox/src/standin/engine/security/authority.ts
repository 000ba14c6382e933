import type { Catalogue } from '../catalogue/catalogue.ts';
import type { DatabasePrincipal, Permission, ServerPrincipal, Table } from '../catalogue/model.ts';
import {
  DB_OWNER_ID,
  DBO_ID,
  FIXED_ROLE_DENIES,
  FIXED_ROLE_GRANTS,
  GUEST_DATABASES,
  GUEST_ID,
  PUBLIC_ID,
  SYSADMIN_ROLE_ID,
} from './fixed-roles.ts';

/** What a permission is asked for. */
export type Securable =
  | { class: 'server' }
  | { class: 'database'; databaseId: number }
  | { class: 'schema'; databaseId: number; schemaId: number }
  | { class: 'object'; table: Table };

/** Permissions that a stronger one brings along, on the same securable. */
const IMPLIED_BY: Readonly<Record<string, readonly string[]>> = {
  'VIEW SERVER PERFORMANCE STATE': ['VIEW SERVER STATE'],
  'VIEW SERVER SECURITY STATE': ['VIEW SERVER STATE'],
  'VIEW DATABASE PERFORMANCE STATE': ['VIEW DATABASE STATE'],
  'VIEW DATABASE SECURITY STATE': ['VIEW DATABASE STATE'],
  'CREATE TABLE': ['ALTER'],
  'CREATE SCHEMA': ['ALTER ANY SCHEMA', 'ALTER'],
  'ALTER ANY SCHEMA': ['ALTER'],
  'ALTER ANY USER': ['ALTER'],
  'ALTER ANY ROLE': ['ALTER'],
};

/** Database permissions that a server permission brings along in every database the login may enter. */
const IMPLIED_BY_SERVER: Readonly<Record<string, readonly string[]>> = {
  'VIEW DATABASE STATE': ['VIEW SERVER STATE'],
  'VIEW DATABASE PERFORMANCE STATE': ['VIEW SERVER STATE', 'VIEW SERVER PERFORMANCE STATE'],
  'VIEW DATABASE SECURITY STATE': ['VIEW SERVER STATE', 'VIEW SERVER SECURITY STATE'],
  'VIEW DEFINITION': ['VIEW ANY DEFINITION'],
};

function covering(permission: string): string[] {
  return [permission, ...(IMPLIED_BY[permission] ?? []), 'CONTROL'];
}

/**
 * What one login may do, by the catalogue of this moment: sysadmin and dbo everything; else a DENY to the user or to one
 * of its roles wins over every GRANT, and a permission on a schema or database covers what lies in it.
 */
export class Authority {
  readonly catalogue: Catalogue;
  readonly login: ServerPrincipal;
  readonly isSysadmin: boolean;
  readonly #roles = new Map<number, Set<number>>();

  constructor(catalogue: Catalogue, login: ServerPrincipal) {
    this.catalogue = catalogue;
    this.login = login;
    this.isSysadmin = this.#serverPrincipals().has(SYSADMIN_ROLE_ID);
  }

  /** Ids of the server roles that the login is in; a sysadmin is in all of them. */
  serverRoles(): ReadonlySet<number> {
    if (!this.isSysadmin) return this.#serverPrincipals();
    return new Set(this.catalogue.logins.filter((login) => login.type === 'R').map((login) => login.id));
  }

  /** The user that the login is in a database; undefined when it may not come in (error 916). */
  userIn(databaseId: number): DatabasePrincipal | undefined {
    const database = this.catalogue.databaseById(databaseId);
    const byId = (id: number) =>
      this.catalogue.principals.find(
        (principal) => principal.databaseId === databaseId && principal.id === id,
      );
    if (this.isSysadmin || database?.ownerId === this.login.id) return byId(DBO_ID);
    const user = this.catalogue.userOf(databaseId, this.login);
    if (user) return user;
    return GUEST_DATABASES.includes(databaseId) ? byId(GUEST_ID) : undefined;
  }

  /** Ids of the user and of every role it is in, directly or through other roles. */
  rolesIn(databaseId: number): ReadonlySet<number> {
    const known = this.#roles.get(databaseId);
    if (known) return known;
    const ids = new Set<number>([PUBLIC_ID]);
    const user = this.userIn(databaseId);
    if (user) ids.add(user.id);
    if (user?.id === DBO_ID) ids.add(DB_OWNER_ID);
    const members = this.catalogue.roleMembers.filter((member) => member.databaseId === databaseId);
    for (let grown = true; grown; ) {
      grown = false;
      for (const { roleId, memberId } of members) {
        if (!ids.has(memberId) || ids.has(roleId)) continue;
        ids.add(roleId);
        grown = true;
      }
    }
    this.#roles.set(databaseId, ids);
    return ids;
  }

  isDbOwner(databaseId: number): boolean {
    return this.userIn(databaseId) !== undefined && this.rolesIn(databaseId).has(DB_OWNER_ID);
  }

  has(permission: string, securable: Securable): boolean {
    if (this.isSysadmin) return true;
    if (securable.class === 'server') return this.#onServer(covering(permission));
    const databaseId = securable.class === 'object' ? securable.table.databaseId : securable.databaseId;
    if (!this.userIn(databaseId)) return false;
    if (this.isDbOwner(databaseId)) return true;
    const names = covering(permission);
    const relevant = this.#entries(databaseId, names, securable);
    if (relevant.some((entry) => entry.state === 'D') || this.#deniedByRole(databaseId, names)) return false;
    if (relevant.some((entry) => entry.state !== 'D')) return true;
    if (this.#ownsSchema(securable)) return true;
    if (this.#grantedByRole(databaseId, names)) return true;
    return this.#onServer(IMPLIED_BY_SERVER[permission] ?? []);
  }

  /** Whether the login may see that the object exists: it owns it or holds any permission on it. */
  canSee(table: Table): boolean {
    const securable: Securable = { class: 'object', table };
    return ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES', 'ALTER', 'VIEW DEFINITION'].some(
      (permission) => this.has(permission, securable),
    );
  }

  #serverPrincipals(): Set<number> {
    const ids = new Set<number>([this.login.id, 2]);
    for (const { roleId, memberId } of this.catalogue.serverRoleMembers)
      if (memberId === this.login.id) ids.add(roleId);
    return ids;
  }

  #onServer(names: readonly string[]): boolean {
    const ids = this.#serverPrincipals();
    const entries = this.catalogue.permissions.filter(
      (entry) =>
        entry.databaseId === 0 &&
        ids.has(entry.granteeId) &&
        (names.includes(entry.permission) || entry.permission === 'CONTROL SERVER'),
    );
    return entries.length > 0 && entries.every((entry) => entry.state !== 'D');
  }

  #entries(
    databaseId: number,
    names: string[],
    securable: Exclude<Securable, { class: 'server' }>,
  ): Permission[] {
    const ids = this.rolesIn(databaseId);
    const schemaId =
      securable.class === 'object'
        ? securable.table.schema.id
        : securable.class === 'schema'
          ? securable.schemaId
          : undefined;
    return this.catalogue.permissions.filter((entry) => {
      if (entry.databaseId !== databaseId || !ids.has(entry.granteeId) || !names.includes(entry.permission))
        return false;
      if (entry.class === 'database') return true;
      if (entry.class === 'schema') return entry.majorId === schemaId;
      return securable.class === 'object' && entry.class === 'object' && entry.majorId === securable.table.id;
    });
  }

  #ownsSchema(securable: Exclude<Securable, { class: 'server' }>): boolean {
    if (securable.class === 'database') return false;
    const schema =
      securable.class === 'object'
        ? securable.table.schema
        : this.catalogue.schemas(securable.databaseId).find((one) => one.id === securable.schemaId);
    return schema !== undefined && this.rolesIn(schema.databaseId).has(schema.ownerId);
  }

  #grantedByRole(databaseId: number, names: string[]): boolean {
    return this.#byRole(databaseId, FIXED_ROLE_GRANTS, names);
  }

  #deniedByRole(databaseId: number, names: string[]): boolean {
    return this.#byRole(databaseId, FIXED_ROLE_DENIES, names);
  }

  #byRole(databaseId: number, table: Readonly<Record<number, readonly string[]>>, names: string[]): boolean {
    const ids = this.rolesIn(databaseId);
    return Object.entries(table).some(
      ([role, permissions]) =>
        ids.has(Number(role)) && permissions.some((permission) => names.includes(permission)),
    );
  }
}
