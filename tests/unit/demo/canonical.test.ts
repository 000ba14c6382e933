import { describe, expect, test } from 'vitest';
import {
  canonical,
  fromWarehouse,
  sourceExpression,
  warehouseType,
} from '../../../sandbox/src/demo/canonical.ts';
import { sql } from '../../../sandbox/src/sample/columns.ts';
import { insertSql, keyCondition, literal } from '../../../sandbox/src/sample/literals.ts';
import { sampleSchema } from '../../../sandbox/src/sample/schema.ts';
import type { TsqlType, TsqlValue } from '../../../sandbox/src/standin/types.ts';

describe('canonical', () => {
  const cases: [string, TsqlType, TsqlValue, string | null][] = [
    ['NULL stays NULL', sql.int, null, null],
    ['an empty string is not NULL', sql.nvarchar(5), '', ''],
    ['trailing blanks stay', sql.nvarchar(9), 'a  ', 'a  '],
    ['char is padded', sql.char(4), 'ab', 'ab  '],
    ['binary is padded', sql.binary(3), Buffer.from([1]), '010000'],
    ['varbinary is not', sql.varbinary(3), Buffer.alloc(0), ''],
    ['bit', sql.bit, true, 'true'],
    ['bigint beyond doubles', sql.bigint, 9_007_199_254_740_993n, '9007199254740993'],
    ['38 digits', sql.decimal(38, 0), '9'.repeat(38), '9'.repeat(38)],
    ['scale is filled', sql.decimal(9, 3), '1.5', '1.500'],
    ['money', sql.money, '-922337203685477.5808', '-922337203685477.5808'],
    ['leading zeros go', sql.numeric(5, 1), '-00.5', '-0.5'],
    ['no negative zero', sql.numeric(5, 1), '-0.0', '0.0'],
    ['real is a single', sql.real, 0.1, '0.10000000149011612'],
    [
      'the seventh digit goes, it does not round',
      sql.datetime2(7),
      '9999-12-31 23:59:59.9999999',
      '9999-12-31 23:59:59.999999',
    ],
    ['midnight', sql.datetime, '2024-01-01 00:00:00.000', '2024-01-01 00:00:00.000000'],
    ['datetime keeps its thousandths', sql.datetime, '2024-01-01 00:00:00.997', '2024-01-01 00:00:00.997000'],
    ['time', sql.time(0), '23:59:59', '23:59:59.000000'],
    [
      'an offset becomes the instant',
      sql.datetimeoffset(7),
      '2024-01-01 02:59:59.9999999 +03:00',
      '2023-12-31 23:59:59.999999',
    ],
    ['the first instant', sql.datetimeoffset(0), '0001-01-01 14:00:00 +14:00', '0001-01-01 00:00:00.000000'],
    [
      'GUIDs are upper case',
      sql.uniqueidentifier,
      'abcdef00-0000-0000-0000-000000000000',
      'ABCDEF00-0000-0000-0000-000000000000',
    ],
  ];
  test.each(cases)('%s', (_, type, value, expected) => {
    expect(canonical(type, value)).toBe(expected);
  });
});

test('what PostgreSQL prints meets what the ledger says', () => {
  expect(fromWarehouse(sql.float, '1.7976931348623157e+308')).toBe(canonical(sql.float, Number.MAX_VALUE));
  expect(fromWarehouse(sql.real, '3.4028235e+38')).toBe(canonical(sql.real, 3.4028234663852886e38));
  expect(fromWarehouse(sql.time(7), '08:30:00')).toBe(canonical(sql.time(7), '08:30:00.0000000'));
  expect(fromWarehouse(sql.nchar(4), 'ab')).not.toBe(canonical(sql.nchar(4), 'ab'));
});

test('no driver rounds what is read from SQL Server', () => {
  const types: TsqlType[] = [
    sql.decimal(38, 10),
    sql.money,
    sql.smallmoney,
    sql.datetime,
    sql.date,
    sql.datetimeoffset(7),
  ];
  for (const type of types)
    expect(sourceExpression(type, '[c]'), type.name).toMatch(/^CAST\(.* AS varchar\(48\)\)$/);
  expect(sourceExpression(sql.money, '[c]')).toContain('decimal(19, 4)');
});

test('warehouse types', () => {
  expect(warehouseType(sql.smallmoney)).toBe('numeric(10,4)');
  expect(warehouseType(sql.tinyint)).toBe('smallint');
  expect(warehouseType(sql.datetimeoffset(0))).toBe('timestamp(6) with time zone');
});

describe('literals', () => {
  test.each([
    [sql.nvarchar(9), "O'B", "N'O''B'"],
    [sql.varchar(9), "O'B", "'O''B'"],
    [sql.varbinary(9), Buffer.alloc(0), '0x'],
    [sql.varbinary(9), Buffer.from([0, 171]), '0x00AB'],
    [sql.float, 0.1, '1e-1'],
    [sql.float, 5, '5e+0'],
    [sql.bit, false, '0'],
    [sql.datetime, '2024-01-01 00:00:00.003', "'2024-01-01T00:00:00.003'"],
    [sql.bigint, -9_223_372_036_854_775_808n, '-9223372036854775808'],
    [sql.int, null, 'NULL'],
  ] as [TsqlType, TsqlValue, string][])('%o %s', (type, value, expected) => {
    expect(literal(type, value)).toBe(expected);
  });

  test('statements quote every name', () => {
    const table = sampleSchema('older').find(({ name }) => name === 'User');
    if (table === undefined) throw new Error('no table');
    const row = ["o'x", 1, null, 'é', false, null];
    expect(insertSql(table, [0, 1, 3], [row])).toBe(
      "INSERT INTO [dbo].[User] ([Login], [Group], [Select]) VALUES\n('o''x', 1, N'é')",
    );
    expect(keyCondition(table, row)).toBe("[Login] = 'o''x'");
  });
});
