import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TsqlError, type TsqlValue } from '../../sandbox/src/standin/types.ts';
import { openTsqlDatabase, type TsqlDatabase } from './support/tsql-database.ts';

let database: TsqlDatabase;

beforeAll(async () => {
  database = await openTsqlDatabase('tsql_statements');
});

afterAll(async () => {
  await database?.close();
});

beforeEach(async () => {
  await run('DELETE FROM Visits; DELETE FROM Patients; DELETE FROM [Order Details]; DELETE FROM signals');
  await run(`INSERT INTO Patients (PatientNo, FirstName, LastName, Gender) VALUES ('P1', N'Ann', N'Akello', 'F'), ('P2', N'Bob', NULL, 'M'), ('P3 ', N'Cid', N'', NULL);
INSERT INTO Visits (PatientNo, VisitDate, Fee, DoctorID) VALUES ('P1', '2024-01-01', 10, 1), ('P1', '2024-01-02', NULL, NULL), ('P3', '2024-01-03', 5.5, 2)`);
});

async function run(text: string): Promise<TsqlValue[][]> {
  return (await database.engine.run(text)).at(-1)?.rows ?? [];
}

async function failure(text: string): Promise<number> {
  return run(text).then(
    () => 0,
    (error: unknown) => {
      if (error instanceof TsqlError) return error.number;
      throw error;
    },
  );
}

describe('queries', () => {
  it('joins, groups and finds text without regard to trailing blanks', async () => {
    expect(await run("SELECT FirstName FROM Patients WHERE PatientNo = 'P3'")).toEqual([['Cid']]);
    expect(
      await run(
        'SELECT p.PatientNo, COUNT(v.VisitID) FROM Patients p LEFT JOIN Visits v ON v.PatientNo = p.PatientNo GROUP BY p.PatientNo ORDER BY p.PatientNo',
      ),
    ).toEqual([
      ['P1', 2],
      ['P2', 0],
      ['P3 ', 1],
    ]);
    expect(await run("SELECT COUNT(*) FROM (SELECT 'a' AS x UNION SELECT 'a  ') d")).toEqual([[1]]);
    expect(await failure("INSERT INTO Patients (PatientNo, FirstName) VALUES ('P1   ', N'again')")).toBe(
      2627,
    );
  });

  it('sorts NULL first', async () => {
    expect(await run('SELECT Fee FROM Visits ORDER BY Fee')).toEqual([[null], ['5.5000'], ['10.0000']]);
    expect(await run('SELECT Fee FROM Visits ORDER BY Fee DESC')).toEqual([['10.0000'], ['5.5000'], [null]]);
    expect(await run('SELECT TOP 1 LastName FROM Patients ORDER BY LastName')).toEqual([[null]]);
  });

  it('tells an empty text from NULL', async () => {
    expect(await run("SELECT PatientNo FROM Patients WHERE LastName = ''")).toEqual([['P3 ']]);
    expect(await run('SELECT LEN(LastName) FROM Patients ORDER BY PatientNo')).toEqual([[6], [null], [0]]);
  });

  it('computes aggregates with the types of T-SQL', async () => {
    expect(
      await run(
        'SELECT COUNT(*), COUNT(Fee), SUM(Fee), AVG(Fee), MIN(VisitDate), MAX(DoctorID), AVG(DoctorID) FROM Visits',
      ),
    ).toEqual([[3, 2, '15.5000', '7.7500', '2024-01-01 00:00:00.000', 2, 1]]);
    expect(await run('SELECT SUM(Fee), COUNT(*) FROM Visits WHERE 1 = 0')).toEqual([[null, 0]]);
    expect(
      await run("SELECT STRING_AGG(PatientNo, ',') WITHIN GROUP (ORDER BY PatientNo DESC) FROM Patients"),
    ).toEqual([['P3 ,P2,P1']]);
    expect((await run('SELECT MAX(Version) FROM Visits'))[0]?.[0]).toBeInstanceOf(Buffer);
  });

  it('numbers, pages and compares rows', async () => {
    expect(
      await run(
        'SELECT ROW_NUMBER() OVER (PARTITION BY PatientNo ORDER BY VisitDate DESC), LAG(Fee) OVER (ORDER BY VisitDate) FROM Visits ORDER BY VisitDate',
      ),
    ).toEqual([
      [2n, null],
      [1n, '10.0000'],
      [1n, null],
    ]);
    expect(
      await run('SELECT VisitDate FROM Visits ORDER BY VisitDate OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY'),
    ).toEqual([['2024-01-02 00:00:00.000']]);
    expect(await run('SELECT PatientNo FROM Patients EXCEPT SELECT PatientNo FROM Visits')).toEqual([['P2']]);
    expect(
      await run(
        'SELECT p.FirstName, x.Fee FROM Patients p OUTER APPLY (SELECT TOP 1 Fee FROM Visits v WHERE v.PatientNo = p.PatientNo ORDER BY VisitDate) x ORDER BY 1',
      ),
    ).toEqual([
      ['Ann', '10.0000'],
      ['Bob', null],
      ['Cid', '5.5000'],
    ]);
  });

  it('does not take a constant of the inner side of an outer join for one', async () => {
    expect(
      await run(
        "SELECT p.PatientNo FROM Patients p LEFT JOIN (SELECT 'P1' AS no, '2024-01-01' AS d) x ON x.no = p.PatientNo WHERE CAST('2024-01-01' AS date) = x.d",
      ),
    ).toEqual([['P1']]);
  });

  it('sorts distinct rows by an expression of the select list', async () => {
    expect(
      await run('SELECT DISTINCT DAY(VisitDate) % 2 FROM Visits v ORDER BY DAY(v.VisitDate) % 2 DESC'),
    ).toEqual([[1], [0]]);
    expect(await run("SELECT 'b' AS x UNION ALL SELECT 'a' ORDER BY x")).toEqual([['a'], ['b']]);
    expect(
      await run("SELECT CAST('a' AS char(1)) AS x UNION ALL SELECT CAST('b' AS char(3)) ORDER BY x DESC"),
    ).toEqual([['b  '], ['a  ']]);
  });

  it('assigns variables from the last row, and leaves them when there is none', async () => {
    expect(
      await run(
        "DECLARE @a varchar(20) = 'z', @n int; SELECT @a = PatientNo FROM Patients ORDER BY PatientNo DESC; SELECT @n = VisitID FROM Visits WHERE 1 = 0; SELECT @a, @n",
      ),
    ).toEqual([['P1', null]]);
  });

  it('runs IF, blocks and compound assignment', async () => {
    expect(
      await run(
        'DECLARE @n int = 1; IF EXISTS (SELECT 1 FROM Patients) BEGIN SET @n += 1; SET @n *= 5 END ELSE SET @n = 0; SELECT @n',
      ),
    ).toEqual([[10]]);
    expect(await run("DECLARE @s varchar(3) = 'abcdef'; SELECT @s")).toEqual([['abc']]);
    expect(await run("DECLARE @x int; IF @x = 1 SELECT 'yes' ELSE SELECT 'no'")).toEqual([['no']]);
  });
});

describe('changes', () => {
  it('gives identity values and continues behind explicit ones', async () => {
    const [[last]] = (await run('SELECT MAX(VisitID) FROM Visits')) as [[number]];
    await run("INSERT INTO Visits (PatientNo, VisitDate) VALUES ('P2', '2024-02-01')");
    expect(await run('SELECT SCOPE_IDENTITY()')).toEqual([[String(last + 1)]]);
    await run(
      `SET IDENTITY_INSERT Visits ON; INSERT INTO Visits (VisitID, PatientNo, VisitDate) VALUES (${last + 50}, 'P2', '2024-02-01'); SET IDENTITY_INSERT Visits OFF`,
    );
    expect(
      await run(
        "INSERT INTO Visits (PatientNo, VisitDate) OUTPUT inserted.VisitID, inserted.Status VALUES ('P2', '2024-02-01')",
      ),
    ).toEqual([[last + 51, 0]]);
    await run(
      `SET IDENTITY_INSERT Visits ON; INSERT INTO Visits (VisitID, PatientNo, VisitDate) VALUES (${-5}, 'P2', '2024-02-01'); SET IDENTITY_INSERT Visits OFF`,
    );
    expect(
      await run(
        "INSERT INTO Visits (PatientNo, VisitDate) OUTPUT inserted.VisitID VALUES ('P2', '2024-02-01')",
      ),
    ).toEqual([[last + 52]]);
    expect(
      await failure('SET IDENTITY_INSERT Visits ON; INSERT INTO Visits (PatientNo, VisitDate) VALUES (1, 2)'),
    ).toBe(545);
    await run('SET IDENTITY_INSERT Visits OFF');
  });

  it('fills in defaults', async () => {
    await run("INSERT INTO Patients (PatientNo, FirstName) VALUES ('P9', N'x')");
    expect(await run("SELECT Gender, Active FROM Patients WHERE PatientNo = 'P9'")).toEqual([['U', true]]);
    await run(
      "INSERT INTO Patients (PatientNo, FirstName, Gender, Active) VALUES ('P8', N'x', NULL, DEFAULT)",
    );
    expect(await run("SELECT Gender, Active FROM Patients WHERE PatientNo = 'P8'")).toEqual([[null, true]]);
    await run("UPDATE Patients SET Active = 0, Gender = DEFAULT WHERE PatientNo = 'P8'");
    expect(await run("SELECT Gender, Active FROM Patients WHERE PatientNo = 'P8'")).toEqual([['U', false]]);
  });

  it('changes the rowversion with every change of its row', async () => {
    const version = async (): Promise<string> =>
      String(
        (await run("SELECT CONVERT(varchar(18), Version, 1) FROM Visits WHERE PatientNo = 'P3'"))[0]?.[0],
      );
    const before = await version();
    await run("UPDATE Visits SET Fee = Fee WHERE PatientNo = 'P3'");
    expect((await version()) > before).toBe(true);
  });

  it('updates and deletes through a join, with the old values in OUTPUT', async () => {
    expect(
      await run(
        "UPDATE v SET Fee = ISNULL(v.Fee, 0) + 1, Status += 2 OUTPUT deleted.Fee, inserted.Fee, inserted.Status FROM Visits v JOIN Patients p ON p.PatientNo = v.PatientNo WHERE p.Gender = 'F' AND v.Fee IS NOT NULL",
      ),
    ).toEqual([['10.0000', '11.0000', 2]]);
    await run(
      'UPDATE Visits SET DoctorID = 9 FROM Patients p WHERE p.PatientNo = Visits.PatientNo AND p.Gender IS NULL',
    );
    expect(await run('SELECT DoctorID FROM Visits ORDER BY VisitDate')).toEqual([[1], [null], [9]]);
    expect(
      await run(
        'DELETE v OUTPUT deleted.PatientNo FROM Visits v JOIN Patients p ON p.PatientNo = v.PatientNo WHERE p.Gender IS NULL',
      ),
    ).toEqual([['P3']]);
    expect(await run('SELECT COUNT(*) FROM Visits')).toEqual([[2]]);
  });

  it('changes only the first rows with TOP', async () => {
    await run('UPDATE TOP (1) Visits SET Status = 7');
    expect(await run('SELECT COUNT(*) FROM Visits WHERE Status = 7')).toEqual([[1]]);
    await run('DELETE TOP (2) FROM Visits');
    expect(await run('SELECT COUNT(*) FROM Visits')).toEqual([[1]]);
  });

  it('sets every value from the row as it was', async () => {
    await run("INSERT INTO [Order Details] VALUES (1, 1, N'a', 2, 3)");
    await run('UPDATE [Order Details] SET Qty = Price, Price = Qty');
    expect(await run('SELECT Qty, Price FROM [Order Details]')).toEqual([[3, '2.0000']]);
  });

  it('waits for a row that another session changes and then changes its new form', async () => {
    const other = new (await import('pg')).default.Client(
      (database.client as unknown as { connectionParameters: object }).connectionParameters as never,
    );
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query(`UPDATE dbo."Visits" SET "Fee" = 100 WHERE "PatientNo" = 'P3'`);
      const waiting = run(
        "UPDATE v SET Fee = v.Fee + 1 FROM Visits v JOIN Patients p ON p.PatientNo = v.PatientNo WHERE p.PatientNo = 'P3'",
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      await other.query('COMMIT');
      await waiting;
    } finally {
      await other.end();
    }
    expect(await run("SELECT Fee FROM Visits WHERE PatientNo = 'P3'")).toEqual([['101.0000']]);
  });
});

describe('definitions', () => {
  it('adds a nullable column with a default without touching old rows, a NOT NULL one with its value', async () => {
    await run(
      "CREATE TABLE d1 (a int NOT NULL PRIMARY KEY); INSERT INTO d1 VALUES (1); ALTER TABLE d1 ADD b nvarchar(5) NULL CONSTRAINT df_b DEFAULT N'x'; ALTER TABLE d1 ADD c int NOT NULL DEFAULT 7; INSERT INTO d1 (a) VALUES (2)",
    );
    expect(await run('SELECT * FROM d1 ORDER BY a')).toEqual([
      [1, null, 7],
      [2, 'x', 7],
    ]);
    await run(
      'ALTER TABLE d1 DROP CONSTRAINT df_b; ALTER TABLE d1 DROP COLUMN b; INSERT INTO d1 (a) VALUES (3)',
    );
    expect(await run('SELECT * FROM d1 WHERE a = 3')).toEqual([[3, 7]]);
  });

  it('changes the type of a column with its values', async () => {
    await run(
      "CREATE TABLE d2 (a varchar(10) NULL, b int NULL); INSERT INTO d2 VALUES ('12', 5); ALTER TABLE d2 ALTER COLUMN a int NOT NULL; ALTER TABLE d2 ALTER COLUMN b varchar(3)",
    );
    expect(await run('SELECT a + 1, b + b FROM d2')).toEqual([[13, '55']]);
    expect(await failure('INSERT INTO d2 VALUES (NULL, 1)')).toBe(515);
    expect(await failure("UPDATE d2 SET b = 'long'")).toBe(2628);
  });

  it('enforces keys, checks, foreign keys and unique indexes', async () => {
    await run(
      'CREATE TABLE d3 (a int NOT NULL PRIMARY KEY, b int NULL UNIQUE, c int NULL CONSTRAINT ck CHECK (c > 0 OR c IS NULL)); CREATE TABLE d4 (a int NOT NULL REFERENCES d3 (a)); CREATE UNIQUE INDEX ix ON d4 (a); INSERT INTO d3 VALUES (1, NULL, 5); INSERT INTO d4 VALUES (1)',
    );
    expect(await failure('INSERT INTO d3 VALUES (1, 2, 3)')).toBe(2627);
    expect(await failure('INSERT INTO d3 VALUES (2, NULL, 3)')).toBe(2627);
    expect(await failure('INSERT INTO d3 VALUES (2, 2, 0)')).toBe(547);
    expect(await failure('INSERT INTO d4 VALUES (1)')).toBe(2601);
    expect(await failure('INSERT INTO d4 VALUES (9)')).toBe(547);
    expect(await failure('DELETE FROM d3')).toBe(547);
  });
});
