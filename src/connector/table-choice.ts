import { literal, plainName, sameName, splitList, wholeMatch } from './expressions.ts';
import {
  asListed,
  customKey,
  except,
  excludesColumn,
  includes,
  keyEntries,
  qualified,
  type TableName,
} from './table-selection.ts';

/** `dbo\.A` in the exceptions that {@link except} appends. */
const EXCEPTION = /^(.*)\(\?<!\^\(((?:[^()\\]|\\.)*)\)\)$/su;

interface Expression {
  base: string;
  /** Names that it would match and shall not. */
  except: string[];
}

/**
 * The include list that selects one table more. What it holds otherwise stays, expressions of the site's own among it.
 * @throws SyntaxError when the list cannot be read
 */
export function streamToo(list: string, tables: readonly TableName[]): string {
  let expressions = parsed(list);
  for (const name of tables.map(qualified)) {
    expressions = expressions.map((expression) => ({
      ...expression,
      except: expression.except.filter((other) => !sameName(other, name)),
    }));
    if (!expressions.some((expression) => matches(expression, name))) {
      expressions.push({ base: literal(name), except: [] });
    }
  }
  return printed(expressions);
}

/** The include list that selects these tables no more; empty when nothing is left. @throws SyntaxError as above */
export function leaveOut(list: string, tables: readonly TableName[]): string {
  let expressions = parsed(list);
  for (const name of tables.map(qualified)) {
    expressions = expressions
      .filter(({ base }) => !names(base, name))
      .map((expression) =>
        matches(expression, name) ? { ...expression, except: [...expression.except, name] } : expression,
      );
  }
  return printed(expressions);
}

/** The include list of exactly these tables: what ClinicMaster adds later is not on it. */
export function onlyThese(tables: readonly TableName[]): string {
  return tables.map((table) => literal(qualified(table))).join(',');
}

/** Whether a table that does not exist yet would be selected by itself. @throws SyntaxError as above */
export function takesNewTables(list: string, schema: string): boolean {
  const selects = includes(list);
  return ['a table to come', 'Zz9_LaterTable'].every((table) => selects({ schema, table }));
}

/** `message.key.columns` with this key for the table, in place of what named it before. Empty columns: no entry. */
export function withKey(keys: string, table: TableName, columns: readonly string[]): string {
  const name = qualified(table);
  const others = keyEntries(keys).filter((entry) => !names(entry.table, name));
  const entries = others.map((entry) => `${entry.table}:${entry.columns.join(',')}`);
  if (columns.length > 0) entries.push(`${literal(name)}:${columns.map(literal).join(',')}`);
  return entries.join(';');
}

/** Whether the table gets exactly this key. @throws SyntaxError when the list cannot be read */
export function hasExactly(
  keys: string,
  table: TableName,
  all: readonly string[],
  wanted: readonly string[],
): boolean {
  const got = customKey(keys)(table, all);
  return got.length === wanted.length && got.every((column, at) => column === wanted[at]);
}

/** `column.exclude.list` with these columns on it. @throws SyntaxError when the list cannot be read */
export function leaveOutColumns(list: string, table: TableName, columns: readonly string[]): string {
  const excluded = excludesColumn(list);
  const fresh = columns.filter((column) => !excluded(table, column));
  const added = fresh.map((column) => literal(`${qualified(table)}.${column}`));
  return [...ownExpressions(list), ...added].join(',');
}

/** `column.exclude.list` without these columns. An expression of the site's own that also covers one of them stays. */
export function streamColumns(list: string, table: TableName, columns: readonly string[]): string {
  const gone = columns.map((column) => `${qualified(table)}.${column}`);
  return ownExpressions(list)
    .filter((expression) => !gone.some((name) => names(expression, name)))
    .join(',');
}

/** The default, `none`, stands for an empty list. */
function ownExpressions(list: string): string[] {
  return splitList(list)
    .filter((expression) => expression !== 'none')
    .map(asListed);
}

function parsed(list: string): Expression[] {
  return splitList(list).map((text) => {
    const [, base, alternatives] = EXCEPTION.exec(text) ?? [];
    const exceptions = alternatives?.split('|').map(plainName) ?? [];
    if (base === undefined || exceptions.includes(undefined)) return { base: text, except: [] };
    return { base, except: exceptions.filter((name) => name !== undefined) };
  });
}

function printed(expressions: readonly Expression[]): string {
  return expressions.map(({ base, except: names }) => asListed(except(base, names.map(literal)))).join(',');
}

function matches({ base, except: exceptions }: Expression, name: string): boolean {
  return wholeMatch(base)(name) && !exceptions.some((other) => sameName(other, name));
}

function names(expression: string, name: string): boolean {
  const plain = plainName(expression);
  return plain !== undefined && sameName(plain, name);
}
