import type { ExecuteStatement } from '../../tsql/ast/control.ts';
import { type Parameter, TsqlError, type TsqlValue } from '../../types.ts';
import type { Database } from '../catalogue/model.ts';
import { noSuchProcedure } from '../errors.ts';
import type { Batch } from '../session/batch.ts';
import { evaluate } from '../session/evaluate.ts';
import { executeSql } from './execute-sql.ts';
import type { Procedure, ProcedureCall } from './procedure.ts';
import { findProcedure } from './registry.ts';

const INT = { name: 'int' } as const;

function spelled(name: readonly string[]): string {
  return name.join('.');
}

/** The database named before the procedure, or the session's. */
function databaseOf(batch: Batch, name: readonly string[]): Database {
  const database = batch.context.resolver(batch.variables).enter(name.at(-3));
  if (!database) throw noSuchProcedure(spelled(name));
  return database;
}

function parameterFor(
  procedure: Procedure,
  procedureName: string,
  given: { name?: string; position: number },
): Procedure['parameters'][number] {
  const { name, position } = given;
  const found =
    name === undefined
      ? procedure.parameters[position]
      : procedure.parameters.find((parameter) => parameter.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  throw name === undefined
    ? new TsqlError(8144, `Procedure or function ${procedureName} has too many arguments specified.`)
    : new TsqlError(8145, `${name} is not a parameter for procedure ${procedureName}.`);
}

function requireAll(procedure: Procedure, name: string, values: ReadonlyMap<string, TsqlValue>): void {
  const missing = procedure.parameters.find(
    (parameter) => !parameter.optional && !values.has(parameter.name.toLowerCase()),
  );
  if (missing) {
    throw new TsqlError(
      201,
      `Procedure or function '${name}' expects parameter '${missing.name}', which was not supplied.`,
      16,
      4,
    );
  }
}

/** Makes a call of `procedure` from an EXEC statement, its arguments evaluated. @throws TsqlError 201, 8144, 8145. */
export async function procedureCall(
  batch: Batch,
  procedure: Procedure,
  statement: ExecuteStatement,
): Promise<ProcedureCall> {
  const name = statement.procedure.at(-1) ?? '';
  const values = new Map<string, TsqlValue>();
  for (const [position, argument] of statement.arguments.entries()) {
    const parameter = parameterFor(procedure, name, {
      ...(argument.name === undefined ? {} : { name: argument.name }),
      position,
    });
    if (!argument.value) continue;
    values.set(
      parameter.name.toLowerCase(),
      await evaluate(batch.context, argument.value, parameter.type, batch.variables),
    );
  }
  requireAll(procedure, name, values);
  return { batch, database: databaseOf(batch, statement.procedure), values };
}

/** EXEC of a system procedure. */
export async function callProcedure(batch: Batch, statement: ExecuteStatement): Promise<void> {
  const name = statement.procedure.at(-1)?.toLowerCase();
  if (name === 'sp_executesql') {
    await executeSql(batch, statement);
    return;
  }
  const procedure = findProcedure(statement.procedure);
  if (!procedure) throw noSuchProcedure(spelled(statement.procedure));
  const status = await procedure.run(await procedureCall(batch, procedure, statement));
  if (statement.returnVariable === undefined) return;
  const variable = batch.variables.get(statement.returnVariable.toLowerCase());
  if (variable) variable.value = await evaluate(batch.context, integer(status), INT, batch.variables);
}

function integer(value: number) {
  return { kind: 'literal', literal: 'integer', value: String(value) } as const;
}

/** A procedure called by name over RPC, with values instead of expressions. Resolves with its return status. */
export async function callByName(batch: Batch, name: string, parameters: Parameter[]): Promise<number> {
  const parts = splitName(name);
  const procedure = findProcedure(parts);
  if (!procedure) throw noSuchProcedure(name);
  const short = parts.at(-1) ?? '';
  const values = new Map<string, TsqlValue>();
  for (const [position, parameter] of parameters.entries()) {
    const positional = /^@P\d+$/.test(parameter.name);
    const target = parameterFor(procedure, short, {
      ...(positional ? {} : { name: parameter.name }),
      position,
    });
    values.set(target.name.toLowerCase(), parameter.value);
  }
  requireAll(procedure, short, values);
  return procedure.run({ batch, database: databaseOf(batch, parts), values });
}

/** `[db].sys.sp_x` into its parts. */
function splitName(name: string): string[] {
  const parts: string[] = [];
  for (const match of name.matchAll(/\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|([^.\s]+)|(?<=\.)(?=\.)/g)) {
    const [, bracketed, quoted, plain] = match;
    parts.push(bracketed?.replaceAll(']]', ']') ?? quoted?.replaceAll('""', '"') ?? plain ?? '');
  }
  return parts;
}
