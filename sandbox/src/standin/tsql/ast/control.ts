/** Statements that steer a session: procedures, variables, flow, SET, transactions, databases. */
import type { Isolation, TsqlType } from '../../types.ts';
import type { ArithmeticOperator, Expression, Name } from './query.ts';
import type { Statement, StatementPlace } from './statement.ts';

export interface ExecuteArgument {
  name?: string;
  /** Undefined for DEFAULT. A bare word arrives as a string literal. */
  value?: Expression;
  output: boolean;
}

export interface ExecuteStatement extends StatementPlace {
  kind: 'execute';
  procedure: Name;
  arguments: ExecuteArgument[];
  /** `EXEC @rc = proc`. */
  returnVariable?: string;
}

export interface DeclaredVariable {
  name: string;
  type: TsqlType;
  value?: Expression;
}

export interface TableVariableColumn {
  name: string;
  type: TsqlType;
}

export type SetStatement = StatementPlace &
  (
    | { kind: 'set-variable'; name: string; operator: '=' | ArithmeticOperator; value: Expression }
    | { kind: 'set-isolation'; isolation: Isolation }
    | { kind: 'set-identity-insert'; table: Name; on: boolean }
    /** Any other SET: option in upper case (`LOCK_TIMEOUT`, `NOCOUNT`), value as written, `ON`/`OFF` in upper case. */
    | { kind: 'set-option'; options: string[]; value: string }
  );

export type ControlStatement = StatementPlace &
  (
    | { kind: 'block'; body: Statement[] }
    | { kind: 'if'; condition: Expression; whenTrue: Statement; whenFalse?: Statement }
    | { kind: 'declare'; variables: DeclaredVariable[] }
    | { kind: 'declare-table'; name: string; columns: TableVariableColumn[] }
    | { kind: 'print'; value: Expression }
    | { kind: 'raise-error'; arguments: Expression[] }
    | { kind: 'throw'; arguments: Expression[] }
    | { kind: 'wait'; delay: Expression }
    | { kind: 'execute-text'; value: Expression }
    | { kind: 'return'; value?: Expression }
  );

export type TransactionStatement = StatementPlace & {
  kind: 'transaction';
  action: 'begin' | 'commit' | 'rollback' | 'save';
  /** Transaction or savepoint name, or a variable that holds it. */
  name?: string;
};

export type DatabaseStatement = StatementPlace &
  (
    | { kind: 'use'; database: string }
    | { kind: 'create-database'; name: string; collation?: string }
    | { kind: 'alter-database'; name: string; option: string; value: string }
    | { kind: 'create-schema'; name: string; authorization?: string }
    | { kind: 'alter-authorization'; securable: { kind: string; name: Name }; principal: string }
    | { kind: 'truncate'; table: Name }
    | { kind: 'drop-index'; indexes: { name: string; table: Name }[]; ifExists: boolean }
    | { kind: 'insert-bulk'; table: Name; columns: { name: string; type: TsqlType }[] }
  );
