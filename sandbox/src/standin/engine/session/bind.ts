import type { CompiledParameter } from '../../tsql/api.ts';
import { toPg } from '../../tsql/storage.ts';
import type { PgParameter } from '../postgres/pg-statement.ts';
import type { SessionContext, Variables } from './context.ts';
import { sessionValue } from './session-values.ts';

/** Values of a compiled statement's parameters, as PostgreSQL takes them. */
export function bind(
  context: SessionContext,
  parameters: CompiledParameter[],
  variables: Variables,
): PgParameter[] {
  return parameters.map(({ name, type }) => {
    const variable = variables.get(name.toLowerCase());
    const value = variable ? variable.value : sessionValue(context, name);
    if (value === undefined) throw new Error(`the compiler asked for an unknown value: ${name}`);
    return toPg(type, value);
  });
}
