import { TsqlError } from '../../../types.ts';
import type { CallExpression } from '../../ast/query.ts';
import { unsupported } from '../../refusal.ts';
import type { Compilation } from '../compilation.ts';
import { compileScalar } from '../expression.ts';
import type { Scope } from '../scope.ts';
import type { Typed } from '../typed.ts';
import { AGGREGATE_FUNCTIONS } from './aggregate.ts';
import { CLOCK_FUNCTIONS } from './clock.ts';
import { compileEngineArguments } from './engine.ts';
import { GENERAL_FUNCTIONS } from './general.ts';
import { MOMENT_FUNCTIONS } from './moment.ts';
import { NUMBER_FUNCTIONS } from './number.ts';
import type { Builtin, CallSite } from './site.ts';
import { TEXT_FUNCTIONS } from './text.ts';
import { SIZE_FUNCTIONS } from './text-size.ts';

const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  [
    AGGREGATE_FUNCTIONS,
    GENERAL_FUNCTIONS,
    CLOCK_FUNCTIONS,
    MOMENT_FUNCTIONS,
    NUMBER_FUNCTIONS,
    SIZE_FUNCTIONS,
    TEXT_FUNCTIONS,
  ].flatMap(Object.entries),
);

/** Functions written without parentheses, and the function of the engine that each is. */
const BARE_NAMES: Record<string, string> = {
  CURRENT_USER: 'USER_NAME',
  SESSION_USER: 'USER_NAME',
  USER: 'USER_NAME',
  SYSTEM_USER: 'SUSER_SNAME',
};

/** Functions of SQL Server whose results could only be imitated: refused by name. */
const REFUSED = new Set([
  'FORMAT',
  'CHECKSUM',
  'BINARY_CHECKSUM',
  'CHECKSUM_AGG',
  'RAND',
  'JSON_VALUE',
  'JSON_QUERY',
  'SOUNDEX',
  'DIFFERENCE',
  'PERCENT_RANK',
  'CUME_DIST',
]);

/**
 * A function call: the compiler's own library first (names of one part), then a value of the session, then the engine's
 * functions. Throws TsqlError 195 or 4121 for an unknown function, 174 or 189 for a wrong number of arguments.
 */
export function compileCall(call: CallExpression, scope: Scope, compilation: Compilation): Typed {
  const name = (call.name.at(-1) as string).toUpperCase();
  const known = call.name.length === 1 ? BUILTINS.get(name) : undefined;
  const compile = (expression: CallExpression['arguments'][number]): Typed =>
    compileScalar(expression, scope, compilation);
  if (known !== undefined)
    return compileBuiltin(known, { call, name: name.toLowerCase(), scope, compilation, values: [], compile });
  if (call.over !== undefined || call.distinct || call.star) throw unknown(call);
  if (call.name.length === 1 && call.arguments.length === 0) {
    const value = compilation.sessionFunction(name);
    if (value !== undefined) return value;
  }
  const alias = call.name.length === 1 ? BARE_NAMES[name] : undefined;
  const resolved = compilation.context.resolveFunction(alias === undefined ? call.name : [alias]);
  if (resolved === undefined) {
    if (call.name.length === 1 && REFUSED.has(name)) throw unsupported(name);
    throw unknown(call);
  }
  compilation.functions.push(resolved.name ?? call.name);
  const list = compileEngineArguments(resolved, call.arguments.map(compile), call.name);
  return { sql: `${resolved.pgName}(${list})`, type: resolved.returns, nullable: true };
}

function compileBuiltin(known: Builtin, site: CallSite): Typed {
  const { call } = site;
  const written = call.arguments.slice(known.bareFirst ? 1 : 0);
  if (
    written.length < known.minimum ||
    written.length > known.maximum ||
    (call.star && !site.name.startsWith('count'))
  ) {
    const extra = known.bareFirst ? 1 : 0;
    if (known.minimum === known.maximum) {
      throw new TsqlError(
        174,
        `The ${site.name} function requires ${known.minimum + extra} argument(s).`,
        15,
      );
    }
    throw new TsqlError(
      189,
      `The ${site.name} function requires ${known.minimum + extra} to ${known.maximum + extra} arguments.`,
      15,
    );
  }
  const values = known.raw ? [] : written.map(site.compile);
  return known.compile({ ...site, values });
}

function unknown(call: CallExpression): TsqlError {
  if (call.name.length === 1)
    return new TsqlError(195, `'${call.name[0]}' is not a recognized built-in function name.`, 15, 10);
  const [qualifier, full] = [call.name.slice(0, -1).join('.'), call.name.join('.')];
  return new TsqlError(
    4121,
    `Cannot find either column "${qualifier}" or the user-defined function or aggregate "${full}", or the name is ambiguous.`,
  );
}
