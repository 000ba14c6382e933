import { TsqlError, type TsqlType } from '../../types.ts';
import type { CaseExpression, Expression } from '../ast/query.ts';
import { requireBinaryCollation } from '../collation.ts';
import { unsupported } from '../refusal.ts';
import { commonType, isText } from '../type-rules.ts';
import { compareSql } from './comparison.ts';
import type { Compilation } from './compilation.ts';
import { compileCondition } from './condition.ts';
import { type Conversion, convert, OPERAND } from './convert.ts';
import { compileCall } from './functions/call.ts';
import { compileLiteral } from './literal.ts';
import { compileBinary, compileUnary } from './operators.ts';
import { compileSubquery } from './query.ts';
import { resolveColumn, type Scope } from './scope.ts';
import { isIntegerLiteral, isNullLiteral, type Typed, withoutLiteral } from './typed.ts';

/** An expression that gives a value. Throws TsqlError where names, types or functions do not fit. */
export function compileScalar(expression: Expression, scope: Scope, compilation: Compilation): Typed {
  const value = (part: Expression): Typed => compileScalar(part, scope, compilation);
  switch (expression.kind) {
    case 'literal':
      return compileLiteral(expression);
    case 'variable':
      return compilation.variable(expression.name);
    case 'column':
      return resolveColumn(scope, expression.name);
    case 'unary':
      return compileUnary(expression.operator, value(expression.operand));
    case 'binary':
      return compileBinary(expression.operator, value(expression.left), value(expression.right));
    case 'cast':
      return compileCast(expression, value, scope, compilation);
    case 'case':
      return compileCase(expression, scope, compilation);
    case 'call':
      return compileCall(expression, scope, compilation);
    case 'subquery': {
      const query = compileSubquery(expression.query, scope, compilation);
      return { ...query.value, sql: `(${query.sql})`, nullable: true };
    }
    case 'collate':
      return compileCollate(value(expression.operand), expression.collation);
    case 'default':
      throw new TsqlError(156, "Incorrect syntax near the keyword 'DEFAULT'.", 15);
    default:
      throw new TsqlError(
        102,
        `Incorrect syntax near '${expression.kind}': a condition stands where a value is needed.`,
        15,
      );
  }
}

function compileCast(
  cast: Extract<Expression, { kind: 'cast' }>,
  value: (part: Expression) => Typed,
  scope: Scope,
  compilation: Compilation,
): Typed {
  const how: Conversion = { purpose: 'cast', attempt: cast.attempt };
  if (cast.style !== undefined) {
    const style = compileScalar(cast.style, scope, compilation);
    if (!isIntegerLiteral(style)) throw unsupported('CONVERT with a style that is not a constant');
    how.style = Number(style.literal?.value);
  }
  const operand = value(cast.operand);
  if (cast.parse && !isText(operand.type) && !isNullLiteral(operand)) {
    throw new TsqlError(
      8116,
      `Argument data type ${operand.type.name} is invalid for argument 1 of parse function.`,
    );
  }
  const converted = convert(operand, cast.type, how);
  // A constant that has been cast is no longer one of its old type.
  return isNullLiteral(operand) ? converted : withoutLiteral(converted);
}

/** All results are brought to one type; the simple form compares its operand with each WHEN. */
function compileCase(expression: CaseExpression, scope: Scope, compilation: Compilation): Typed {
  const value = (part: Expression): Typed => compileScalar(part, scope, compilation);
  const results = expression.branches.map((branch) => value(branch.result));
  const otherwise = expression.otherwise === undefined ? undefined : value(expression.otherwise);
  const type = commonOf(otherwise === undefined ? results : [...results, otherwise]);
  if (type === undefined) {
    throw new TsqlError(
      8133,
      'At least one of the result expressions in a CASE specification must be an expression other than the NULL constant.',
    );
  }
  const operand = expression.operand === undefined ? undefined : value(expression.operand);
  const branches = expression.branches.map((branch, index) => {
    const when =
      operand === undefined
        ? compileCondition(branch.when, scope, compilation)
        : compareSql('=', operand, value(branch.when));
    return `WHEN ${when} THEN ${convert(results[index] as Typed, type, OPERAND).sql}`;
  });
  const last = otherwise === undefined ? '' : ` ELSE ${convert(otherwise, type, OPERAND).sql}`;
  const nullable = otherwise === undefined || otherwise.nullable || results.some((result) => result.nullable);
  return { sql: `(CASE ${branches.join(' ')}${last} END)`, type, nullable };
}

/** The type that all of the values come to; NULL constants do not count. Undefined when there is nothing else. */
export function commonOf(values: Typed[]): TsqlType | undefined {
  return values
    .filter((value) => !isNullLiteral(value))
    .reduce<TsqlType | undefined>(
      (type, value) => (type === undefined ? value.type : commonType(type, value.type)),
      undefined,
    );
}

/** Throws TsqlError 447 for what is no text, 40517 for a collation other than the server's kind. */
function compileCollate(operand: Typed, collation: string): Typed {
  if (!isText(operand.type)) {
    throw new TsqlError(447, `Expression type ${operand.type.name} is invalid for COLLATE clause.`);
  }
  requireBinaryCollation(collation);
  return operand;
}
