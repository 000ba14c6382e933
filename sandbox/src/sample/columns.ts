import type { TsqlType, TsqlTypeName, TsqlValue } from '../standin/types.ts';
import type { SampleColumn, SampleTable, ValueMaker } from './types.ts';

const plain = (name: TsqlTypeName): TsqlType => ({ name });
const sized =
  (name: TsqlTypeName) =>
  (length: number): TsqlType => ({ name, length });
const scaled =
  (name: TsqlTypeName) =>
  (scale: number): TsqlType => ({ name, scale });
const exact =
  (name: TsqlTypeName) =>
  (precision: number, scale: number): TsqlType => ({ name, precision, scale });

/** Spelling of the types in the table definitions; a length of -1 is `max`. */
export const sql = {
  bigint: plain('bigint'),
  int: plain('int'),
  smallint: plain('smallint'),
  tinyint: plain('tinyint'),
  bit: plain('bit'),
  money: plain('money'),
  smallmoney: plain('smallmoney'),
  float: plain('float'),
  real: plain('real'),
  date: plain('date'),
  datetime: plain('datetime'),
  smalldatetime: plain('smalldatetime'),
  text: plain('text'),
  ntext: plain('ntext'),
  image: plain('image'),
  uniqueidentifier: plain('uniqueidentifier'),
  xml: plain('xml'),
  rowversion: plain('rowversion'),
  decimal: exact('decimal'),
  numeric: exact('numeric'),
  time: scaled('time'),
  datetime2: scaled('datetime2'),
  datetimeoffset: scaled('datetimeoffset'),
  char: sized('char'),
  varchar: sized('varchar'),
  nchar: sized('nchar'),
  nvarchar: sized('nvarchar'),
  binary: sized('binary'),
  varbinary: sized('varbinary'),
} as const;

export const MAX = -1;

/** A NOT NULL column. */
export function required(name: string, type: TsqlType, value: ValueMaker): SampleColumn {
  return { name, type, nullable: false, value };
}

/** A nullable column. */
export function optional(name: string, type: TsqlType, value: ValueMaker): SampleColumn {
  return { name, type, nullable: true, value };
}

/** A nullable column with a default: the kind whose NULLs the usual Debezium configuration replaces in silence. */
export function defaulted(
  name: string,
  type: TsqlType,
  value: ValueMaker,
  fallback: { sql: string; value: TsqlValue },
): SampleColumn {
  return { name, type, nullable: true, value, default: fallback };
}

/** `IDENTITY(1,1)`: the server numbers the rows. */
export function identity(name: string, type: TsqlType): SampleColumn {
  return { name, type, nullable: false, identity: true, value: ({ sequence }) => sequence };
}

/** A table whose primary key also tells its rows apart in the warehouse. */
export function table(
  name: string,
  share: number,
  primaryKey: readonly string[],
  columns: readonly SampleColumn[],
  capacity?: number,
): SampleTable {
  const base = { name, share, primaryKey, rowKey: primaryKey, columns };
  return capacity === undefined ? base : { ...base, capacity };
}

/** Filled by the server whatever the application does: IDENTITY and rowversion. */
export function isGenerated(column: SampleColumn): boolean {
  return column.identity === true || column.type.name === 'rowversion';
}

/** Position of a column by name. */
export function columnIndex(of: SampleTable, name: string): number {
  const index = of.columns.findIndex((column) => column.name === name);
  if (index < 0) throw new RangeError(`Table ${of.name} has no column ${name}.`);
  return index;
}
