import type { CompileContext, CompiledQuery } from '../api.ts';
import type { DeleteStatement, InsertStatement, SelectStatement, UpdateStatement } from '../ast/change.ts';
import { compileCommonTables } from './common-tables.ts';
import { Compilation } from './compilation.ts';
import { compileInsert } from './insert.ts';
import { compileModify } from './modify.ts';
import { resultColumn } from './output.ts';
import { compileSelect } from './query.ts';

export type QueryStatement = SelectStatement | InsertStatement | UpdateStatement | DeleteStatement;

/**
 * Compiles a statement that reads or changes rows. Throws TsqlError for everything that SQL Server would refuse while
 * compiling: unknown tables (208), columns (207), functions (195), types that clash (206, 402) and so on.
 */
export function compileQuery(statement: QueryStatement, context: CompileContext): CompiledQuery {
  const compilation = new Compilation(context);
  const compiled =
    statement.kind === 'select' ? select(statement, compilation) : change(statement, compilation);
  const { parameters, tables, functions } = compilation;
  return { kind: statement.kind, text: '', parameters, tables, functions, ...compiled };
}

function select(statement: SelectStatement, compilation: Compilation): Partial<CompiledQuery> {
  const prefix = compileCommonTables(statement.with, compilation);
  const query = compileSelect(statement.query, undefined, compilation);
  const compiled: Partial<CompiledQuery> = {
    text: prefix + query.sql,
    columns: query.columns.map(resultColumn),
  };
  if (query.assigns !== undefined) compiled.assigns = query.assigns;
  return compiled;
}

function change(
  statement: InsertStatement | UpdateStatement | DeleteStatement,
  compilation: Compilation,
): Partial<CompiledQuery> {
  return statement.kind === 'insert'
    ? compileInsert(statement, compilation)
    : compileModify(statement, compilation);
}
