import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CliFailed, type CliRun, runCli } from '../../sandbox/src/demo/cli.ts';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { recordsWritten, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import type { Login } from '../../sandbox/src/load.ts';
import { docker, removeContainer } from '../../sandbox/src/provision/docker.ts';
import { connectRest } from '../../src/adapters/connect-rest.ts';
import { facilityNames, TOPIC_PREFIX } from '../../src/connector/names.ts';
import { DATABASE } from './support/hospital.ts';
import { type InstalledFacility, installFacility, jsonOf } from './support/installed-facility.ts';
import { type OwnSink, startOwnSink } from './support/own-sink.ts';
import { poison } from './support/poison.ts';
import { type ProgramRun, runProgram } from './support/program.ts';

/** A facility that gets another DHIS2 code: the real connector goes on under it, the real warehouse follows. */

const [OLD, NEW] = ['RECODE-OLD', 'RECODE-NEW'];
const INSTANCE = 'recode';
const REST_PORT = 18834;
const names = facilityNames(NEW, INSTANCE);
const PATIENTS = `${TOPIC_PREFIX}.${DATABASE}.dbo.Patients`;
const ROWS = 300;

let facility: InstalledFacility;
let own: OwnSink;
let login: Login;
/** Records about patients when the old code stopped. */
let sent = 0;
let carriedLsn = '';

const words = (text: string) => text.replace(/\s+/g, ' ');
const central = (...argv: string[]) => runProgram({}, 'central', 'recode', ...argv, '--dir', own.dir);
const said = ({ stdout, stderr }: ProgramRun) => words(`${stdout}${stderr}`);
const newDir = () => join(facility.home, 'renamed');
const worker = connectRest(`http://127.0.0.1:${REST_PORT}`);

async function init(...more: string[]): Promise<CliRun> {
  const flags = [
    '--dir',
    newDir(),
    '--code',
    NEW,
    '--kafka-user',
    login.username,
    '--carry-from',
    facility.dir,
  ];
  return runCli(['init', '--yes', ...flags, ...more], { KAFKA_PASS: login.password }, () => {}).catch(
    (error: unknown) => {
      if (error instanceof CliFailed) return error.run;
      throw error;
    },
  );
}

const records = () => recordsWritten(PATIENTS);

async function source(): Promise<string[]> {
  const pool = await facility.hospital.standin.pool(DATABASE);
  try {
    const { recordset } = await pool.request().query('SELECT PatientNo, FullName FROM dbo.Patients');
    return recordset.map((row) => `${row.PatientNo} ${row.FullName}`).sort();
  } finally {
    await pool.close();
  }
}

async function arrived(code: string): Promise<string[]> {
  const known = await own.warehouse.query(`SELECT to_regclass('"Patients"') IS NOT NULL AS there`);
  if (known.rows[0].there !== true) return [];
  const { rows } = await own.warehouse.query(
    'SELECT "PatientNo" AS no, "FullName" AS name FROM "Patients" WHERE facility_dhis2_code = $1',
    [code],
  );
  return rows.map(({ no, name }) => `${no} ${name}`).sort();
}

async function same(code: string, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (JSON.stringify(await arrived(code)) !== JSON.stringify(await source())) {
    if (Date.now() > end) expect(await arrived(code)).toEqual(await source());
    await sleep(300);
  }
}

async function removeNew(): Promise<void> {
  await removeContainer(names.container);
  await withAdmin(async (admin) => {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(names.prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}

beforeAll(async () => {
  await removeNew();
  facility = await installFacility({
    code: OLD,
    instance: INSTANCE,
    restPort: REST_PORT,
    storage: 'recode',
    patient: 'Apio',
    heartbeatMs: 1000,
  });
  own = await startOwnSink('recode_sink', 18833);
  login = await enrolFacility(NEW);
  const rows = Array.from({ length: ROWS }, (_, at) => `(${at + 2}, N'Patient ${at + 2}')`);
  await facility.hospital.dba(`INSERT INTO dbo.Patients VALUES ${rows.join(',')}`);
  await same(OLD, 60);
});

afterAll(async () => {
  await own?.remove();
  await removeNew();
  await facility?.remove();
});

test('while the old code streams nothing is carried over', async () => {
  const refused = await init('--dry-run');
  expect([refused.exitCode, words(refused.output)]).toEqual([
    3,
    expect.stringContaining(`The old code ${OLD} is not at rest.`),
  ]);
  const topics = await withAdmin((admin) => admin.listTopics());
  expect(topics.filter((name) => name.startsWith(names.prefix))).toEqual([]);
});

test('the warehouse gets the new code: counted first, refused without the risk, nothing else is touched', async () => {
  await facility.ask('stop');
  // At the end of the topic: the sink will never write down that it is through with this one.
  await poison(PATIENTS, { PatientNo: 77, facility_dhis2_code: OLD });
  sent = await records();
  // The hospital works on.
  await facility.hospital.dba(
    "INSERT INTO dbo.Patients VALUES (9001, N'while stopped')",
    "UPDATE dbo.Patients SET FullName = N'changed while stopped' WHERE PatientNo = 5",
    'DELETE FROM dbo.Patients WHERE PatientNo IN (6, 7)',
  );
  await own.warehouse.query(
    `INSERT INTO "Patients" ("PatientNo", facility_dhis2_code, "FullName") VALUES (1, 'X', 'x')`,
  );
  const dry = await central(OLD, NEW, '--dry-run', '--json');
  expect([dry.exit, JSON.parse(dry.stdout)]).toEqual([
    0,
    expect.objectContaining({
      changed: false,
      tables: [{ table: 'Patients', was: ROWS + 1, becomes: 0, collisions: 0 }],
    }),
  ]);
  const unasked = await central(OLD, NEW);
  expect([unasked.exit, said(unasked)]).toEqual([2, expect.stringContaining('--accept-risk rename-rows')]);
  expect((await arrived(OLD)).length).toBe(ROWS + 1);

  const done = await central(OLD, NEW, '--accept-risk', 'rename-rows', '--yes', '--json');
  expect([done.exit, JSON.parse(done.stdout)]).toEqual([
    0,
    expect.objectContaining({ changed: true, rows: ROWS + 1 }),
  ]);
  expect([(await arrived(OLD)).length, (await arrived(NEW)).length, await arrived('X')]).toEqual([
    0,
    ROWS + 1,
    ['1 x'],
  ]);
  const again = await central(OLD, NEW, '--accept-risk', 'rename-rows', '--yes', '--json');
  expect([again.exit, JSON.parse(again.stdout).rows]).toEqual([0, 0]);
});

test('a key that would stand there twice is refused, and a code that has rows of its own', async () => {
  await own.warehouse.query(
    `INSERT INTO "Patients" ("PatientNo", facility_dhis2_code) VALUES (2, 'Y'), (2, 'Z'), (3, 'Y')`,
  );
  const twice = await central(
    'Y',
    'Z',
    '--accept-risk',
    'rename-rows',
    '--accept-risk',
    'rows-under-both',
    '--yes',
  );
  expect([twice.exit, said(twice)]).toEqual([
    3,
    expect.stringContaining('public."Patients": 1 rows under both codes'),
  ]);
  await own.warehouse.query(`DELETE FROM "Patients" WHERE facility_dhis2_code = 'Y' AND "PatientNo" = 2`);
  const used = await central('Y', 'Z', '--accept-risk', 'rename-rows', '--yes');
  expect([used.exit, said(used)]).toEqual([
    3,
    expect.stringContaining('The warehouse has rows of Z already.'),
  ]);
  await own.warehouse.query(`DELETE FROM "Patients" WHERE facility_dhis2_code IN ('X', 'Y', 'Z')`);
});

test('a dry run says where it would go on, and writes nothing', async () => {
  const dry = await init('--dry-run');
  expect([dry.exitCode, words(dry.output)]).toEqual([
    0,
    expect.stringMatching(/LSN 0x\w{20}, \d+ records of history; would be/),
  ]);
  expect(words(dry.output)).not.toContain('Position before the start');
  const topics = await withAdmin((admin) => admin.listTopics());
  expect(topics.filter((name) => name.startsWith(names.prefix))).toEqual([]);
});

test('the connector goes on under the new code: no row is copied again, none is lost', async () => {
  const run = await init('--json');
  if (run.exitCode !== 0) throw new CliFailed(run);
  expect(words(run.output)).toMatch(/carried over: LSN 0x[0-9a-f]{20}, \d+ records of history/);
  expect(words(run.output)).toContain('goes on from LSN 0x');
  carriedLsn = /carried over: LSN 0x([0-9a-f]{20})/i.exec(words(run.output))?.[1] ?? '';
  expect(jsonOf<{ container: string }>(run).container).toBe(names.container);
  await facility.hospital.dba(
    "INSERT INTO dbo.Patients VALUES (9002, N'new code')",
    "UPDATE dbo.Patients SET FullName = N'changed under the new code' WHERE PatientNo = 8",
  );
  await same(NEW, 60);
  expect(await arrived(OLD)).toEqual([]);
  // An insert, an update, two deletes while it was stopped; an insert and an update after it.
  expect(await records()).toBe(sent + 6);
  const { rows } = await own.warehouse.query('SELECT DISTINCT facility_dhis2_code AS code FROM "Patients"');
  expect(rows).toEqual([{ code: NEW }]);
  expect((await readFile(join(newDir(), '.env'), 'utf8')).includes(OLD)).toBe(false);
  // Its own container took the place of the old one's.
  const { Config } = await docker.getContainer(names.container).inspect();
  expect(Config.Labels['org.clinicmaster.cdc.facility']).toBe(NEW);
});

test('run again it changes nothing without --carry-from, and refuses to carry over a life that has begun', async () => {
  const again = await runCli(['init', '--yes', '--dir', newDir(), '--json'], {}, () => {});
  expect(jsonOf<{ changed: boolean }>(again).changed).toBe(false);
  const stored = async () => {
    const [one] = (await worker.offsets(names.connector)) ?? [];
    return String(one?.offset?.commit_lsn).replaceAll(':', '');
  };
  await expect.poll(stored, { timeout: 45_000 }).not.toBe(carriedLsn);
  const sooner = await init();
  expect([sooner.exitCode, words(sooner.output)]).toEqual([
    3,
    expect.stringContaining('has streamed under the new code already'),
  ]);
});

test('the old folder is uninstalled, and the new code streams on', async () => {
  const gone = await facility.ask('uninstall', '--yes');
  expect([gone.exitCode, gone.output]).toEqual([0, expect.stringContaining('uninstalled')]);
  expect((await worker.status(names.connector))?.tasks[0]?.state).toBe('RUNNING');
  await facility.hospital.dba("INSERT INTO dbo.Patients VALUES (9003, N'after the old folder')");
  await same(NEW, 30);
});

test('the stand-in reported no fault of its own', () => {
  expect(facility.hospital.standin.reports).toEqual([]);
});
