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
  const expressions = splitUnescaped(list, ',').map(wholeMatch);
  return (name) => expressions.some((expression) => expression.test(qualified(name)));
}

/**
 * Whether `message.key.columns` gives a table a key: `<expression>:<column>,…;…`, the expression matched against
 * `schema.table`.
 */
export function hasCustomKey(messageKeyColumns: string): (name: TableName) => boolean {
  const expressions = messageKeyColumns
    .split(';')
    .map((entry) => entry.slice(0, entry.lastIndexOf(':')).trim())
    .filter((expression) => expression !== '')
    .map(wholeMatch);
  return (name) => expressions.some((expression) => expression.test(qualified(name)));
}

/**
 * The include list that keeps what it keeps now, without the named tables. A look-behind and not a look-ahead with `$`:
 * a dollar sign in `.env` is read differently by different Composes.
 */
export function without(list: string, names: readonly TableName[]): string {
  const escaped = names.map((name) => qualified(name).replace(/[.*+?^${}()|[\]\\,]/g, '\\$&'));
  return splitUnescaped(list, ',')
    .map((expression) => (expression.includes('|') ? `(?:${expression})` : expression))
    .map((expression) => `${expression}(?<!^(${escaped.join('|')}))`)
    .join(',');
}

function wholeMatch(expression: string): RegExp {
  return new RegExp(`^(?:${expression})$`, 'i');
}

/** Debezium lets a backslash keep a separator that belongs to the expression. */
function splitUnescaped(list: string, separator: string): string[] {
  return list
    .split(new RegExp(`(?<!\\\\)${separator}`))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
