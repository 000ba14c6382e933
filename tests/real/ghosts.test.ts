import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFailed, type CliRun, runCli } from '../../sandbox/src/demo/cli.ts';
import type { PostgresLogin } from '../../sandbox/src/load.ts';
import { TOPIC_PREFIX } from '../../src/connector/names.ts';
import { DATABASE } from './support/hospital.ts';
import { type PreparedFacility, prepareFacility } from './support/installed-facility.ts';
import { type OwnSink, startOwnSink } from './support/own-sink.ts';
import { poison } from './support/poison.ts';
import { type ProgramRun, runProgram } from './support/program.ts';
import type { WorkerContainer } from './support/worker-container.ts';

/** Rows that a hospital has deleted while nothing read its changes: the real sink, and a real PostgreSQL behind it. */

const [CODE, OTHER] = ['GHOSTS-A', 'GHOSTS-B'];
const PATIENTS = `${TOPIC_PREFIX}.${DATABASE}.dbo.Patients`;
const ROWS = 400;
/** Deleted in the gap. */
const GONE = Array.from({ length: 25 }, (_, at) => 100 + at * 3);

let facility: PreparedFacility;
let other: PreparedFacility;
let own: OwnSink;
let sink: WorkerContainer;
let login: PostgresLogin;
let warehouse: pg.Client;
let dir: string;

const ghosts = (...argv: string[]) => runProgram({}, 'central', 'ghosts', ...argv, '--dir', dir);
const remove = (...more: string[]) =>
  ghosts('remove', '--facility', CODE, '--table', 'dbo.Patients', '--yes', ...more);
const json = ({ stdout }: ProgramRun) => JSON.parse(stdout);
const words = ({ stdout, stderr }: ProgramRun) => `${stdout}${stderr}`.replace(/\s+/g, ' ');
const dba = (...batches: string[]) => facility.hospital.dba(...batches);

/** A command at the facility that must succeed. */
async function atFacility(...argv: string[]): Promise<CliRun> {
  const run = await runCli([...argv, '--dir', facility.dir], {}, () => {});
  if (run.exitCode !== 0) throw new CliFailed(run);
  return run;
}

async function source(of: PreparedFacility): Promise<string[]> {
  const pool = await of.hospital.standin.pool(DATABASE);
  try {
    const { recordset } = await pool.request().query('SELECT PatientNo, FullName FROM dbo.Patients');
    return recordset.map((row) => `${row.PatientNo} ${row.FullName}`).sort();
  } finally {
    await pool.close();
  }
}

async function arrived(code: string): Promise<string[]> {
  const { rows } = await warehouse.query(
    'SELECT "PatientNo" AS no, "FullName" AS name FROM "Patients" WHERE facility_dhis2_code = $1',
    [code],
  );
  return rows.map(({ no, name }) => `${no} ${name}`).sort();
}

/** With the numbers of the transactions that wrote them. */
async function written(code: string): Promise<unknown[]> {
  const { rows } = await warehouse.query(
    'SELECT xmin::text, ctid::text, * FROM "Patients" WHERE facility_dhis2_code = $1 ORDER BY "PatientNo"',
    [code],
  );
  return rows;
}

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await holds()); await sleep(300)) {
    if (Date.now() > end)
      throw new Error(`Not in ${seconds} s: ${what}\n${(await sink.logs()).slice(-3000)}`);
  }
}

async function inWarehouse(of: PreparedFacility, code: string): Promise<boolean> {
  const known = await warehouse.query(`SELECT to_regclass('"Patients"') IS NOT NULL AS there`);
  if (known.rows[0].there !== true) return false;
  return JSON.stringify(await arrived(code)) === JSON.stringify(await source(of));
}

beforeAll(async () => {
  const wish = (code: string, n: number) => ({
    code,
    instance: `ghosts${n}`,
    restPort: 18830 + n,
    storage: `ghosts_${n}`,
    patient: 'Apio',
    heartbeatMs: 1000,
  });
  // Both before the first is installed: each begins by removing what an earlier run has left of the shared topics.
  facility = await prepareFacility(wish(CODE, 1));
  other = await prepareFacility(wish(OTHER, 2));
  for (const { flags, passwords } of [facility, other]) await runCli(['init', ...flags], passwords, () => {});
  own = await startOwnSink('ghosts_sink', 18830);
  ({ worker: sink, login, warehouse, dir } = own);
  const dbaEnv = { SQL_DBA_USER: 'sa', SQL_DBA_PASS: facility.hospital.standin.sa.password };
  const enabled = await runProgram(dbaEnv, 'sql', 'enable', '--dir', facility.dir, '--apply', '--yes');
  expect(enabled.exit, enabled.stderr).toBe(0);
  const rows = Array.from({ length: ROWS }, (_, at) => `(${at + 2}, N'Patient ${at + 2}')`);
  await dba(`INSERT INTO dbo.Patients VALUES ${rows.join(',')}`);
  await other.hospital.dba(`INSERT INTO dbo.Patients VALUES ${rows.slice(0, 200).join(',')}`);
  await until(
    'both are in the warehouse',
    90,
    async () => (await inWarehouse(facility, CODE)) && (await inWarehouse(other, OTHER)),
  );
});

afterAll(async () => {
  await own?.remove();
  await facility?.remove();
  await other?.remove();
});

/** Deletes and changes rows while nothing reads, and has SQL Server forget it. */
async function gap(): Promise<void> {
  await atFacility('stop');
  await dba(
    `DELETE FROM dbo.Patients WHERE PatientNo IN (${GONE.join(',')})`,
    "UPDATE dbo.Patients SET FullName = N'changed in the gap' WHERE PatientNo IN (5, 6, 7)",
  );
  await until('SQL Server has captured it', 30, async () => {
    const pool = await facility.hospital.standin.pool(DATABASE);
    try {
      const { recordset } = await pool.request().query(
        `SELECT SUM(CASE WHEN __$operation = 1 THEN 1 ELSE 0 END) AS gone, MAX(CASE WHEN FullName = N'changed in the gap' THEN 1 ELSE 0 END) AS changed
           FROM cdc.dbo_Patients_CT`,
      );
      // The change that came last, too: the cleanup keeps what stands at its mark.
      return recordset[0]?.gone >= GONE.length && recordset[0]?.changed === 1;
    } finally {
      await pool.close();
    }
  });
  await dba(
    `DECLARE @mark binary(10) = sys.fn_cdc_get_max_lsn();
     EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_Patients', @low_water_mark = @mark`,
  );
}

describe('rows that were deleted in a gap', () => {
  test('stay in the warehouse; without a mark nothing is judged, and the mark changes no row', async () => {
    await gap();
    expect((await arrived(CODE)).length - (await source(facility)).length).toBe(GONE.length);
    const before = await ghosts('show', '--facility', CODE, '--table', 'dbo.Patients');
    expect([before.exit, words(before)]).toEqual([
      3,
      expect.stringContaining('No mark of GHOSTS-A covers Patients'),
    ]);
    const stranger = await ghosts('mark', '--facility', 'ghosts-a', '--tables', 'all');
    expect([stranger.exit, words(stranger)]).toEqual([2, expect.stringContaining('No row of ghosts-a')]);
    const rows = await written(CODE);
    const mark = await ghosts('mark', '--facility', CODE, '--tables', 'dbo.Patients', '--json');
    expect([mark.exit, json(mark).mark]).toEqual([
      0,
      expect.objectContaining({ id: 1, tables: ['Patients'] }),
    ]);
    expect(await written(CODE)).toEqual(rows);
  });

  test('are not taken out before the copy has come', async () => {
    const n = (await source(facility)).length;
    const early = await remove(
      '--rows',
      String(n),
      '--accept-risk',
      'delete-rows',
      '--accept-risk',
      'unproven-copy',
    );
    expect(early.exit).toBe(3);
    expect(words(early)).toContain(`${n} of ${n} rows of the hospital have not been written since the mark.`);
    const unproven = await remove('--rows', '0', '--accept-risk', 'delete-rows');
    expect(words(unproven)).toContain('asked for no copy of this table');
    expect((await arrived(CODE)).length).toBe(n + GONE.length);
  });

  test('stay behind a copy, are counted exactly, and their keys are told to a private file alone', async () => {
    const { length } = await source(facility);
    const recovered = await atFacility('recover', 'gap', '--accept-risk', 'resnapshot', '--marked', '--yes');
    // What the hospital passes on, and the central site types.
    expect(recovered.output).toContain(
      `clinicmaster-cdc central ghosts show --facility ${CODE} --rows dbo.Patients=${length}`,
    );
    // The hospital goes on working.
    await dba(
      "INSERT INTO dbo.Patients VALUES (9001, N'new'), (9002, N'new')",
      "UPDATE dbo.Patients SET FullName = N'changed later' WHERE PatientNo = 8",
      'DELETE FROM dbo.Patients WHERE PatientNo = 9',
    );
    const rows = await source(facility);
    await until('the copy and the changes are in the warehouse', 60, async () => {
      const there = new Set(await arrived(CODE));
      return rows.every((row) => there.has(row)) && there.size === rows.length + GONE.length;
    });
    const keys = join(dir, 'keys.jsonl');
    const flags = ['--facility', CODE, '--table', 'Patients', '--rows', String(rows.length), '--keys', keys];
    await until(
      'the sink has noted it',
      60,
      async () => (await ghosts('show', ...flags, '--json')).exit === 0,
    );
    // As recover prints it.
    const printed = ['--facility', CODE, '--rows', `dbo.Patients=${rows.length}`, '--keys', keys];
    const shown = await ghosts('show', ...printed, '--json');
    expect(json(shown).tables).toEqual([
      expect.objectContaining({
        rows: rows.length + GONE.length,
        rewritten: rows.length,
        candidates: GONE.length,
        reported: rows.length,
        proven: true,
        against: [],
      }),
    ]);
    const lines = (await readFile(keys, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).key.PatientNo).sort((a, b) => a - b)).toEqual(GONE);
    expect((await stat(keys)).mode & 0o777).toBe(0o600);
    expect(words(shown)).not.toContain('Patient 1');
  });

  test('are refused with fewer rows than the hospital has, and without its number', async () => {
    const n = (await source(facility)).length;
    const more = await remove(
      '--rows',
      String(n + 3),
      '--accept-risk',
      'delete-rows',
      '--accept-risk',
      'unproven-copy',
    );
    expect([more.exit, words(more)]).toEqual([
      3,
      expect.stringContaining(`3 of ${n + 3} rows of the hospital`),
    ]);
    const untold = await remove('--accept-risk', 'delete-rows');
    expect([untold.exit, words(untold)]).toEqual([3, expect.stringContaining('--accept-risk unproven-copy')]);
    const unasked = await remove('--rows', String(n));
    expect([unasked.exit, words(unasked)]).toEqual([2, expect.stringContaining('--accept-risk delete-rows')]);
    expect((await arrived(CODE)).length).toBe(n + GONE.length);
  });

  test('are passed over while the sink writes one of them anew', async () => {
    const n = (await source(facility)).length;
    const writer = new pg.Client(login);
    await writer.connect();
    await writer.query('BEGIN');
    await writer.query(
      'UPDATE "Patients" SET "FullName" = $1 WHERE "PatientNo" = $2 AND facility_dhis2_code = $3',
      ['came back', GONE[0], CODE],
    );
    const held = await remove('--rows', String(n), '--accept-risk', 'delete-rows', '--json');
    await writer.query('COMMIT');
    await writer.end();
    expect([held.exit, json(held)]).toEqual([
      3,
      expect.objectContaining({ removed: GONE.length - 1, left: 1 }),
    ]);
    const now = await arrived(CODE);
    expect([now.length, now.includes(`${GONE[0]} came back`)]).toEqual([n + 1, true]);
    // Written since the mark: it lives.
    const again = await remove('--rows', String(n), '--accept-risk', 'delete-rows', '--json');
    expect([again.exit, json(again)]).toEqual([
      0,
      expect.objectContaining({ removed: 0, left: 0, changed: false }),
    ]);
    await warehouse.query('DELETE FROM "Patients" WHERE "PatientNo" = $1 AND facility_dhis2_code = $2', [
      GONE[0],
      CODE,
    ]);
  });

  test('go, and the warehouse holds what the hospital holds; the other hospital is untouched', async () => {
    expect(await arrived(CODE)).toEqual(await source(facility));
    expect(await arrived(OTHER)).toEqual(await source(other));
  });

  test('come back as they were, where a newer row does not stand there, and go again', async () => {
    const others = await written(OTHER);
    const n = (await source(facility)).length;
    await warehouse.query(
      `INSERT INTO "Patients" ("PatientNo", facility_dhis2_code, "FullName") VALUES ($1, $2, 'newer')`,
      [GONE[1], CODE],
    );
    const back = await ghosts('restore', '--mark', '1', '--yes', '--json');
    expect([back.exit, json(back).restored]).toEqual([
      0,
      [{ table: 'Patients', restored: GONE.length - 2, thereAgain: 1 }],
    ]);
    const now = await arrived(CODE);
    for (const no of GONE.slice(2)) expect(now).toContain(`${no} Patient ${no}`);
    expect(now).toContain(`${GONE[1]} newer`);
    const names = await warehouse.query(
      'SELECT DISTINCT facility_name FROM "Patients" WHERE facility_dhis2_code = $1 AND "PatientNo" = $2',
      [CODE, GONE[2]],
    );
    expect(names.rows).toEqual([{ facility_name: 'Hospital ghosts1' }]);
    const list = await ghosts('--json');
    expect(json(list).marks).toEqual([expect.objectContaining({ id: 1, facility: CODE, kept: 1 })]);
    // What came back was written after the mark: another mark stands before the next copy.
    expect((await arrived(CODE)).length).toBe(n + GONE.length - 1);
    expect(await written(OTHER)).toEqual(others);
  });
});

describe('what speaks against a whole copy', () => {
  test('a row that the sink has set aside is named, whosoever it is told apart by its key', async () => {
    await ghosts('mark', '--facility', CODE, '--tables', 'dbo.Patients');
    const key = (code: string) => ({ PatientNo: 77, facility_dhis2_code: code });
    await poison(PATIENTS, key(OTHER));
    const flags = ['--facility', CODE, '--table', 'Patients', '--rows', '0', '--json'];
    const codes = async () =>
      json(await ghosts('show', ...flags)).tables[0].against.map(({ code }: { code: string }) => code);
    expect(await codes()).not.toContain('dead-letters');
    await poison(PATIENTS, key(CODE));
    expect(await codes()).toContain('dead-letters');
    const refused = await remove(
      '--rows',
      '0',
      '--accept-risk',
      'delete-rows',
      '--accept-risk',
      'unproven-copy',
    );
    expect([refused.exit, words(refused)]).toEqual([
      3,
      expect.stringContaining('--accept-risk dead-letters'),
    ]);
    expect(words(refused)).toContain('1 records of this facility and table were set aside');
  });

  test('a trigger that may keep a row as it is', async () => {
    await warehouse.query(
      `CREATE TRIGGER quiet BEFORE UPDATE ON "Patients" FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    );
    const shown = await ghosts('show', '--facility', CODE, '--table', 'Patients', '--rows', '0');
    await warehouse.query('DROP TRIGGER quiet ON "Patients"');
    expect(words(shown)).toContain('public."Patients" has trigger quiet');
  });

  test('a warehouse that was restored: its transactions are counted from another beginning', async () => {
    await warehouse.query(`UPDATE clinicmaster_cdc.ghost_marks SET cluster = '1/1'`);
    const shown = await ghosts('show', '--facility', CODE, '--table', 'Patients', '--rows', '0');
    expect([shown.exit, words(shown)]).toEqual([
      3,
      expect.stringContaining('the warehouse was restored or moved'),
    ]);
  });
});

test('the stand-ins reported no fault of their own', () => {
  expect([...facility.hospital.standin.reports, ...other.hospital.standin.reports]).toEqual([]);
});
