import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'mssql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Clinic, openClinic } from './support/standin-clinic.ts';

let clinic: Clinic;
const pools: sql.ConnectionPool[] = [];

/** A client of its own: one connection, so that its transactions and settings stay with it. */
async function client() {
  const pool = new sql.ConnectionPool({
    server: clinic.standin.host,
    port: clinic.standin.port,
    ...clinic.standin.sa,
    database: 'Clinic',
    pool: { min: 1, max: 1 },
    options: { encrypt: true, trustServerCertificate: true },
  });
  await pool.connect();
  pools.push(pool);
  return {
    batch: async (text: string) => (await pool.request().batch(text)).recordset as Record<string, unknown>[],
    refusal: async (text: string) =>
      pool
        .request()
        .batch(text)
        .then(
          () => undefined,
          (error: { number?: number }) => error.number,
        ),
  };
}

beforeAll(async () => {
  clinic = await openClinic('standin_sessions');
});

afterAll(async () => {
  for (const pool of pools) await pool.close();
  await clinic?.remove();
});

beforeEach(async () => {
  await clinic.batch('DROP TABLE IF EXISTS T; CREATE TABLE T (id int NOT NULL PRIMARY KEY, n int NULL)');
});

const ids = async () =>
  (await clinic.rows<{ id: number }>('SELECT id FROM T ORDER BY id')).map(({ id }) => id);

describe('transactions', () => {
  test('implicit: the first statement that touches a table opens one, as JDBC with autocommit off does', async () => {
    const { batch } = await client();
    await batch('set implicit_transactions on ');
    await batch('SELECT 1');
    expect(await batch('SELECT @@TRANCOUNT AS n')).toEqual([{ n: 0 }]);
    await batch('SELECT * FROM T');
    expect(await batch('SELECT @@TRANCOUNT AS n')).toEqual([{ n: 1 }]);
    await batch('INSERT INTO T VALUES (1, 1)');
    await batch('IF @@TRANCOUNT > 0 ROLLBACK TRAN');
    expect(await ids()).toEqual([]);
    await batch('INSERT INTO T VALUES (2, 2)');
    await batch('IF @@TRANCOUNT > 0 COMMIT TRAN');
    expect(await ids()).toEqual([2]);
  });

  test('a reader in an implicit transaction does not hold up ALTER TABLE', async () => {
    const { batch } = await client();
    await batch('set implicit_transactions on ');
    await batch('SELECT * FROM T');
    await clinic.batch('SET LOCK_TIMEOUT 2000; ALTER TABLE T ADD extra int NULL');
    expect(await batch('SELECT @@TRANCOUNT AS n')).toEqual([{ n: 1 }]);
  });

  test("Debezium's savepoint: opened with the transaction, rolled back to, still open", async () => {
    const { batch } = await client();
    await batch(
      'IF @@TRANCOUNT = 0 BEGIN BEGIN TRAN IF @@TRANCOUNT = 2 COMMIT TRAN END SAVE TRAN [dbz_schema_snapshot]',
    );
    await batch('INSERT INTO T VALUES (1, 1)');
    await batch('IF @@TRANCOUNT > 0 ROLLBACK TRAN [dbz_schema_snapshot]');
    expect(await batch('SELECT @@TRANCOUNT AS n')).toEqual([{ n: 1 }]);
    await batch('INSERT INTO T VALUES (2, 2)');
    await batch('COMMIT');
    expect(await ids()).toEqual([2]);
  });

  test('nested BEGIN and COMMIT only count; an unknown savepoint is refused and hurts nothing', async () => {
    const { batch, refusal } = await client();
    await batch('BEGIN TRAN; BEGIN TRAN; INSERT INTO T VALUES (1, 1); COMMIT');
    expect(await batch('SELECT @@TRANCOUNT AS n')).toEqual([{ n: 1 }]);
    expect(await refusal('ROLLBACK TRAN nowhere')).toBe(6401);
    await batch('COMMIT');
    expect(await ids()).toEqual([1]);
    expect(await refusal('COMMIT')).toBe(3902);
    expect(await refusal('ROLLBACK')).toBe(3903);
    expect(await refusal('SAVE TRAN s')).toBe(628);
  });

  test('a failed statement undoes itself only; with XACT_ABORT ON everything', async () => {
    const { batch, refusal } = await client();
    expect(
      await refusal(
        'BEGIN TRAN; INSERT INTO T VALUES (1, 1); INSERT INTO T VALUES (1, 1); INSERT INTO T VALUES (2, 2); COMMIT',
      ),
    ).toBe(2627);
    expect(await ids()).toEqual([1, 2]);
    await batch('SET XACT_ABORT ON');
    expect(
      await refusal('BEGIN TRAN; INSERT INTO T VALUES (3, 3); INSERT INTO T VALUES (1, 1); COMMIT'),
    ).toBe(2627);
    expect(await batch('SELECT @@TRANCOUNT AS n')).toEqual([{ n: 0 }]);
    expect(await ids()).toEqual([1, 2]);
  });

  test('tables made in a transaction go with its rollback, for every session', async () => {
    const { batch, refusal } = await client();
    await batch('BEGIN TRAN; CREATE TABLE Made (a int); INSERT INTO Made VALUES (1)');
    expect(await batch('SELECT a FROM Made')).toEqual([{ a: 1 }]);
    expect(await clinic.refusal('SELECT * FROM Made')).toBe(208);
    await batch('ROLLBACK');
    expect(await refusal('SELECT * FROM Made')).toBe(208);
    await batch('BEGIN TRAN; CREATE TABLE Made (a int); COMMIT');
    expect(await clinic.rows('SELECT a FROM Made')).toEqual([]);
    expect(await clinic.refusal('CREATE TABLE made (a int)')).toBe(2714);
    await clinic.batch('DROP TABLE Made');
  });
});

describe('isolation and locks', () => {
  test('snapshot needs the database to allow it, and then sees one moment', async () => {
    await clinic.batch('INSERT INTO T VALUES (1, 1)');
    const { batch, refusal } = await client();
    await batch('SET TRANSACTION ISOLATION LEVEL SNAPSHOT');
    expect(await refusal('SELECT * FROM T')).toBe(3952);
    await clinic.batch('ALTER DATABASE Clinic SET ALLOW_SNAPSHOT_ISOLATION ON');
    await batch('BEGIN TRAN');
    expect(await batch('SELECT COUNT(*) AS n FROM T')).toEqual([{ n: 1 }]);
    await clinic.batch('INSERT INTO T VALUES (2, 2); UPDATE T SET n = 9 WHERE id = 1');
    expect(await batch('SELECT id, n FROM T')).toEqual([{ id: 1, n: 1 }]);
    expect(await refusal('UPDATE T SET n = 5 WHERE id = 1')).toBe(3960);
    expect(await batch('SELECT @@TRANCOUNT AS n')).toEqual([{ n: 0 }]);
    expect(await batch('SELECT COUNT(*) AS n FROM T')).toEqual([{ n: 2 }]);
    await batch('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await clinic.batch('ALTER DATABASE Clinic SET ALLOW_SNAPSHOT_ISOLATION OFF');
  });

  test('SET LOCK_TIMEOUT ends a wait with 1222, and a rollback does not forget it', async () => {
    await clinic.batch('INSERT INTO T VALUES (1, 1)');
    const holder = await client();
    const waiter = await client();
    await holder.batch('BEGIN TRAN; UPDATE T SET n = 2 WHERE id = 1');
    await waiter.batch('SET LOCK_TIMEOUT 200; BEGIN TRAN; INSERT INTO T VALUES (5, 5); ROLLBACK');
    expect(await waiter.refusal('UPDATE T SET n = 3 WHERE id = 1')).toBe(1222);
    expect(await waiter.refusal('UPDATE T SET n = 3 WHERE id = 1')).toBe(1222);
    await holder.batch('COMMIT');
    expect(await waiter.refusal('UPDATE T SET n = 3 WHERE id = 1')).toBeUndefined();
  });

  test('TABLOCKX keeps writers out until its transaction ends', async () => {
    const holder = await client();
    const waiter = await client();
    await holder.batch('BEGIN TRAN; SELECT TOP(0) * FROM [Clinic].[dbo].[T] WITH (TABLOCKX)');
    expect(await waiter.refusal('SET LOCK_TIMEOUT 200; INSERT INTO T VALUES (1, 1)')).toBe(1222);
    await holder.batch('ROLLBACK');
    expect(await waiter.refusal('INSERT INTO T VALUES (1, 1)')).toBeUndefined();
  });

  test('of two that wait for each other one is the deadlock victim and loses its transaction', async () => {
    await clinic.batch('INSERT INTO T VALUES (1, 1), (2, 2)');
    const a = await client();
    const b = await client();
    await a.batch('BEGIN TRAN; UPDATE T SET n = 10 WHERE id = 1');
    await b.batch('BEGIN TRAN; UPDATE T SET n = 20 WHERE id = 2');
    const outcomes = await Promise.all([
      a.refusal('UPDATE T SET n = 11 WHERE id = 2'),
      b.refusal('UPDATE T SET n = 21 WHERE id = 1'),
    ]);
    expect(outcomes.filter((number) => number === 1205)).toHaveLength(1);
    const [victim, survivor] = outcomes[0] === 1205 ? [a, b] : [b, a];
    expect(await victim.batch('SELECT @@TRANCOUNT AS n')).toEqual([{ n: 0 }]);
    expect(await survivor.batch('SELECT @@TRANCOUNT AS n')).toEqual([{ n: 1 }]);
    await survivor.batch('COMMIT');
  });
});

describe('requests', () => {
  test('a cancelled statement ends at once; the connection and its transaction go on', async () => {
    const pool = await clinic.standin.pool('Clinic');
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    await transaction.request().batch('INSERT INTO T VALUES (1, 1)');
    const request = transaction.request();
    const waiting = request.batch("WAITFOR DELAY '00:00:30'").then(
      () => 'ended',
      (error: { code?: string }) => error.code,
    );
    await sleep(200);
    request.cancel();
    expect(await waiting).toBe('ECANCEL');
    const slow = transaction.request();
    const scanning = slow
      .query(
        'SELECT COUNT_BIG(*) AS n FROM sys.types a, sys.types b, sys.types c, sys.types d, sys.types e, sys.types f',
      )
      .then(
        () => 'ended',
        (error: { code?: string }) => error.code,
      );
    await sleep(300);
    slow.cancel();
    expect(await scanning).toBe('ECANCEL');
    await transaction.request().batch('INSERT INTO T VALUES (2, 2)');
    await transaction.commit();
    expect(await ids()).toEqual([1, 2]);
    await pool.close();
  });

  test('parameters, OUTPUT parameters, identity and row counts', async () => {
    await clinic.batch('CREATE TABLE I (id int IDENTITY(10, 5) PRIMARY KEY, s nvarchar(20) NOT NULL)');
    const pool = await clinic.standin.pool('Clinic');
    const inserted = await pool
      .request()
      .input('s', sql.NVarChar(20), 'Ağrı')
      .query('INSERT INTO I (s) VALUES (@s); SELECT SCOPE_IDENTITY() AS id, @@ROWCOUNT AS n');
    expect(inserted.recordset).toEqual([{ id: 10, n: 1 }]);
    await pool
      .request()
      .batch(`SET IDENTITY_INSERT I ON; INSERT INTO I (id, s) VALUES (100, N'x'); SET IDENTITY_INSERT I OFF`);
    const next = await pool.request().query(`INSERT INTO I (s) OUTPUT inserted.id VALUES (N'y')`);
    expect(next.recordset).toEqual([{ id: 105 }]);
    const output = await pool
      .request()
      .input('a', sql.Int, 20)
      .output('b', sql.Int)
      .query('SET @b = @a * 2 + (SELECT COUNT(*) FROM I)');
    expect(output.output).toEqual({ b: 43 });
    await pool.close();
    await clinic.batch('DROP TABLE I');
  });

  test('bulk load', async () => {
    const pool = await clinic.standin.pool('Clinic');
    const table = new sql.Table('T');
    table.columns.add('id', sql.Int, { nullable: false });
    table.columns.add('n', sql.Int, { nullable: true });
    for (let id = 1; id <= 5000; id += 1) table.rows.add(id, id % 2 ? id : null);
    expect((await pool.request().bulk(table)).rowsAffected).toBe(5000);
    expect(await clinic.rows('SELECT COUNT(*) AS rows, COUNT(n) AS ns FROM T')).toEqual([
      { rows: 5000, ns: 2500 },
    ]);
    await pool.close();
  });

  test('a killed session is told so and loses its connection', async () => {
    const pool = await clinic.standin.pool('Clinic');
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    const { recordset } = await transaction.request().batch<{ spid: number }>('SELECT @@SPID AS spid');
    await clinic.batch(`EXEC standin.kill_sessions ${recordset[0]?.spid}`);
    await expect(transaction.request().batch('INSERT INTO T VALUES (1, 1)')).rejects.toMatchObject({
      number: 596,
    });
    expect(await ids()).toEqual([]);
    // mssql keeps the dead connection with its transaction until that is given up.
    await transaction.rollback().catch(() => undefined);
    await pool.close();
    expect(await clinic.refusal(`EXEC standin.kill_sessions @@SPID`)).toBe(6104);
  });

  test('@@VERSION and the edition say what it is', async () => {
    const [row] = await clinic.rows<{ v: string; e: number }>(
      `SELECT @@VERSION AS v, CAST(SERVERPROPERTY('EngineEdition') as INT) AS e`,
    );
    expect(row?.v).toContain('stand-in of clinicmaster-cdc (not a SQL Server)');
    expect(row?.e).toBe(3);
  });
});
