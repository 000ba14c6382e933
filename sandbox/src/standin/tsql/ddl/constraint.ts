import { TsqlError } from '../../types.ts';
import type {
  CheckDefinition,
  ColumnDefinition,
  CompileContext,
  ConstraintDefinition,
  ForeignKeyDefinition,
  KeyDefinition,
  TableTarget,
} from '../api.ts';
import type {
  CheckConstraint,
  ForeignKeyConstraint,
  IndexedColumn,
  KeyConstraint,
} from '../ast/definition.ts';
import { Compilation, withoutVariables } from '../compile/compilation.ts';
import { compileCondition } from '../compile/condition.ts';
import { type SourceColumn, sameName } from '../compile/scope.ts';
import { pgIdentifier, quoteName } from '../compile/typed.ts';
import { unsupported } from '../refusal.ts';
import { isLarge } from '../type-rules.ts';
import { systemName } from './system-name.ts';

export interface CompiledConstraint<Definition extends ConstraintDefinition = ConstraintDefinition> {
  definition: Definition;
  /** What follows CREATE TABLE's columns or ALTER TABLE … ADD. */
  sql: string;
}

/** Finds a column of a table being defined. Throws TsqlError 1911. */
export function keyColumn(columns: ColumnDefinition[], name: string): ColumnDefinition {
  const column =
    columns.find((candidate) => candidate.name === name) ??
    columns.find((candidate) => sameName(candidate.name, name));
  if (column === undefined)
    throw new TsqlError(1911, `Column name '${name}' does not exist in the target table or view.`);
  return column;
}

/** Columns that may be in a key. Throws TsqlError 1919 for large types; datetimeoffset is refused where it must be unique. */
export function keyColumns(
  list: IndexedColumn[],
  columns: ColumnDefinition[],
  table: string,
  unique: boolean,
): ColumnDefinition[] {
  return list.map(({ name }) => {
    const column = keyColumn(columns, name);
    if (isLarge(column.type) || (column.type.length ?? 0) < 0) {
      throw new TsqlError(
        1919,
        `Column '${column.name}' in table '${table}' is of a type that is invalid for use as a key column in an index.`,
      );
    }
    if (unique && column.type.name === 'datetimeoffset') throw unsupported('UNIQUE on datetimeoffset');
    return column;
  });
}

/** PRIMARY KEY and UNIQUE. In a UNIQUE constraint NULL counts as a value, of which there may be one. */
export function compileKey(
  constraint: KeyConstraint,
  columns: ColumnDefinition[],
  target: TableTarget,
): CompiledConstraint<KeyDefinition> {
  const primary = constraint.kind === 'primary-key';
  const found = keyColumns(constraint.columns, columns, target.name, true);
  const name =
    constraint.name ??
    systemName(
      primary ? 'PK' : 'UQ',
      target.schema,
      target.name,
      found.map((column) => column.name),
    );
  const definition: KeyDefinition = {
    kind: constraint.kind,
    name,
    systemNamed: constraint.name === undefined,
    pgName: pgIdentifier(name),
    unique: true,
    clustered: constraint.clustered ?? primary,
    columns: found.map((column, index) => ({
      name: column.name,
      descending: constraint.columns[index]?.descending ?? false,
    })),
    include: [],
  };
  const list = found.map((column) => column.pgName).join(', ');
  const words = primary ? 'PRIMARY KEY' : 'UNIQUE NULLS NOT DISTINCT';
  return { definition, sql: `CONSTRAINT ${quoteName(name)} ${words} (${list})` };
}

/** The columns of a table being defined as a condition sees them: without an alias. */
export function bareColumns(columns: ColumnDefinition[]): SourceColumn[] {
  return columns.map(({ name, pgName, type, nullable }) => ({ name, sql: pgName, type, nullable }));
}

export function compileCheck(
  constraint: CheckConstraint,
  columns: ColumnDefinition[],
  target: TableTarget,
  context: CompileContext,
): CompiledConstraint<CheckDefinition> {
  const compilation = new Compilation(withoutVariables(context));
  const scope = { sources: [{ exposed: target.name, columns: bareColumns(columns) }] };
  const condition = compileCondition(constraint.condition, scope, compilation);
  if (compilation.tables.length > 0) {
    throw new TsqlError(
      1046,
      'Subqueries are not allowed in this context. Only scalar expressions are allowed.',
      15,
    );
  }
  if (compilation.parameters.length > 0) throw unsupported(`CHECK with ${compilation.parameters[0]?.name}`);
  const name = constraint.name ?? systemName('CK', target.schema, target.name, [constraint.text]);
  return {
    definition: {
      kind: 'check',
      name,
      systemNamed: constraint.name === undefined,
      pgName: pgIdentifier(name),
      text: constraint.text,
    },
    sql: `CONSTRAINT ${quoteName(name)} CHECK (${condition})`,
  };
}

export function compileForeignKey(
  constraint: ForeignKeyConstraint,
  columns: ColumnDefinition[],
  target: TableTarget,
  context: CompileContext,
): CompiledConstraint<ForeignKeyDefinition> {
  const own = constraint.columns.map((name) => keyColumn(columns, name));
  const other = referenced(constraint, columns, target, context);
  const names = constraint.referencedColumns.map((name) => {
    const column = other.columns.find((candidate) => sameName(candidate.name, name));
    if (column === undefined) {
      throw new TsqlError(
        1770,
        `Foreign key '${constraint.name ?? ''}' references invalid column '${name}' in referenced table '${other.name}'.`,
      );
    }
    return column;
  });
  const name =
    constraint.name ??
    systemName(
      'FK',
      target.schema,
      target.name,
      own.map((column) => column.name),
    );
  const list = names.length === 0 ? '' : ` (${names.map((column) => column.pgName).join(', ')})`;
  const actions = ` ON DELETE ${constraint.onDelete.toUpperCase()} ON UPDATE ${constraint.onUpdate.toUpperCase()}`;
  return {
    definition: {
      kind: 'foreign-key',
      name,
      systemNamed: constraint.name === undefined,
      pgName: pgIdentifier(name),
      columns: own.map((column) => column.name),
      references: {
        database: other.database,
        schema: other.schema,
        table: other.name,
        columns: names.map((column) => column.name),
      },
      onDelete: constraint.onDelete,
      onUpdate: constraint.onUpdate,
    },
    sql: `CONSTRAINT ${quoteName(name)} FOREIGN KEY (${own.map((column) => column.pgName).join(', ')}) REFERENCES ${other.pgName}${list}${actions}`,
  };
}

/** The table that a foreign key points at, which may be the one being created. Throws TsqlError 1767. */
function referenced(
  constraint: ForeignKeyConstraint,
  columns: ColumnDefinition[],
  target: TableTarget,
  context: CompileContext,
): TableTarget & { columns: { name: string; pgName: string }[] } {
  const written = constraint.references;
  const schema = written.at(-2) ?? '';
  if (sameName(written.at(-1) as string, target.name) && (schema === '' || sameName(schema, target.schema))) {
    return { ...target, columns };
  }
  const table = context.resolveTable(written);
  if (table === undefined) {
    throw new TsqlError(
      1767,
      `Foreign key '${constraint.name ?? ''}' references invalid table '${written.join('.')}'.`,
    );
  }
  return table;
}
