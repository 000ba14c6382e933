/** A row of sys.database_principals. `sid` as `0x…`. */
export type PrincipalRow = { principal_id: number; name: string; type: string; sid: string | null };
/** A row of sys.database_role_members. */
export type MemberRow = { role_principal_id: number; member_principal_id: number };
/** A row of sys.database_permissions; class 0 = database, 1 = object, 3 = schema; state D = DENY, G and W = GRANT. */
export type PermissionRow = {
  class: number;
  major_id: number;
  grantee_principal_id: number;
  permission_name: string;
  state: string;
};

/** What a right is asked about. */
export type Securable =
  | { kind: 'database' }
  | { kind: 'schema'; id: number }
  | { kind: 'object'; id: number; schemaId: number };

const PUBLIC_ID = 0;
const DBO_ID = 1;
const DB_OWNER_ID = 16384;
/** Fixed roles that give a right on everything, by SQL Server's ids: db_datareader, db_datawriter. */
const BY_FIXED_ROLE: Readonly<Record<string, readonly number[]>> = {
  SELECT: [16390],
  INSERT: [16391],
  UPDATE: [16391],
  DELETE: [16391],
};

/** Ids of the principal and of every role that it is in, directly or through another role. */
export function rolesOf(principalId: number, members: readonly MemberRow[]): ReadonlySet<number> {
  const ids = new Set([principalId, PUBLIC_ID]);
  if (principalId === DBO_ID) ids.add(DB_OWNER_ID);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { role_principal_id: role, member_principal_id: member } of members) {
      if (!ids.has(member) || ids.has(role)) continue;
      ids.add(role);
      grown = true;
    }
  }
  return ids;
}

/**
 * What one user may do, as SQL Server decides it: a DENY wins, a right on the schema or on the database covers the object,
 * CONTROL and the state permissions of 2022 cover what they bring along.
 */
export function rightsOf(
  principalId: number,
  members: readonly MemberRow[],
  permissions: readonly PermissionRow[],
): (permission: string, on: Securable) => boolean {
  const ids = rolesOf(principalId, members);
  return (permission, on) => {
    if (ids.has(DB_OWNER_ID)) return true;
    const names = [permission, permission.replace(/ (PERFORMANCE|SECURITY) STATE$/, ' STATE'), 'CONTROL'];
    const rows = permissions.filter(
      (row) => ids.has(row.grantee_principal_id) && names.includes(row.permission_name) && covers(row, on),
    );
    if (rows.some(({ state }) => state === 'D')) return false;
    return rows.length > 0 || (BY_FIXED_ROLE[permission] ?? []).some((role) => ids.has(role));
  };
}

function covers(row: PermissionRow, on: Securable): boolean {
  if (row.class === 0) return true;
  if (on.kind === 'database') return false;
  if (row.class === 3) return row.major_id === (on.kind === 'schema' ? on.id : on.schemaId);
  return row.class === 1 && on.kind === 'object' && row.major_id === on.id;
}
