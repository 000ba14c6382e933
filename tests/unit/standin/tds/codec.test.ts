import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../sandbox/src/standin/tds/byte-reader.ts';
import { ByteWriter } from '../../../../sandbox/src/standin/tds/byte-writer.ts';
import { readValue } from '../../../../sandbox/src/standin/tds/codec/decode.ts';
import { readWireType } from '../../../../sandbox/src/standin/tds/codec/decode-type.ts';
import { wireColumn } from '../../../../sandbox/src/standin/tds/codec/encode.ts';
import { COLLATION, PLP_UNKNOWN_LENGTH, WIRE } from '../../../../sandbox/src/standin/tds/codec/wire-types.ts';
import { ProtocolError } from '../../../../sandbox/src/standin/tds/protocol-error.ts';
import { TsqlError, type TsqlType, type TsqlValue } from '../../../../sandbox/src/standin/types.ts';
import { typedValues } from './canonical-values.ts';

/** Encodes as the server does and decodes as it reads bulk rows; both sides use the same layouts. */
function roundTrip(type: TsqlType, value: TsqlValue): { type: TsqlType; value: TsqlValue } {
  const writer = new ByteWriter();
  const column = wireColumn(type);
  column.typeInfo(writer);
  column.value(writer, value);
  const reader = new ByteReader(Buffer.from(writer.view()));
  const wire = readWireType(reader);
  const read = readValue(reader, wire, 'bulk-row');
  expect(reader.ended).toBe(true);
  return { type: wire.type, value: read };
}

function encoded(type: TsqlType, value: TsqlValue): string {
  const writer = new ByteWriter();
  wireColumn(type).value(writer, value);
  return writer.view().toString('hex');
}

describe('type codec', () => {
  it('gives back every type and value', () => {
    fc.assert(
      fc.property(typedValues, (given) => {
        expect(roundTrip(given.type, given.value)).toEqual(given);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['0001-01-01', '03000000'],
    ['1900-01-01', '035b950a'],
    ['2000-02-29', '0342240b'],
    ['9999-12-31', '03dab937'],
  ])('counts the days of %s', (date, hex) => {
    expect(encoded({ name: 'date' }, date)).toBe(hex);
  });

  it('rounds up into the next day', () => {
    expect(roundTrip({ name: 'datetime2', scale: 3 }, '2023-12-31 23:59:59.9999').value).toBe(
      '2024-01-01 00:00:00.000',
    );
    expect(roundTrip({ name: 'datetime' }, '2024-02-28 23:59:59.999').value).toBe('2024-02-29 00:00:00.000');
    expect(roundTrip({ name: 'smalldatetime' }, '2024-02-28 23:59:30').value).toBe('2024-02-29 00:00:00');
  });

  it('wraps a time of day that rounds up to midnight', () => {
    expect(roundTrip({ name: 'time', scale: 0 }, '23:59:59.9999999').value).toBe('00:00:00');
  });

  it('takes fewer digits than the scale', () => {
    expect(roundTrip({ name: 'time', scale: 7 }, '12:34:56').value).toBe('12:34:56.0000000');
    expect(roundTrip({ name: 'decimal', precision: 10, scale: 3 }, '5').value).toBe('5.000');
  });

  it('rounds decimals half away from zero', () => {
    expect(roundTrip({ name: 'decimal', precision: 10, scale: 1 }, '-0.25').value).toBe('-0.3');
    expect(roundTrip({ name: 'money' }, '1.00005').value).toBe('1.0001');
  });

  it('sends a GUID with its first three groups swapped', () => {
    expect(encoded({ name: 'uniqueidentifier' }, '00112233-4455-6677-8899-AABBCCDDEEFF')).toBe(
      '1033221100554477668899aabbccddeeff',
    );
  });

  it('sends money with its high half first', () => {
    expect(encoded({ name: 'money' }, '-0.0001')).toBe('08ffffffffffffffff');
    expect(encoded({ name: 'money' }, '429496.7296')).toBe('080100000000000000');
  });

  it.each<[TsqlType, TsqlValue]>([
    [{ name: 'int' }, 2 ** 31],
    [{ name: 'tinyint' }, -1],
    [{ name: 'int' }, '1'],
    [{ name: 'bigint' }, 1],
    [{ name: 'smallmoney' }, '214748.3648'],
    [{ name: 'money' }, '922337203685477.5808'],
    [{ name: 'decimal', precision: 2, scale: 1 }, '10'],
    [{ name: 'decimal', precision: 2, scale: 1 }, '1e1'],
    [{ name: 'date' }, '10000-01-01'],
    [{ name: 'datetime2', scale: 0 }, '2024-01-01T00:00:00'],
    [{ name: 'datetimeoffset', scale: 0 }, '0001-01-01 00:00:00 +14:00'],
    [{ name: 'varchar', length: 8000 }, 'x'.repeat(8001)],
    [{ name: 'uniqueidentifier' }, 'none'],
    [{ name: 'varbinary', length: 10 }, 'text'],
  ])('refuses what %j cannot hold (%#)', (type, value) => {
    expect(() => encoded(type, value)).toThrow();
  });

  it('reads Windows-1252 where the collation is not UTF-8', () => {
    const bytes = Buffer.from('a70a000904d000340300809399', 'hex');
    const reader = new ByteReader(bytes);
    expect(readValue(reader, readWireType(reader), 'parameter')).toBe('€“™');
  });

  it('drops the byte order mark of XML', () => {
    expect(roundTrip({ name: 'xml' }, '\uFEFF<a/>').value).toBe('<a/>');
  });

  it('joins the chunks of a long value', () => {
    const writer = new ByteWriter();
    writer.u8(WIRE.nvarchar).u16(0xffff).bytes(COLLATION).u64(PLP_UNKNOWN_LENGTH);
    writer.u32(2).ucs2('a').u32(2).ucs2('b').u32(0);
    const reader = new ByteReader(writer.view());
    expect(readValue(reader, readWireType(reader), 'parameter')).toBe('ab');
  });

  it('names a type that it does not know', () => {
    expect(() => readWireType(new ByteReader(Buffer.from([0xf3])))).toThrow(TsqlError);
    expect(() => readWireType(new ByteReader(Buffer.from([0xf3])))).toThrow(/0xF3/);
  });

  it('takes a value that is cut off for a broken message', () => {
    const reader = new ByteReader(Buffer.from('26040400', 'hex'));
    expect(() => readValue(reader, readWireType(reader), 'parameter')).toThrow(ProtocolError);
  });
});
