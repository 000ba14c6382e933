import type { CompiledQuery } from '../../tsql/api.ts';
import type { ArithmeticOperator, Expression } from '../../tsql/ast/query.ts';
import { compileCompound, compileCondition, compileValue } from '../../tsql/compile/value.ts';
import { fromPg } from '../../tsql/storage.ts';
import type { TsqlType, TsqlValue } from '../../types.ts';
import { runStatement } from '../postgres/pg-statement.ts';
import { checkAccess } from './access.ts';
import { bind } from './bind.ts';
import type { SessionContext, Variables } from './context.ts';

async function single(
  context: SessionContext,
  query: CompiledQuery,
  variables: Variables,
  resolver: ReturnType<SessionContext['resolver']>,
): Promise<string | null> {
  checkAccess(context, resolver, query);
  let value: string | null = null;
  await context.transaction.guarded(() =>
    runStatement(context.client, query.text, bind(context, query.parameters, variables), [], {
      fields: () => undefined,
      row: (texts) => {
        value = texts[0] ?? null;
      },
    }),
  );
  return value;
}

/** Value of an expression, converted to `type`. */
export async function evaluate(
  context: SessionContext,
  expression: Expression,
  type: TsqlType,
  variables: Variables,
): Promise<TsqlValue> {
  const resolver = context.resolver(variables);
  const query = compileValue(expression, type, resolver);
  return fromPg(type, await single(context, query, variables, resolver));
}

/** `@name operator= value`: the variable's new value. */
export async function evaluateCompound(
  context: SessionContext,
  { name, operator, value }: { name: string; operator: ArithmeticOperator; value: Expression },
  type: TsqlType,
  variables: Variables,
): Promise<TsqlValue> {
  const resolver = context.resolver(variables);
  const query = compileCompound(name, operator, value, resolver);
  return fromPg(type, await single(context, query, variables, resolver));
}

/** Whether the condition of an IF is true (unknown is not). */
export async function holds(
  context: SessionContext,
  condition: Expression,
  variables: Variables,
): Promise<boolean> {
  const resolver = context.resolver(variables);
  const query = compileCondition(condition, resolver);
  return (await single(context, query, variables, resolver)) === '1';
}
