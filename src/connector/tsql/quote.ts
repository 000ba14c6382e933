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
