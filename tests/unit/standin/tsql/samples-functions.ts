/** Calls of functions as an application makes them, and the types that come back (`?` = may be NULL). */
export const CALLS: [text: string, columns: string[]][] = [
  [
    'SELECT PatientNo FROM Patients WHERE CreatedAt = (SELECT MAX(CreatedAt) FROM Patients)',
    ['PatientNo varchar(20)'],
  ],
  [
    'SELECT CONVERT(varchar(10), VisitDate, 120), CONVERT(varchar, VisitDate, 103), CONVERT(nvarchar(30), VisitDate) FROM Visits',
    ['varchar(10)', 'varchar(30)', 'nvarchar(30)'],
  ],
  [
    "SELECT CAST(Fee AS decimal(10, 2)), CAST(VisitID AS varchar(10)), CAST('5' AS int), CAST(Fee AS float) FROM Visits",
    ['decimal(10,2)?', 'varchar(10)', 'int', 'float?'],
  ],
  ['SELECT TRY_CAST(PatientNo AS int), TRY_CONVERT(date, PatientNo, 103) FROM Patients', ['int?', 'date?']],
  ['SELECT CURRENT_USER, SYSTEM_USER, USER', ['nvarchar(128)?', 'nvarchar(128)?', 'nvarchar(128)?']],
  [
    'SELECT GETDATE(), SYSDATETIME(), GETUTCDATE(), SYSUTCDATETIME(), CURRENT_TIMESTAMP',
    ['datetime', 'datetime2(7)', 'datetime', 'datetime2(7)', 'datetime'],
  ],
  [
    "SELECT DATEADD(month, -1, GETDATE()), DATEADD(dd, 1, BirthDate), DATEADD(mi, 5, '2024-01-01') FROM Patients",
    ['datetime', 'date?', 'datetime'],
  ],
  [
    'SELECT DATEDIFF(year, BirthDate, GETDATE()), DATEDIFF_BIG(ms, CreatedAt, GETDATE()) FROM Patients',
    ['int?', 'bigint'],
  ],
  [
    'SELECT DATEPART(hh, CreatedAt), DATENAME(month, CreatedAt), DAY(CreatedAt), EOMONTH(CreatedAt) FROM Patients',
    ['int', 'nvarchar(30)', 'int', 'date?'],
  ],
  [
    'SELECT DATEFROMPARTS(2024, 2, 29), DATETIMEFROMPARTS(2024, 2, 29, 1, 2, 3, 4), DATETIME2FROMPARTS(2024, 2, 29, 1, 2, 3, 4, 5)',
    ['date', 'datetime', 'datetime2(5)'],
  ],
  [
    'SELECT LEFT(FirstName, 3), RIGHT(FirstName, 2), SUBSTRING(FirstName, 2, 10), LEN(FirstName), DATALENGTH(FirstName) FROM Patients',
    ['nvarchar(3)', 'nvarchar(2)', 'nvarchar(10)', 'int', 'int'],
  ],
  [
    'SELECT UPPER(LastName), LOWER(PatientNo), LTRIM(RTRIM(LastName)), TRIM(LastName), REVERSE(PatientNo) FROM Patients',
    ['nvarchar(50)?', 'varchar(20)', 'nvarchar(50)?', 'nvarchar(50)?', 'varchar(20)'],
  ],
  [
    "SELECT REPLACE(PatientNo, '-', ''), STUFF(PatientNo, 1, 1, 'x'), REPLICATE('ab', 3), SPACE(2), CHARINDEX('-', PatientNo), PATINDEX('%[0-9]%', PatientNo) FROM Patients",
    ['varchar(8000)', 'varchar(8000)?', 'varchar(6)?', 'varchar(8000)?', 'int', 'int'],
  ],
  [
    "SELECT CONCAT(FirstName, ' ', LastName), CONCAT_WS('-', 'a', 1), QUOTENAME(PatientNo), STR(Weight, 6, 2), CHAR(65), NCHAR(955), ASCII('A'), UNICODE(N'λ') FROM Patients",
    [
      'nvarchar(101)',
      'varchar(8000)',
      'nvarchar(258)?',
      'varchar(6)?',
      'varchar(2)?',
      'nvarchar(1)?',
      'int?',
      'int?',
    ],
  ],
  [
    'SELECT ABS(-5), ROUND(Weight, 1), CEILING(Weight), FLOOR(1.5e0), POWER(2, 10), SQRT(16), SIGN(Weight), PI() FROM Patients',
    ['int', 'decimal(5,2)?', 'decimal(5,0)?', 'float', 'int', 'float', 'decimal(5,2)?', 'float'],
  ],
  [
    'SELECT NEWID(), ISNUMERIC(PatientNo), ISDATE(PatientNo) FROM Patients',
    ['uniqueidentifier', 'int', 'int'],
  ],
  ["SELECT STRING_AGG(PatientNo, ',') WITHIN GROUP (ORDER BY PatientNo) FROM Visits", ['varchar(8000)?']],
  [
    'SELECT @@ROWCOUNT, SCOPE_IDENTITY(), @@IDENTITY, @@TRANCOUNT, @@ERROR, @@SPID, @@SERVERNAME',
    ['int?', 'decimal(38,0)?', 'decimal(38,0)?', 'int?', 'int?', 'smallint?', 'nvarchar(128)?'],
  ],
  [
    "SELECT TODATETIMEOFFSET(VisitDate, 180), SWITCHOFFSET(SYSDATETIMEOFFSET(), '+03:00') FROM Visits",
    ['datetimeoffset(3)?', 'datetimeoffset(7)?'],
  ],
];
