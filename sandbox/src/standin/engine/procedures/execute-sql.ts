import type { ExecuteStatement } from '../../tsql/ast/control.ts';
import { parseBatch } from '../../tsql/parse/batch.ts';
import { TsqlError, type TsqlType } from '../../types.ts';
import type { Batch } from '../session/batch.ts';
import type { Variables } from '../session/context.ts';
import { evaluate } from '../session/evaluate.ts';
import { runNested } from '../session/run-text.ts';

const TEXT: TsqlType = { name: 'nvarchar', length: -1 };

/** `EXEC sp_executesql @statement, @declarations, values…`, with OUTPUT parameters. */
export async function executeSql(batch: Batch, statement: ExecuteStatement): Promise<void> {
  const { context, variables } = batch;
  const [text, declarations, ...values] = statement.arguments;
  if (!text?.value) {
    throw new TsqlError(
      201,
      "Procedure or function 'sp_executesql' expects parameter '@statement', which was not supplied.",
      16,
      4,
    );
  }
  const inner: Variables = new Map();
  if (declarations?.value) {
    const list = String((await evaluate(context, declarations.value, TEXT, variables)) ?? '');
    for (const { name, type } of parseDeclarations(list)) {
      inner.set(name.toLowerCase(), { type, value: null });
    }
  }
  const names = [...inner.keys()];
  const outputs: [outer: string, inner: string][] = [];
  for (const [position, argument] of values.entries()) {
    const name = argument.name?.toLowerCase() ?? names[position];
    const variable = name === undefined ? undefined : inner.get(name);
    if (name === undefined || !variable) {
      throw new TsqlError(8144, 'Procedure or function sp_executesql has too many arguments specified.');
    }
    if (argument.value) variable.value = await evaluate(context, argument.value, variable.type, variables);
    if (argument.output && argument.value?.kind === 'variable')
      outputs.push([argument.value.name.toLowerCase(), name]);
  }
  const sql = String((await evaluate(context, text.value, TEXT, variables)) ?? '');
  await runNested(batch, sql, inner);
  for (const [outer, name] of outputs) {
    const target = variables.get(outer);
    const source = inner.get(name);
    if (target && source) target.value = source.value;
  }
}

/** `@a int, @b nvarchar(10) OUTPUT` read by the parser of DECLARE. */
function parseDeclarations(list: string): { name: string; type: TsqlType }[] {
  if (list.trim() === '') return [];
  const [statement] = parseBatch(`DECLARE ${list.replace(/\s+(OUTPUT|OUT|READONLY)\b/gi, '')}`);
  return statement?.kind === 'declare' ? statement.variables : [];
}
