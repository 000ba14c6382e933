import { scaleOf } from '../sample/makers.ts';
import type { TsqlType, TsqlValue } from '../standin/types.ts';

/**
 * One spelling for a value wherever it is read: what PostgreSQL shows of it. Three readers lead to it, for the ledger, for
 * SQL Server and for PostgreSQL; docs/demo.md lists the mapping. What is lost by design is lost here too and nowhere else:
 * the seventh digit of a second, and the offset of a datetimeoffset (the instant stays).
 */
export type Canonical = string | null;

/** A value as the generator makes it (shapes of {@link TsqlValue}). */
export function canonical(type: TsqlType, value: TsqlValue): Canonical {
  if (value === null) return null;
  switch (type.name) {
    case 'bit':
      return value === true || value === 1 ? 'true' : 'false';
    case 'decimal':
    case 'numeric':
    case 'money':
    case 'smallmoney':
      return decimal(String(value), scaleOf(type));
    case 'float':
      return String(Number(value));
    case 'real':
      return String(Math.fround(Number(value)));
    case 'time':
      return microseconds(String(value));
    case 'datetime':
    case 'datetime2':
    case 'smalldatetime':
      return microseconds(String(value));
    case 'datetimeoffset':
      return instant(String(value));
    case 'char':
    case 'nchar':
      return String(value).padEnd(type.length ?? 1);
    case 'binary':
      return hex(value).padEnd((type.length ?? 1) * 2, '0');
    case 'varbinary':
    case 'image':
    case 'rowversion':
      return hex(value);
    case 'uniqueidentifier':
      return String(value).toUpperCase();
    default:
      return String(value);
  }
}

/** A value as PostgreSQL prints it through {@link warehouseExpression}. */
export function fromWarehouse(type: TsqlType, text: string | null): Canonical {
  if (text === null) return null;
  switch (type.name) {
    case 'float':
    case 'real':
      return canonical(type, Number(text));
    case 'time':
      return microseconds(text);
    // What SQL Server would pad or fold is compared as it stands.
    default:
      return text;
  }
}

/** Reads a warehouse column as exact text. */
export function warehouseExpression(type: TsqlType, column: string): string {
  switch (type.name) {
    case 'datetime':
    case 'datetime2':
    case 'smalldatetime':
      return `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.US')`;
    case 'datetimeoffset':
      return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`;
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'rowversion':
      return `encode(${column}, 'hex')`;
    default:
      return `${column}::text`;
  }
}

/**
 * Reads a SQL Server column so that no driver rounds it: types that drivers turn into doubles or JavaScript dates are cast
 * to text there; the rest arrive exact as they are.
 */
export function sourceExpression(type: TsqlType, column: string): string {
  switch (type.name) {
    case 'decimal':
    case 'numeric':
      return `CAST(${column} AS varchar(48))`;
    case 'money':
    case 'smallmoney':
      // Money casts to two digits; through decimal it keeps its four.
      return `CAST(CAST(${column} AS decimal(19, 4)) AS varchar(48))`;
    case 'date':
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return `CAST(${column} AS varchar(48))`;
    case 'datetime':
    case 'smalldatetime':
      // Casts of the old types print words and no seconds.
      return `CAST(CAST(${column} AS datetime2(3)) AS varchar(48))`;
    default:
      return column;
  }
}

/** PostgreSQL's name of the type that a column must have in the warehouse (facts: `format_type`). */
export function warehouseType(type: TsqlType): string {
  switch (type.name) {
    case 'tinyint':
    case 'smallint':
      return 'smallint';
    case 'int':
      return 'integer';
    case 'bigint':
      return 'bigint';
    case 'bit':
      return 'boolean';
    case 'decimal':
    case 'numeric':
      return `numeric(${type.precision ?? 18},${type.scale ?? 0})`;
    case 'money':
      return 'numeric(19,4)';
    case 'smallmoney':
      return 'numeric(10,4)';
    case 'float':
      return 'double precision';
    case 'real':
      return 'real';
    case 'date':
      return 'date';
    case 'time':
      return 'time(6) without time zone';
    case 'datetime':
    case 'datetime2':
    case 'smalldatetime':
      return 'timestamp(6) without time zone';
    case 'datetimeoffset':
      return 'timestamp(6) with time zone';
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'rowversion':
      return 'bytea';
    default:
      return 'text';
  }
}

function decimal(text: string, scale: number): string {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const value = scale === 0 ? digits : `${digits}.${fraction.padEnd(scale, '0')}`;
  return negative && /[1-9]/.test(value) ? `-${value}` : value;
}

/** `… 12:00:00.1` → `… 12:00:00.100000`; a seventh digit goes. */
function microseconds(text: string): string {
  const [time = '', fraction = ''] = text.split('.');
  return `${time}.${fraction.padEnd(6, '0').slice(0, 6)}`;
}

/** `YYYY-MM-DD HH:MM:SS.fffffff +HH:MM` → the instant in UTC, to the microsecond. */
function instant(text: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))? ([+-])(\d\d):(\d\d)$/.exec(text);
  if (match === null) throw new RangeError(`Not a datetimeoffset: ${text}`);
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours, offsetMinutes] = match;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const local = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  local.setUTCHours(Number(hour), Number(minute) - offset, Number(second), 0);
  return microseconds(`${local.toISOString().slice(0, 19).replace('T', ' ')}.${fraction}`);
}

function hex(value: TsqlValue): string {
  if (!Buffer.isBuffer(value)) throw new TypeError(`Expected bytes, got ${typeof value}.`);
  return value.toString('hex');
}
