import { TsqlError } from '../../types.ts';
import type { CompileContext, CompiledDefinition, ExistingTable, KeyDefinition } from '../api.ts';
import type { CreateIndexStatement } from '../ast/definition.ts';
import { Compilation, withoutVariables } from '../compile/compilation.ts';
import { compileCondition } from '../compile/condition.ts';
import { sameName } from '../compile/scope.ts';
import { pgIdentifier } from '../compile/typed.ts';
import { bareColumns, keyColumn, keyColumns } from './constraint.ts';

/**
 * CREATE INDEX. Included columns are kept for the catalogue only: they change no result, and PostgreSQL limits an
 * index entry to 2,700 bytes. Throws TsqlError 1913 (name taken), 1902 (second clustered index), 1911, 1919.
 */
export function compileCreateIndex(
  statement: CreateIndexStatement,
  table: ExistingTable,
  context: CompileContext,
): CompiledDefinition {
  const keys = table.constraints.filter(
    (constraint): constraint is KeyDefinition => 'clustered' in constraint,
  );
  if (keys.some((key) => sameName(key.name, statement.name))) {
    throw new TsqlError(
      1913,
      `The operation failed because an index or statistics with name '${statement.name}' already exists on table '${table.schema}.${table.name}'.`,
    );
  }
  const clustered = keys.find((key) => key.clustered);
  if (statement.clustered && clustered !== undefined) {
    throw new TsqlError(
      1902,
      `Cannot create more than one clustered index on table '${table.schema}.${table.name}'. Drop the existing clustered index '${clustered.name}' before creating another.`,
      16,
      3,
    );
  }
  const columns = keyColumns(statement.columns, table.columns, table.name, statement.unique);
  const pgName = pgIdentifier(`${table.name}.${statement.name}`);
  const list = columns.map((column, index) => {
    if (statement.columns[index]?.descending)
      return column.nullable ? `${column.pgName} DESC NULLS LAST` : `${column.pgName} DESC`;
    return column.nullable ? `${column.pgName} NULLS FIRST` : column.pgName;
  });
  const definition: KeyDefinition = {
    kind: 'index',
    name: statement.name,
    systemNamed: false,
    pgName,
    unique: statement.unique,
    clustered: statement.clustered,
    columns: columns.map((column, index) => ({
      name: column.name,
      descending: statement.columns[index]?.descending ?? false,
    })),
    include: statement.include.map((name) => keyColumn(table.columns, name).name),
  };
  let where = '';
  if (statement.where !== undefined) {
    const scope = { sources: [{ exposed: table.name, columns: bareColumns(table.columns) }] };
    where = ` WHERE ${compileCondition(statement.where, scope, new Compilation(withoutVariables(context)))}`;
    definition.filter = `(${statement.whereText ?? ''})`;
  }
  const words = statement.unique ? 'UNIQUE INDEX' : 'INDEX';
  const nulls = statement.unique ? ' NULLS NOT DISTINCT' : '';
  const sql = `CREATE ${words} "${pgName.replaceAll('"', '""')}" ON ${table.pgName} (${list.join(', ')})${nulls}${where}`;
  return { sql: [sql], columns: [], constraints: [definition], droppedColumns: [], droppedConstraints: [] };
}
