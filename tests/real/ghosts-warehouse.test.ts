import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { dropDatabase, ensureDatabase } from '../../sandbox/src/postgres/server.ts';
import { postgres } from '../../src/adapters/postgres.ts';
import type { PostgresPort } from '../../src/adapters/postgres-port.ts';
import { countRows, untouched } from '../../src/central/ghosts/candidates.ts';
import { type Mark, makeMark, markOf, sinceMark } from '../../src/central/ghosts/marks.ts';
import { putBack } from '../../src/central/ghosts/put-back.ts';
import { moveOut } from '../../src/central/ghosts/remove.ts';
import { ensureOwnSchema } from '../../src/central/warehouse/own-schema.ts';
import { meantTables, sinkTables } from '../../src/central/warehouse/tables.ts';
import { openWarehouse, type Warehouse } from '../../src/central/warehouse/warehouse.ts';

/** Marks and rows moved out and back, on a real PostgreSQL without a sink. */

const DATABASE = 'ghosts_moves';
let port: PostgresPort;
let warehouse: Warehouse;

beforeAll(async () => {
  const sandbox = await loadSandbox();
  await dropDatabase(DATABASE);
  const login = await ensureDatabase({ ...sandbox.postgres.standin(1), database: DATABASE });
  port = postgres({ ...login, sslMode: 'prefer' });
  warehouse = await openWarehouse(port, new AbortController().signal);
  await ensureOwnSchema(warehouse, login.user);
});

afterAll(async () => {
  await port?.close();
  await dropDatabase(DATABASE);
});

const tableNamed = async (name: string) => meantTables(name, await sinkTables(warehouse))[0]!;

async function mark(table: string): Promise<Mark> {
  return makeMark(warehouse, 'A', [table], {});
}

test('every value of every type that the sink makes comes back as it was', async () => {
  await warehouse.ask(`CREATE TABLE "All ""kinds""" (
    "Id" integer, facility_dhis2_code text, small smallint, big bigint, yes boolean, amount numeric(19,4),
    float double precision, single real, day date, clock time(6), moment timestamp(6), exact timestamptz(6),
    words text, bytes bytea, facility_name text, PRIMARY KEY ("Id", facility_dhis2_code))`);
  await warehouse.ask(`INSERT INTO "All ""kinds""" VALUES
    (1, 'A', -32768, 9223372036854775807, true, 922337203685477.5807, 0.1, 3.4e38, '0001-01-01', '23:59:59.999999',
     '9999-12-31 23:59:59.999999', '1969-12-31 23:59:59.123456+03', E'a\\nb "c" \\\\ 漢字 😀', '\\x00ff7f', 'St. Mary''s'),
    (2, 'A', NULL, NULL, NULL, NULL, 'NaN', '-Infinity', NULL, NULL, NULL, NULL, '', '', NULL),
    (3, 'B', 1, 1, true, 1, 1, 1, '2024-01-01', '00:00', '2024-01-01', '2024-01-01Z', 'b', '', 'other')`);
  const all = () =>
    warehouse.ask<{ row: string }>(`SELECT t::text AS row FROM "All ""kinds""" t ORDER BY "Id"`);
  const before = await all();
  const made = await mark('All "kinds"');
  const table = await tableNamed('[All "kinds"]');
  const since = await sinceMark(made, warehouse);
  expect(await countRows(warehouse, table, made, since)).toEqual({ rows: 2, rewritten: 0, candidates: 2 });
  expect(await moveOut(warehouse, table, made, since, () => {})).toBe(2);
  expect(await all()).toEqual([before[2]]);
  expect((await markOf(made.id, warehouse)).kept).toBe(2);
  await warehouse.ask(`SET TimeZone = 'Asia/Kolkata'`);
  expect(await putBack(warehouse, made, await sinkTables(warehouse), undefined)).toEqual([
    { table: 'All "kinds"', restored: 2, thereAgain: 0 },
  ]);
  await warehouse.ask('RESET TimeZone');
  expect(await all()).toEqual(before);
  expect((await markOf(made.id, warehouse)).kept).toBe(0);
});

test('rows of a large table and of one in partitions are found wherever they lie', async () => {
  await warehouse.ask(
    `CREATE TABLE "Large" (id integer, facility_dhis2_code text, pad text, PRIMARY KEY (id, facility_dhis2_code))`,
  );
  await warehouse.ask(`CREATE TABLE "Parts" (id integer, facility_dhis2_code text, pad text,
    PRIMARY KEY (id, facility_dhis2_code)) PARTITION BY HASH (id)`);
  for (const n of [0, 1]) {
    await warehouse.ask(
      `CREATE TABLE "Parts_${n}" PARTITION OF "Parts" FOR VALUES WITH (MODULUS 2, REMAINDER ${n})`,
    );
  }
  for (const name of ['Large', 'Parts']) {
    // Three ranges of blocks.
    await warehouse.ask(`INSERT INTO "${name}" SELECT n, CASE WHEN n % 2 = 0 THEN 'A' ELSE 'B' END, repeat('x', 1900)
      FROM generate_series(1, 18000) n`);
    const made = await mark(name);
    await warehouse.ask(`UPDATE "${name}" SET pad = pad WHERE id % 100 <> 0`);
    const table = await tableNamed(name);
    const since = await sinceMark(made, warehouse);
    const parts: number[] = [];
    expect(await moveOut(warehouse, table, made, since, (sum) => parts.push(sum))).toBe(180);
    expect(parts.length).toBeGreaterThan(name === 'Large' ? 2 : 0);
    expect(await countRows(warehouse, table, made, since)).toMatchObject({ rows: 8820, candidates: 0 });
    expect(
      await warehouse.ask(`SELECT count(*)::int AS n FROM "${name}" WHERE facility_dhis2_code = 'B'`),
    ).toEqual([{ n: 9000 }]);
  }
});

test('a transaction that ran while the mark was made keeps what it wrote', async () => {
  await warehouse.ask(`CREATE TABLE "Late" (id integer PRIMARY KEY, facility_dhis2_code text)`);
  const sandbox = await loadSandbox();
  const other = postgres({ ...sandbox.postgres.standin(1), database: DATABASE, sslMode: 'prefer' });
  const late = await openWarehouse(other, new AbortController().signal);
  await late.ask('BEGIN');
  await late.ask(`INSERT INTO "Late" VALUES (1, 'A')`);
  // A later one that has ended by the time of the mark.
  await warehouse.ask('SELECT txid_current()');
  const made = await mark('Late');
  await late.ask('COMMIT');
  await other.close();
  const table = await tableNamed('Late');
  const since = await sinceMark(made, warehouse);
  expect(await countRows(warehouse, table, made, since)).toEqual({ rows: 1, rewritten: 1, candidates: 0 });
});

test('a mark of another warehouse, and one that is too old, are refused', async () => {
  const made = await mark('Late');
  await expect(sinceMark({ ...made, cluster: '1/2' }, warehouse)).rejects.toMatchObject({
    code: 'ghosts.mark-void',
  });
  await expect(sinceMark({ ...made, horizon: made.horizon - 2 ** 31 }, warehouse)).rejects.toMatchObject({
    code: 'ghosts.mark-void',
  });
  await expect(sinceMark({ ...made, horizon: made.horizon + 1000 }, warehouse)).rejects.toMatchObject({
    code: 'ghosts.mark-void',
  });
});

test('a column that is gone is not lost without a word', async () => {
  const made = await mark('Late');
  await moveOut(warehouse, await tableNamed('Late'), made, await sinceMark(made, warehouse), () => {});
  await warehouse.ask('ALTER TABLE "Late" ADD COLUMN more text');
  await warehouse.ask(
    `UPDATE clinicmaster_cdc.removed_rows SET content = content || '{"old": 1}' WHERE mark = $1`,
    [made.id],
  );
  await expect(putBack(warehouse, made, await sinkTables(warehouse), undefined)).rejects.toMatchObject({
    code: 'ghosts.columns-gone',
    seen: 'no column old',
  });
});

test('a user who may not make a schema gets the statement for the DBA', async () => {
  const { postgres: servers } = await loadSandbox();
  const poor = { ...servers.warehouse, database: DATABASE, sslMode: 'prefer' as const };
  await warehouse.ask('DROP SCHEMA clinicmaster_cdc CASCADE');
  const other = postgres(poor);
  const theirs = await openWarehouse(other, new AbortController().signal);
  await expect(ensureOwnSchema(theirs, poor.user)).rejects.toMatchObject({
    code: 'warehouse.no-schema',
    who: 'dba',
    commands: ['CREATE SCHEMA clinicmaster_cdc AUTHORIZATION "warehouse";'],
  });
  await other.close();
});

test('the number of a row says whether it was written since, however often the counter has gone round', async () => {
  const round = 2 ** 32;
  const cases: [horizon: number, since: number, row: number, candidate: boolean][] = [];
  for (const horizon of [10, round - 5, round + 7, 5 * round - 1]) {
    for (const since of [0, 1, 1000, 2 ** 31]) {
      for (const later of [0, 1, since])
        cases.push([horizon, since, horizon + Math.min(later, since), false]);
      // Not given out yet when `since` was asked for: begun while the statement runs.
      cases.push([horizon, since, horizon + since + 1_000_000, false]);
      for (const before of [1, 2, 1000]) {
        if (horizon - before > 2) cases.push([horizon, since, horizon - before, true]);
      }
      if (horizon > round) cases.push([horizon, since, horizon - 900_000_000, true]);
    }
  }
  for (const [horizon, since, row, candidate] of cases) {
    const [answer] = await warehouse.ask<{ is: boolean }>(
      `SELECT ${untouched({ horizon }, since)} AS is
       FROM (SELECT ($1::bigint % ${round})::text::xid AS xmin) t`,
      [row],
    );
    expect([horizon, since, row, answer?.is]).toEqual([horizon, since, row, candidate]);
  }
});
