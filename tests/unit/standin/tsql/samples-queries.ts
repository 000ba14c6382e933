/** Variables that the samples use. */
export const VARIABLES = {
  '@No': { name: 'varchar', length: 20 },
  '@From': { name: 'datetime' },
  '@n': { name: 'int' },
  '@like': { name: 'nvarchar', length: 50 },
} as const;

/** What a hospital's application asks: text, and the columns that come back (`?` = may be NULL). */
export const QUERIES: [text: string, columns: string[]][] = [
  ['SELECT * FROM dbo.signals', ['id varchar(64)', 'type varchar(32)', 'data varchar(2048)?']],
  [
    'select p.* from patients p where p.patientno = @No',
    [
      'PatientNo varchar(20)',
      'FirstName nvarchar(50)',
      'LastName nvarchar(50)?',
      'Gender char(1)?',
      'BirthDate date?',
      'Weight decimal(5,2)?',
      'Active bit',
      'CreatedAt datetime',
      'Notes nvarchar(max)?',
      'RowId uniqueidentifier?',
    ],
  ],
  ['SELECT dbo.Patients.PatientNo FROM dbo.Patients', ['PatientNo varchar(20)']],
  ['SELECT ClinicMasterMOH.dbo.Patients.PatientNo FROM ClinicMasterMOH..Patients', ['PatientNo varchar(20)']],
  [
    "SELECT PatientNo AS [Patient No], FirstName \"First\", [Name] = LastName, 'x' AS 'quoted' FROM Patients",
    ['Patient No varchar(20)', 'First nvarchar(50)', 'Name nvarchar(50)?', 'quoted varchar(1)'],
  ],
  ['SELECT TOP 10 PatientNo FROM Patients ORDER BY CreatedAt DESC', ['PatientNo varchar(20)']],
  ['SELECT TOP (@n) PatientNo FROM Patients', ['PatientNo varchar(20)']],
  ['SELECT TOP (5) WITH TIES Fee FROM Visits ORDER BY Fee DESC', ['Fee money?']],
  ['SELECT DISTINCT Gender FROM Patients ORDER BY Gender', ['Gender char(1)?']],
  [
    'SELECT DISTINCT TOP 3 LastName, Gender FROM Patients ORDER BY LastName DESC, 2',
    ['LastName nvarchar(50)?', 'Gender char(1)?'],
  ],
  ['SELECT ALL Gender FROM Patients', ['Gender char(1)?']],
  [
    "SELECT * FROM signals WHERE id IN ('a', N'b', @No) AND type NOT IN (SELECT Gender FROM Patients)",
    ['id varchar(64)', 'type varchar(32)', 'data varchar(2048)?'],
  ],
  [
    "SELECT id FROM signals WHERE type LIKE 'exec%' OR data LIKE N'%[0-9]\\_%' ESCAPE '\\'",
    ['id varchar(64)'],
  ],
  ['SELECT id FROM signals WHERE data IS NULL OR (data IS NOT NULL AND NOT type = id)', ['id varchar(64)']],
  [
    "SELECT VisitID FROM Visits WHERE VisitDate BETWEEN '2024-01-01' AND DATEADD(day, 1, @From)",
    ['VisitID int'],
  ],
  ['SELECT VisitID FROM Visits WHERE VisitDate NOT BETWEEN @From AND GETDATE()', ['VisitID int']],
  [
    "SELECT VisitID FROM Visits WHERE VisitDate >= CONVERT(datetime, '20240101', 112) AND Fee <> 0",
    ['VisitID int'],
  ],
  [
    'SELECT VisitID FROM Visits WHERE PatientNo = @No AND (Status = 1 OR Status IS NULL) AND DoctorID != 3',
    ['VisitID int'],
  ],
  ["SELECT VisitID FROM Visits WHERE VisitID = '12'", ['VisitID int']],
  ['SELECT VisitID FROM Visits WHERE Fee > 10.5 AND Fee <= 1e3 AND Fee !< 11 AND Fee !> 99', ['VisitID int']],
  [
    "SELECT PatientNo FROM Patients WHERE Active = 1 AND Gender = 'F' AND BirthDate < '1990-01-01'",
    ['PatientNo varchar(20)'],
  ],
  ["SELECT PatientNo FROM Patients WHERE Active = 'true'", ['PatientNo varchar(20)']],
  [
    "SELECT PatientNo FROM Patients WHERE RowId = '6F9619FF-8B86-D011-B42D-00C04FC964FF' ORDER BY RowId",
    ['PatientNo varchar(20)'],
  ],
  [
    'SELECT PatientNo FROM Patients WHERE YEAR(BirthDate) = 1990 AND MONTH(BirthDate) IN (1, 2)',
    ['PatientNo varchar(20)'],
  ],
  [
    "SELECT PatientNo FROM Patients WHERE FirstName + N' ' + LastName LIKE @like + '%'",
    ['PatientNo varchar(20)'],
  ],
  [
    'SELECT v.VisitID, p.FirstName FROM Visits v INNER JOIN Patients p ON v.PatientNo = p.PatientNo',
    ['VisitID int', 'FirstName nvarchar(50)'],
  ],
  [
    'SELECT p.PatientNo, v.VisitID FROM Patients AS p LEFT OUTER JOIN Visits AS v ON v.PatientNo = p.PatientNo AND v.Status = 0',
    ['PatientNo varchar(20)', 'VisitID int?'],
  ],
  [
    'SELECT p.PatientNo, v.VisitID FROM Patients p RIGHT JOIN Visits v ON v.PatientNo = p.PatientNo',
    ['PatientNo varchar(20)?', 'VisitID int'],
  ],
  [
    'SELECT p.PatientNo, v.VisitID FROM Patients p FULL OUTER JOIN Visits v ON v.PatientNo = p.PatientNo',
    ['PatientNo varchar(20)?', 'VisitID int?'],
  ],
  ['SELECT a.VisitID, b.VisitID FROM Visits a CROSS JOIN Visits b', ['VisitID int', 'VisitID int']],
  [
    'SELECT p.PatientNo, v.VisitID FROM Patients p, Visits v WHERE p.PatientNo = v.PatientNo',
    ['PatientNo varchar(20)', 'VisitID int'],
  ],
  [
    'SELECT a.Qty FROM [Order Details] a JOIN [Order Details] b JOIN Visits c ON b.[Order ID] = c.VisitID ON a.[Line No] = b.[Line No]',
    ['Qty int'],
  ],
  [
    'SELECT a.Qty FROM ([Order Details] a JOIN Visits c ON a.[Order ID] = c.VisitID) JOIN signals s ON s.id = c.PatientNo',
    ['Qty int'],
  ],
  [
    'SELECT p.PatientNo, x.VisitDate FROM Patients p CROSS APPLY (SELECT TOP 1 VisitDate FROM Visits v WHERE v.PatientNo = p.PatientNo ORDER BY VisitDate DESC) x',
    ['PatientNo varchar(20)', 'VisitDate datetime2(3)'],
  ],
  [
    'SELECT p.PatientNo, x.n FROM Patients p OUTER APPLY (SELECT COUNT(*) AS n FROM Visits v WHERE v.PatientNo = p.PatientNo) AS x',
    ['PatientNo varchar(20)', 'n int?'],
  ],
  [
    'SELECT d.a, d.b FROM (SELECT PatientNo, COUNT(*) FROM Visits GROUP BY PatientNo) AS d (a, b)',
    ['a varchar(20)', 'b int'],
  ],
  ['SELECT t.n FROM (VALUES (1), (2), (NULL)) t(n)', ['n int?']],
  ['SELECT COUNT(*) AS n FROM Visits', ['n int']],
  ['SELECT COUNT_BIG(*) FROM Visits WITH (NOLOCK)', ['bigint']],
  ['SELECT COUNT(DISTINCT PatientNo), COUNT(Fee) FROM Visits (NOLOCK)', ['int', 'int']],
  [
    'SELECT SUM(Fee), AVG(Fee), MIN(Fee), MAX(VisitDate), MIN(PatientNo) FROM Visits',
    ['money?', 'money?', 'money?', 'datetime2(3)?', 'varchar(20)?'],
  ],
  [
    'SELECT SUM(Qty), SUM(Price), AVG(Price), SUM(Qty * Price) FROM [Order Details]',
    ['int?', 'decimal(38,4)?', 'decimal(38,6)?', 'decimal(38,4)?'],
  ],
  [
    'SELECT PatientNo, COUNT(*) n FROM Visits GROUP BY PatientNo HAVING COUNT(*) > 1 ORDER BY n DESC',
    ['PatientNo varchar(20)', 'n int'],
  ],
  [
    'SELECT YEAR(VisitDate) y, MONTH(VisitDate) m, SUM(Fee) FROM Visits GROUP BY YEAR(VisitDate), MONTH(VisitDate) ORDER BY y, m',
    ['y int', 'm int', 'money?'],
  ],
  [
    'SELECT CAST(VisitDate AS date) AS d, COUNT(*) FROM Visits GROUP BY CAST(VisitDate AS date)',
    ['d date', 'int'],
  ],
  [
    "SELECT CASE WHEN Fee IS NULL THEN 'none' WHEN Fee > 100 THEN N'high' ELSE 'low' END AS band FROM Visits",
    ['band nvarchar(4)'],
  ],
  ["SELECT CASE Gender WHEN 'F' THEN 1 WHEN 'M' THEN 2 END FROM Patients", ['int?']],
  ["SELECT SUM(CASE WHEN Gender = 'F' THEN 1 ELSE 0 END) FROM Patients", ['int?']],
  [
    "SELECT ISNULL(LastName, ''), COALESCE(LastName, FirstName, 'x'), NULLIF(Gender, 'U') FROM Patients",
    ['nvarchar(50)', 'nvarchar(50)', 'char(1)?'],
  ],
  ["SELECT IIF(Active = 1, 'yes', 'no'), CHOOSE(2, 'a', 'bc') FROM Patients", ['varchar(3)', 'varchar(2)?']],
  [
    'SELECT PatientNo FROM Visits UNION SELECT PatientNo FROM Patients ORDER BY PatientNo',
    ['PatientNo varchar(20)'],
  ],
  [
    "SELECT VisitID AS id, 'v' FROM Visits UNION ALL SELECT [Order ID], N'order' FROM [Order Details]",
    ['id int', 'nvarchar(5)'],
  ],
  ['SELECT PatientNo FROM Patients EXCEPT SELECT PatientNo FROM Visits', ['PatientNo varchar(20)']],
  ['SELECT PatientNo FROM Patients INTERSECT SELECT PatientNo FROM Visits', ['PatientNo varchar(20)']],
  ['SELECT 1 UNION SELECT NULL UNION ALL SELECT 2.5', ['decimal(11,1)?']],
  ['SELECT VisitID FROM Visits ORDER BY VisitDate OFFSET @n ROWS FETCH NEXT 20 ROWS ONLY', ['VisitID int']],
  ['SELECT VisitID FROM Visits ORDER BY VisitID OFFSET (@n - 1) * 20 ROWS', ['VisitID int']],
  [
    'SELECT ROW_NUMBER() OVER (ORDER BY VisitDate) AS rn, RANK() OVER (PARTITION BY PatientNo ORDER BY Fee DESC) FROM Visits',
    ['rn bigint', 'bigint'],
  ],
  [
    'SELECT Fee, SUM(Fee) OVER (PARTITION BY PatientNo ORDER BY VisitDate ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM Visits',
    ['Fee money?', 'money?'],
  ],
  [
    'SELECT LAG(VisitDate) OVER (ORDER BY VisitDate), LEAD(Fee, 1, 0) OVER (ORDER BY VisitDate) FROM Visits',
    ['datetime2(3)?', 'money?'],
  ],
  ['SELECT COUNT(*) OVER () FROM Visits', ['int']],
  [
    'WITH last AS (SELECT PatientNo, MAX(VisitDate) AS d FROM Visits GROUP BY PatientNo) SELECT p.FirstName, last.d FROM Patients p JOIN last ON last.PatientNo = p.PatientNo',
    ['FirstName nvarchar(50)', 'd datetime2(3)?'],
  ],
  ['WITH a (x) AS (SELECT VisitID FROM Visits), b AS (SELECT x + 1 AS y FROM a) SELECT y FROM b', ['y int']],
  ['SELECT (SELECT COUNT(*) FROM Visits v WHERE v.PatientNo = p.PatientNo) AS n FROM Patients p', ['n int?']],
  [
    'SELECT PatientNo FROM Patients p WHERE EXISTS (SELECT * FROM Visits v WHERE v.PatientNo = p.PatientNo)',
    ['PatientNo varchar(20)'],
  ],
  [
    'SELECT PatientNo FROM Patients WHERE PatientNo NOT IN (SELECT PatientNo FROM Visits WHERE PatientNo IS NOT NULL)',
    ['PatientNo varchar(20)'],
  ],
  [
    'SELECT VisitID FROM Visits WHERE Fee > ALL (SELECT Fee FROM Visits WHERE Status = 9) OR Fee = ANY (SELECT Price FROM [Order Details])',
    ['VisitID int'],
  ],
  [
    'SELECT c_dto, c_time, c_guid, c_rv, c_image, c_xml FROM AllTypes ORDER BY c_dto, c_guid DESC, c_bin',
    [
      'c_dto datetimeoffset(7)?',
      'c_time time(7)?',
      'c_guid uniqueidentifier?',
      'c_rv rowversion?',
      'c_image image?',
      'c_xml xml?',
    ],
  ],
  [
    'SELECT * FROM AllTypes WHERE c_date = @From AND c_dt2 > @From AND c_sdt < @From AND c_dto = @From AND c_dec = @n AND c_money = @n AND c_float = @n AND c_bit = @n',
    [],
  ],
  ["SELECT 1 WHERE 1 = 1 AND N'a' = 'a' AND 0x01 = 0x0100 AND $1.5 = 1.5 AND NULL IS NULL", ['int']],
  [
    'SELECT -VisitID, ~Status, +Fee, VisitID % 2, Status & 1, Status | 2, Status ^ 3 FROM Visits',
    ['int', 'tinyint', 'money?', 'int', 'int', 'int', 'int'],
  ],
  [
    "SELECT PatientNo COLLATE Latin1_General_100_BIN2_UTF8 FROM Patients WHERE LastName COLLATE DATABASE_DEFAULT = 'x'",
    ['varchar(20)'],
  ],
  [
    "SELECT id FROM signals WHERE @n = 1 AND id <> '' OPTION (MAXDOP 1, OPTIMIZE FOR UNKNOWN)",
    ['id varchar(64)'],
  ],
  ['/* a /* nested */ comment */ SELECT -- to the end\n 1 AS one;', ['one int']],
];
