/** Statements about logins, users, roles and what they may do. */
import type { Name } from './query.ts';
import type { StatementPlace } from './statement.ts';

export interface PermissionStatement extends StatementPlace {
  kind: 'permission';
  action: 'grant' | 'revoke' | 'deny';
  /** Upper case, words joined by one blank: `SELECT`, `VIEW DATABASE STATE`, `ALL`. */
  permissions: { name: string; columns: string[] }[];
  /** Undefined: the current database (or the server, for server permissions). */
  securable?: { kind: 'object' | 'schema' | 'database' | 'login' | 'user' | 'role'; name: Name };
  principals: string[];
  /** `WITH GRANT OPTION`, `CASCADE`. */
  options: string[];
}

/** CREATE/ALTER LOGIN, USER, ROLE. `options` by upper-case name, e.g. PASSWORD, DEFAULT_DATABASE, DEFAULT_SCHEMA. */
export interface PrincipalStatement extends StatementPlace {
  kind: 'principal';
  action: 'create' | 'alter';
  what: 'login' | 'user' | 'role' | 'server role';
  name: string;
  /** `FOR LOGIN x`; null for WITHOUT LOGIN. */
  forLogin?: string | null;
  authorization?: string;
  addMember?: string;
  dropMember?: string;
  rename?: string;
  /** `ALTER LOGIN x ENABLE | DISABLE`. */
  enable?: boolean;
  options: Record<string, string>;
}
