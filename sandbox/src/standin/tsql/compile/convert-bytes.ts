import type { TsqlType } from '../../types.ts';
import { digitsOf, familyOf, isWide } from '../type-rules.ts';
import type { Conversion } from './convert.ts';
import { asText, quote, type Typed } from './typed.ts';

type Sql = Pick<Typed, 'sql'>;
const WIDTHS: Record<string, number> = { tinyint: 1, bit: 1, smallint: 2, int: 4, bigint: 8 };

export function toBytes(value: Typed, to: TsqlType, how: Conversion): Sql {
  const length = to.length ?? (to.name === 'rowversion' ? 8 : -1);
  switch (familyOf(value.type)) {
    case 'integer':
    case 'bit':
      return {
        sql: `tsql.bytes_from_int(${value.sql}, ${WIDTHS[value.type.name]}, ${to.name === 'binary' ? length : -1})`,
      };
    case 'money':
      return {
        sql: `tsql.bytes_from_int((${value.sql} * 10000)::int8, ${digitsOf(value.type)[0] > 10 ? 8 : 4}, ${length})`,
      };
    case 'guid':
      return { sql: withLength(`tsql.bytes_from_guid(${value.sql})`, 16, to, how) };
    case 'text':
      return {
        sql: withLength(
          `tsql.bytes_from_text(${asText(value)}, ${isWide(value.type)}, ${how.style ?? 0}, ${how.attempt})`,
          -1,
          to,
          how,
        ),
      };
    default:
      return {
        sql:
          how.purpose === 'operand' && to.name !== 'binary'
            ? value.sql
            : withLength(value.sql, value.type.length ?? -1, to, how),
      };
  }
}

function withLength(bytes: string, longest: number, to: TsqlType, how: Conversion): string {
  const length = to.length ?? (to.name === 'rowversion' ? 8 : -1);
  if (length < 0) return bytes;
  const fixed = to.name !== 'varbinary';
  if (!fixed && longest >= 0 && longest <= length) return bytes;
  if (how.purpose === 'store' && how.place !== undefined) {
    return `tsql.store_bytes(${bytes}, ${fixed}, ${length}, ${quote(how.place.table)}, ${quote(how.place.column)})`;
  }
  return `tsql.fit_bytes(${bytes}, ${fixed}, ${length})`;
}

export function toGuid(value: Typed, _to: TsqlType, how: Conversion): Sql {
  switch (familyOf(value.type)) {
    case 'text':
      return { sql: `tsql.guid_from_text(${asText(value)}, ${how.attempt})` };
    case 'bytes':
      return { sql: `tsql.guid_from_bytes(${value.sql})` };
    default:
      return { sql: value.sql };
  }
}
