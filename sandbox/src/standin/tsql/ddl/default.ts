import { TsqlError } from '../../types.ts';
import type { ColumnDefinition, CompileContext, TableTarget } from '../api.ts';
import type { Expression } from '../ast/query.ts';
import { Compilation, withoutVariables } from '../compile/compilation.ts';
import { convert } from '../compile/convert.ts';
import { compileScalar } from '../compile/expression.ts';
import { EMPTY_SCOPE } from '../compile/scope.ts';
import { unsupported } from '../refusal.ts';
import { typeText } from '../type-rules.ts';

/** The text that SQL Server's catalogue shows for a default: `((1))`, `('abc')`, `(N'x')`, `(getdate())`. */
export function storedDefault(expression: Expression): string {
  return `(${stored(expression)})`;
}

function stored(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      switch (expression.literal) {
        case 'null':
          return 'NULL';
        case 'string':
          return `'${expression.value.replaceAll("'", "''")}'`;
        case 'nstring':
          return `N'${expression.value.replaceAll("'", "''")}'`;
        case 'binary':
          return `0x${expression.value.toUpperCase()}`;
        case 'money':
          return `($${Number(expression.value).toFixed(4)})`;
        default:
          return `(${expression.value})`;
      }
    case 'unary':
      if (expression.operand.kind !== 'literal') return `${expression.operator}${stored(expression.operand)}`;
      return expression.operator === '+'
        ? stored(expression.operand)
        : stored(expression.operand).replace('(', `(${expression.operator}`);
    case 'binary':
      return `${stored(expression.left)}${expression.operator}${stored(expression.right)}`;
    case 'call': {
      const name = expression.name.map((part) => part.toLowerCase()).join('.');
      if (name === 'current_timestamp') return 'getdate()';
      return `${name}(${expression.arguments.map(stored).join(',')})`;
    }
    case 'cast': {
      const style = expression.style === undefined ? '' : `,${stored(expression.style)}`;
      const type = typeText(expression.type).replace(/^\w+/, (name) => `[${name}]`);
      return `CONVERT(${type},${stored(expression.operand)}${style})`;
    }
    case 'column':
      return expression.name.join('.');
    default:
      throw unsupported(`DEFAULT with ${expression.kind}`);
  }
}

/** The default as a PostgreSQL expression. Throws TsqlError 128 for columns and variables. */
export function compileDefault(
  expression: Expression,
  column: Pick<ColumnDefinition, 'name' | 'type'>,
  target: TableTarget,
  context: CompileContext,
): string {
  const compilation = new Compilation(withoutVariables(context));
  if (expression.kind === 'column') {
    throw new TsqlError(
      128,
      `The name "${expression.name.join('.')}" is not permitted in this context. Valid expressions are constants, constant expressions, and (in some contexts) variables. Column names are not permitted.`,
      15,
    );
  }
  const value = compileScalar(expression, EMPTY_SCOPE, compilation);
  if (compilation.parameters.length > 0) throw unsupported(`DEFAULT ${compilation.parameters[0]?.name}`);
  const place = { table: `${target.database}.${target.schema}.${target.name}`, column: column.name };
  return convert(value, column.type, { purpose: 'store', attempt: false, place }).sql;
}
