import { listMatch, literal, splitList, wholeMatch } from './expressions.ts';

/** A table as SQL Server knows it. */
export interface TableName {
  schema: string;
  table: string;
}

/** `dbo.Visits`: the form that Debezium's lists match and that topics end in. */
export function qualified({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}

/** Tables of SQL Server's own tools that carry no mark of the system. */
const TOOL_TABLES = new Set(['sysdiagrams', 'systranschemas']);

/** Whether a table belongs to a tool of SQL Server: it is never streamed. */
export function isToolTable({ table }: TableName): boolean {
  return TOOL_TABLES.has(table.toLowerCase());
}

/**
 * Whether a table is on Debezium's `table.include.list`: expressions separated by commas, matched against the whole of
 * `schema.table` without regard to case (SQL Server connector 3.6).
 * @throws SyntaxError when an expression cannot be read
 */
export function includes(list: string): (name: TableName) => boolean {
  const matches = listMatch(list);
  return (name) => matches(qualified(name));
}

/** Whether a column is on `column.exclude.list`: expressions on `schema.table.column`. @throws SyntaxError as above */
export function excludesColumn(list: string): (name: TableName, column: string) => boolean {
  const matches = listMatch(list);
  return (name, column) => matches(`${qualified(name)}.${column}`);
}

/** Whether a column leaves the hospital: its table is on the one list, and it is not on the other. @throws SyntaxError as above */
export function streamsColumn({
  tableIncludeList,
  columnExcludeList,
}: {
  tableIncludeList: string;
  columnExcludeList: string;
}): (name: TableName, column: string) => boolean {
  const included = includes(tableIncludeList);
  const excluded = excludesColumn(columnExcludeList);
  return (name, column) => included(name) && !excluded(name, column);
}

/** One entry of `message.key.columns`: an expression for tables, and expressions for their columns. */
export interface KeyEntry {
  table: string;
  columns: readonly string[];
}

/** Entries of `message.key.columns`: `<expression>:<column>,…;…`. */
export function keyEntries(messageKeyColumns: string): KeyEntry[] {
  return messageKeyColumns.split(';').flatMap((entry) => {
    const colon = entry.indexOf(':');
    const table = entry.slice(0, colon).trim();
    if (colon === -1 || table === '') return [];
    const columns = entry.slice(colon + 1).split(',');
    return [{ table, columns: columns.map((column) => column.trim()).filter((column) => column !== '') }];
  });
}

/**
 * Whether `message.key.columns` gives a table a key: `<expression>:<column>,…;…`, the expression matched against
 * `schema.table`.
 */
export function hasCustomKey(messageKeyColumns: string): (name: TableName) => boolean {
  const expressions = keyEntries(messageKeyColumns).map(({ table }) => wholeMatch(table));
  return (name) => expressions.some((matches) => matches(qualified(name)));
}

/**
 * The columns that `message.key.columns` makes a table's key, in their order; empty when it says nothing of this table, or
 * names no column that the table has. Debezium joins table and column expression with a dot and matches that against
 * `schema.table.column`.
 */
export function customKey(
  messageKeyColumns: string,
): (name: TableName, columns: readonly string[]) => string[] {
  const matchers = keyEntries(messageKeyColumns).flatMap(({ table, columns }) =>
    columns.map((column) => listMatch(`${table}.${column}`)),
  );
  return (name, columns) =>
    matchers.flatMap((matches) => columns.filter((column) => matches(`${qualified(name)}.${column}`)));
}

/**
 * The include list that keeps what it keeps now, without the named tables. A look-behind and not a look-ahead with `$`:
 * a dollar sign in `.env` is read differently by different Composes.
 */
export function without(list: string, names: readonly TableName[]): string {
  const exceptions = names.map((name) => literal(qualified(name)));
  return splitList(list)
    .map((expression) => except(expression, exceptions))
    .map(asListed)
    .join(',');
}

/** An expression that does not match the names, given as literals. */
export function except(expression: string, literals: readonly string[]): string {
  if (literals.length === 0) return expression;
  const base = expression.includes('|') ? `(?:${expression})` : expression;
  return `${base}(?<!^(${literals.join('|')}))`;
}

/** As an expression stands in a list, where a comma separates. */
export function asListed(expression: string): string {
  return expression.replaceAll(',', '\\,');
}
