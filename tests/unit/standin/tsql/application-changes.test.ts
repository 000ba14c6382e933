import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../../sandbox/src/standin/tsql/parse/batch.ts';
import { compile, shape } from './support.ts';

const VARIABLES = {
  '@No': { name: 'nvarchar', length: 4000 },
  '@n': { name: 'int' },
  '@d': { name: 'datetime2', scale: 7 },
} as const;

/** Statements that change rows: text, and a piece of the PostgreSQL statement that says how. */
const changes: [text: string, piece: string][] = [
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

describe("the changes of a hospital's application", () => {
  it.each(changes)('%s', (text, piece) => {
    expect(compile(text, [], VARIABLES).text).toContain(piece);
  });

  it('gives the columns of OUTPUT and, behind them, the identity value', () => {
    const insert = compile(
      "INSERT INTO Visits (PatientNo, VisitDate) OUTPUT inserted.Status, inserted.PatientNo VALUES ('a', '2024-01-01')",
    );
    expect(shape(insert)).toEqual(['Status tinyint', 'PatientNo varchar(20)']);
    expect(insert.identity).toEqual({ column: 2 });
    expect(shape(compile('DELETE FROM signals OUTPUT deleted.*'))).toEqual([
      'id varchar(64)',
      'type varchar(32)',
      'data varchar(2048)?',
    ]);
  });

  it('finds picked rows again by their key, or by their place where there is none', () => {
    const outer = 'FROM Visits v LEFT JOIN Patients p ON p.PatientNo = v.PatientNo WHERE p.PatientNo IS NULL';
    expect(compile(`UPDATE v SET Fee = 1 ${outer}`).text).toMatch(
      /FOR UPDATE OF t1\) AS t4 WHERE t3\."VisitID" = t4\.k0$/,
    );
    expect(compile(`DELETE v ${outer}`).text).toMatch(
      /USING \(SELECT .* FOR UPDATE OF t1\) AS t4 WHERE t3\."VisitID" = t4\.k0$/,
    );
  });

  it('says which tables are read and which are changed', () => {
    const update = compile('UPDATE v SET Fee = 1 FROM Visits v JOIN Patients p ON p.PatientNo = v.PatientNo');
    expect(update.tables.map((use) => `${use.access} ${use.table.name}`)).toEqual([
      'update Visits',
      'select Visits',
      'select Patients',
    ]);
  });

  it('names table and column where a text may be too long', () => {
    expect(compile("INSERT INTO signals (id, type) VALUES ('1', REPLICATE('x', 40))").text).toContain(
      "'varchar', 32, 'ClinicMasterMOH.dbo.signals', 'type')",
    );
  });
});

describe('statements about the session and the database', () => {
  it.each([
    ['BEGIN TRANSACTION; COMMIT TRANSACTION;', 'transaction transaction'],
    [
      'BEGIN TRAN t1 WITH MARK SAVE TRAN s1 ROLLBACK TRAN s1 COMMIT',
      'transaction transaction transaction transaction',
    ],
    ['COMMIT WORK', 'transaction'],
    ['SET NOCOUNT ON; SET XACT_ABORT ON', 'set-option set-option'],
    ['SET ANSI_NULLS, QUOTED_IDENTIFIER ON', 'set-option'],
    [
      'SET DEADLOCK_PRIORITY LOW SET DATEFORMAT ymd SET LANGUAGE us_english',
      'set-option set-option set-option',
    ],
    ['SET STATISTICS IO, TIME ON', 'set-option'],
    ['SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED', 'set-isolation'],
    ['SET IDENTITY_INSERT dbo.Visits ON', 'set-identity-insert'],
    [
      "DECLARE @a int, @b nvarchar(10) = N'x', @c AS datetime SET @a = 1 SET @a += 2 PRINT @b",
      'declare set-variable set-variable print',
    ],
    ["IF 1 = 1 PRINT 'a' ELSE PRINT 'b'", 'if'],
    ["IF 1 = 1 BEGIN PRINT 'a'; END; ELSE BEGIN PRINT 'b' END", 'if'],
    ['EXEC sp_who', 'execute'],
    [
      "EXECUTE @rc = dbo.proc_x 1, N'a', @p = NULL, @q = @v OUTPUT, @r = DEFAULT, @s = -1, @t = word",
      'execute',
    ],
    ['sp_help Patients', 'execute'],
    ["EXEC('SELECT 1'); EXEC (N'a' + N'b')", 'execute-text execute-text'],
    ["WAITFOR DELAY '00:00:01'", 'wait'],
    ["RAISERROR('x', 16, 1) WITH NOWAIT; THROW 50001, 'x', 1; THROW", 'raise-error throw throw'],
    ['RETURN', 'return'],
    ['USE master', 'use'],
    [
      'CREATE DATABASE x; CREATE DATABASE y COLLATE Latin1_General_100_BIN2_UTF8; DROP DATABASE IF EXISTS x, y',
      'create-database create-database drop',
    ],
    ['ALTER DATABASE [x] SET ALLOW_SNAPSHOT_ISOLATION ON', 'alter-database'],
    ['ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE', 'alter-database'],
    ['CREATE SCHEMA clinicmaster_cdc AUTHORIZATION dbo', 'create-schema'],
    ['DROP SCHEMA IF EXISTS s', 'drop'],
    ['TRUNCATE TABLE dbo.signals', 'truncate'],
    ['DROP TABLE IF EXISTS dbo.a, b', 'drop'],
    [
      'CREATE UNIQUE NONCLUSTERED INDEX ix ON dbo.signals (type ASC, id DESC) INCLUDE (data) WHERE type IS NOT NULL WITH (FILLFACTOR = 80) ON [PRIMARY]',
      'create-index',
    ],
    ['DROP INDEX ix ON dbo.signals, signals.iy', 'drop-index'],
    ["CREATE LOGIN [l] WITH PASSWORD = N'p''w', CHECK_POLICY = OFF, DEFAULT_DATABASE = [x]", 'principal'],
    ["ALTER LOGIN l WITH PASSWORD = 'n' OLD_PASSWORD = 'o'; ALTER LOGIN l DISABLE", 'principal principal'],
    [
      'CREATE USER u FOR LOGIN l WITH DEFAULT_SCHEMA = dbo; CREATE USER v WITHOUT LOGIN; CREATE ROLE r',
      'principal principal principal',
    ],
    [
      'ALTER ROLE db_owner ADD MEMBER u; ALTER ROLE r DROP MEMBER u; DROP USER u; DROP ROLE r; DROP LOGIN l',
      'principal principal drop drop drop',
    ],
    ['GRANT SELECT ON OBJECT::[dbo].[Visits] TO [r]', 'permission'],
    [
      'GRANT VIEW DATABASE STATE TO r; GRANT SELECT ON SCHEMA::[cdc] TO r; GRANT SELECT, UPDATE ON dbo.t TO r',
      'permission permission permission',
    ],
    [
      'DENY INSERT ON dbo.t TO u CASCADE; REVOKE GRANT OPTION FOR SELECT ON t FROM public; GRANT UPDATE (a, b) ON t TO u WITH GRANT OPTION',
      'permission permission permission',
    ],
    ['ALTER AUTHORIZATION ON DATABASE::[x] TO [sa]', 'alter-authorization'],
  ])('%s', (text, kinds) => {
    const statements = parseBatch(text);
    expect(statements.map((statement) => statement.kind).join(' ')).toBe(kinds);
  });
});
