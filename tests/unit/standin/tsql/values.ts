import fc from 'fast-check';
import type { TsqlType, TsqlValue } from '../../../../sandbox/src/standin/types.ts';

/** One of every storable type, with the limits that matter. */
export const STORED_TYPES: TsqlType[] = [
  { name: 'bigint' },
  { name: 'int' },
  { name: 'smallint' },
  { name: 'tinyint' },
  { name: 'bit' },
  { name: 'decimal', precision: 38, scale: 10 },
  { name: 'numeric', precision: 5, scale: 2 },
  { name: 'money' },
  { name: 'smallmoney' },
  { name: 'float' },
  { name: 'real' },
  { name: 'date' },
  { name: 'time', scale: 7 },
  { name: 'time', scale: 0 },
  { name: 'datetime' },
  { name: 'smalldatetime' },
  { name: 'datetime2', scale: 7 },
  { name: 'datetime2', scale: 3 },
  { name: 'datetimeoffset', scale: 7 },
  { name: 'char', length: 10 },
  { name: 'varchar', length: 8000 },
  { name: 'nchar', length: 10 },
  { name: 'nvarchar', length: 4000 },
  { name: 'nvarchar', length: -1 },
  { name: 'text' },
  { name: 'ntext' },
  { name: 'xml' },
  { name: 'binary', length: 8 },
  { name: 'varbinary', length: -1 },
  { name: 'image' },
  { name: 'rowversion' },
  { name: 'uniqueidentifier' },
];

/** Values exactly as their type holds them: rounded, padded, in range. */
export function anyValueOf(type: TsqlType): fc.Arbitrary<TsqlValue> {
  return fc.option(definite(type), { nil: null, freq: 20 });
}

function definite(type: TsqlType): fc.Arbitrary<TsqlValue> {
  switch (type.name) {
    case 'bigint':
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
    case 'int':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case 'smallint':
      return fc.integer({ min: -32768, max: 32767 });
    case 'tinyint':
      return fc.integer({ min: 0, max: 255 });
    case 'bit':
      return fc.boolean();
    case 'decimal':
    case 'numeric':
      return digits(10n ** BigInt(type.precision ?? 18) - 1n, type.scale ?? 0);
    case 'money':
      return digits(2n ** 63n - 1n, 4);
    case 'smallmoney':
      return digits(2n ** 31n - 1n, 4);
    case 'float':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
    case 'real':
      return fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
    case 'date':
      return day(1, 9999);
    case 'time':
      return clock(type.scale ?? 7);
    case 'datetime':
      return fc.tuple(day(1753, 9999), fc.nat(86_400 * 300 - 1)).map(([date, thirds]) => {
        const milliseconds = Math.floor((thirds % 300) * 10 + 1) / 3;
        return `${date} ${seconds(Math.floor(thirds / 300))}.${String(Math.floor(milliseconds)).padStart(3, '0')}`;
      });
    case 'smalldatetime':
      return fc
        .tuple(day(1900, 2078), fc.nat(1439))
        .map(([date, minute]) => `${date} ${seconds(minute * 60)}`);
    case 'datetime2':
      return fc.tuple(day(1, 9999), clock(type.scale ?? 7)).map(([date, time]) => `${date} ${time}`);
    case 'datetimeoffset':
      return fc
        .tuple(day(2, 9998), clock(type.scale ?? 7), fc.integer({ min: -840, max: 840 }))
        .map(([date, time, minutes]) => `${date} ${time} ${zone(minutes)}`);
    case 'char':
    case 'nchar':
      return fc.string({ maxLength: 10 }).map((text) => text.replaceAll('\ufdd0', '').padEnd(10));
    case 'binary':
    case 'rowversion':
      return fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes));
    case 'varbinary':
    case 'image':
      return fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
    case 'uniqueidentifier':
      return fc.uuid().map((text) => text.toUpperCase());
    default:
      return fc
        .tuple(
          fc.string({ unit: 'grapheme', maxLength: 60 }),
          fc.constantFrom('', ' ', '   ', '\u0000', "'", '\\', '\n'),
        )
        .map(([text, tail]) => text + tail);
  }
}

function digits(limit: bigint, scale: number): fc.Arbitrary<string> {
  return fc.bigInt(-limit, limit).map((value) => {
    const text = String(value < 0n ? -value : value).padStart(scale + 1, '0');
    const number = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
    return value < 0n ? `-${number}` : number;
  });
}

function day(from: number, to: number): fc.Arbitrary<string> {
  return fc
    .date({
      min: new Date(`${String(from).padStart(4, '0')}-01-01T00:00:00Z`),
      max: new Date(`${to}-12-31T00:00:00Z`),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString().slice(0, 10));
}

function clock(scale: number): fc.Arbitrary<string> {
  return fc.tuple(fc.nat(86_399), fc.nat(9_999_999)).map(([whole, fraction]) => {
    const decimals = String(fraction).padStart(7, '0').slice(0, scale);
    return seconds(whole) + (scale > 0 ? `.${decimals}` : '');
  });
}

function seconds(total: number): string {
  return [total / 3600, (total / 60) % 60, total % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':');
}

function zone(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}
