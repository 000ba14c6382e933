import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isGenerated } from '../../sandbox/src/sample/columns.ts';
import { createTableSql } from '../../sandbox/src/sample/ddl.ts';
import { insertSql } from '../../sandbox/src/sample/literals.ts';
import { Random } from '../../sandbox/src/sample/random.ts';
import { RowMaker } from '../../sandbox/src/sample/rows.ts';
import { sampleSchema } from '../../sandbox/src/sample/schema.ts';
import { typeText } from '../../sandbox/src/standin/tsql/type-rules.ts';
import type { TsqlType, TsqlValue } from '../../sandbox/src/standin/types.ts';
import { anyValueOf, STORED_TYPES } from '../unit/standin/tsql/values.ts';
import { openTsqlDatabase, type TsqlDatabase } from './support/tsql-database.ts';

let database: TsqlDatabase;

beforeAll(async () => {
  database = await openTsqlDatabase('tsql_values');
});

afterAll(async () => {
  await database?.close();
});

describe('values through a column', () => {
  const types = STORED_TYPES.filter((type) => type.name !== 'rowversion');
  it.each(types.map((type) => [typeText(type), type] as const))(
    '%s keeps every value, given as a parameter',
    async (name, type) => {
      const { engine } = database;
      await engine.run(`CREATE TABLE dbo.[v ${name}] (id int NOT NULL PRIMARY KEY, v ${name} NULL)`);
      let id = 0;
      await fc.assert(
        fc.asyncProperty(anyValueOf(type), async (value) => {
          id += 1;
          await engine.run(`INSERT INTO dbo.[v ${name}] VALUES (${id}, @v)`, [{ name: '@v', type, value }]);
          expect(await engine.value(`SELECT v FROM dbo.[v ${name}] WHERE id = ${id}`)).toEqual(value);
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each([
    ['varchar(10)', 'a  ', 'a  '],
    ['nvarchar(10)', '', ''],
    ['char(5)', 'ab', 'ab   '],
    ['nchar(3)', '😀', '😀 '],
    ['binary(4)', Buffer.from([1]), Buffer.from([1, 0, 0, 0])],
    ['varbinary(4)', Buffer.from([1, 0]), Buffer.from([1, 0])],
  ])('%s pads what must be padded and nothing else', async (name, given, kept) => {
    const { engine } = database;
    const type: TsqlType = Buffer.isBuffer(given)
      ? { name: 'varbinary', length: 8000 }
      : { name: 'nvarchar', length: 4000 };
    await engine.run(
      `CREATE TABLE dbo.[p ${name}] (v ${name} NULL); INSERT INTO dbo.[p ${name}] VALUES (@v)`,
      [{ name: '@v', type, value: given }],
    );
    expect(await engine.value(`SELECT v FROM dbo.[p ${name}]`)).toEqual(kept);
    await engine.run(`DELETE FROM dbo.[p ${name}] WHERE v = @v`);
    expect(await engine.value(`SELECT COUNT(*) FROM dbo.[p ${name}]`)).toBe(0);
  });

  it('keeps a text of 100 KB', async () => {
    const { engine } = database;
    const value = 'Gulu ünïcode 😀 '.repeat(7000);
    await engine.run("INSERT INTO Patients (PatientNo, FirstName, Notes) VALUES ('long', N'x', @v)", [
      { name: '@v', type: { name: 'nvarchar', length: -1 }, value },
    ]);
    expect(await engine.value("SELECT Notes FROM Patients WHERE PatientNo = 'long'")).toBe(value);
    expect(await engine.value("SELECT DATALENGTH(Notes) FROM Patients WHERE PatientNo = 'long'")).toBe(
      BigInt(value.length * 2),
    );
  });
});

describe('the sample database', () => {
  it.each(['older', 'newer'] as const)(
    '%s: rows sent as literals come back value by value',
    async (edition) => {
      const { engine } = database;
      for (const table of sampleSchema(edition)) {
        const named = { ...table, name: `${edition} ${table.name}` };
        await engine.run(createTableSql(named));
        const maker = new RowMaker(table, new Random('values'), 50);
        const columns = table.columns.flatMap((column, index) => (isGenerated(column) ? [] : [index]));
        const rows = Array.from({ length: Math.min(90, table.capacity ?? 90) }, () => maker.next());
        await engine.run(insertSql(named, columns, rows));
        const kept =
          (await engine.run(`SELECT * FROM dbo.[${named.name.replaceAll(']', ']]')}]`))[0]?.rows ?? [];
        expect(kept).toHaveLength(rows.length);
        const stored = kept.map((row) =>
          columns.map((index) => comparable(table.columns[index]?.type, row[index] ?? null)).join('|'),
        );
        const sent = rows.map((row) =>
          columns.map((index) => comparable(table.columns[index]?.type, row[index] ?? null)).join('|'),
        );
        expect(stored.sort()).toEqual(sent.sort());
      }
    },
  );
});

/** Text of a value; what char, nchar and binary pad does not count. */
function comparable(type: TsqlType | undefined, value: TsqlValue): string {
  if (value === null) return 'NULL';
  if (Buffer.isBuffer(value))
    return value.toString('hex').replace(type?.name === 'binary' ? /(00)*$/ : /$^/, '');
  return type?.name === 'char' || type?.name === 'nchar'
    ? `'${String(value).trimEnd()}`
    : `'${String(value)}`;
}
