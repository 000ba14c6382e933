import type { CompiledQuery } from '../../../../sandbox/src/standin/tsql/api.ts';
import { compileQuery } from '../../../../sandbox/src/standin/tsql/compile/statement.ts';
import { compileValue } from '../../../../sandbox/src/standin/tsql/compile/value.ts';
import { parseBatch } from '../../../../sandbox/src/standin/tsql/parse/batch.ts';
import { typeText } from '../../../../sandbox/src/standin/tsql/type-rules.ts';
import { TsqlError, type TsqlType } from '../../../../sandbox/src/standin/types.ts';
import { contextOf, hospital } from './catalogue.ts';

/** The types that mssql-jdbc declares for its parameters, by a short name. */
export const DECLARED = {
  string: { name: 'nvarchar', length: 4000 },
  bytes: { name: 'varbinary', length: 8000 },
  int: { name: 'int' },
  long: { name: 'bigint' },
  decimal: { name: 'decimal', precision: 38, scale: 2 },
  timestamp: { name: 'datetime2', scale: 7 },
  boolean: { name: 'bit' },
} as const satisfies Record<string, TsqlType>;

/** Compiles the only statement of a text over the hospital's tables; `declared` are @P0, @P1, …, others by name. */
export function compile(
  text: string,
  declared: (keyof typeof DECLARED)[] = [],
  variables: Record<string, TsqlType> = {},
): CompiledQuery {
  const catalogue = hospital();
  for (const [index, kind] of declared.entries()) catalogue.variables.set(`@p${index}`, DECLARED[kind]);
  for (const [name, type] of Object.entries(variables)) catalogue.variables.set(name.toLowerCase(), type);
  const [statement, ...more] = parseBatch(text);
  if (statement === undefined || more.length > 0) throw new Error(`${more.length + 1} statements`);
  switch (statement.kind) {
    case 'select':
    case 'insert':
    case 'update':
    case 'delete':
      return compileQuery(statement, contextOf(catalogue));
    default:
      throw new Error(`not a query: ${statement.kind}`);
  }
}

/** `name type` of every result column, `?` for those that may be NULL. */
export function shape(query: CompiledQuery): string[] {
  return (query.columns ?? []).map((column) =>
    `${column.name} ${typeText(column.type)}${column.nullable ? '?' : ''}`.trim(),
  );
}

/** The T-SQL type of an expression. */
export function typeOf(expression: string, variables: Record<string, TsqlType> = {}): string {
  return shape(compile(`SELECT ${expression}`, [], variables))[0] as string;
}

/** `number message` of the error that compiling (or parsing) a text raises. */
export function refusal(text: string, declared: (keyof typeof DECLARED)[] = []): string {
  try {
    for (const statement of parseBatch(text)) {
      const context = contextOf(hospital());
      const original = context.variable;
      context.variable = (name) =>
        DECLARED[declared[Number(/^@P(\d+)$/i.exec(name)?.[1])] as 'int'] ?? original(name);
      if (statement.kind === 'set-variable') compileValue(statement.value, undefined, context);
      if (
        statement.kind === 'select' ||
        statement.kind === 'insert' ||
        statement.kind === 'update' ||
        statement.kind === 'delete'
      ) {
        compileQuery(statement, context);
      }
    }
  } catch (error) {
    if (error instanceof TsqlError) return `${error.number} ${error.message}`;
    throw error;
  }
  return 'accepted';
}
