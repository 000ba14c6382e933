import { describe, expect, it } from 'vitest';
import { commonType, typeText } from '../../../../sandbox/src/standin/tsql/type-rules.ts';
import { compile, shape, typeOf } from './support.ts';

const DECIMALS = {
  '@a': { name: 'decimal', precision: 18, scale: 4 },
  '@b': { name: 'decimal', precision: 38, scale: 10 },
  '@c': { name: 'numeric', precision: 5, scale: 2 },
} as const;

describe('the type of an expression', () => {
  it.each([
    ['1', 'int'],
    ['2147483648', 'decimal(10,0)'],
    ['1.50', 'decimal(3,2)'],
    ['.5', 'decimal(1,1)'],
    ['1e0', 'float'],
    ['$1.5', 'money'],
    ["'abc'", 'varchar(3)'],
    ["''", 'varchar(1)'],
    ["'é'", 'varchar(2)'],
    ["N'é😀'", 'nvarchar(3)'],
    ['0x0A0B', 'varbinary(2)'],
    ['NULL', 'int?'],
    ['1 + 1', 'int'],
    ['1 / 2', 'int'],
    ['1.0 / 3', 'decimal(7,6)'],
    ['1.5 * 2', 'decimal(4,1)'],
    ['1 + 1.5', 'decimal(3,1)'],
    ['10 % 3.5', 'decimal(2,1)'],
    ['1e0 + 1.5', 'float'],
    ['$1 + 1', 'money'],
    ['$1 * 1.5', 'decimal(22,5)'],
    ["'1' + 1", 'int'],
    ["'a' + N'b'", 'nvarchar(2)'],
    ["REPLICATE('a', 8000) + 'b'", 'varchar(8000)?'],
    ["CAST('a' AS varchar(max)) + 'b'", 'varchar(max)'],
    ['0x01 + 0x02', 'varbinary(2)'],
    ['GETDATE() - 1', 'datetime'],
    ['CASE WHEN 1 = 1 THEN 1 ELSE 2.5 END', 'decimal(11,1)'],
    ["CASE WHEN 1 = 1 THEN 'a' END", 'varchar(1)?'],
    ['COALESCE(NULL, CAST(1 AS tinyint), 300)', 'int'],
    ["ISNULL(CAST('a' AS varchar(3)), 'bcde')", 'varchar(3)'],
    ["CONVERT(datetime2(3), '2024-01-01')", 'datetime2(3)'],
    ['CAST(1 AS sysname)', 'nvarchar(128)'],
    ['CAST(1 AS float(24))', 'real'],
    ['CAST(1 AS double precision)', 'float'],
    ['CAST(1 AS national character varying(5))', 'nvarchar(5)'],
    ['CAST(1 AS [int])', 'int'],
    ['CAST(1 AS varchar)', 'varchar(30)'],
    ['CAST(0 AS timestamp)', 'rowversion'],
  ])('%s is %s', (expression, type) => {
    expect(typeOf(expression)).toBe(type);
  });

  it.each([
    ['@a + @c', 'decimal(19,4)?'],
    ['@a * @c', 'decimal(24,6)?'],
    ['@a / @c', 'decimal(26,10)?'],
    ['@b + @a', 'decimal(38,10)?'],
    ['@b * @b', 'decimal(38,6)?'],
    ['@b / @b', 'decimal(38,6)?'],
    ['@a * 2', 'decimal(20,4)?'],
    ['-@c', 'numeric(5,2)?'],
  ])('decimal arithmetic: %s is %s', (expression, type) => {
    expect(typeOf(expression, DECIMALS)).toBe(type);
  });

  it('brings unlike types to the one of higher precedence, wide enough for both', () => {
    const common = (a: Parameters<typeof commonType>[0], b: typeof a): string => typeText(commonType(a, b));
    expect(common({ name: 'varchar', length: 10 }, { name: 'nvarchar', length: 5 })).toBe('nvarchar(10)');
    expect(common({ name: 'varchar', length: -1 }, { name: 'nvarchar', length: 5 })).toBe('nvarchar(max)');
    expect(common({ name: 'decimal', precision: 10, scale: 2 }, { name: 'bigint' })).toBe('decimal(21,2)');
    expect(
      common({ name: 'decimal', precision: 38, scale: 38 }, { name: 'decimal', precision: 38, scale: 0 }),
    ).toBe('decimal(38,0)');
    expect(common({ name: 'date' }, { name: 'datetime2', scale: 3 })).toBe('datetime2(3)');
    expect(common({ name: 'datetime' }, { name: 'datetime2', scale: 0 })).toBe('datetime2(3)');
    expect(common({ name: 'uniqueidentifier' }, { name: 'char', length: 36 })).toBe('uniqueidentifier');
  });

  it('keeps a column NOT NULL only where NULL cannot come in', () => {
    expect(
      shape(compile('SELECT v.VisitID, p.PatientNo FROM Visits v LEFT JOIN Patients p ON 1 = 1')),
    ).toEqual(['VisitID int', 'PatientNo varchar(20)?']);
    expect(typeOf("ISNULL(NULL, 'a')")).toBe('varchar(1)');
    expect(typeOf("TRY_CAST('1' AS int)")).toBe('int?');
  });
});

describe('conversions', () => {
  it('leaves a column alone in a comparison and converts the other side', () => {
    const { text } = compile('SELECT 1 FROM Visits WHERE VisitID = @id AND PatientNo = @id', [], {
      '@id': { name: 'nvarchar', length: 10 },
    });
    expect(text).toContain(
      "(t1.\"VisitID\" = tsql.int_from_text(tsql.txt($1::bpchar), 'nvarchar', 'int', false)::int4)",
    );
    expect(text).toContain('(t1."PatientNo" = $1::bpchar)');
  });

  it('compares whole numbers of different sizes, and texts, without converting', () => {
    expect(
      compile('SELECT 1 FROM Visits WHERE DoctorID = 5 AND Status IN (1, 2) AND VisitID > DoctorID').text,
    ).toContain(
      'WHERE (((t1."DoctorID" = 5::int4) AND (t1."Status" IN (1::int4, 2::int4))) AND (t1."VisitID" > t1."DoctorID"))',
    );
  });

  it('cuts in CAST, refuses in a column', () => {
    expect(compile("SELECT CAST('abc' AS varchar(2))").text).toContain("tsql.fit('abc'::text, 'varchar', 2)");
    expect(compile("UPDATE signals SET type = CAST('abc' AS varchar(99))").text).toContain('tsql.store(');
  });

  it('calls no function for a text that fits for certain', () => {
    expect(compile("UPDATE signals SET type = 'abc'").text).toContain(`"type" = ('abc'::text)::bpchar`);
    expect(compile("UPDATE Patients SET FirstName = 'abc'").text).not.toContain('tsql.');
    expect(compile("UPDATE signals SET type = N'ééééééééééé'").text).toContain('tsql.store(');
  });

  it('turns plain literals into constants', () => {
    const { text } = compile(
      "INSERT INTO AllTypes (id, c_tiny, c_money, c_dt, c_dt2, c_dto, c_date, c_time, c_dec, c_bit) VALUES (1, 7, -1.5, '2024-01-02 03:04:05.678', '2024-01-02', '2024-01-02 03:04:05 +03:00', '2024-02-29', '01:02:03.1234567', -.5, 1)",
    );
    expect(text).not.toContain('tsql.');
    expect(text).toContain("'2024-01-02 00:04:05.0000000+03:00'::text");
  });

  it('leaves to PostgreSQL what may fail', () => {
    const { text } = compile(
      "INSERT INTO AllTypes (id, c_tiny, c_date, c_dt) VALUES (1, 256, '2023-02-29', '2024-01-02 03:04:05.6789')",
    );
    expect(text).toContain("tsql.int_from_number(256::int4, 'tinyint', false)");
    expect(text).toContain("tsql.date_from_text('2023-02-29'::text");
    expect(text).toContain('tsql.ticks_from_text(');
  });
});
