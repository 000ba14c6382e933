import { TsqlError } from '../../types.ts';
import type { ResolvedTable } from '../api.ts';
import type { Expression, TableSource } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import type { Compilation } from './compilation.ts';
import { convert, OPERAND } from './convert.ts';
import { commonOf, compileScalar } from './expression.ts';
import { compileEngineArguments } from './functions/engine.ts';
import type { Scope, SourceColumn } from './scope.ts';
import { type CompiledFrom, columnsOf, derived, nameColumns, tableSource } from './source.ts';
import type { Typed } from './typed.ts';

/** A table, view or common table expression by its name. Throws TsqlError 208. */
export function compileTable(
  source: Extract<TableSource, { kind: 'table' }>,
  compilation: Compilation,
): CompiledFrom {
  const name = source.name[0] as string;
  const common = source.name.length === 1 ? compilation.commonTables.get(name.toLowerCase()) : undefined;
  if (common === 'open') throw unsupported('recursive common table expression');
  if (common === undefined) {
    return single(compilation.table(source.name, 'select', source.hints), source.alias, compilation);
  }
  const alias = compilation.alias();
  const columns = common.columns.map((column) => ({ ...column, sql: `${alias}.${column.sql}` }));
  return { sql: `${common.sql} AS ${alias}`, sources: [{ exposed: source.alias ?? name, columns }] };
}

/** A table variable, which the engine may keep as a table named with its sign. Throws TsqlError 1087. */
export function compileTableVariable(
  source: Extract<TableSource, { kind: 'table-variable' }>,
  compilation: Compilation,
): CompiledFrom {
  const table = compilation.context.resolveTable([source.name]);
  if (table === undefined)
    throw new TsqlError(1087, `Must declare the table variable "${source.name}".`, 15, 2);
  return single(table, source.alias, compilation);
}

function single(table: ResolvedTable, alias: string | undefined, compilation: Compilation): CompiledFrom {
  const pgAlias = compilation.alias();
  return { sql: `${table.pgName} AS ${pgAlias}`, sources: [tableSource(table, pgAlias, alias)] };
}

/** `(VALUES (…), (…)) AS t (a, b)`: each column has the type that its cells come to. Throws TsqlError 10709. */
export function compileValues(
  source: Extract<TableSource, { kind: 'values' }>,
  scope: Scope,
  compilation: Compilation,
): CompiledFrom {
  const rows = source.rows.map((row) => row.map((cell) => compileScalar(cell, scope, compilation)));
  const width = source.columns.length;
  if (rows.some((row) => row.length !== width)) {
    throw new TsqlError(
      10709,
      'The number of columns for each row in a table value constructor must be the same.',
    );
  }
  const columns = source.columns.map((name, index): SourceColumn => {
    const cells = rows.map((row) => row[index] as Typed);
    return {
      name,
      sql: `c${index + 1}`,
      type: commonOf(cells) ?? { name: 'int' },
      nullable: cells.some((cell) => cell.nullable),
    };
  });
  const list = rows.map(
    (row) =>
      `(${row.map((cell, index) => convert(cell, (columns[index] as SourceColumn).type, OPERAND).sql).join(', ')})`,
  );
  const names = columns.map((column) => column.sql).join(', ');
  const alias = compilation.alias();
  return derived(
    `SELECT ${names} FROM (VALUES ${list.join(', ')}) AS ${alias}(${names})`,
    columns,
    source.alias,
    undefined,
    compilation,
  );
}

/** A table function of the engine. Throws TsqlError 208, 313, 8144. */
export function compileTableFunction(
  source: Extract<TableSource, { kind: 'function' }>,
  scope: Scope,
  compilation: Compilation,
): CompiledFrom {
  const resolved = compilation.context.resolveTableFunction(source.name);
  if (resolved === undefined) throw new TsqlError(208, `Invalid object name '${source.name.join('.')}'.`);
  const values = source.arguments.map((argument: Expression) => compileScalar(argument, scope, compilation));
  const list = compileEngineArguments(resolved, values, source.name);
  compilation.functions.push(resolved.name ?? source.name);
  const alias = compilation.alias();
  const columns = columnsOf(resolved.columns, alias);
  const exposed = source.alias ?? (source.name.at(-1) as string);
  return {
    sql: `${resolved.pgName}(${list}) AS ${alias}`,
    sources: [
      {
        exposed,
        columns: source.columns === undefined ? columns : nameColumns(columns, exposed, source.columns),
      },
    ],
  };
}
