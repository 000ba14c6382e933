import { TsqlError } from '../../../types.ts';
import type { ResolvedFunction } from '../../api.ts';
import type { Name } from '../../ast/query.ts';
import { pgBaseType } from '../../storage.ts';
import { convert, OPERAND } from '../convert.ts';
import type { Typed } from '../typed.ts';

/** The PostgreSQL argument list of a function that the engine provides. Throws TsqlError 313, 8144. */
export function compileEngineArguments(
  resolved: Pick<ResolvedFunction, 'leading' | 'parameters'>,
  values: Typed[],
  name: Name,
): string {
  const { parameters } = resolved;
  const needed = parameters.filter((parameter) => !parameter.optional).length;
  if (values.length < needed) {
    throw new TsqlError(
      313,
      `An insufficient number of arguments were supplied for the procedure or function ${name.join('.')}.`,
      16,
      3,
    );
  }
  if (values.length > parameters.length) {
    throw new TsqlError(
      8144,
      `Procedure or function ${name.join('.')} has too many arguments specified.`,
      16,
      3,
    );
  }
  const list = parameters.map((parameter, index) => {
    const value = values[index];
    return value === undefined
      ? `NULL::${pgBaseType(parameter.type)}`
      : convert(value, parameter.type, OPERAND).sql;
  });
  return [...(resolved.leading ?? []), ...list].join(', ');
}
