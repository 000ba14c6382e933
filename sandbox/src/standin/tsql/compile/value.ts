import type { TsqlType } from '../../types.ts';
import type { CompileContext, CompiledQuery } from '../api.ts';
import type { ArithmeticOperator, Expression } from '../ast/query.ts';
import { Compilation } from './compilation.ts';
import { compileCondition as conditionSql } from './condition.ts';
import { convert } from './convert.ts';
import { compileScalar } from './expression.ts';
import { compileBinary } from './operators.ts';
import { EMPTY_SCOPE } from './scope.ts';
import type { Typed } from './typed.ts';

/**
 * A value for a variable, an argument or PRINT: one row, one column. With a type the value is converted to it, cut
 * silently as assignment to a variable does; without one it keeps its own.
 */
export function compileValue(
  expression: Expression,
  type: TsqlType | undefined,
  context: CompileContext,
): CompiledQuery {
  const compilation = new Compilation(context);
  return oneValue(compileScalar(expression, EMPTY_SCOPE, compilation), type, compilation);
}

/** `SET @x += expression`: the new value of the variable. */
export function compileCompound(
  name: string,
  operator: ArithmeticOperator,
  expression: Expression,
  context: CompileContext,
): CompiledQuery {
  const compilation = new Compilation(context);
  const variable = compilation.variable(name);
  const result = compileBinary(operator, variable, compileScalar(expression, EMPTY_SCOPE, compilation));
  return oneValue(result, variable.type, compilation);
}

/** The condition of IF: one row, one int column of 1 or 0 (unknown counts as 0). */
export function compileCondition(expression: Expression, context: CompileContext): CompiledQuery {
  const compilation = new Compilation(context);
  const sql = `(CASE WHEN ${conditionSql(expression, EMPTY_SCOPE, compilation)} THEN 1 ELSE 0 END)`;
  return oneValue({ sql, type: { name: 'int' }, nullable: false }, undefined, compilation);
}

function oneValue(value: Typed, type: TsqlType | undefined, compilation: Compilation): CompiledQuery {
  const result = type === undefined ? value : convert(value, type, { purpose: 'cast', attempt: false });
  return {
    kind: 'other',
    text: `SELECT ${result.sql} AS c1`,
    parameters: compilation.parameters,
    columns: [{ name: '', type: result.type, nullable: result.nullable }],
    tables: compilation.tables,
    functions: compilation.functions,
  };
}
