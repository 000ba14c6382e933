/** Principals that every server and every database has, with SQL Server's ids. */

export const SA_ID = 1;
export const SYSADMIN_ROLE_ID = 3;
export const SERVER_ROLES: readonly [number, string][] = [
  [2, 'public'],
  [SYSADMIN_ROLE_ID, 'sysadmin'],
  [4, 'securityadmin'],
  [5, 'serveradmin'],
  [6, 'setupadmin'],
  [7, 'processadmin'],
  [8, 'diskadmin'],
  [9, 'dbcreator'],
  [10, 'bulkadmin'],
];

export const PUBLIC_ID = 0;
export const DBO_ID = 1;
export const GUEST_ID = 2;
export const DB_OWNER_ID = 16384;
export const DATABASE_USERS: readonly [number, string][] = [
  [DBO_ID, 'dbo'],
  [GUEST_ID, 'guest'],
  [3, 'INFORMATION_SCHEMA'],
  [4, 'sys'],
];
export const DATABASE_ROLES: readonly [number, string][] = [
  [PUBLIC_ID, 'public'],
  [DB_OWNER_ID, 'db_owner'],
  [16385, 'db_accessadmin'],
  [16386, 'db_securityadmin'],
  [16387, 'db_ddladmin'],
  [16389, 'db_backupoperator'],
  [16390, 'db_datareader'],
  [16391, 'db_datawriter'],
  [16392, 'db_denydatareader'],
  [16393, 'db_denydatawriter'],
];

/** What members of a fixed database role may do, as if granted on the database. */
export const FIXED_ROLE_GRANTS: Readonly<Record<number, readonly string[]>> = {
  16385: ['ALTER ANY USER', 'CONNECT'],
  16386: ['ALTER ANY ROLE', 'VIEW DEFINITION'],
  16387: ['CREATE TABLE', 'CREATE SCHEMA', 'ALTER ANY SCHEMA', 'ALTER'],
  16390: ['SELECT'],
  16391: ['INSERT', 'UPDATE', 'DELETE'],
};

/** What members of a fixed database role may not do. */
export const FIXED_ROLE_DENIES: Readonly<Record<number, readonly string[]>> = {
  16392: ['SELECT'],
  16393: ['INSERT', 'UPDATE', 'DELETE'],
};

/** Databases into which every login may come as guest: master, tempdb, msdb. */
export const GUEST_DATABASES: readonly number[] = [1, 2, 4];
