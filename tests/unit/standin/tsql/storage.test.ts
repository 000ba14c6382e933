import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromPg, pgType, toPg } from '../../../../sandbox/src/standin/tsql/storage.ts';
import type { TsqlType, TsqlValue } from '../../../../sandbox/src/standin/types.ts';
import { anyValueOf, STORED_TYPES } from './values.ts';

function roundTrip(type: TsqlType, value: TsqlValue): TsqlValue {
  return fromPg(type, toPg(type, value));
}

describe('stored values', () => {
  it.each(STORED_TYPES.map((type) => [JSON.stringify(type), type] as const))(
    '%s comes back as it went',
    (_name, type) => {
      fc.assert(
        fc.property(anyValueOf(type), (value) => {
          expect(roundTrip(type, value)).toEqual(value);
        }),
      );
    },
  );

  it('keeps NULL', () => {
    expect(toPg({ name: 'int' }, null)).toBeNull();
    expect(fromPg({ name: 'int' }, null)).toBeNull();
  });

  it.each([
    ['2024-02-29 12:34:56.001', '2024-02-29 12:34:56.000'],
    ['2024-02-29 12:34:56.002', '2024-02-29 12:34:56.003'],
    ['2024-02-29 12:34:56.005', '2024-02-29 12:34:56.007'],
    ['2024-02-29 12:34:56.008', '2024-02-29 12:34:56.007'],
    ['2024-02-29 12:34:56.009', '2024-02-29 12:34:56.010'],
    ['2024-12-31 23:59:59.999', '2025-01-01 00:00:00.000'],
    ['1753-01-01 00:00:00', '1753-01-01 00:00:00.000'],
  ])('rounds the datetime %s to 1/300 s: %s', (given, kept) => {
    expect(roundTrip({ name: 'datetime' }, given)).toBe(kept);
  });

  it('rounds smalldatetime to the minute and datetime2 to its scale', () => {
    expect(roundTrip({ name: 'smalldatetime' }, '2024-02-29 12:34:29.998')).toBe('2024-02-29 12:34:00');
    expect(roundTrip({ name: 'smalldatetime' }, '2024-02-29 12:34:29.999')).toBe('2024-02-29 12:35:00');
    expect(roundTrip({ name: 'datetime2', scale: 1 }, '2024-02-29 12:34:56.15')).toBe(
      '2024-02-29 12:34:56.2',
    );
    expect(roundTrip({ name: 'datetime2', scale: 0 }, '9999-12-31 23:59:59.9999999')).toBe(
      '9999-12-31 23:59:59',
    );
    expect(roundTrip({ name: 'time', scale: 7 }, '23:59:59.9999999')).toBe('23:59:59.9999999');
  });

  it('sorts datetimeoffset by its instant', () => {
    const type: TsqlType = { name: 'datetimeoffset', scale: 7 };
    const stored = [
      '2024-01-01 03:00:00 +03:00',
      '2024-01-01 00:00:00.0000001 +00:00',
      '2023-12-31 20:00:00 -05:00',
    ].map((value) => toPg(type, value));
    expect([...stored].sort()).toEqual(stored);
    expect(stored[0]).toBe('2024-01-01 00:00:00.0000000+03:00');
  });

  it('stores NUL as a noncharacter and refuses half a surrogate pair', () => {
    const type: TsqlType = { name: 'nvarchar', length: 10 };
    expect(toPg(type, 'a\u0000b')).toBe('a\ufdd0b');
    expect(roundTrip(type, 'a\u0000b')).toBe('a\u0000b');
    expect(() => toPg(type, 'a\ud83d')).toThrow(/surrogate/);
    expect(() => toPg(type, '\ufdd0')).toThrow(/U\+FDD0/);
  });

  it.each(['2024-01-01 25:00', 'x', '2024-1-1', '2023-02-29'])('refuses the malformed moment %s', (text) => {
    expect(() => roundTrip({ name: 'datetime2', scale: 7 }, text)).toThrow(/Conversion failed|valid/);
  });

  it('maps decimals with their digits', () => {
    expect(pgType({ name: 'decimal', precision: 38, scale: 10 })).toBe('numeric(38,10)');
    expect(pgType({ name: 'nvarchar', length: 50 })).toBe('bpchar');
  });
});
