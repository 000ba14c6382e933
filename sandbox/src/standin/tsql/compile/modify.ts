import type { CompiledQuery, ResolvedTable } from '../api.ts';
import type { DeleteStatement, UpdateStatement } from '../ast/change.ts';
import type { Expression, Name, TableSource } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import { compileCommonTables } from './common-tables.ts';
import type { Compilation } from './compilation.ts';
import { compileCondition } from './condition.ts';
import { compileFrom } from './from.ts';
import { compilePicked } from './modify-picked.ts';
import { compileOutput } from './output.ts';
import { type Scope, type Source, sameName } from './scope.ts';
import { compileSet } from './set-clause.ts';
import { tableSource } from './source.ts';
import { refuseReadOnly } from './target.ts';

export type ModifyStatement = UpdateStatement | DeleteStatement;

/** The table that a statement changes. */
export interface Target {
  table: ResolvedTable;
  /** Its place in FROM; undefined when it stands beside FROM, or there is none. */
  reference?: TableReference;
}

/** A compiled UPDATE or DELETE without its WITH. */
export interface ModifyPlan {
  text: string;
  columns: NonNullable<CompiledQuery['columns']>;
}

/** UPDATE and DELETE. Throws TsqlError 207, 208, 259, 264, 272, 8102 where target and columns do not fit. */
export function compileModify(statement: ModifyStatement, compilation: Compilation): Partial<CompiledQuery> {
  const prefix = compileCommonTables(statement.with, compilation);
  const target = findTarget(statement, compilation);
  refuseReadOnly(target.table);
  if (readsTarget(statement)) compilation.tables.push({ table: target.table, access: 'select', hints: [] });
  const beside =
    statement.top !== undefined || namesDeleted(statement) ? undefined : besideTarget(statement, target);
  const plan =
    beside === undefined
      ? compilePicked(statement, target, compilation)
      : compileDirect(statement, target, beside, compilation);
  const compiled: Partial<CompiledQuery> = { kind: statement.kind, text: prefix + plan.text };
  if (plan.columns.length > 0) compiled.columns = plan.columns;
  return compiled;
}

/** Changing needs the right to read too, where a condition or a new value looks at the rows. */
function readsTarget(statement: ModifyStatement): boolean {
  if (statement.where !== undefined || statement.from !== undefined) return true;
  return (
    statement.kind === 'update' &&
    statement.set.some(
      ({ operator, value }) => operator !== '=' || JSON.stringify(value).includes('"kind":"column"'),
    )
  );
}

/** The target is an alias or a table of FROM, or a table of its own. */
function findTarget(statement: ModifyStatement, compilation: Compilation): Target {
  const { target: name, from, kind } = statement;
  if (name.length === 1 && compilation.commonTables.has((name[0] as string).toLowerCase())) {
    throw unsupported(`${kind.toUpperCase()} of a common table expression`);
  }
  const reference = from === undefined ? undefined : tablesOf(from).find((source) => isTarget(source, name));
  if (reference === undefined) return { table: compilation.table(name, kind) };
  return { table: compilation.table(reference.name, kind), reference };
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

/** `deleted.x` in an UPDATE: PostgreSQL 15 can only return the new row. */
function namesDeleted(statement: ModifyStatement): boolean {
  return statement.kind === 'update' && /"deleted"/i.test(JSON.stringify(statement.output));
}

/** What is joined to the target, when all the joins around it are inner ones. */
interface Beside {
  sources: TableSource[];
  conditions: Expression[];
}

function besideTarget(statement: ModifyStatement, target: Target): Beside | undefined {
  if (statement.from === undefined) return { sources: [], conditions: [] };
  if (target.reference === undefined) return { sources: [statement.from], conditions: [] };
  return takeOut(statement.from, target.reference);
}

/** The join without the target; undefined when the target stands within an outer join or an APPLY. */
function takeOut(source: TableSource, target: TableReference): Beside | undefined {
  if (source === target) return { sources: [], conditions: [] };
  if (source.kind !== 'join' || !tablesOf(source).includes(target))
    return { sources: [source], conditions: [] };
  if (source.join !== 'inner' && source.join !== 'cross') return undefined;
  const [left, right] = [takeOut(source.left, target), takeOut(source.right, target)];
  if (left === undefined || right === undefined) return undefined;
  return {
    sources: [...left.sources, ...right.sources],
    conditions: [...left.conditions, ...right.conditions, ...(source.on === undefined ? [] : [source.on])],
  };
}

/** PostgreSQL's own UPDATE … FROM or DELETE … USING, which looks again at a row that another session was changing. */
function compileDirect(
  statement: ModifyStatement,
  target: Target,
  beside: Beside,
  compilation: Compilation,
): ModifyPlan {
  const { table } = target;
  const alias = compilation.alias();
  const others = beside.sources.map((source) => compileFrom(source, undefined, compilation));
  const own: Source = tableSource(table, alias, target.reference?.alias);
  const scope: Scope = { sources: [own, ...others.flatMap((other) => other.sources)] };
  const conditions =
    statement.where === undefined ? beside.conditions : [...beside.conditions, statement.where];
  const where = conditions.map((condition) => compileCondition(condition, scope, compilation)).join(' AND ');
  const rows = statement.kind === 'update' ? { inserted: { table, alias } } : { deleted: { table, alias } };
  const output = compileOutput(statement.output, { ...rows, others: scope.sources.slice(1) }, compilation);
  const list = others.map((other) => other.sql).join(', ');
  const set = statement.kind === 'update' ? compileSet(statement.set, table, alias, scope, compilation) : [];
  const text = [
    statement.kind === 'update'
      ? `UPDATE ${table.pgName} AS ${alias}`
      : `DELETE FROM ${table.pgName} AS ${alias}`,
    statement.kind === 'update'
      ? `SET ${set.map(({ column, sql }) => `${column.pgName} = ${sql}`).join(', ')}`
      : '',
    list === '' ? '' : `${statement.kind === 'update' ? 'FROM' : 'USING'} ${list}`,
    where === '' ? '' : `WHERE ${where}`,
    output.sql.length === 0 ? '' : `RETURNING ${output.sql.join(', ')}`,
  ];
  return { text: text.filter((part) => part !== '').join(' '), columns: output.columns };
}
