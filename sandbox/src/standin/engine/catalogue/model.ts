import type { CheckDefinition, ForeignKeyDefinition } from '../../tsql/api.ts';
import type { TsqlType } from '../../types.ts';

/** One T-SQL database. */
export interface Database {
  id: number;
  name: string;
  /** Login that owns it. */
  ownerId: number;
  isCdcEnabled: boolean;
  snapshotAllowed: boolean;
}

/** One schema of a T-SQL database; its tables lie in PostgreSQL schema `physical`. */
export interface Schema {
  databaseId: number;
  id: number;
  name: string;
  ownerId: number;
  physical: string;
}

export interface Column {
  id: number;
  name: string;
  /** Its name in PostgreSQL. */
  physical: string;
  type: TsqlType;
  nullable: boolean;
  identity?: { seed: bigint; increment: bigint };
  /** Default as SQL Server prints it, e.g. `((1))`, and the name of its constraint. */
  default?: { constraintId: number; name: string; systemNamed: boolean; text: string };
}

export interface IndexColumn {
  column: Column;
  descending: boolean;
}

export interface Index {
  id: number;
  name: string;
  physical: string;
  clustered: boolean;
  unique: boolean;
  /** The PK or UQ constraint that the index serves. */
  constraint?: { id: number; name: string; systemNamed: boolean; type: 'PK' | 'UQ' };
  columns: IndexColumn[];
  /** Columns of INCLUDE. */
  included: Column[];
  filter?: string;
}

/** CHECK or FOREIGN KEY constraint. */
export interface Constraint {
  id: number;
  definition: CheckDefinition | ForeignKeyDefinition;
}

export interface Table {
  id: number;
  databaseId: number;
  schema: Schema;
  name: string;
  physical: string;
  /** Made by the system: the tables of CDC. */
  shipped: boolean;
  columns: Column[];
  indexes: Index[];
  constraints: Constraint[];
  /** Table function of a capture instance instead of a table. */
  kind: 'table' | 'function';
}

/** A login or a server role. */
export interface ServerPrincipal {
  id: number;
  name: string;
  type: 'S' | 'R';
  sid: Buffer;
  passwordHash: string | null;
  disabled: boolean;
  defaultDatabase: string | null;
}

/** A user or a role of a database. */
export interface DatabasePrincipal {
  databaseId: number;
  id: number;
  name: string;
  type: 'S' | 'R';
  sid: Buffer | null;
  defaultSchema: string | null;
  fixedRole: boolean;
}

/** Class of a securable, by SQL Server's numbers. */
export type SecurableClass = 'database' | 'object' | 'schema' | 'server';

export interface Permission {
  databaseId: number;
  class: SecurableClass;
  majorId: number;
  granteeId: number;
  permission: string;
  state: 'G' | 'W' | 'D';
}

export interface Membership {
  databaseId: number;
  roleId: number;
  memberId: number;
}

/** A capture instance: the change table of a source table, one of at most two. */
export interface CaptureInstance {
  databaseId: number;
  name: string;
  /** Change table; its columns between the five leading and the last `__$` ones are the captured ones. */
  changeTable: Table;
  sourceId: number;
  roleName: string | null;
  supportsNetChanges: boolean;
}
