import { TsqlError } from '../../types.ts';
import type { SelectItem } from '../ast/query.ts';
import type { Compilation } from './compilation.ts';
import { compileScalar } from './expression.ts';
import { type Scope, type SourceColumn, sourcesOfStar } from './scope.ts';

/** The select list with stars spelled out. Throws TsqlError 263 (star without FROM), 141 (assignments and values mixed). */
export function compileItems(
  items: SelectItem[],
  scope: Scope,
  compilation: Compilation,
): { outputs: SourceColumn[]; assigns?: string[] } {
  const outputs: SourceColumn[] = [];
  const assigns: string[] = [];
  for (const item of items) {
    if (item.kind === 'star') {
      const sources = sourcesOfStar(scope, item.qualifier);
      if (sources.length === 0) throw new TsqlError(263, 'Must specify table to select from.');
      outputs.push(...sources.flatMap((source) => source.columns));
    } else if (item.kind === 'assign') {
      if (compilation.context.variable(item.variable) === undefined) {
        throw new TsqlError(137, `Must declare the scalar variable "${item.variable}".`, 15, 1);
      }
      assigns.push(item.variable);
      outputs.push({ ...compileScalar(item.expression, scope, compilation), name: '' });
    } else {
      const value = compileScalar(item.expression, scope, compilation);
      const own = item.expression.kind === 'column' ? (value as SourceColumn).name : '';
      outputs.push({ ...value, name: item.alias ?? own });
    }
  }
  if (assigns.length === 0) return { outputs };
  if (assigns.length < outputs.length) {
    throw new TsqlError(
      141,
      'A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.',
      15,
    );
  }
  return { outputs, assigns };
}
