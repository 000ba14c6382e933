import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../../sandbox/src/standin/tsql/parse/batch.ts';
import { CHANGES, VARIABLES } from './samples-changes.ts';
import { compile, shape } from './support.ts';

describe("the changes of a hospital's application", () => {
  it.each(CHANGES)('%s', (text, piece) => {
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
