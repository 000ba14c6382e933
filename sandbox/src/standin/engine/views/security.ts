import type { SystemView } from './define.ts';

const serverPrincipals: SystemView = {
  schema: 'sys',
  name: 'server_principals',
  columns: [
    ['name', 'sysname', 'l.name'],
    ['principal_id', 'int', 'l.principal_id'],
    ['sid', 'varbinary(85)', 'l.sid'],
    ['type', 'char(1)', 'l.type'],
    ['type_desc', 'nvarchar(60)', "CASE l.type WHEN 'S' THEN 'SQL_LOGIN' ELSE 'SERVER_ROLE' END"],
    ['is_disabled', 'bit', 'l.is_disabled'],
    ['create_date', 'datetime', 'tsql.server_datetime(l.create_date)'],
    ['modify_date', 'datetime', 'tsql.server_datetime(l.create_date)'],
    [
      'default_database_name',
      'sysname',
      "CASE WHEN l.type = 'S' THEN coalesce(l.default_database, 'master') END",
    ],
    ['default_language_name', 'sysname', "CASE WHEN l.type = 'S' THEN 'us_english' END"],
    ['is_fixed_role', 'bit', "l.type = 'R'"],
  ],
  from: (scope) => `FROM standin.login l WHERE ${scope.login('l.principal_id')}`,
};

const sqlLogins: SystemView = {
  schema: 'sys',
  name: 'sql_logins',
  columns: [
    ...serverPrincipals.columns.slice(0, -1),
    ['is_policy_checked', 'bit', 'false'],
    ['is_expiration_checked', 'bit', 'false'],
  ],
  from: (scope) => `FROM standin.login l WHERE l.type = 'S' AND ${scope.login('l.principal_id')}`,
};

const serverRoleMembers: SystemView = {
  schema: 'sys',
  name: 'server_role_members',
  columns: [
    ['role_principal_id', 'int', 'm.role_id'],
    ['member_principal_id', 'int', 'm.member_id'],
  ],
  from: (scope) => `FROM standin.server_role_member m WHERE ${scope.login('m.member_id')}`,
};

const databasePrincipals: SystemView = {
  schema: 'sys',
  name: 'database_principals',
  columns: [
    ['name', 'sysname', 'p.name'],
    ['principal_id', 'int', 'p.principal_id'],
    ['type', 'char(1)', 'p.type'],
    ['type_desc', 'nvarchar(60)', "CASE p.type WHEN 'S' THEN 'SQL_USER' ELSE 'DATABASE_ROLE' END"],
    ['default_schema_name', 'sysname', 'p.default_schema'],
    ['create_date', 'datetime', 'tsql.server_datetime(p.create_date)'],
    ['modify_date', 'datetime', 'tsql.server_datetime(p.create_date)'],
    ['owning_principal_id', 'int', "CASE WHEN p.type = 'R' THEN coalesce(p.owner_id, 1) END"],
    ['sid', 'varbinary(85)', 'p.sid'],
    ['is_fixed_role', 'bit', 'p.is_fixed_role'],
    ['authentication_type', 'int', "CASE WHEN p.type = 'S' AND p.sid IS NOT NULL THEN 1 ELSE 0 END"],
    [
      'authentication_type_desc',
      'nvarchar(60)',
      "CASE WHEN p.type = 'S' AND p.sid IS NOT NULL THEN 'INSTANCE' ELSE 'NONE' END",
    ],
  ],
  from: (scope) => `FROM standin.principal p
    WHERE p.database_id = ${scope.databaseId} AND ${scope.principal('p.principal_id')}`,
};

const databaseRoleMembers: SystemView = {
  schema: 'sys',
  name: 'database_role_members',
  columns: [
    ['role_principal_id', 'int', 'm.role_id'],
    ['member_principal_id', 'int', 'm.member_id'],
  ],
  from: (scope) => `FROM standin.role_member m
    WHERE m.database_id = ${scope.databaseId} AND ${scope.principal('m.member_id')}`,
};

const permissionColumns = (databaseClass: string) =>
  [
    ['class', 'tinyint', 'p.class'],
    [
      'class_desc',
      'nvarchar(60)',
      `CASE p.class WHEN 1 THEN 'OBJECT_OR_COLUMN' WHEN 3 THEN 'SCHEMA' ELSE '${databaseClass}' END`,
    ],
    ['major_id', 'int', 'p.major_id'],
    ['minor_id', 'int', '0'],
    ['grantee_principal_id', 'int', 'p.grantee_id'],
    ['grantor_principal_id', 'int', 'p.grantor_id'],
    ['permission_name', 'nvarchar(128)', 'p.permission'],
    ['state', 'char(1)', 'p.state'],
    [
      'state_desc',
      'nvarchar(60)',
      "CASE p.state WHEN 'G' THEN 'GRANT' WHEN 'D' THEN 'DENY' ELSE 'GRANT_WITH_GRANT_OPTION' END",
    ],
  ] as const;

const databasePermissions: SystemView = {
  schema: 'sys',
  name: 'database_permissions',
  columns: permissionColumns('DATABASE'),
  from: (scope) => `FROM standin.permission p
    WHERE p.database_id = ${scope.databaseId} AND ${scope.principal('p.grantee_id')}`,
};

const serverPermissions: SystemView = {
  schema: 'sys',
  name: 'server_permissions',
  columns: permissionColumns('SERVER'),
  from: (scope) => `FROM standin.permission p WHERE p.database_id = 0 AND ${scope.login('p.grantee_id')}`,
};

export const SECURITY_VIEWS: readonly SystemView[] = [
  serverPrincipals,
  sqlLogins,
  serverRoleMembers,
  databasePrincipals,
  databaseRoleMembers,
  databasePermissions,
  serverPermissions,
];
