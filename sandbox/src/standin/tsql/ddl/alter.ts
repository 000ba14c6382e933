import { TsqlError } from '../../types.ts';
import type {
  ColumnDefinition,
  CompileContext,
  CompiledDefinition,
  ConstraintDefinition,
  ExistingTable,
} from '../api.ts';
import type { AlterTableAction, AlterTableStatement, TableConstraint } from '../ast/definition.ts';
import { convert } from '../compile/convert.ts';
import { sameName } from '../compile/scope.ts';
import { unsupported } from '../refusal.ts';
import { columnType, compileColumn } from './column.ts';
import { keyColumn } from './constraint.ts';
import { compileDefault, storedDefault } from './default.ts';
import { systemName } from './system-name.ts';
import { compileConstraint, declared, primaryKeyOf } from './table.ts';

/** ALTER TABLE. Throws TsqlError 2705, 3728, 4924, 4922, 5074, 8110 where the table and the change do not fit. */
export function compileAlterTable(
  statement: AlterTableStatement,
  table: ExistingTable,
  context: CompileContext,
): CompiledDefinition {
  const result: CompiledDefinition = {
    sql: [],
    columns: [],
    constraints: [],
    droppedColumns: [],
    droppedConstraints: [],
  };
  for (const action of statement.actions) {
    switch (action.kind) {
      case 'add':
        add(action, table, context, result);
        break;
      case 'drop-columns':
        dropColumns(action, table, result);
        break;
      case 'drop-constraints':
        dropConstraints(action, table, result);
        break;
      case 'alter-column':
        alterColumn(action, table, result);
        break;
      default:
        if (!action.enable) throw unsupported('ALTER TABLE … NOCHECK CONSTRAINT');
    }
  }
  return result;
}

type Action<Kind> = Extract<AlterTableAction, { kind: Kind }>;

function add(
  action: Action<'add'>,
  table: ExistingTable,
  context: CompileContext,
  result: CompiledDefinition,
): void {
  const constraints = [...action.columns.flatMap((column) => column.constraints), ...action.constraints];
  const primary = primaryKeyOf(constraints);
  if (primary !== undefined && table.constraints.some((constraint) => constraint.kind === 'primary-key')) {
    throw new TsqlError(1779, `Table '${table.name}' already has a primary key defined on it.`);
  }
  for (const clause of action.columns) {
    if (table.columns.some((column) => sameName(column.name, clause.name))) {
      throw new TsqlError(
        2705,
        `Column names in each table must be unique. Column name '${clause.name}' in table '${table.name}' is specified more than once.`,
        16,
        4,
      );
    }
    const inKey = primary?.columns.some(({ name }) => sameName(name, clause.name)) ?? false;
    const column = compileColumn(clause, inKey, table, context);
    // A new nullable column with a default stays NULL in the rows that are there, unless WITH VALUES says otherwise.
    const fill =
      !column.definition.nullable || clause.withValues || column.definition.type.name === 'rowversion';
    result.sql.push(`ALTER TABLE ${table.pgName} ADD COLUMN ${fill ? declared(column) : column.declaration}`);
    if (!fill && column.default !== undefined) {
      result.sql.push(
        `ALTER TABLE ${table.pgName} ALTER COLUMN ${column.definition.pgName} SET DEFAULT ${column.default}`,
      );
    }
    result.columns.push(column.definition);
  }
  const columns = [...table.columns, ...result.columns];
  for (const constraint of constraints) {
    if (constraint.kind === 'default') addDefault(constraint, columns, table, context, result);
    else addConstraint(constraint, columns, table, context, result);
  }
}

function addDefault(
  constraint: Extract<TableConstraint, { kind: 'default' }>,
  columns: ColumnDefinition[],
  table: ExistingTable,
  context: CompileContext,
  result: CompiledDefinition,
): void {
  const column = keyColumn(columns, constraint.column);
  if (column.default !== undefined || column.identity !== undefined) {
    throw new TsqlError(1781, 'Column already has a DEFAULT bound to it.');
  }
  const value = compileDefault(constraint.value, column, table, context);
  result.sql.push(`ALTER TABLE ${table.pgName} ALTER COLUMN ${column.pgName} SET DEFAULT ${value}`);
  result.columns.push({
    ...column,
    default: {
      name: constraint.name ?? systemName('DF', table.schema, table.name, [column.name]),
      systemNamed: constraint.name === undefined,
      text: storedDefault(constraint.value),
    },
  });
}

function addConstraint(
  constraint: Exclude<TableConstraint, { kind: 'default' }>,
  columns: ColumnDefinition[],
  table: ExistingTable,
  context: CompileContext,
  result: CompiledDefinition,
): void {
  if (constraint.kind === 'primary-key') {
    const nullable = constraint.columns
      .map(({ name }) => keyColumn(columns, name))
      .find((column) => column.nullable);
    if (nullable !== undefined) {
      throw new TsqlError(
        8111,
        `Cannot define PRIMARY KEY constraint on nullable column in table '${table.name}'.`,
      );
    }
  }
  const compiled = compileConstraint(constraint, columns, table, context);
  result.sql.push(`ALTER TABLE ${table.pgName} ADD ${compiled.sql}`);
  result.constraints.push(compiled.definition);
}

function dropColumns(action: Action<'drop-columns'>, table: ExistingTable, result: CompiledDefinition): void {
  for (const name of action.names) {
    const column = table.columns.find((candidate) => sameName(candidate.name, name));
    if (column === undefined) {
      if (action.ifExists) continue;
      throw new TsqlError(
        4924,
        `ALTER TABLE DROP COLUMN failed because column '${name}' does not exist in table '${table.name}'.`,
      );
    }
    refuseDependants(column, table, 'DROP COLUMN');
    if (table.columns.length === 1) {
      throw new TsqlError(
        4923,
        `ALTER TABLE DROP COLUMN failed because '${column.name}' is the only data column in table '${table.name}'. A table must have at least one data column.`,
      );
    }
    result.sql.push(`ALTER TABLE ${table.pgName} DROP COLUMN ${column.pgName}`);
    result.droppedColumns.push(column.name);
  }
}

/** SQL Server drops no column that a default, key, check or foreign key still uses. */
function refuseDependants(column: ColumnDefinition, table: ExistingTable, verb: string): void {
  const dependant =
    column.default?.name ?? table.constraints.find((constraint) => uses(constraint, column))?.name;
  if (dependant === undefined) return;
  throw new TsqlError(
    5074,
    `The object '${dependant}' is dependent on column '${column.name}'. ALTER TABLE ${verb} ${column.name} failed because one or more objects access this column.`,
  );
}

function uses(constraint: ConstraintDefinition, column: ColumnDefinition): boolean {
  if (constraint.kind === 'check')
    return new RegExp(`(^|[^\\w@#$])\\[?${escapeRegex(column.name)}\\]?($|[^\\w@#$])`, 'i').test(
      constraint.text,
    );
  if (constraint.kind === 'foreign-key') return constraint.columns.includes(column.name);
  return (
    constraint.columns.some(({ name }) => name === column.name) || constraint.include.includes(column.name)
  );
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function dropConstraints(
  action: Action<'drop-constraints'>,
  table: ExistingTable,
  result: CompiledDefinition,
): void {
  for (const name of action.names) {
    const column = table.columns.find(
      (candidate) => candidate.default !== undefined && sameName(candidate.default.name, name),
    );
    const constraint = table.constraints.find(
      (candidate) => candidate.kind !== 'index' && sameName(candidate.name, name),
    );
    if (column !== undefined) {
      const { default: _, ...rest } = column;
      result.sql.push(`ALTER TABLE ${table.pgName} ALTER COLUMN ${column.pgName} DROP DEFAULT`);
      result.columns.push(rest);
    } else if (constraint !== undefined) {
      result.sql.push(
        `ALTER TABLE ${table.pgName} DROP CONSTRAINT "${constraint.pgName.replaceAll('"', '""')}"`,
      );
      result.droppedConstraints.push(constraint.name);
    } else if (!action.ifExists) throw new TsqlError(3728, `'${name}' is not a constraint.`);
  }
}

/** The new type, with the values converted as storing them would; NULL is allowed unless NOT NULL is said again. */
function alterColumn(action: Action<'alter-column'>, table: ExistingTable, result: CompiledDefinition): void {
  const column = table.columns.find((candidate) => sameName(candidate.name, action.name));
  if (column === undefined) {
    throw new TsqlError(
      4924,
      `ALTER TABLE ALTER COLUMN failed because column '${action.name}' does not exist in table '${table.name}'.`,
    );
  }
  if (column.type.name === 'rowversion' || action.type.name === 'rowversion') {
    throw new TsqlError(4928, `Cannot alter column '${column.name}' because it is 'timestamp'.`);
  }
  const nullable = action.nullable ?? true;
  const inKey = table.constraints.some(
    (constraint) => constraint.kind === 'primary-key' && uses(constraint, column),
  );
  if (column.type.name !== action.type.name || (inKey && nullable))
    refuseDependants(column, table, 'ALTER COLUMN');
  const place = { table: `${table.database}.${table.schema}.${table.name}`, column: column.name };
  const value = { sql: column.pgName, type: column.type, nullable: column.nullable };
  const converted = convert(value, action.type, { purpose: 'store', attempt: false, place }).sql;
  const alter = `ALTER TABLE ${table.pgName} ALTER COLUMN ${column.pgName}`;
  result.sql.push(`${alter} TYPE ${columnType(action.type)} USING ${converted}`);
  if (nullable !== column.nullable) result.sql.push(`${alter} ${nullable ? 'DROP' : 'SET'} NOT NULL`);
  result.columns.push({ ...column, type: action.type, nullable });
}
