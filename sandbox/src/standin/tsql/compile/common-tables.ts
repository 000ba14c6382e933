import { TsqlError } from '../../types.ts';
import type { CommonTable } from '../ast/query.ts';
import type { Compilation } from './compilation.ts';
import { compileInner } from './query.ts';
import { EMPTY_SCOPE } from './scope.ts';
import { nameColumns } from './source.ts';

/** Compiles WITH: each common table may use those before it, none itself. Returns the PostgreSQL prefix. */
export function compileCommonTables(tables: CommonTable[], compilation: Compilation): string {
  const parts = tables.map((table) => {
    const key = table.name.toLowerCase();
    if (compilation.commonTables.has(key)) {
      throw new TsqlError(239, `Duplicate common table expression name '${table.name}' was specified.`);
    }
    const pgName = `w${compilation.commonTables.size + 1}`;
    compilation.commonTables.set(key, 'open');
    const query = compileInner(table.query, EMPTY_SCOPE, compilation);
    const columns = nameColumns(query.columns, table.name, table.columns);
    compilation.commonTables.set(key, { sql: pgName, columns });
    return `${pgName} AS (${query.sql})`;
  });
  return parts.length === 0 ? '' : `WITH ${parts.join(', ')} `;
}
