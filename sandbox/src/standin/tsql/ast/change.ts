/** Statements that read and change rows. */
import type { ExecuteStatement } from './control.ts';
import type {
  ArithmeticOperator,
  CommonTable,
  Expression,
  Name,
  Query,
  SelectItem,
  TableSource,
  Top,
} from './query.ts';
import type { StatementPlace } from './statement.ts';

export interface SelectStatement extends StatementPlace {
  kind: 'select';
  with: CommonTable[];
  query: Query;
}

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
