import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromPg } from '../../sandbox/src/standin/tsql/storage.ts';
import { TsqlError } from '../../sandbox/src/standin/types.ts';
import { FAILURES, TRUE_CONDITIONS } from './support/tsql-conditions.ts';
import { openTsqlDatabase, type TsqlDatabase } from './support/tsql-database.ts';
import { EXPRESSIONS } from './support/tsql-expressions.ts';

let database: TsqlDatabase;

beforeAll(async () => {
  database = await openTsqlDatabase('tsql_functions');
});

afterAll(async () => {
  await database?.close();
});

describe('T-SQL expressions on PostgreSQL', () => {
  it.each(EXPRESSIONS)('%s', async (expression, value) => {
    expect(await database.engine.value(`SELECT ${expression}`)).toEqual(value);
  });

  it.each(TRUE_CONDITIONS)('%s', async (condition) => {
    expect(await database.engine.value(`SELECT COUNT(*) WHERE ${condition}`)).toBe(1);
  });

  it.each(FAILURES)('%s', async (text, number, message) => {
    const error = await database.engine.run(text).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TsqlError);
    expect((error as TsqlError).number).toBe(number);
    expect((error as TsqlError).message.slice(0, message.length)).toBe(message);
  });
});

describe('the clock', () => {
  it.each([
    ['+03:00', '+03:00'],
    ['-05:30', '-05:30'],
    ['Africa/Kampala', '+03:00'],
    ['', '+00:00'],
  ])('with tsql.timezone %s shows the time there', async (zone, offset) => {
    const { client, engine } = database;
    await client.query(`SET tsql.timezone = '${zone}'`);
    const results = await engine.run(
      'SELECT SYSDATETIMEOFFSET(), SYSDATETIME(), SYSUTCDATETIME(), GETDATE(), DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), DATEDIFF(minute, SYSUTCDATETIME(), SYSDATETIME())',
    );
    const row = results[0]?.rows[0] as [string, string, string, string, number, number];
    await client.query("SET tsql.timezone = ''");
    const minutes = Number(`${offset[0]}${Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4))}`);
    expect(row[0].slice(-6)).toBe(offset);
    expect(row.slice(4)).toEqual([minutes, minutes]);
    const utc = Date.parse(`${row[2].slice(0, 23).replace(' ', 'T')}Z`);
    expect(Math.abs(utc - Date.now())).toBeLessThan(60_000);
    expect(Math.abs(Date.parse(`${row[3].replace(' ', 'T')}Z`) - minutes * 60_000 - utc)).toBeLessThan(10);
    expect(row[0].slice(0, 27)).toBe(row[1]);
  });

  it('turns a PostgreSQL time into a datetime of the server, for views of the catalogue', async () => {
    const { client } = database;
    await client.query("SET tsql.timezone = '+03:00'");
    const { rows } = await client.query(
      "SELECT tsql.server_datetime('2024-02-29 21:00:00.1234+00')::text AS t",
    );
    await client.query("SET tsql.timezone = ''");
    expect(fromPg({ name: 'datetime' }, rows[0].t)).toBe('2024-03-01 00:00:00.123');
  });
});
