import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clinic, openClinic } from './support/standin-clinic.ts';

let clinic: Clinic;

beforeAll(async () => {
  clinic = await openClinic('standin_catalogue');
  await clinic.batch('CREATE SCHEMA lab');
  await clinic.batch(
    `CREATE TABLE dbo.Visits (VisitNo varchar(20) NOT NULL, Line smallint NOT NULL, Fee money NULL CONSTRAINT DF_Fee DEFAULT 5,
       At datetime2(3) NULL DEFAULT GETDATE(), Note nvarchar(max) NULL, Stamp rowversion,
       CONSTRAINT PK_Visits PRIMARY KEY (VisitNo, Line), CONSTRAINT CK_Fee CHECK (Fee >= 0));
     CREATE TABLE dbo.my_table (id int IDENTITY(1,1) PRIMARY KEY NONCLUSTERED, code char(3) NOT NULL CONSTRAINT UQ_code UNIQUE CLUSTERED);
     CREATE TABLE dbo.myXtable (id int NOT NULL);
     CREATE TABLE lab.[Order] (id int NOT NULL, visit varchar(20) NULL, line smallint NULL,
       CONSTRAINT FK_visit FOREIGN KEY (visit, line) REFERENCES dbo.Visits (VisitNo, Line));
     CREATE UNIQUE INDEX UX_order ON lab.[Order] (id) INCLUDE (visit);
     INSERT INTO dbo.my_table (code) VALUES ('abc'), ('def')`,
  );
});

afterAll(async () => {
  await clinic?.remove();
});

describe('the procedures behind DatabaseMetaData', () => {
  test('sp_tables matches patterns as LIKE does, and the type list with its quotes', async () => {
    const names = async (pattern: string, owner: string, types: string) =>
      (
        await clinic.rows<{ TABLE_OWNER: string; TABLE_NAME: string }>(
          `EXEC sp_tables N'${pattern}', N'${owner}', N'Clinic', ${types}`,
        )
      ).map((row) => `${row.TABLE_OWNER}.${row.TABLE_NAME}`);
    const all = `N'''VIEW'',''MATERIALIZED VIEW'',''TABLE'''`;
    expect(await names('%', 'dbo', all)).toEqual(['dbo.Visits', 'dbo.myXtable', 'dbo.my_table']);
    expect(await names('my_table', '%', all)).toEqual(['dbo.myXtable', 'dbo.my_table']);
    expect(await names('my[_]table', 'dbo', all)).toEqual(['dbo.my_table']);
    expect(await names('%', '%', `N'''VIEW'''`)).toEqual([]);
    expect(await clinic.refusal(`EXEC sp_tables N'%', N'%', N'master', NULL`)).toBe(15250);
  });

  test('sp_columns_100 describes types as ODBC does', async () => {
    const columns = await clinic.rows(`EXEC sp_columns_100 N'Visits', N'dbo', N'Clinic', N'%', 2, 3`);
    const shown = columns.map((c) => [
      c.COLUMN_NAME,
      c.DATA_TYPE,
      c.TYPE_NAME,
      c.PRECISION,
      c.LENGTH,
      c.SCALE,
      c.NULLABLE,
      c.COLUMN_DEF,
    ]);
    expect(shown).toEqual([
      ['VisitNo', 12, 'varchar', 20, 20, null, 0, null],
      ['Line', 5, 'smallint', 5, 2, 0, 0, null],
      ['Fee', 3, 'money', 19, 21, 4, 1, '((5))'],
      ['At', 93, 'datetime2', 23, 16, 3, 1, '(getdate())'],
      ['Note', -9, 'nvarchar', 0, 0, null, 1, null],
      ['Stamp', -2, 'timestamp', 8, 8, null, 1, null],
    ]);
    const [id] = await clinic.rows(`EXEC sp_columns_100 N'my[_]table', N'dbo', N'Clinic', N'id', 2, 3`);
    expect(id).toMatchObject({
      TYPE_NAME: 'int identity',
      SS_IS_IDENTITY: 1,
      ORDINAL_POSITION: 1,
      SS_DATA_TYPE: 56,
    });
  });

  test('sp_pkeys gives the key in its order, sp_statistics_100 the unique indexes', async () => {
    const keys = await clinic.rows(`EXEC sp_pkeys N'Visits', N'dbo', N'Clinic'`);
    expect(keys.map((k) => [k.COLUMN_NAME, k.KEY_SEQ, k.PK_NAME])).toEqual([
      ['VisitNo', 1, 'PK_Visits'],
      ['Line', 2, 'PK_Visits'],
    ]);
    expect(await clinic.rows(`EXEC sp_pkeys N'Order', N'lab', N'Clinic'`)).toEqual([]);
    const indexes = await clinic.rows(`EXEC sp_statistics_100 N'Order', N'lab', N'Clinic', N'%', N'Y', N'Q'`);
    expect(indexes.map((i) => [i.NON_UNIQUE, i.INDEX_NAME, i.TYPE, i.SEQ_IN_INDEX, i.COLUMN_NAME])).toEqual([
      [null, null, 0, null, null],
      [0, 'UX_order', 3, 1, 'id'],
    ]);
    const both = await clinic.rows(`EXEC sp_statistics_100 N'my_table', N'dbo', N'Clinic', N'%', N'Y', N'Q'`);
    expect(both.slice(1).map((i) => [i.TYPE, i.COLUMN_NAME])).toEqual([
      [1, 'code'],
      [3, 'id'],
    ]);
  });

  test('wrong calls are refused with the numbers of SQL Server', async () => {
    expect(await clinic.refusal('EXEC sp_nothing')).toBe(2812);
    expect(await clinic.refusal('EXEC sp_pkeys')).toBe(201);
    expect(await clinic.refusal(`EXEC sp_pkeys N'a', N'b', N'Clinic', 4`)).toBe(8144);
    expect(await clinic.refusal(`EXEC sp_pkeys @table = N'a'`)).toBe(8145);
  });
});

describe('catalogue views', () => {
  test('tables, columns, types, schemas join as they do on SQL Server', async () => {
    const columns = await clinic.rows(
      `SELECT s.name AS s, t.name AS t, c.name AS c, ty.name AS type, c.max_length, c.[precision], c.scale, c.is_nullable, c.is_identity
       FROM sys.columns c JOIN sys.tables t ON t.object_id = c.object_id JOIN sys.schemas s ON s.schema_id = t.schema_id
         JOIN sys.types ty ON ty.user_type_id = c.user_type_id
       WHERE t.name IN ('visits', 'MY_TABLE') ORDER BY t.name, c.column_id`,
    );
    expect(columns.map((c) => Object.values(c).join(' '))).toEqual([
      'dbo Visits VisitNo varchar 20 0 0 false false',
      'dbo Visits Line smallint 2 5 0 false false',
      'dbo Visits Fee money 8 19 4 true false',
      'dbo Visits At datetime2 7 23 3 true false',
      'dbo Visits Note nvarchar -1 0 0 true false',
      'dbo Visits Stamp timestamp 8 0 0 true false',
      'dbo my_table id int 4 10 0 false true',
      'dbo my_table code char 3 0 0 false false',
    ]);
  });

  test('keys, indexes, defaults, checks, foreign keys, row counts', async () => {
    expect(
      await clinic.rows(
        `SELECT i.name, i.type_desc, i.is_unique, i.is_primary_key, (SELECT COUNT(*) FROM sys.index_columns x
           WHERE x.object_id = i.object_id AND x.index_id = i.index_id AND x.is_included_column = 0) AS n
         FROM sys.indexes i WHERE i.object_id IN (OBJECT_ID('dbo.Visits'), OBJECT_ID('lab.[Order]')) ORDER BY i.object_id, i.index_id`,
      ),
    ).toEqual([
      { name: 'PK_Visits', type_desc: 'CLUSTERED', is_unique: true, is_primary_key: true, n: 2 },
      { name: null, type_desc: 'HEAP', is_unique: false, is_primary_key: false, n: 0 },
      { name: 'UX_order', type_desc: 'NONCLUSTERED', is_unique: true, is_primary_key: false, n: 1 },
    ]);
    expect(await clinic.rows(`SELECT definition FROM sys.default_constraints WHERE name = 'DF_Fee'`)).toEqual(
      [{ definition: '((5))' }],
    );
    expect(await clinic.rows(`SELECT name FROM sys.check_constraints`)).toEqual([{ name: 'CK_Fee' }]);
    expect(
      await clinic.rows(
        `SELECT f.name, OBJECT_NAME(f.referenced_object_id) AS target, COUNT(*) AS n FROM sys.foreign_keys f
           JOIN sys.foreign_key_columns c ON c.constraint_object_id = f.object_id GROUP BY f.name, f.referenced_object_id`,
      ),
    ).toEqual([{ name: 'FK_visit', target: 'Visits', n: 2 }]);
    expect(
      await clinic.rows(
        `SELECT SUM(p.rows) AS n FROM sys.partitions p WHERE p.object_id = OBJECT_ID('my_table') AND p.index_id IN (0, 1)`,
      ),
    ).toEqual([{ n: '2' }]);
    expect(
      await clinic.rows(
        `SELECT last_value AS v FROM sys.identity_columns WHERE object_id = OBJECT_ID('my_table')`,
      ),
    ).toEqual([{ v: '2' }]);
  });

  test('each database has its own; the other one is reached by its name', async () => {
    expect(await clinic.rows('SELECT name FROM master.sys.tables')).toEqual([]);
    await clinic.batch('USE master');
    expect(await clinic.rows('SELECT COUNT(*) AS n FROM Clinic.sys.tables')).toEqual([{ n: 4 }]);
    expect(
      await clinic.rows(`SELECT OBJECT_NAME(OBJECT_ID('Clinic.lab.Order'), DB_ID('Clinic')) AS n`),
    ).toEqual([{ n: 'Order' }]);
    await clinic.batch('USE Clinic');
    expect(
      await clinic.rows(
        `SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'lab'`,
      ),
    ).toEqual([{ TABLE_SCHEMA: 'lab', TABLE_NAME: 'Order' }]);
    expect(await clinic.refusal('INSERT INTO sys.tables (name) VALUES (1)')).toBeGreaterThan(0);
  });

  test('metadata functions', async () => {
    const [row] = await clinic.rows(
      `SELECT OBJECT_ID('[Clinic].[dbo].[Visits]', 'U') - OBJECT_ID('visits') AS same, OBJECT_ID('nothing') AS none,
         OBJECT_ID('PK_Visits', 'U') AS wrong_kind, SCHEMA_NAME(SCHEMA_ID('lab')) AS s, COL_LENGTH('dbo.Visits', 'VisitNo') AS l,
         COLUMNPROPERTY(OBJECT_ID('my_table'), 'id', 'IsIdentity') AS i, OBJECTPROPERTY(OBJECT_ID('Visits'), 'TableHasPrimaryKey') AS pk,
         IDENT_CURRENT('my_table') AS c, TYPE_NAME(231) AS t, CAST(DATABASEPROPERTYEX('Clinic', 'Updateability') AS nvarchar(20)) AS u`,
    );
    expect(row).toEqual({
      same: 0,
      none: null,
      wrong_kind: null,
      s: 'lab',
      l: 20,
      i: 1,
      pk: 1,
      c: 2,
      t: 'nvarchar',
      u: 'READ_WRITE',
    });
  });

  test('what is altered or dropped shows at once', async () => {
    await clinic.batch(
      "ALTER TABLE dbo.myXtable ADD note nvarchar(10) NOT NULL CONSTRAINT DF_note DEFAULT N'x'",
    );
    await clinic.batch('ALTER TABLE dbo.myXtable ALTER COLUMN note nvarchar(50) NULL');
    expect(
      await clinic.rows(
        `SELECT max_length, is_nullable FROM sys.columns WHERE object_id = OBJECT_ID('myXtable') AND name = 'note'`,
      ),
    ).toEqual([{ max_length: 100, is_nullable: true }]);
    expect(await clinic.refusal('ALTER TABLE dbo.myXtable DROP COLUMN note')).toBe(5074);
    await clinic.batch(
      'ALTER TABLE dbo.myXtable DROP CONSTRAINT DF_note; ALTER TABLE dbo.myXtable DROP COLUMN note',
    );
    expect(await clinic.rows(`SELECT name FROM sys.columns WHERE object_id = OBJECT_ID('myXtable')`)).toEqual(
      [{ name: 'id' }],
    );
    expect(await clinic.refusal('DROP TABLE dbo.Visits')).toBe(3726);
    expect(await clinic.refusal('DROP SCHEMA lab')).toBe(3729);
    await clinic.batch(
      'DROP INDEX UX_order ON lab.[Order]; DROP TABLE lab.[Order]; DROP SCHEMA lab; DROP TABLE dbo.Visits',
    );
    expect(await clinic.refusal('SELECT * FROM dbo.Visits')).toBe(208);
    expect(await clinic.refusal('DROP TABLE dbo.Visits')).toBe(3701);
    expect(await clinic.refusal('DROP TABLE IF EXISTS dbo.Visits')).toBeUndefined();
  });
});
