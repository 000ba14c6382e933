import { TsqlError, type TsqlType } from '../../../types.ts';
import type { CallExpression, Expression } from '../../ast/query.ts';
import { familyOf, isLarge, isText, isWide, textLength } from '../../type-rules.ts';
import type { Compilation } from '../compilation.ts';
import { convert } from '../convert.ts';
import type { Scope } from '../scope.ts';
import { asText, isIntegerLiteral, isNullLiteral, type Typed } from '../typed.ts';

/** One call of a built-in function while it is compiled. */
export interface CallSite {
  call: CallExpression;
  /** Lower-case name, for messages. */
  name: string;
  scope: Scope;
  compilation: Compilation;
  /** Compiled arguments, in order. */
  values: Typed[];
  compile(expression: Expression): Typed;
}

/** Compiles a call. `values` holds `minimum` to `maximum` arguments. */
export interface Builtin {
  minimum: number;
  maximum: number;
  compile(site: CallSite): Typed;
  /** The first argument is a bare word (a date part), not a value. */
  bareFirst?: boolean;
  /** Some arguments are conditions: they are not compiled beforehand. */
  raw?: boolean;
}

export function builtin(minimum: number, maximum: number, compile: Builtin['compile']): Builtin {
  return { minimum, maximum, compile };
}

export const INT: TsqlType = { name: 'int' };
export const BIGINT: TsqlType = { name: 'bigint' };
export const FLOAT: TsqlType = { name: 'float' };

export function argument(site: CallSite, index: number): Typed {
  const value = site.values[index];
  if (value === undefined)
    throw new TsqlError(174, `The ${site.name} function requires ${index + 1} argument(s).`, 15);
  return value;
}

export function anyNullable(site: CallSite): boolean {
  return site.values.some((value) => value.nullable);
}

/** An argument as text; numbers and dates convert as for `+`. Throws TsqlError 8116 for types that do not. */
export function textArgument(site: CallSite, index: number): { text: string; type: TsqlType } {
  const value = argument(site, index);
  if (isText(value.type) && !isNullLiteral(value)) {
    if (value.type.name === 'xml') throw invalidArgument(site, index, value.type);
    return { text: asText(value), type: value.type };
  }
  const type: TsqlType = { name: 'varchar', length: isNullLiteral(value) ? 1 : textLength(value.type) };
  return { text: asText(convert(value, type, { purpose: 'cast', attempt: false })), type };
}

/** An argument converted to a type as by an operator; SQL only. */
export function sqlArgument(site: CallSite, index: number, type: TsqlType): string {
  return convert(argument(site, index), type, { purpose: 'operand', attempt: false }).sql;
}

export function invalidArgument(site: CallSite, index: number, type: TsqlType): TsqlError {
  return new TsqlError(
    8116,
    `Argument data type ${type.name} is invalid for argument ${index + 1} of ${site.name} function.`,
  );
}

/** varchar or nvarchar of a length, after the kind of the given type; beyond the maximum it is cut to it. */
export function textType(like: TsqlType, length: number): TsqlType {
  const wide = isWide(like);
  const maximum = wide ? 4000 : 8000;
  const unlimited = length < 0 || isLarge(like) || (familyOf(like) === 'text' && (like.length ?? -1) < 0);
  return {
    name: wide ? 'nvarchar' : 'varchar',
    length: unlimited ? -1 : Math.min(maximum, Math.max(1, length)),
  };
}

/** A whole-number constant, else undefined. */
export function constantOf(value: Typed): number | undefined {
  return isIntegerLiteral(value) ? Number(value.literal?.value) : undefined;
}
