/** Rows of the storage tables (postgres/storage-schema.ts) as node-postgres returns them. */
import type { CheckDefinition, ForeignKeyDefinition } from '../../tsql/api.ts';
import type { TsqlTypeName } from '../../types.ts';

export interface DatabaseRow {
  database_id: number;
  name: string;
  owner_id: number;
  is_cdc_enabled: boolean;
  snapshot_allowed: boolean;
}

export interface SchemaRow {
  database_id: number;
  schema_id: number;
  name: string;
  owner_id: number;
  physical: string;
}

export interface ObjectRow {
  object_id: number;
  database_id: number;
  schema_id: number;
  name: string;
  type: 'U' | 'IF' | 'PK' | 'UQ' | 'D' | 'C' | 'F';
  parent_object_id: number;
  physical: string;
  is_ms_shipped: boolean;
  is_system_named: boolean;
  definition: string | null;
  parts: CheckDefinition | ForeignKeyDefinition | null;
}

export interface ColumnRow {
  object_id: number;
  column_id: number;
  name: string;
  physical: string;
  type_name: TsqlTypeName;
  length: number | null;
  precision: number | null;
  scale: number | null;
  is_nullable: boolean;
  identity_seed: string | null;
  identity_increment: string | null;
  default_object_id: number;
}

export interface IndexRow {
  object_id: number;
  index_id: number;
  name: string;
  physical: string;
  is_clustered: boolean;
  is_unique: boolean;
  constraint_id: number | null;
  filter: string | null;
}

export interface IndexColumnRow {
  object_id: number;
  index_id: number;
  ordinal: number;
  column_id: number;
  is_descending: boolean;
  is_included: boolean;
}

export interface LoginRow {
  principal_id: number;
  name: string;
  type: 'S' | 'R';
  sid: Buffer;
  password_hash: string | null;
  is_disabled: boolean;
  default_database: string | null;
}

export interface PrincipalRow {
  database_id: number;
  principal_id: number;
  name: string;
  type: 'S' | 'R';
  sid: Buffer | null;
  default_schema: string | null;
  is_fixed_role: boolean;
}

export interface MemberRow {
  database_id: number;
  role_id: number;
  member_id: number;
}

export interface PermissionRow {
  database_id: number;
  class: number;
  major_id: number;
  grantee_id: number;
  permission: string;
  state: 'G' | 'W' | 'D';
}
