/**
 * Expressions and queries of T-SQL as the parser makes them. Names keep the spelling of the text; resolving them is
 * the compiler's work.
 */
import type { TsqlType } from '../../types.ts';

/** Parts of an object name as written, e.g. `[db].[dbo].[t]` → `['db', 'dbo', 't']`; an omitted part (`db..t`) is ''. */
export type Name = readonly string[];

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
