import { TsqlError, type TsqlType, type TsqlTypeName, type TsqlValue } from '../types.ts';
import { clockToTicks, offsetFromPg, offsetToPg, ticksToClock } from './ticks.ts';

/**
 * How T-SQL values lie in PostgreSQL, as text of PostgreSQL's own format.
 *
 * Character types are `bpchar` without a length (blanks at the end are kept, yet do not count in comparisons), exact
 * numbers `numeric`, `bit` and `tinyint` int2, `date` date, the other date and time types ticks (see `ticks.ts`),
 * binary types `bytea`. NUL, which PostgreSQL text cannot hold, is stored as the noncharacter U+FDD0.
 */
const PG_TYPES: Record<TsqlTypeName, string> = {
  bigint: 'int8',
  int: 'int4',
  smallint: 'int2',
  tinyint: 'int2',
  bit: 'int2',
  decimal: 'numeric',
  numeric: 'numeric',
  money: 'numeric(19,4)',
  smallmoney: 'numeric(10,4)',
  float: 'float8',
  real: 'float4',
  date: 'date',
  time: 'int8',
  datetime: 'int8',
  smalldatetime: 'int8',
  datetime2: 'int8',
  datetimeoffset: 'text',
  char: 'bpchar',
  varchar: 'bpchar',
  nchar: 'bpchar',
  nvarchar: 'bpchar',
  text: 'bpchar',
  ntext: 'bpchar',
  xml: 'bpchar',
  binary: 'bytea',
  varbinary: 'bytea',
  image: 'bytea',
  rowversion: 'bytea',
  uniqueidentifier: 'uuid',
};

const NUL = '\u0000';
const STORED_NUL = '\ufdd0';

/** PostgreSQL type of a column, parameter or result of the given T-SQL type. */
export function pgType(type: TsqlType): string {
  if (type.name === 'decimal' || type.name === 'numeric')
    return `numeric(${type.precision ?? 18},${type.scale ?? 0})`;
  return PG_TYPES[type.name];
}

/** Type name without modifiers, for casts that must not round. */
export function pgBaseType(type: TsqlType): string {
  return PG_TYPES[type.name].replace(/\(.*/, '');
}

/**
 * PostgreSQL text of a value (see TsqlValue for its form); null stays null. Times are rounded to the type's precision.
 * Throws TsqlError: 40517 for text PostgreSQL cannot hold (half of a surrogate pair, U+FDD0), 241 for a malformed time.
 */
export function toPg(type: TsqlType, value: TsqlValue): string | null {
  if (value === null) return null;
  switch (type.name) {
    case 'bit':
      return value === true || value === 1 ? '1' : '0';
    case 'date':
      return String(value);
    case 'time':
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
      return String(clockToTicks(type, String(value)));
    case 'datetimeoffset':
      return offsetToPg(type, String(value));
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'rowversion':
      return `\\x${(value as Buffer).toString('hex')}`;
    case 'char':
    case 'varchar':
    case 'nchar':
    case 'nvarchar':
    case 'text':
    case 'ntext':
    case 'xml':
      return storableText(String(value));
    default:
      return String(value);
  }
}

/** The T-SQL value of a PostgreSQL text, null of null. */
export function fromPg(type: TsqlType, text: string | null): TsqlValue {
  if (text === null) return null;
  switch (type.name) {
    case 'bit':
      return text === '1';
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'float':
      return Number(text);
    case 'real':
      // PostgreSQL prints the shortest digits that tell a float4 apart; the value is the float4 itself.
      return Math.fround(Number(text));
    case 'bigint':
      return BigInt(text);
    case 'time':
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
      return ticksToClock(type, BigInt(text));
    case 'datetimeoffset':
      return offsetFromPg(type, text);
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'rowversion':
      return Buffer.from(text.slice(2), 'hex');
    case 'uniqueidentifier':
      return text.toUpperCase();
    case 'char':
    case 'varchar':
    case 'nchar':
    case 'nvarchar':
    case 'text':
    case 'ntext':
    case 'xml':
      return text.includes(STORED_NUL) ? text.replaceAll(STORED_NUL, NUL) : text;
    default:
      return text;
  }
}

/** Text as PostgreSQL can hold it. */
export function storableText(text: string): string {
  if (/\p{Surrogate}/u.test(text) || text.includes(STORED_NUL)) {
    throw new TsqlError(
      40517,
      'The text holds half of a UTF-16 surrogate pair or the noncharacter U+FDD0, which this stand-in of SQL Server cannot store.',
    );
  }
  return text.includes(NUL) ? text.replaceAll(NUL, STORED_NUL) : text;
}
