/**
 * The syntax tree of the T-SQL that the stand-in accepts: what the parser makes and the compiler and the engine read.
 * Names keep the spelling of the text; resolving them is the compiler's work.
 */
import type { Isolation, TsqlType } from '../types.ts';

/** Parts of an object name as written, e.g. `[db].[dbo].[t]` → `['db', 'dbo', 't']`; an omitted part (`db..t`) is ''. */
export type Name = readonly string[];

/** What every statement carries: its own text (for `cdc.ddl_history`) and the line it starts on, from 1. */
export interface StatementPlace {
  text: string;
  line: number;
}

// ── expressions ──────────────────────────────────────────────────────────────────────────────────────────────

export type LiteralKind =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'money'
  | 'string'
  | 'nstring'
  | 'binary'
  | 'null';

export interface LiteralExpression {
  kind: 'literal';
  literal: LiteralKind;
  /** Digits as written, string content without quotes, hexadecimal digits without 0x; '' for NULL. */
  value: string;
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^';

export interface CaseExpression {
  kind: 'case';
  /** Present in the simple form `CASE x WHEN 1 THEN …`. */
  operand?: Expression;
  branches: { when: Expression; result: Expression }[];
  otherwise?: Expression;
}

export interface CallExpression {
  kind: 'call';
  name: Name;
  arguments: Expression[];
  /** `COUNT(*)`. */
  star: boolean;
  distinct: boolean;
  over?: { partitionBy: Expression[]; orderBy: OrderItem[]; frame?: string };
  /** `STRING_AGG(…) WITHIN GROUP (ORDER BY …)`. */
  withinGroup?: OrderItem[];
}

export type Expression =
  | LiteralExpression
  | CaseExpression
  | CallExpression
  /** `@x` or `@@TRANCOUNT`, with its signs. */
  | { kind: 'variable'; name: string }
  /** A column, with up to three qualifying parts; also a bare word such as `DAY` in DATEADD. */
  | { kind: 'column'; name: Name }
  /** `DEFAULT` in VALUES and SET. */
  | { kind: 'default' }
  | { kind: 'unary'; operator: '-' | '+' | '~'; operand: Expression }
  | { kind: 'binary'; operator: ArithmeticOperator; left: Expression; right: Expression }
  | {
      kind: 'cast';
      operand: Expression;
      type: TsqlType;
      attempt: boolean;
      style?: Expression;
      parse: boolean;
    }
  | { kind: 'collate'; operand: Expression; collation: string }
  | { kind: 'subquery'; query: Query }
  | { kind: 'comparison'; operator: ComparisonOperator; left: Expression; right: Expression }
  | { kind: 'quantified'; operator: ComparisonOperator; all: boolean; left: Expression; query: Query }
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'not'; operand: Expression }
  | { kind: 'is-null'; operand: Expression; negated: boolean }
  | { kind: 'between'; operand: Expression; low: Expression; high: Expression; negated: boolean }
  | { kind: 'in'; operand: Expression; list: Expression[] | Query; negated: boolean }
  | { kind: 'like'; operand: Expression; pattern: Expression; escape?: Expression; negated: boolean }
  | { kind: 'exists'; query: Query };

// ── queries ──────────────────────────────────────────────────────────────────────────────────────────────────

export interface OrderItem {
  expression: Expression;
  descending: boolean;
}

export type SelectItem =
  | { kind: 'star'; qualifier: Name }
  | { kind: 'expression'; expression: Expression; alias?: string }
  | { kind: 'assign'; variable: string; expression: Expression };

export type JoinKind = 'inner' | 'left' | 'right' | 'full' | 'cross' | 'cross apply' | 'outer apply';

export type TableSource =
  /** `hints` in upper case, e.g. TABLOCKX; all are dropped by the compiler but reported in CompiledQuery.tables. */
  | { kind: 'table'; name: Name; alias?: string; hints: string[] }
  | { kind: 'table-variable'; name: string; alias?: string }
  | { kind: 'derived'; query: Query; alias: string; columns?: string[] }
  | { kind: 'values'; rows: Expression[][]; alias: string; columns: string[] }
  | { kind: 'function'; name: Name; arguments: Expression[]; alias?: string; columns?: string[] }
  | { kind: 'join'; join: JoinKind; left: TableSource; right: TableSource; on?: Expression };

export interface Top {
  count: Expression;
  withTies: boolean;
  percent: boolean;
}

export interface QuerySpecification {
  kind: 'specification';
  distinct: boolean;
  top?: Top;
  items: SelectItem[];
  from?: TableSource;
  where?: Expression;
  groupBy: Expression[];
  having?: Expression;
}

export type QueryBody =
  | QuerySpecification
  | {
      kind: 'set-operation';
      operator: 'union' | 'union all' | 'intersect' | 'except';
      left: QueryBody;
      right: QueryBody;
    };

export interface Query {
  body: QueryBody;
  orderBy: OrderItem[];
  offset?: Expression;
  fetch?: Expression;
}

export interface CommonTable {
  name: string;
  columns?: string[];
  query: Query;
}

export interface SelectStatement extends StatementPlace {
  kind: 'select';
  with: CommonTable[];
  query: Query;
}

// ── changing data ────────────────────────────────────────────────────────────────────────────────────────────

export interface InsertStatement extends StatementPlace {
  kind: 'insert';
  with: CommonTable[];
  target: Name;
  columns?: string[];
  output: SelectItem[];
  source:
    | { kind: 'values'; rows: Expression[][] }
    | { kind: 'query'; query: Query }
    | { kind: 'defaults' }
    /** `INSERT … EXEC`: left to the engine. */
    | { kind: 'execute'; execute: ExecuteStatement };
  top?: Top;
}

export interface Assignment {
  column: Name;
  /** `=`, or the arithmetic of `+=` and its like. */
  operator: '=' | ArithmeticOperator;
  value: Expression;
}

export interface UpdateStatement extends StatementPlace {
  kind: 'update';
  with: CommonTable[];
  target: Name;
  set: Assignment[];
  output: SelectItem[];
  from?: TableSource;
  where?: Expression;
  top?: Top;
}

export interface DeleteStatement extends StatementPlace {
  kind: 'delete';
  with: CommonTable[];
  target: Name;
  output: SelectItem[];
  from?: TableSource;
  where?: Expression;
  top?: Top;
}

// ── defining data ────────────────────────────────────────────────────────────────────────────────────────────

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

// ── security ─────────────────────────────────────────────────────────────────────────────────────────────────

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

// ── control, session, the rest ───────────────────────────────────────────────────────────────────────────────

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
