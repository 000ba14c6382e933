/** Statements that define tables and indexes. */
import type { TsqlType } from '../../types.ts';
import type { Expression, Name } from './query.ts';
import type { StatementPlace } from './statement.ts';

export interface IndexedColumn {
  name: string;
  descending: boolean;
}

export interface KeyConstraint {
  kind: 'primary-key' | 'unique';
  name?: string;
  /** Not said in the text: undefined (a primary key is then clustered, a unique constraint is not). */
  clustered?: boolean;
  columns: IndexedColumn[];
}

export interface CheckConstraint {
  kind: 'check';
  name?: string;
  condition: Expression;
  /** Source text of the condition, for the catalogue. */
  text: string;
}

export type ReferentialAction = 'no action' | 'cascade' | 'set null' | 'set default';

export interface ForeignKeyConstraint {
  kind: 'foreign-key';
  name?: string;
  columns: string[];
  references: Name;
  /** Empty: the primary key of the other table. */
  referencedColumns: string[];
  onDelete: ReferentialAction;
  onUpdate: ReferentialAction;
}

export interface DefaultClause {
  name?: string;
  value: Expression;
}

export type TableConstraint =
  | KeyConstraint
  | CheckConstraint
  | ForeignKeyConstraint
  /** `ADD CONSTRAINT d DEFAULT (1) FOR c`. */
  | { kind: 'default'; name?: string; value: Expression; column: string; withValues: boolean };

export interface ColumnClause {
  name: string;
  type: TsqlType;
  /** Undefined when the text says neither NULL nor NOT NULL. */
  nullable?: boolean;
  identity?: { seed: string; increment: string };
  default?: DefaultClause;
  withValues: boolean;
  rowGuid: boolean;
  /** PRIMARY KEY, UNIQUE, CHECK, REFERENCES written at the column, made into table constraints. */
  constraints: TableConstraint[];
}

export interface CreateTableStatement extends StatementPlace {
  kind: 'create-table';
  name: Name;
  columns: ColumnClause[];
  constraints: TableConstraint[];
}

export type AlterTableAction =
  | { kind: 'add'; columns: ColumnClause[]; constraints: TableConstraint[] }
  | { kind: 'drop-columns'; names: string[]; ifExists: boolean }
  | { kind: 'drop-constraints'; names: string[]; ifExists: boolean }
  | { kind: 'alter-column'; name: string; type: TsqlType; nullable?: boolean }
  | { kind: 'check-constraints'; enable: boolean; names: string[] | 'all' };

export interface AlterTableStatement extends StatementPlace {
  kind: 'alter-table';
  name: Name;
  actions: AlterTableAction[];
}

export interface CreateIndexStatement extends StatementPlace {
  kind: 'create-index';
  name: string;
  table: Name;
  unique: boolean;
  clustered: boolean;
  columns: IndexedColumn[];
  include: string[];
  where?: Expression;
  whereText?: string;
}

export interface DropStatement extends StatementPlace {
  kind: 'drop';
  what: 'table' | 'schema' | 'database' | 'login' | 'user' | 'role';
  names: Name[];
  ifExists: boolean;
}
