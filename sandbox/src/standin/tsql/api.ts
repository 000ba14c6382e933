/**
 * What the engine gives to the compiler and gets from it. The functions live beside:
 *
 * - `parse/batch.ts`      `parseBatch(text): Statement[]`; throws TsqlError 102, 105, 113, 156 …
 * - `compile/statement.ts` `compileQuery(statement, context): CompiledQuery` for SELECT, INSERT, UPDATE, DELETE
 * - `compile/value.ts`    `compileValue(expression, type, context)` for SET, DECLARE, EXEC arguments, PRINT;
 *                         `compileCompound` for `SET @x += …`; `compileCondition(expression, context)` for IF: one
 *                         column of 1 or 0
 * - `ddl/table.ts`        `compileCreateTable`; `ddl/alter.ts` `compileAlterTable`; `ddl/index-definition.ts` `compileCreateIndex`
 * - `ddl/default.ts`      `storedDefault(expression)`: SQL Server's stored text, `((1))`, `(N'x')`, `(getdate())`
 * - `storage.ts`          `pgType(type)`, `toPg(type, value)`, `fromPg(type, text)`
 * - `errors/from-postgres.ts` `toTsqlError(error, names)`
 * - `install/install.ts`  `installSql()`: the function library, schema `tsql` (run it once per PostgreSQL database)
 *
 * The PostgreSQL database is UTF-8 with LC_COLLATE 'C'. A session may set `tsql.timezone` (`+03:00` or a zone name,
 * default UTC): the server's time zone, read by GETDATE() and its like. Values are read and written in PostgreSQL's
 * text format (give node-postgres an identity type parser).
 */
import type { ResultColumn, StatementKind, TsqlType } from '../types.ts';
import type { Name } from './ast/query.ts';

/** A column as the engine's catalogue knows it. */
export interface TableColumn {
  name: string;
  /** The column in PostgreSQL, quoted, e.g. `"PatientNo"`. */
  pgName: string;
  type: TsqlType;
  nullable: boolean;
  identity?: boolean;
  /** Compared without regard to case: names in catalogue views, which any spelling must find. */
  caseInsensitive?: boolean;
}

/** A table or view, of the user or of the catalogue. */
export interface ResolvedTable {
  database: string;
  schema: string;
  name: string;
  /** Quoted and qualified, or any PostgreSQL expression that may stand in FROM. */
  pgName: string;
  columns: TableColumn[];
  /**
   * Columns of the primary key, as `pgName`. Lets UPDATE and DELETE with TOP, outer joins or `deleted.x` find a row again
   * that another session was changing; without it such a row is passed over.
   */
  key?: string[];
  /** False: a view of the catalogue, cannot be written. */
  writable: boolean;
}

export interface ResolvedFunction {
  /** Quoted and qualified PostgreSQL function. */
  pgName: string;
  /** SQL put before the T-SQL arguments, e.g. the quoted name of the database that was called. */
  leading?: string[];
  /** Arguments are converted to these; a missing optional one is passed as NULL. */
  parameters: { type: TsqlType; optional?: boolean }[];
  returns: TsqlType;
  /** Name for permission checks, as stored. */
  name?: Name;
}

export interface ResolvedTableFunction extends Omit<ResolvedFunction, 'returns'> {
  columns: TableColumn[];
}

/** What a compilation asks of the session. Names match without regard to case and come back as stored. */
export interface CompileContext {
  readonly database: string;
  /** Undefined: error 208 is raised. May throw (for example 4060 or 916 for another database). */
  resolveTable(name: Name): ResolvedTable | undefined;
  /** Functions that are not in the compiler's own library. Undefined: error 195 or 4121. */
  resolveFunction(name: Name): ResolvedFunction | undefined;
  /** Table functions of FROM. Undefined: error 208. */
  resolveTableFunction(name: Name): ResolvedTableFunction | undefined;
  /** Declared type of a variable or parameter (`@x`). Undefined: error 137. */
  variable(name: string): TsqlType | undefined;
  /** True while SET IDENTITY_INSERT is ON for the table. */
  identityInsert(table: ResolvedTable): boolean;
}

/**
 * A value to bind as `$n` (text: `toPg(type, value)`). `name` is a variable (`@x`) or one of the session's own values:
 * see SESSION_VALUES in `compile/session-values.ts` (`@@TRANCOUNT`, `SCOPE_IDENTITY()` …).
 */
export interface CompiledParameter {
  name: string;
  type: TsqlType;
}

export interface TableUse {
  table: ResolvedTable;
  access: 'select' | 'insert' | 'update' | 'delete';
  /** Upper-case hints such as TABLOCKX. */
  hints: string[];
}

export interface CompiledQuery {
  kind: StatementKind;
  /** PostgreSQL SQL with `$1` … `$n`. */
  text: string;
  parameters: CompiledParameter[];
  /** What the client gets, by position; read each with `fromPg`. Absent: the statement returns no rows. */
  columns?: ResultColumn[];
  /** `SELECT @a = …`: variable of each result column; the last row counts and no rows go to the client. */
  assigns?: string[];
  /**
   * INSERT into a table with an identity column: one more result column, after `columns`, holds the identity value
   * of each row. The last row's value is SCOPE_IDENTITY(). `raise` must then be run with the greatest value as `$1`
   * when IDENTITY_INSERT was ON, so that the counter goes on from there.
   */
  identity?: { column: number; raise?: string };
  /** Every table that is touched: for permission checks and locks. */
  tables: TableUse[];
  /** Engine functions that are called: for permission checks. */
  functions: Name[];
}

// ── data definition ──────────────────────────────────────────────────────────────────────────────────────────

export interface ColumnDefault {
  /** Name of the constraint, made up as SQL Server does (`DF__table__colum__1A2B3C4D`) when not given. */
  name: string;
  systemNamed: boolean;
  /** SQL Server's stored text. */
  text: string;
}

export interface ColumnDefinition {
  name: string;
  pgName: string;
  type: TsqlType;
  nullable: boolean;
  identity?: { seed: string; increment: string };
  default?: ColumnDefault;
  rowGuid?: boolean;
}

export interface KeyDefinition {
  kind: 'primary-key' | 'unique' | 'index';
  name: string;
  systemNamed: boolean;
  /** Constraint or index in PostgreSQL, not quoted: to recognise it in an error. */
  pgName: string;
  unique: boolean;
  clustered: boolean;
  columns: { name: string; descending: boolean }[];
  include: string[];
  filter?: string;
}

export interface CheckDefinition {
  kind: 'check';
  name: string;
  systemNamed: boolean;
  pgName: string;
  text: string;
}

export interface ForeignKeyDefinition {
  kind: 'foreign-key';
  name: string;
  systemNamed: boolean;
  pgName: string;
  columns: string[];
  references: { database: string; schema: string; table: string; columns: string[] };
  onDelete: string;
  onUpdate: string;
}

export type ConstraintDefinition = KeyDefinition | CheckDefinition | ForeignKeyDefinition;

/** What a data definition does: PostgreSQL statements to run in order, and what the catalogue must then say. */
export interface CompiledDefinition {
  sql: string[];
  /** New columns, and changed ones in their new form. */
  columns: ColumnDefinition[];
  constraints: ConstraintDefinition[];
  droppedColumns: string[];
  /** Names of keys, checks, foreign keys; a dropped default shows in its column. */
  droppedConstraints: string[];
}

/** A table as the catalogue has it, for ALTER TABLE and CREATE INDEX. */
export interface ExistingTable extends TableTarget {
  columns: ColumnDefinition[];
  constraints: ConstraintDefinition[];
}

/** Where a new table goes: the engine chooses the PostgreSQL schema and name. */
export interface TableTarget {
  database: string;
  schema: string;
  name: string;
  pgName: string;
}
