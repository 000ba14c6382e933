import type { TsqlType, TsqlValue } from '../standin/types.ts';
import { quote } from './ddl.ts';
import type { Row, SampleTable } from './types.ts';

const unicode = new Set(['nchar', 'nvarchar', 'ntext', 'xml']);
const approximate = new Set(['float', 'real']);

/**
 * A value as a T-SQL literal that loses nothing on the way: drivers send decimals as doubles and dates as JavaScript dates,
 * a literal does not. Decimals keep all digits of their scale, so that the rows of one VALUES list, which SQL Server
 * brings to a common type, do not round each other.
 */
export function literal(type: TsqlType, value: TsqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex').toUpperCase()}`;
  if (typeof value === 'number' && approximate.has(type.name)) return value.toExponential();
  if (typeof value !== 'string') return String(value);
  switch (type.name) {
    case 'decimal':
    case 'numeric':
    case 'money':
    case 'smallmoney':
      return value;
    case 'datetime':
    case 'smalldatetime':
      // With a T the text means the same under every language setting.
      return `'${value.replace(' ', 'T')}'`;
    default:
      return `${unicode.has(type.name) ? 'N' : ''}'${value.replaceAll("'", "''")}'`;
  }
}

/**
 * `INSERT … VALUES` of several rows.
 * @param columns positions of the columns to name; the others take their defaults
 */
export function insertSql(table: SampleTable, columns: readonly number[], rows: readonly Row[]): string {
  const chosen = columns.map((i) => ({ i, column: at(table.columns, i) }));
  const names = chosen.map(({ column }) => quote(column.name)).join(', ');
  const values = rows.map(
    (row) => `(${chosen.map(({ i, column }) => literal(column.type, row[i] ?? null)).join(', ')})`,
  );
  return `INSERT INTO [dbo].${quote(table.name)} (${names}) VALUES\n${values.join(',\n')}`;
}

/** `[a] = 1 AND [b] = N'x'` for the columns that tell the table's rows apart. */
export function keyCondition(table: SampleTable, row: Row): string {
  return table.columns
    .flatMap((column, i) =>
      table.rowKey.includes(column.name)
        ? [`${quote(column.name)} = ${literal(column.type, row[i] ?? null)}`]
        : [],
    )
    .join(' AND ');
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`No element ${index} in a list of ${items.length}.`);
  return item;
}
