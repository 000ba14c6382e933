import { TsqlError } from '../../types.ts';
import type { CompiledQuery, ResolvedTable, TableColumn } from '../api.ts';
import type { Assignment, DeleteStatement, UpdateStatement } from '../ast/change.ts';
import type { Name, TableSource } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import type { Compilation } from './compilation.ts';
import { compileCondition } from './condition.ts';
import { convert } from './convert.ts';
import { compileScalar } from './expression.ts';
import { columnsOf, compileCommonTables, compileFrom, tableSource } from './from.ts';
import { columnNamed } from './insert.ts';
import { compileBinary } from './operators.ts';
import { compileOutput } from './output.ts';
import { isNamed, type Scope, type Source, type SourceColumn, sameName } from './scope.ts';
import { placeOf, refuseReadOnly } from './target.ts';

/** UPDATE and DELETE. Throws TsqlError 207, 208, 259, 264, 272, 8102 where target and columns do not fit. */
export function compileModify(
  statement: UpdateStatement | DeleteStatement,
  compilation: Compilation,
): Partial<CompiledQuery> {
  const prefix = compileCommonTables(statement.with, compilation);
  const target = findTarget(statement, compilation);
  refuseReadOnly(target.table);
  const joined = target.joined || statement.top !== undefined || namesDeleted(statement);
  const plan = joined
    ? compileJoined(statement, target, compilation)
    : compilePlain(statement, target, compilation);
  const compiled: Partial<CompiledQuery> = { kind: statement.kind, text: prefix + plan.text };
  if (plan.columns.length > 0) compiled.columns = plan.columns;
  return compiled;
}

interface Target {
  table: ResolvedTable;
  /** The name under which FROM holds the target; undefined when it stands outside FROM. */
  exposed?: string;
  joined: boolean;
}

/** The target is an alias or a table of FROM, or a table of its own. */
function findTarget(statement: UpdateStatement | DeleteStatement, compilation: Compilation): Target {
  const { target: name, from, kind } = statement;
  if (name.length === 1 && compilation.commonTables.has((name[0] as string).toLowerCase())) {
    throw unsupported(`${kind.toUpperCase()} of a common table expression`);
  }
  const inFrom = from === undefined ? undefined : tablesOf(from).find((source) => isTarget(source, name));
  if (inFrom !== undefined) {
    const table = compilation.table(inFrom.name, kind);
    return { table, exposed: inFrom.alias ?? table.name, joined: from?.kind !== 'table' };
  }
  return { table: compilation.table(name, kind), joined: from !== undefined };
}

type TableReference = Extract<TableSource, { kind: 'table' }>;

function tablesOf(source: TableSource): TableReference[] {
  if (source.kind === 'join') return [...tablesOf(source.left), ...tablesOf(source.right)];
  return source.kind === 'table' ? [source] : [];
}

function isTarget(source: TableReference, name: Name): boolean {
  const last = name.at(-1) as string;
  if (source.alias !== undefined) return name.length === 1 && sameName(source.alias, last);
  return sameName(source.name.at(-1) as string, last);
}

interface Plan {
  text: string;
  columns: NonNullable<CompiledQuery['columns']>;
}

/** One table alone: PostgreSQL's own UPDATE or DELETE, which takes waiting for another session's row in its stride. */
function compilePlain(
  statement: UpdateStatement | DeleteStatement,
  target: Target,
  compilation: Compilation,
): Plan {
  const { table } = target;
  const alias = compilation.alias();
  const written = statement.from?.kind === 'table' ? statement.from.alias : undefined;
  const scope: Scope = { sources: [tableSource(table, alias, written)] };
  const where =
    statement.where === undefined ? '' : ` WHERE ${compileCondition(statement.where, scope, compilation)}`;
  const rows = statement.kind === 'update' ? { inserted: { table, alias } } : { deleted: { table, alias } };
  const output = compileOutput(statement.output, rows, compilation);
  const returning = output.sql.length === 0 ? '' : ` RETURNING ${output.sql.join(', ')}`;
  if (statement.kind === 'delete')
    return { text: `DELETE FROM ${table.pgName} AS ${alias}${where}${returning}`, columns: output.columns };
  const set = compileSet(statement.set, table, alias, scope, compilation).map(
    ({ column, sql }) => `${column.pgName} = ${sql}`,
  );
  return {
    text: `UPDATE ${table.pgName} AS ${alias} SET ${set.join(', ')}${where}${returning}`,
    columns: output.columns,
  };
}

/**
 * With a join, TOP or `deleted.x`: a subquery finds the rows by their place (ctid), computes the new values and locks
 * them, so that a row which another session is changing is looked at again in its new form, not missed.
 */
function compileJoined(
  statement: UpdateStatement | DeleteStatement,
  target: Target,
  compilation: Compilation,
): Plan {
  const { table } = target;
  const from = joinedFrom(statement, target, compilation);
  const scope: Scope = { sources: from.sources };
  const where =
    statement.where === undefined ? '' : ` WHERE ${compileCondition(statement.where, scope, compilation)}`;
  const set =
    statement.kind === 'update' ? compileSet(statement.set, table, from.alias, scope, compilation) : [];
  const fresh = set.filter(({ sql }) => sql !== 'DEFAULT');
  const picked = [
    `${from.alias}.ctid AS rid`,
    ...fresh.map(({ sql }, index) => `${sql} AS v${index}`),
    ...table.columns.map((column, index) => `${from.alias}.${column.pgName} AS o${index}`),
  ];
  const limit = compileLimit(statement, compilation);
  const rows = `(SELECT ${picked.join(', ')} FROM ${from.sql}${where}${limit} FOR UPDATE OF ${from.alias})`;
  const [alias, found] = [compilation.alias(), compilation.alias()];
  const old: ResolvedTable = {
    ...table,
    columns: table.columns.map((column, index) => ({ ...column, pgName: `o${index}` })),
  };
  const output = compileOutput(
    statement.output,
    statement.kind === 'update'
      ? { inserted: { table, alias }, deleted: { table: old, alias: found } }
      : { deleted: { table: old, alias: found } },
    compilation,
  );
  const returning = output.sql.length === 0 ? '' : ` RETURNING ${output.sql.join(', ')}`;
  const match = ` WHERE ${alias}.ctid = ${found}.rid${returning}`;
  if (statement.kind === 'delete') {
    return {
      text: `DELETE FROM ${table.pgName} AS ${alias} USING ${rows} AS ${found}${match}`,
      columns: output.columns,
    };
  }
  const assignments = set.map(({ column, sql }) => {
    const index = fresh.findIndex((item) => item.column === column);
    return `${column.pgName} = ${index < 0 ? sql : `${found}.v${index}`}`;
  });
  return {
    text: `UPDATE ${table.pgName} AS ${alias} SET ${assignments.join(', ')} FROM ${rows} AS ${found}${match}`,
    columns: output.columns,
  };
}

/** FROM with the target in it, and the PostgreSQL alias that the target has there. */
function joinedFrom(
  statement: UpdateStatement | DeleteStatement,
  target: Target,
  compilation: Compilation,
): { sql: string; sources: Source[]; alias: string } {
  if (statement.from === undefined || target.exposed === undefined) {
    const alias = compilation.alias();
    const own = tableSource(target.table, alias, undefined);
    const sql = `${target.table.pgName} AS ${alias}`;
    if (statement.from === undefined) return { sql, sources: [own], alias };
    const rest = compileFrom(statement.from, undefined, compilation);
    return { sql: `${sql} CROSS JOIN (${rest.sql})`, sources: [own, ...rest.sources], alias };
  }
  const from = compileFrom(statement.from, undefined, compilation);
  const own = from.sources.find((source) => isNamed(source, [target.exposed as string])) as Source;
  const alias = (own.columns[0]?.sql ?? '').split('.')[0] as string;
  return { ...from, alias };
}

function compileLimit(statement: UpdateStatement | DeleteStatement, compilation: Compilation): string {
  const { top } = statement;
  if (top === undefined) return '';
  if (top.percent || top.withTies) throw unsupported(`${statement.kind.toUpperCase()} TOP … PERCENT`);
  const count = compileScalar(top.count, { sources: [] }, compilation);
  const rows = convert(count, { name: 'bigint' }, { purpose: 'operand', attempt: false });
  return ` LIMIT tsql.row_limit(${rows.sql}, 'top')`;
}

function namesDeleted(statement: UpdateStatement | DeleteStatement): boolean {
  return statement.kind === 'update' && JSON.stringify(statement.output).toLowerCase().includes('"deleted"');
}

/** The assignments, with the new rowversion where the table has such a column. */
function compileSet(
  assignments: Assignment[],
  table: ResolvedTable,
  alias: string,
  scope: Scope,
  compilation: Compilation,
): { column: TableColumn; sql: string }[] {
  const own = columnsOf(table.columns, alias);
  const set = assignments.map((assignment) => {
    const column = columnNamed(table, assignment.column.at(-1) as string);
    if (column.identity) throw new TsqlError(8102, `Cannot update identity column '${column.name}'.`);
    if (column.type.name === 'rowversion') throw new TsqlError(272, 'Cannot update a timestamp column.');
    if (assignment.value.kind === 'default') return { column, sql: 'DEFAULT' };
    const value = compileScalar(assignment.value, scope, compilation);
    const result =
      assignment.operator === '='
        ? value
        : compileBinary(assignment.operator, own[table.columns.indexOf(column)] as SourceColumn, value);
    return {
      column,
      sql: convert(result, column.type, { purpose: 'store', attempt: false, place: placeOf(table, column) })
        .sql,
    };
  });
  for (const [index, { column }] of set.entries()) {
    if (set.findIndex((item) => item.column === column) !== index) {
      throw new TsqlError(
        264,
        `The column name '${column.name}' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.`,
      );
    }
  }
  const version = table.columns.find((column) => column.type.name === 'rowversion');
  return version === undefined ? set : [...set, { column: version, sql: 'tsql.next_rowversion()' }];
}
