import { TsqlError } from '../../types.ts';
import type { ResolvedTable, TableColumn } from '../api.ts';
import type { Assignment } from '../ast/change.ts';
import type { Compilation } from './compilation.ts';
import { convert } from './convert.ts';
import { compileScalar } from './expression.ts';
import { columnNamed } from './insert.ts';
import { compileBinary } from './operators.ts';
import type { Scope, SourceColumn } from './scope.ts';
import { columnsOf } from './source.ts';
import { placeOf, twiceAssigned } from './target.ts';

/** One assignment: PostgreSQL SQL of the new value, or DEFAULT. */
export interface CompiledAssignment {
  column: TableColumn;
  sql: string;
}

/** SET, with the new rowversion where the table has such a column. Throws TsqlError 207, 264, 272, 8102. */
export function compileSet(
  assignments: Assignment[],
  table: ResolvedTable,
  alias: string,
  scope: Scope,
  compilation: Compilation,
): CompiledAssignment[] {
  const own = columnsOf(table.columns, alias);
  const set = assignments.map((assignment) => {
    const column = columnNamed(table, assignment.column.at(-1) as string);
    if (column.identity) throw new TsqlError(8102, `Cannot update identity column '${column.name}'.`);
    if (column.type.name === 'rowversion') throw new TsqlError(272, 'Cannot update a timestamp column.');
    if (assignment.value.kind === 'default') return { column, sql: 'DEFAULT' };
    const value = compileScalar(assignment.value, scope, compilation);
    const old = own[table.columns.indexOf(column)] as SourceColumn;
    const result = assignment.operator === '=' ? value : compileBinary(assignment.operator, old, value);
    return {
      column,
      sql: convert(result, column.type, { purpose: 'store', attempt: false, place: placeOf(table, column) })
        .sql,
    };
  });
  for (const [index, { column }] of set.entries()) {
    if (set.findIndex((item) => item.column === column) !== index) throw twiceAssigned(column.name);
  }
  const version = table.columns.find((column) => column.type.name === 'rowversion');
  return version === undefined ? set : [...set, { column: version, sql: 'tsql.next_rowversion()' }];
}
