import { type Session, TsqlError, type TsqlValue } from '../types.ts';
import { type Bound, bindDeclared, bindUndeclared } from './bind-parameters.ts';
import { parseDeclarations } from './declarations.ts';
import type { PreparedStatement, PreparedStatements } from './prepared-statements.ts';
import type { Output, Response } from './response.ts';
import { PROCEDURE, type RpcCall, type RpcParameter } from './rpc-request.ts';

export interface CallContext {
  session: Session;
  prepared: PreparedStatements;
  response: Response;
  signal: AbortSignal;
}

/** What follows the statements of a call: RETURNSTATUS and the RETURNVALUEs. */
export interface CallResult {
  status: number;
  outputs: Output[];
}

/** Runs one procedure call. Refusals are thrown as TsqlError; errors of statements go to the response. */
export async function runCall(call: RpcCall, context: CallContext): Promise<CallResult> {
  const { parameters } = call;
  switch (call.procedure) {
    case PROCEDURE.executesql:
      return execute(statementOf(parameters[0], parameters[1]), parameters, 2, context);
    case PROCEDURE.prepare:
      return prepare(parameters, context);
    case PROCEDURE.execute:
      return execute(context.prepared.get(handleOf(parameters[0])), parameters, 1, context);
    case PROCEDURE.prepexec:
      return prepareAndExecute(parameters, context);
    case PROCEDURE.unprepare:
      context.prepared.remove(handleOf(parameters[0]));
      return { status: 0, outputs: [] };
    default:
      return callByName(call, context);
  }
}

async function execute(
  statement: PreparedStatement,
  parameters: RpcParameter[],
  skipped: number,
  { session, response, signal }: CallContext,
): Promise<CallResult> {
  const bound = bind(statement, parameters, skipped);
  await session.execute(statement.text, bound.parameters, response, signal);
  return { status: response.failure?.number ?? 0, outputs: bound.outputs };
}

function bind(statement: PreparedStatement, parameters: RpcParameter[], skipped: number): Bound {
  const values = parameters.slice(skipped);
  if (!statement.declarations) return bindUndeclared(values, skipped);
  return bindDeclared(values, statement.declarations, skipped, statement.text);
}

function prepare([handle, list, text]: RpcParameter[], { prepared }: CallContext): CallResult {
  const number = prepared.add(statementOf(text, list));
  return { status: 0, outputs: [handleOutput(handle, number)] };
}

async function prepareAndExecute(parameters: RpcParameter[], context: CallContext): Promise<CallResult> {
  const [handle, list, text] = parameters;
  const statement = statementOf(text, list);
  const replaced = handle?.value;
  if (typeof replaced === 'number' && replaced > 0) context.prepared.remove(replaced);
  const result = await execute(statement, parameters, 3, context);
  const number = context.prepared.add(statement);
  return { ...result, outputs: [handleOutput(handle, number), ...result.outputs] };
}

async function callByName(call: RpcCall, { session, response, signal }: CallContext): Promise<CallResult> {
  if (typeof call.procedure === 'number') {
    throw new TsqlError(
      16_937,
      'A server cursor cannot be opened: the stand-in has no server cursors. Use a default result set.',
    );
  }
  const bound = bindUndeclared(call.parameters);
  const status = await session.procedure(call.procedure, bound.parameters, response, signal);
  return { status, outputs: bound.outputs };
}

function statementOf(text: RpcParameter | undefined, list: RpcParameter | undefined): PreparedStatement {
  const declarations = optionalText(list?.value ?? null);
  return {
    text: requiredText(text?.value ?? null),
    declarations: declarations === undefined ? undefined : parseDeclarations(declarations),
  };
}

function requiredText(value: TsqlValue): string {
  if (typeof value === 'string') return value;
  throw new TsqlError(214, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.", 16, 2);
}

function optionalText(value: TsqlValue): string | undefined {
  return value === null ? undefined : requiredText(value);
}

function handleOf(parameter: RpcParameter | undefined): number {
  const value = parameter?.value;
  if (typeof value === 'number') return value;
  throw new TsqlError(214, "Procedure expects parameter '@handle' of type 'int'.", 16, 2);
}

function handleOutput(parameter: RpcParameter | undefined, handle: number): Output {
  const name = parameter?.name ?? '';
  return { ordinal: 0, name, boundName: '@handle', type: { name: 'int' }, value: handle };
}
