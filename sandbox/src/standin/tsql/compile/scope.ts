import { TsqlError } from '../../types.ts';
import type { ResolvedTable } from '../api.ts';
import type { Name } from '../ast/query.ts';
import type { Typed } from './typed.ts';

/** A column of something in FROM: its T-SQL name (empty for none) and how to reach it. */
export interface SourceColumn extends Typed {
  name: string;
}

/** One table, view, derived table or function in FROM. */
export interface Source {
  /** The alias, or the table's own name; empty for the rows of INSERTED and the like. */
  exposed: string;
  /** Set when there is no alias: the table may be named with its schema and database too. */
  table?: ResolvedTable;
  columns: SourceColumn[];
}

/** The names that an expression may use: those of its own FROM, then those of the queries around it. */
export interface Scope {
  sources: Source[];
  outer?: Scope;
}

export const EMPTY_SCOPE: Scope = { sources: [] };

/** True when two T-SQL names mean the same object. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Finds a column. Throws TsqlError 207 (no such column), 209 (ambiguous), 4104 (unknown qualifier). */
export function resolveColumn(scope: Scope, name: Name): SourceColumn {
  const column = name.at(-1) as string;
  const qualifier = name.slice(0, -1);
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    const sources =
      qualifier.length === 0 ? level.sources : level.sources.filter((source) => isNamed(source, qualifier));
    const found = sources.flatMap((source) => columnsNamed(source, column));
    if (found.length > 1) throw new TsqlError(209, `Ambiguous column name '${column}'.`);
    if (found[0] !== undefined) return found[0];
    if (qualifier.length > 0 && sources.length > 0)
      throw new TsqlError(207, `Invalid column name '${column}'.`);
  }
  if (qualifier.length > 0) {
    throw new TsqlError(4104, `The multi-part identifier "${name.join('.')}" could not be bound.`);
  }
  throw new TsqlError(207, `Invalid column name '${column}'.`);
}

/** The sources that `qualifier.*` names; all without one. Throws TsqlError 107. */
export function sourcesOfStar(scope: Scope, qualifier: Name): Source[] {
  if (qualifier.length === 0) return scope.sources;
  const sources = scope.sources.filter((source) => isNamed(source, qualifier));
  if (sources.length === 0) {
    throw new TsqlError(
      107,
      `The column prefix '${qualifier.join('.')}' does not match with a table name or alias name used in the query.`,
      15,
    );
  }
  return sources;
}

export function isNamed(source: Source, qualifier: Name): boolean {
  if (qualifier.length === 1) return sameName(source.exposed, qualifier[0] as string);
  const { table } = source;
  if (table === undefined || !sameName(table.name, qualifier.at(-1) as string)) return false;
  const schema = qualifier.at(-2) as string;
  const database = qualifier.at(-3);
  return (
    (schema === '' || sameName(table.schema, schema)) &&
    (database === undefined || sameName(table.database, database))
  );
}

/** A name in the exact spelling wins over others that differ in case. */
function columnsNamed(source: Source, name: string): SourceColumn[] {
  const alike = source.columns.filter((column) => column.name !== '' && sameName(column.name, name));
  const exact = alike.filter((column) => column.name === name);
  return exact.length > 0 ? exact : alike;
}
