import { TsqlError } from '../../types.ts';
import type { ResolvedTable, TableColumn } from '../api.ts';
import type { Compilation } from './compilation.ts';
import type { Source, SourceColumn } from './scope.ts';
import { withoutLiteral } from './typed.ts';

/** FROM, or one thing in it: PostgreSQL text and what it brings into scope. */
export interface CompiledFrom {
  sql: string;
  sources: Source[];
}

/** A table in scope under its alias, or under its own name when it has none. */
export function tableSource(table: ResolvedTable, pgAlias: string, alias: string | undefined): Source {
  const columns = columnsOf(table.columns, pgAlias);
  return alias === undefined ? { exposed: table.name, table, columns } : { exposed: alias, columns };
}

export function columnsOf(columns: TableColumn[], pgAlias: string): SourceColumn[] {
  return columns.map((column) => {
    const found: SourceColumn = {
      name: column.name,
      sql: `${pgAlias}.${column.pgName}`,
      type: column.type,
      nullable: column.nullable,
    };
    if (column.identity) found.identity = true;
    if (column.caseInsensitive) found.caseInsensitive = true;
    return found;
  });
}

/** A query in FROM under an alias, its columns perhaps renamed. Throws TsqlError 8155, 8156, 8158, 8159. */
export function derived(
  sql: string,
  inner: SourceColumn[],
  alias: string,
  names: string[] | undefined,
  compilation: Compilation,
): CompiledFrom {
  const pgAlias = compilation.alias();
  const columns = nameColumns(inner, alias, names).map((column) => ({
    ...column,
    sql: `${pgAlias}.${column.sql}`,
  }));
  return { sql: `(${sql}) AS ${pgAlias}`, sources: [{ exposed: alias, columns }] };
}

/** The columns of a query under the names that its alias gives them; each must have one. */
export function nameColumns(
  inner: SourceColumn[],
  alias: string,
  names: string[] | undefined,
): SourceColumn[] {
  if (names !== undefined && names.length !== inner.length) {
    throw names.length < inner.length
      ? new TsqlError(8158, `'${alias}' has more columns than were specified in the column list.`)
      : new TsqlError(8159, `'${alias}' has fewer columns than were specified in the column list.`);
  }
  const seen = new Set<string>();
  return inner.map((column, index) => {
    const name = names?.[index] ?? column.name;
    if (name === '')
      throw new TsqlError(8155, `No column name was specified for column ${index + 1} of '${alias}'.`);
    if (seen.has(name.toLowerCase())) {
      throw new TsqlError(8156, `The column '${name}' was specified multiple times for '${alias}'.`);
    }
    seen.add(name.toLowerCase());
    return { ...withoutLiteral(column), name };
  });
}
