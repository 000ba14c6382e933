import { TsqlError } from '../../types.ts';
import type { ResolvedTable, TableColumn } from '../api.ts';
import type { CommonTable, Expression, TableSource } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import type { Compilation } from './compilation.ts';
import { compileCondition } from './condition.ts';
import { convert, OPERAND } from './convert.ts';
import { commonOf, compileScalar } from './expression.ts';
import { compileEngineArguments } from './functions/engine.ts';
import { compileSelect } from './query.ts';
import { EMPTY_SCOPE, isNamed, type Scope, type Source, type SourceColumn } from './scope.ts';
import { type Typed, withoutLiteral } from './typed.ts';

export interface CompiledFrom {
  sql: string;
  sources: Source[];
}

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
      const query = compileSelect(source.query, inside, compilation);
      return derived(query.sql, query.columns, source.alias, source.columns, compilation);
    }
    case 'values':
      return compileValues(source, inside, compilation);
    case 'function':
      return compileTableFunction(source, inside, compilation);
    case 'table-variable':
      return single(compileTableVariable(source, compilation), source.alias, compilation);
    default: {
      const common =
        source.name.length === 1
          ? compilation.commonTables.get((source.name[0] as string).toLowerCase())
          : undefined;
      if (common === 'open') throw unsupported('recursive common table expression');
      if (common !== undefined) {
        const alias = compilation.alias();
        const columns = common.columns.map((column) => ({ ...column, sql: `${alias}.${column.sql}` }));
        return {
          sql: `${common.sql} AS ${alias}`,
          sources: [{ exposed: source.alias ?? (source.name[0] as string), columns }],
        };
      }
      return single(compilation.table(source.name, 'select', source.hints), source.alias, compilation);
    }
  }
}

function compileTableVariable(
  source: Extract<TableSource, { kind: 'table-variable' }>,
  compilation: Compilation,
): ResolvedTable {
  const table = compilation.context.resolveTable([source.name]);
  if (table === undefined)
    throw new TsqlError(1087, `Must declare the table variable "${source.name}".`, 15, 2);
  return table;
}

function single(table: ResolvedTable, alias: string | undefined, compilation: Compilation): CompiledFrom {
  const pgAlias = compilation.alias();
  return { sql: `${table.pgName} AS ${pgAlias}`, sources: [tableSource(table, pgAlias, alias)] };
}

/** A table in scope under its alias, or under its own name when it has none. */
export function tableSource(table: ResolvedTable, pgAlias: string, alias: string | undefined): Source {
  const columns = columnsOf(table.columns, pgAlias);
  return alias === undefined ? { exposed: table.name, table, columns } : { exposed: alias, columns };
}

export function columnsOf(columns: TableColumn[], pgAlias: string): SourceColumn[] {
  return columns.map((column) => {
    const found: SourceColumn = {
      name: column.name,
      sql: `${pgAlias}.${column.pgName}`,
      type: column.type,
      nullable: column.nullable,
    };
    if (column.identity) found.identity = true;
    if (column.caseInsensitive) found.caseInsensitive = true;
    return found;
  });
}

/** A query in FROM under an alias, its columns perhaps renamed. Throws TsqlError 8155, 8156, 8158, 8159. */
export function derived(
  sql: string,
  inner: SourceColumn[],
  alias: string,
  names: string[] | undefined,
  compilation: Compilation,
): CompiledFrom {
  const pgAlias = compilation.alias();
  const columns = nameColumns(inner, alias, names).map((column) => ({
    ...column,
    sql: `${pgAlias}.${column.sql}`,
  }));
  return { sql: `(${sql}) AS ${pgAlias}`, sources: [{ exposed: alias, columns }] };
}

export function nameColumns(
  inner: SourceColumn[],
  alias: string,
  names: string[] | undefined,
): SourceColumn[] {
  if (names !== undefined && names.length !== inner.length) {
    throw names.length < inner.length
      ? new TsqlError(8158, `'${alias}' has more columns than were specified in the column list.`)
      : new TsqlError(8159, `'${alias}' has fewer columns than were specified in the column list.`);
  }
  const seen = new Set<string>();
  return inner.map((column, index) => {
    const name = names?.[index] ?? column.name;
    if (name === '')
      throw new TsqlError(8155, `No column name was specified for column ${index + 1} of '${alias}'.`);
    if (seen.has(name.toLowerCase())) {
      throw new TsqlError(8156, `The column '${name}' was specified multiple times for '${alias}'.`);
    }
    seen.add(name.toLowerCase());
    return { ...withoutLiteral(column), name };
  });
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

function compileValues(
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

function compileTableFunction(
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

/** Compiles WITH: each common table may use those before it, none itself. Returns the PostgreSQL prefix. */
export function compileCommonTables(tables: CommonTable[], compilation: Compilation): string {
  const parts = tables.map((table) => {
    const key = table.name.toLowerCase();
    if (compilation.commonTables.has(key)) {
      throw new TsqlError(239, `Duplicate common table expression name '${table.name}' was specified.`);
    }
    const pgName = `w${compilation.commonTables.size + 1}`;
    compilation.commonTables.set(key, 'open');
    const query = compileSelect(table.query, EMPTY_SCOPE, compilation);
    const columns = nameColumns(query.columns, table.name, table.columns);
    compilation.commonTables.set(key, { sql: pgName, columns });
    return `${pgName} AS (${query.sql})`;
  });
  return parts.length === 0 ? '' : `WITH ${parts.join(', ')} `;
}
