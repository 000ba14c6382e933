import type { TsqlType } from '../../types.ts';
import type { LiteralExpression } from '../ast/query.ts';
import { storableText } from '../storage.ts';
import { isText } from '../type-rules.ts';

/** A compiled value: PostgreSQL SQL and the T-SQL type that it has. */
export interface Typed {
  /** An expression that needs no parentheses around it. Character values are `bpchar`. */
  sql: string;
  type: TsqlType;
  nullable: boolean;
  /** The same character value as PostgreSQL `text`, trailing blanks kept, where that is the shorter way. */
  text?: string;
  /** Set for a constant, its sign in its value: NULL takes any type, whole numbers count their own digits. */
  literal?: LiteralExpression;
  /** Names of the catalogue: compared without regard to case. */
  caseInsensitive?: boolean;
  identity?: boolean;
}

export function isNullLiteral(value: Typed): boolean {
  return value.literal?.literal === 'null';
}

/** A whole-number constant without a sign. */
export function isIntegerLiteral(value: Typed): boolean {
  return value.literal?.literal === 'integer' && !value.literal.value.startsWith('-');
}

/** The value seen from outside the query that made it: there it is a column, and may be NULL or absent. */
export function withoutLiteral<Value extends Typed>(value: Value): Omit<Value, 'literal'> {
  const { literal: _, ...rest } = value;
  return rest;
}

/** A PostgreSQL string constant of a T-SQL text. */
export function quote(text: string): string {
  return `'${storableText(text).replaceAll("'", "''")}'`;
}

/** A PostgreSQL identifier. PostgreSQL keeps 63 bytes; longer T-SQL names (up to 128) end in a checksum instead. */
export function quoteName(name: string): string {
  return `"${pgIdentifier(name).replaceAll('"', '""')}"`;
}

export function pgIdentifier(name: string): string {
  if (Buffer.byteLength(name) <= 63) return name;
  let checksum = 0x811c9dc5;
  for (const byte of Buffer.from(name)) checksum = Math.imul(checksum ^ byte, 0x01000193) >>> 0;
  let kept = name;
  while (Buffer.byteLength(kept) > 54) kept = Array.from(kept).slice(0, -1).join('');
  return `${kept}~${checksum.toString(16).padStart(8, '0')}`;
}

/** A character value from an expression of type `text`. */
export function textValue(text: string, type: TsqlType, nullable: boolean): Typed {
  return { sql: `(${text})::bpchar`, text, type, nullable };
}

/** The value as PostgreSQL `text` with its trailing blanks. */
export function asText(value: Typed): string {
  if (!isText(value.type)) throw new Error(`not text: ${value.type.name}`);
  return value.text ?? `tsql.txt(${value.sql})`;
}
