import type { TsqlType } from '../../../types.ts';
import { digitsOf, familyOf, isLarge, isText, isWide } from '../../type-rules.ts';
import { convert } from '../convert.ts';
import { asText, isNullLiteral, type Typed } from '../typed.ts';
import {
  anyNullable,
  argument,
  BIGINT,
  type Builtin,
  builtin,
  type CallSite,
  INT,
  invalidArgument,
  textArgument,
} from './site.ts';

/** A result that is NULL when an argument is. */
export function whole(sql: string, site: CallSite, type: TsqlType = INT): Typed {
  return { sql, type, nullable: anyNullable(site) };
}

/** Bytes that a value takes: two for each UTF-16 unit of n-types. */
function dataLength(site: CallSite): Typed {
  const value = argument(site, 0);
  const type: TsqlType = (value.type.length ?? 0) < 0 || isLarge(value.type) ? BIGINT : INT;
  if (isText(value.type)) {
    const bytes = isWide(value.type) ? `tsql.units(${asText(value)}) * 2` : `octet_length(${asText(value)})`;
    return whole(`(${bytes})${type === BIGINT ? '::int8' : ''}`, site, type);
  }
  if (familyOf(value.type) === 'bytes')
    return whole(`length(${value.sql})${type === BIGINT ? '::int8' : ''}`, site, type);
  return whole(`(CASE WHEN ${value.sql} IS NULL THEN NULL ELSE ${fixedSize(value.type)} END)`, site);
}

const SIZES: Record<string, number> = {
  bigint: 8,
  int: 4,
  smallint: 2,
  tinyint: 1,
  bit: 1,
  money: 8,
  smallmoney: 4,
  float: 8,
  real: 4,
  date: 3,
  datetime: 8,
  smalldatetime: 4,
  uniqueidentifier: 16,
};

function fixedSize(type: TsqlType): number {
  const size = SIZES[type.name];
  if (size !== undefined) return size;
  if (familyOf(type) === 'decimal') {
    const [precision] = digitsOf(type);
    return precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
  }
  const scale = type.scale ?? 7;
  const time = scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
  return time + (type.name === 'time' ? 0 : type.name === 'datetime2' ? 3 : 5);
}

function len(site: CallSite): Typed {
  const value = argument(site, 0);
  if (familyOf(value.type) === 'bytes') return whole(`length(${value.sql})`, site);
  const { text, type } = textArgument(site, 0);
  const unlimited = (type.length ?? 0) < 0;
  return whole(`tsql.len(${text})${unlimited ? '::int8' : ''}`, site, unlimited ? BIGINT : INT);
}

function hashBytes(site: CallSite): Typed {
  const algorithm = argument(site, 0).literal?.value.toUpperCase() ?? '';
  const value = argument(site, 1);
  const sql = {
    MD5: (x: string) => `decode(md5(${x}), 'hex')`,
    SHA2_256: (x: string) => `sha256(${x})`,
    SHA2_512: (x: string) => `sha512(${x})`,
  }[algorithm];
  if (sql === undefined || (!isText(value.type) && familyOf(value.type) !== 'bytes'))
    throw invalidArgument(site, sql === undefined ? 0 : 1, value.type);
  const bytes = isNullLiteral(value)
    ? 'NULL::bytea'
    : convert(value, { name: 'varbinary', length: -1 }, { purpose: 'cast', attempt: false }).sql;
  return { sql: sql(bytes), type: { name: 'varbinary', length: 8000 }, nullable: anyNullable(site) };
}

/** Functions that measure a value or digest its bytes. */
export const SIZE_FUNCTIONS: Record<string, Builtin> = {
  LEN: builtin(1, 1, len),
  DATALENGTH: builtin(1, 1, dataLength),
  HASHBYTES: builtin(2, 2, hashBytes),
};
