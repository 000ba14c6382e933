import type { ResultColumn } from '../../types.ts';
import type { ResolvedTable } from '../api.ts';
import type { SelectItem } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import type { Compilation } from './compilation.ts';
import type { Source, SourceColumn } from './scope.ts';
import { compileItems } from './select-list.ts';
import { columnsOf } from './source.ts';

export interface OutputColumns {
  sql: string[];
  columns: ResultColumn[];
}

/** Where the rows of `inserted` and `deleted` are to be had in PostgreSQL. */
export interface OutputRows {
  inserted?: { table: ResolvedTable; alias: string };
  deleted?: { table: ResolvedTable; alias: string };
  /** Further sources, for OUTPUT of joined columns. */
  others?: Source[];
}

/** OUTPUT as the list of RETURNING; nothing without one. */
export function compileOutput(
  items: SelectItem[],
  rows: OutputRows,
  compilation: Compilation,
): OutputColumns {
  if (items.length === 0) return { sql: [], columns: [] };
  const sources: Source[] = [...(rows.others ?? [])];
  for (const exposed of ['inserted', 'deleted'] as const) {
    const source = rows[exposed];
    if (source !== undefined)
      sources.push({ exposed, columns: columnsOf(source.table.columns, source.alias) });
  }
  const { outputs, assigns } = compileItems(items, { sources }, compilation);
  if (assigns !== undefined) throw unsupported('OUTPUT @variable');
  return { sql: outputs.map((output) => output.sql), columns: outputs.map(resultColumn) };
}

/** What the client is told of a column. */
export function resultColumn(column: SourceColumn): ResultColumn {
  const result: ResultColumn = { name: column.name, type: column.type, nullable: column.nullable };
  if (column.identity) result.identity = true;
  return result;
}
