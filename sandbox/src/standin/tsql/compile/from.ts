import { TsqlError } from '../../types.ts';
import type { TableSource } from '../ast/query.ts';
import type { Compilation } from './compilation.ts';
import { compileCondition } from './condition.ts';
import { compileInner } from './query.ts';
import { isNamed, type Scope, type Source } from './scope.ts';
import { type CompiledFrom, derived } from './source.ts';
import { compileTable, compileTableFunction, compileTableVariable, compileValues } from './table-source.ts';

/** FROM: PostgreSQL text and what it brings into scope. `left`: what an APPLY may refer to. */
export function compileFrom(
  source: TableSource,
  outer: Scope | undefined,
  compilation: Compilation,
  left: Source[] = [],
): CompiledFrom {
  const inside: Scope = { sources: left, ...(outer === undefined ? {} : { outer }) };
  switch (source.kind) {
    case 'join':
      return compileJoin(source, outer, compilation, left);
    case 'derived': {
      const query = compileInner(source.query, inside, compilation);
      return derived(query.sql, query.columns, source.alias, source.columns, compilation);
    }
    case 'values':
      return compileValues(source, inside, compilation);
    case 'function':
      return compileTableFunction(source, inside, compilation);
    case 'table-variable':
      return compileTableVariable(source, compilation);
    default:
      return compileTable(source, compilation);
  }
}

const JOIN_WORDS = {
  inner: 'JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  cross: 'CROSS JOIN',
  'cross apply': 'CROSS JOIN LATERAL',
  'outer apply': 'LEFT JOIN LATERAL',
} as const;

function compileJoin(
  source: Extract<TableSource, { kind: 'join' }>,
  outer: Scope | undefined,
  compilation: Compilation,
  beside: Source[],
): CompiledFrom {
  const { join } = source;
  const left = compileFrom(source.left, outer, compilation, beside);
  const right = compileFrom(
    source.right,
    outer,
    compilation,
    join.endsWith('apply') ? [...beside, ...left.sources] : [],
  );
  for (const one of right.sources) {
    if (
      left.sources.some((other) => isNamed(other, [one.exposed]) && one.table?.schema === other.table?.schema)
    ) {
      throw new TsqlError(
        1013,
        `The objects "${one.exposed}" and "${one.exposed}" in the FROM clause have the same exposed names. Use correlation names to distinguish them.`,
      );
    }
  }
  const onScope: Scope = {
    sources: [...beside, ...left.sources, ...right.sources],
    ...(outer === undefined ? {} : { outer }),
  };
  const condition = source.on === undefined ? undefined : compileCondition(source.on, onScope, compilation);
  const on = join === 'outer apply' ? ' ON true' : condition === undefined ? '' : ` ON ${condition}`;
  // A bare function after LATERAL needs no parentheses, a join as right side does.
  const rightSql = source.right.kind === 'join' ? `(${right.sql})` : right.sql;
  const leftNullable = join === 'right' || join === 'full';
  const rightNullable = join === 'left' || join === 'full' || join === 'outer apply';
  return {
    sql: `${left.sql} ${JOIN_WORDS[join]} ${rightSql}${on}`,
    sources: [...maybeNull(left.sources, leftNullable), ...maybeNull(right.sources, rightNullable)],
  };
}

function maybeNull(sources: Source[], nullable: boolean): Source[] {
  if (!nullable) return sources;
  return sources.map((source) => ({
    ...source,
    columns: source.columns.map((column) => ({ ...column, nullable: true })),
  }));
}
