import { TsqlError } from '../../types.ts';
import type { ColumnDefinition, CompileContext, CompiledDefinition, TableTarget } from '../api.ts';
import type {
  ColumnClause,
  CreateTableStatement,
  KeyConstraint,
  TableConstraint,
} from '../ast/definition.ts';
import { sameName } from '../compile/scope.ts';
import { type CompiledColumn, compileColumn } from './column.ts';
import { type CompiledConstraint, compileCheck, compileForeignKey, compileKey } from './constraint.ts';

/**
 * CREATE TABLE. The engine checks that the name is free (2714) and chooses where the table goes. Throws TsqlError 2705
 * (column twice), 8110 (two primary keys), 2744 (two identities), 1750-like ones of the single constraints.
 */
export function compileCreateTable(
  statement: CreateTableStatement,
  target: TableTarget,
  context: CompileContext,
): CompiledDefinition {
  const constraints = [
    ...statement.columns.flatMap((column) => column.constraints),
    ...statement.constraints,
  ];
  refuseDoubles(statement.columns, constraints, target);
  const primary = primaryKeyOf(constraints);
  const columns = statement.columns.map((column) => {
    const inKey = primary?.columns.some(({ name }) => sameName(name, column.name)) ?? false;
    return compileColumn(column, inKey, target, context);
  });
  const definitions = columns.map((column) => column.definition);
  const compiled = constraints.map((constraint) =>
    compileConstraint(constraint, definitions, target, context),
  );
  const lines = [...columns.map(declared), ...compiled.map((constraint) => constraint.sql)];
  return {
    sql: [`CREATE TABLE ${target.pgName} (${lines.join(', ')})`],
    columns: definitions,
    constraints: compiled.map((constraint) => constraint.definition),
    droppedColumns: [],
    droppedConstraints: [],
  };
}

export function primaryKeyOf(constraints: TableConstraint[]): KeyConstraint | undefined {
  return constraints.find((constraint): constraint is KeyConstraint => constraint.kind === 'primary-key');
}

export function declared(column: CompiledColumn): string {
  return column.default === undefined
    ? column.declaration
    : `${column.declaration} DEFAULT ${column.default}`;
}

/** A table constraint. Throws TsqlError 142 for DEFAULT … FOR, which only ALTER TABLE takes. */
export function compileConstraint(
  constraint: TableConstraint,
  columns: ColumnDefinition[],
  target: TableTarget,
  context: CompileContext,
): CompiledConstraint {
  switch (constraint.kind) {
    case 'primary-key':
    case 'unique':
      return compileKey(constraint, columns, target);
    case 'check':
      return compileCheck(constraint, columns, target, context);
    case 'foreign-key':
      return compileForeignKey(constraint, columns, target, context);
    default:
      throw new TsqlError(142, `Incorrect syntax for definition of the 'DEFAULT' constraint.`, 15, 2);
  }
}

function refuseDoubles(columns: ColumnClause[], constraints: TableConstraint[], target: TableTarget): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name.toLowerCase())) {
      throw new TsqlError(
        2705,
        `Column names in each table must be unique. Column name '${name}' in table '${target.name}' is specified more than once.`,
        16,
        3,
      );
    }
    seen.add(name.toLowerCase());
  }
  if (constraints.filter((constraint) => constraint.kind === 'primary-key').length > 1) {
    throw new TsqlError(8110, `Cannot add multiple PRIMARY KEY constraints to table '${target.name}'.`);
  }
  if (columns.filter((column) => column.identity !== undefined).length > 1) {
    throw new TsqlError(
      2744,
      `Multiple identity columns specified for table '${target.name}'. Only one identity column per table is allowed.`,
      16,
      2,
    );
  }
  if (columns.filter((column) => column.type.name === 'rowversion').length > 1) {
    throw new TsqlError(
      2738,
      `A table can only have one timestamp column. Because table '${target.name}' already has one, the column '${columns.findLast((column) => column.type.name === 'rowversion')?.name}' cannot be added.`,
      16,
      2,
    );
  }
}
