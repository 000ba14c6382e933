/** Variables that the samples use. */
export const VARIABLES = {
  '@No': { name: 'nvarchar', length: 4000 },
  '@n': { name: 'int' },
  '@d': { name: 'datetime2', scale: 7 },
} as const;

/** Statements that change rows: text, and a piece of the PostgreSQL statement that says how. */
export const CHANGES: [text: string, piece: string][] = [
  [
    "INSERT INTO Patients (PatientNo, FirstName) VALUES ('P1', N'Ann')",
    'INSERT INTO "dbo"."Patients" AS t1 ("PatientNo", "FirstName") VALUES',
  ],
  ["INSERT Patients (PatientNo, FirstName) VALUES (@No, 'x'), ('P2', DEFAULT)", 'DEFAULT)'],
  [
    "INSERT INTO [dbo].[Patients] ([PatientNo], [FirstName], [Active], [Weight]) VALUES (@No, @No, 1, '61.5')",
    '1::int2, tsql.decimal_from_text',
  ],
  ['INSERT INTO signals SELECT id, type, data FROM signals WHERE id = @No', ') AS t3'],
  [
    'INSERT INTO Visits (PatientNo, VisitDate) SELECT PatientNo, GETDATE() FROM Patients',
    'RETURNING t1."VisitID"',
  ],
  ['INSERT INTO Visits DEFAULT VALUES', 'DEFAULT VALUES'],
  [
    "INSERT INTO Visits (PatientNo, VisitDate) OUTPUT inserted.VisitID, INSERTED.* VALUES ('P1', @d)",
    'RETURNING t1."VisitID", t1."VisitID"',
  ],
  [
    'INSERT INTO Visits VALUES (@No, @d, NULL, 1, NULL)',
    '("PatientNo", "VisitDate", "Fee", "Status", "DoctorID")',
  ],
  [
    "WITH x AS (SELECT id FROM signals) INSERT INTO signals (id, type) SELECT id + '2', 't' FROM x",
    'WITH w1 AS',
  ],
  ["INSERT INTO signals (id, type, data) SELECT 'a', 'b', NULL", 'NULL::bpchar'],
  [
    'INSERT INTO signals (id, type) VALUES (NEWID(), CONVERT(varchar(32), GETDATE(), 121))',
    'gen_random_uuid()',
  ],
  [
    'UPDATE Patients SET LastName = @No WHERE PatientNo = @No',
    'UPDATE "dbo"."Patients" AS t1 SET "LastName" =',
  ],
  [
    'UPDATE Visits SET Fee = Fee * 1.1, Status += 1, VisitDate = SYSDATETIME() WHERE VisitID = @n',
    '"Version" = tsql.next_rowversion()',
  ],
  ['UPDATE Patients SET Active = DEFAULT, Notes = NULL', '"Active" = DEFAULT, "Notes" = NULL::bpchar'],
  ['UPDATE TOP (5) Visits SET Status = 2 WHERE Status = 1', 'FOR UPDATE OF t1'],
  ['UPDATE v SET v.Fee = 0 FROM Visits v WHERE v.VisitID = @n', 'UPDATE "dbo"."Visits" AS t1 SET "Fee" ='],
  [
    'UPDATE v SET Fee = p.Weight FROM Visits AS v INNER JOIN Patients AS p ON p.PatientNo = v.PatientNo',
    'FROM "dbo"."Patients" AS t2 WHERE (t2."PatientNo" = t1."PatientNo")',
  ],
  [
    "UPDATE Visits SET Fee = 1 FROM Visits JOIN Patients ON Patients.PatientNo = Visits.PatientNo WHERE Gender = 'F'",
    'UPDATE "dbo"."Visits" AS t1 SET',
  ],
  [
    'UPDATE Visits SET Fee = 1 FROM Patients p WHERE p.PatientNo = Visits.PatientNo',
    'FROM "dbo"."Patients" AS t2 WHERE',
  ],
  [
    'UPDATE Visits SET Status = 1 OUTPUT deleted.Status AS was, inserted.Status, inserted.VisitID WHERE VisitID < 9',
    'RETURNING',
  ],
  [
    "UPDATE [Order Details] SET Qty -= 1, [Select] = N'a' + ISNULL([Select], '') WHERE [Order ID] = 1 AND [Line No] = @n",
    '"Qty" = ',
  ],
  [
    'UPDATE p SET Notes = (SELECT MAX(data) FROM signals s WHERE s.id = p.PatientNo) FROM Patients p',
    '"Notes" =',
  ],
  [
    'WITH old AS (SELECT PatientNo FROM Visits WHERE Status = 9) UPDATE Patients SET Active = 0 WHERE PatientNo IN (SELECT PatientNo FROM old)',
    'WITH w1 AS',
  ],
  ['DELETE FROM signals', 'DELETE FROM "dbo"."signals" AS t1'],
  ['DELETE signals WHERE id = @No', 'WHERE'],
  ["DELETE TOP (100) FROM signals WHERE type = 'x'", 'LIMIT tsql.row_limit'],
  [
    'DELETE FROM v FROM Visits v JOIN Patients p ON p.PatientNo = v.PatientNo WHERE p.Active = 0',
    'USING "dbo"."Patients" AS t2 WHERE',
  ],
  [
    'DELETE v FROM Visits v WHERE NOT EXISTS (SELECT 1 FROM Patients p WHERE p.PatientNo = v.PatientNo)',
    'DELETE FROM "dbo"."Visits" AS t1',
  ],
  ['DELETE FROM Visits OUTPUT deleted.VisitID WHERE VisitID = @n', 'RETURNING t1."VisitID"'],
  [
    'DELETE FROM [dbo].[Order Details] WHERE [Order ID] = 1 AND [Line No] IN (1, 2) OPTION (RECOMPILE)',
    '"Line No"',
  ],
];
