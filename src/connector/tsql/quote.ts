import type { TableName } from '../table-selection.ts';

/** `[name]`, as T-SQL quotes an identifier. */
export function bracketed(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

/** `N'text'`, as T-SQL quotes a string. */
export function quoted(text: string): string {
  return `N'${text.replaceAll("'", "''")}'`;
}

/** `[schema].[name]`. */
export function bracketedPair(schema: string, name: string): string {
  return `${bracketed(schema)}.${bracketed(name)}`;
}

/** The table, as the procedures of change data capture take it. */
export function sourceTable({ schema, table }: TableName): string {
  return `@source_schema = ${quoted(schema)}, @source_name = ${quoted(table)}`;
}

/** Says of which names {@link isScriptable} does not hold; nothing where there is none. */
export function unscriptableNote(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`Names with a line break or $( are not put into a script; left out: ${names.join(', ')}.`];
}

/**
 * Whether a name may stand in a script. A line break in it could end a batch (GO) or begin a command of sqlcmd, which the
 * DBA would then run as a sysadmin; and sqlcmd fills in a variable even inside brackets.
 */
export function isScriptable(name: string): boolean {
  return !/[\p{Cc}\u2028\u2029]|\$\(/u.test(name);
}
