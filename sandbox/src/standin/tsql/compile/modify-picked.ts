import type { ResolvedTable } from '../api.ts';
import { unsupported } from '../refusal.ts';
import type { Compilation } from './compilation.ts';
import { compileCondition } from './condition.ts';
import { convert, OPERAND } from './convert.ts';
import { compileScalar } from './expression.ts';
import { compileFrom } from './from.ts';
import type { ModifyPlan, ModifyStatement, Target } from './modify.ts';
import { compileOutput } from './output.ts';
import { isNamed, type Scope, type Source } from './scope.ts';
import { compileSet } from './set-clause.ts';
import { type CompiledFrom, tableSource } from './source.ts';

/**
 * UPDATE and DELETE with TOP, with outer joins around the target, or with `deleted.x`: a subquery picks and locks the
 * rows, computes the new values and keeps the old ones; the statement then finds each row again by its primary key.
 * By the key, and not by its place (ctid), because a row that another session has just changed lies somewhere else than
 * this statement's snapshot says; a table without a key has only the place.
 */
export function compilePicked(
  statement: ModifyStatement,
  target: Target,
  compilation: Compilation,
): ModifyPlan {
  const { table } = target;
  const from = fromWithTarget(statement, target, compilation);
  const scope: Scope = { sources: from.sources };
  const where =
    statement.where === undefined ? '' : ` WHERE ${compileCondition(statement.where, scope, compilation)}`;
  const set =
    statement.kind === 'update' ? compileSet(statement.set, table, from.alias, scope, compilation) : [];
  const computed = set.filter(({ sql }) => sql !== 'DEFAULT');
  const key = table.key?.length ? table.key : ['ctid'];
  const picked = [
    ...key.map((column, index) => `${from.alias}.${column} AS k${index}`),
    ...computed.map(({ sql }, index) => `${sql} AS v${index}`),
    ...table.columns.map((column, index) => `${from.alias}.${column.pgName} AS o${index}`),
  ];
  const rows = `(SELECT ${picked.join(', ')} FROM ${from.sql}${where}${limit(statement, compilation)} FOR UPDATE OF ${from.alias})`;
  const [alias, found] = [compilation.alias(), compilation.alias()];
  const output = compileOutput(statement.output, outputRows(statement, table, alias, found), compilation);
  const match = key.map((column, index) => `${alias}.${column} = ${found}.k${index}`).join(' AND ');
  const tail = `WHERE ${match}${output.sql.length === 0 ? '' : ` RETURNING ${output.sql.join(', ')}`}`;
  if (statement.kind === 'delete') {
    return {
      text: `DELETE FROM ${table.pgName} AS ${alias} USING ${rows} AS ${found} ${tail}`,
      columns: output.columns,
    };
  }
  const assignments = set.map(({ column, sql }) => {
    const index = computed.findIndex((item) => item.column === column);
    return `${column.pgName} = ${index < 0 ? sql : `${found}.v${index}`}`;
  });
  return {
    text: `UPDATE ${table.pgName} AS ${alias} SET ${assignments.join(', ')} FROM ${rows} AS ${found} ${tail}`,
    columns: output.columns,
  };
}

function outputRows(statement: ModifyStatement, table: ResolvedTable, alias: string, found: string) {
  const old = {
    ...table,
    columns: table.columns.map((column, index) => ({ ...column, pgName: `o${index}` })),
  };
  const deleted = { table: old, alias: found };
  return statement.kind === 'update' ? { inserted: { table, alias }, deleted } : { deleted };
}

/** FROM with the target in it, and the PostgreSQL alias that the target has there. */
function fromWithTarget(
  statement: ModifyStatement,
  target: Target,
  compilation: Compilation,
): CompiledFrom & { alias: string } {
  const { reference, table } = target;
  if (statement.from === undefined || reference === undefined) {
    const alias = compilation.alias();
    const own = { sql: `${table.pgName} AS ${alias}`, sources: [tableSource(table, alias, undefined)] };
    if (statement.from === undefined) return { ...own, alias };
    const rest = compileFrom(statement.from, undefined, compilation);
    return { sql: `${own.sql}, ${rest.sql}`, sources: [...own.sources, ...rest.sources], alias };
  }
  const from = compileFrom(statement.from, undefined, compilation);
  const own = from.sources.find((source) => isNamed(source, [reference.alias ?? table.name])) as Source;
  return { ...from, alias: (own.columns[0]?.sql ?? '').split('.')[0] as string };
}

function limit(statement: ModifyStatement, compilation: Compilation): string {
  const { top } = statement;
  if (top === undefined) return '';
  if (top.percent || top.withTies) throw unsupported(`${statement.kind.toUpperCase()} TOP … PERCENT`);
  const count = compileScalar(top.count, { sources: [] }, compilation);
  return ` LIMIT tsql.row_limit(${convert(count, { name: 'bigint' }, OPERAND).sql}, 'top')`;
}
