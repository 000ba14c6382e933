import type { TsqlType } from '../standin/types.ts';
import type { SampleColumn, SampleTable } from './types.ts';

/** A T-SQL identifier in brackets. */
export function quote(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

/** A T-SQL Unicode literal. */
export function text(value: string): string {
  return `N'${value.replaceAll("'", "''")}'`;
}

/** The type as it stands in CREATE TABLE. */
export function typeSql(type: TsqlType): string {
  if (type.precision !== undefined) return `${type.name}(${type.precision}, ${type.scale ?? 0})`;
  if (type.scale !== undefined) return `${type.name}(${type.scale})`;
  if (type.length !== undefined) return `${type.name}(${type.length < 0 ? 'max' : type.length})`;
  return type.name;
}

/** A column definition, for CREATE TABLE and for ALTER TABLE … ADD. */
function columnSql(table: string, column: SampleColumn): string {
  const parts = [quote(column.name), typeSql(column.type)];
  if (column.identity) parts.push('IDENTITY(1,1)');
  parts.push(column.nullable ? 'NULL' : 'NOT NULL');
  if (column.default !== undefined) {
    parts.push(`CONSTRAINT ${quote(`DF_${table}_${column.name}`)} DEFAULT (${column.default.sql})`);
  }
  return parts.join(' ');
}

/** `CREATE TABLE` in schema dbo. */
export function createTableSql(table: SampleTable): string {
  const lines = table.columns.map((column) => columnSql(table.name, column));
  if (table.primaryKey.length > 0) {
    const key = table.primaryKey.map(quote).join(', ');
    lines.push(`CONSTRAINT ${quote(`PK_${table.name}`)} PRIMARY KEY (${key})`);
  }
  return `CREATE TABLE [dbo].${quote(table.name)} (\n  ${lines.join(',\n  ')}\n)`;
}

/** `ALTER TABLE … ADD`: rows that exist get NULL, default or not. */
export function addColumnSql(table: string, column: SampleColumn): string {
  return `ALTER TABLE [dbo].${quote(table)} ADD ${columnSql(table, column)}`;
}
