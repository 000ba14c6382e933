/** The statements of T-SQL that the stand-in accepts: what the parser makes and the compiler and the engine read. */
import type { DeleteStatement, InsertStatement, SelectStatement, UpdateStatement } from './change.ts';
import type {
  ControlStatement,
  DatabaseStatement,
  ExecuteStatement,
  SetStatement,
  TransactionStatement,
} from './control.ts';
import type {
  AlterTableStatement,
  CreateIndexStatement,
  CreateTableStatement,
  DropStatement,
} from './definition.ts';
import type { PermissionStatement, PrincipalStatement } from './security.ts';

/** What every statement carries: its own text (for `cdc.ddl_history`) and the line it starts on, from 1. */
export interface StatementPlace {
  text: string;
  line: number;
}

export type Statement =
  | SelectStatement
  | InsertStatement
  | UpdateStatement
  | DeleteStatement
  | CreateTableStatement
  | AlterTableStatement
  | CreateIndexStatement
  | DropStatement
  | PermissionStatement
  | PrincipalStatement
  | ExecuteStatement
  | SetStatement
  | ControlStatement
  | TransactionStatement
  | DatabaseStatement;
