import { TsqlError } from '../../types.ts';
import type { CompiledQuery, ResolvedTable, TableColumn } from '../api.ts';
import type { InsertStatement } from '../ast/change.ts';
import type { Expression } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import { compileCommonTables } from './common-tables.ts';
import type { Compilation } from './compilation.ts';
import { convert } from './convert.ts';
import { compileScalar } from './expression.ts';
import { compileOutput, type OutputColumns } from './output.ts';
import { compileSelect } from './query.ts';
import { EMPTY_SCOPE, sameName } from './scope.ts';
import { placeOf, refuseReadOnly, twiceAssigned } from './target.ts';
import { isNullLiteral, withoutLiteral } from './typed.ts';

/** INSERT. Throws TsqlError 110, 109, 120, 121, 207, 213, 264, 544, 545, 8101 where columns and values do not fit. */
export function compileInsert(statement: InsertStatement, compilation: Compilation): Partial<CompiledQuery> {
  if (statement.top !== undefined) throw unsupported('INSERT TOP');
  const prefix = compileCommonTables(statement.with, compilation);
  const table = compilation.table(statement.target, 'insert');
  refuseReadOnly(table);
  const columns = targetColumns(statement, table, compilation);
  const alias = compilation.alias();
  const list = columns.length === 0 ? '' : ` (${columns.map((column) => column.pgName).join(', ')})`;
  const source = compileSource(statement, columns, table, compilation);
  const output = compileOutput(statement.output, { inserted: { table, alias } }, compilation);
  const identity = identityOf(table, output, alias, compilation);
  const returning = [...output.sql, ...(identity === undefined ? [] : [identity.sql])];
  const compiled: Partial<CompiledQuery> = {
    kind: 'insert',
    text: `${prefix}INSERT INTO ${table.pgName} AS ${alias}${list} ${source}${returning.length === 0 ? '' : ` RETURNING ${returning.join(', ')}`}`,
  };
  if (output.columns.length > 0) compiled.columns = output.columns;
  if (identity !== undefined) compiled.identity = identity.rule;
  return compiled;
}

/** The columns that get values, in order. */
function targetColumns(
  statement: InsertStatement,
  table: ResolvedTable,
  compilation: Compilation,
): TableColumn[] {
  const explicit = compilation.context.identityInsert(table);
  if (statement.columns === undefined) {
    if (explicit) {
      throw new TsqlError(
        8101,
        `An explicit value for the identity column in table '${table.name}' can only be specified when a column list is used and IDENTITY_INSERT is ON.`,
      );
    }
    return statement.source.kind === 'defaults'
      ? []
      : table.columns.filter((column) => !column.identity && column.type.name !== 'rowversion');
  }
  const columns = statement.columns.map((name) => columnNamed(table, name));
  const seen = new Set<TableColumn>();
  for (const column of columns) {
    if (seen.has(column)) {
      throw twiceAssigned(column.name);
    }
    seen.add(column);
    if (column.identity && !explicit) {
      throw new TsqlError(
        544,
        `Cannot insert explicit value for identity column in table '${table.name}' when IDENTITY_INSERT is set to OFF.`,
      );
    }
  }
  if (explicit && !columns.some((column) => column.identity)) {
    throw new TsqlError(
      545,
      `Explicit value must be specified for identity column in table '${table.name}' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.`,
    );
  }
  return columns;
}

export function columnNamed(table: ResolvedTable, name: string): TableColumn {
  const exact = table.columns.find((column) => column.name === name);
  const column = exact ?? table.columns.find((candidate) => sameName(candidate.name, name));
  if (column === undefined) throw new TsqlError(207, `Invalid column name '${name}'.`);
  return column;
}

function compileSource(
  statement: InsertStatement,
  columns: TableColumn[],
  table: ResolvedTable,
  compilation: Compilation,
): string {
  const { source } = statement;
  if (source.kind === 'execute') throw unsupported('INSERT … EXEC');
  if (source.kind === 'defaults') return 'DEFAULT VALUES';
  const listed = statement.columns !== undefined;
  if (source.kind === 'values') {
    const rows = source.rows.map((row) => {
      refuseCount(row.length, columns.length, listed, 'values');
      return `(${row.map((cell, index) => compileCell(cell, columns[index] as TableColumn, table, compilation)).join(', ')})`;
    });
    return `VALUES ${rows.join(', ')}`;
  }
  const query = compileSelect(source.query, undefined, compilation);
  if (query.assigns !== undefined) throw unsupported('INSERT … SELECT @variable');
  refuseCount(query.columns.length, columns.length, listed, 'query');
  const alias = compilation.alias();
  const values = query.columns.map((column, index) => {
    const target = columns[index] as TableColumn;
    const from = isNullLiteral(column)
      ? column
      : { ...withoutLiteral(column), sql: `${alias}.${column.sql}` };
    return convert(from, target.type, { purpose: 'store', attempt: false, place: placeOf(table, target) })
      .sql;
  });
  return `SELECT ${values.join(', ')} FROM (${query.sql}) AS ${alias}`;
}

function compileCell(
  cell: Expression,
  column: TableColumn,
  table: ResolvedTable,
  compilation: Compilation,
): string {
  if (cell.kind === 'default') return 'DEFAULT';
  if (cell.kind === 'column') {
    throw new TsqlError(
      128,
      `The name "${cell.name.join('.')}" is not permitted in this context. Valid expressions are constants, constant expressions, and (in some contexts) variables. Column names are not permitted.`,
      15,
    );
  }
  const value = compileScalar(cell, EMPTY_SCOPE, compilation);
  return convert(value, column.type, { purpose: 'store', attempt: false, place: placeOf(table, column) }).sql;
}

function refuseCount(given: number, wanted: number, listed: boolean, source: 'values' | 'query'): void {
  if (given === wanted) return;
  if (!listed)
    throw new TsqlError(213, 'Column name or number of supplied values does not match table definition.');
  const more = given < wanted;
  if (source === 'query') {
    throw more
      ? new TsqlError(
          120,
          'The select list for the INSERT statement contains fewer items than the insert list. The number of SELECT values must match the number of INSERT columns.',
          15,
        )
      : new TsqlError(
          121,
          'The select list for the INSERT statement contains more items than the insert list. The number of SELECT values must match the number of INSERT columns.',
          15,
        );
  }
  throw more
    ? new TsqlError(
        109,
        'There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.',
        15,
      )
    : new TsqlError(
        110,
        'There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.',
        15,
      );
}

/** The hidden result column that tells the session the identity values. */
function identityOf(
  table: ResolvedTable,
  output: OutputColumns,
  alias: string,
  compilation: Compilation,
): { sql: string; rule: NonNullable<CompiledQuery['identity']> } | undefined {
  const column = table.columns.find((candidate) => candidate.identity);
  if (column === undefined) return undefined;
  const rule: NonNullable<CompiledQuery['identity']> = { column: output.columns.length };
  if (compilation.context.identityInsert(table)) {
    const sequence = `pg_get_serial_sequence('${table.pgName.replaceAll("'", "''")}', '${unquoted(column.pgName).replaceAll("'", "''")}')`;
    rule.raise = `SELECT tsql.raise_identity(${sequence}::regclass, $1::int8)`;
  }
  return { sql: `${alias}.${column.pgName}`, rule };
}

function unquoted(pgName: string): string {
  return pgName.startsWith('"') ? pgName.slice(1, -1).replaceAll('""', '"') : pgName;
}
