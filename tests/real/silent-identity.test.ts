import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFailed, runCli } from '../../sandbox/src/demo/cli.ts';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { readTopic } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { connectRest } from '../../src/adapters/connect-rest.ts';
import type { CheckResult } from '../../src/checks/types.ts';
import { TOPIC_PREFIX } from '../../src/connector/names.ts';
import { DATABASE, type Hospital, startHospital } from './support/hospital.ts';
import { type InstalledFacility, installFacility, jsonOf } from './support/installed-facility.ts';
import { type OwnSink, startOwnSink } from './support/own-sink.ts';
import { runProgram } from './support/program.ts';
import { poll } from './support/provoked-worker.ts';
import { startWorker, type WorkerContainer } from './support/worker-container.ts';

/** S10 and S12: who it is. Two sites under one code, and two connectors under one worker, all of them RUNNING. */
const CODE = 'TWINS';
const [OURS, THEIRS] = [18843, 18844];
const PATIENTS = `${TOPIC_PREFIX}.${DATABASE}.dbo.Patients`;
const run = promisify(execFile);
const worker = connectRest(`http://127.0.0.1:${OURS}`);

interface Row {
  PatientNo: number;
  FullName: string;
  facility_name: string;
  facility_dhis2_code: string;
}

let facility: InstalledFacility;
let other: Hospital;
let twin: WorkerContainer | undefined;
/** The warehouse that the two sites fill. */
let own: OwnSink;
let admitted = 1;

beforeAll(async () => {
  facility = await installFacility({
    code: CODE,
    instance: 'twina',
    restPort: OURS,
    storage: 'silent_identity',
    patient: 'ours 1',
    heartbeatMs: 2000,
  });
  other = await startHospital('silent_identity_other');
  await other.prepare();
  own = await startOwnSink('silent_identity_sink', 18847);
});

afterAll(async () => {
  await own?.remove();
  await twin?.remove();
  await facility?.remove();
  await other?.remove();
});

/** The same code at another hospital: its enrolment sheet was copied. */
async function startTwin(): Promise<WorkerContainer> {
  const sandbox = await loadSandbox();
  const login = await enrolFacility(CODE);
  const { host, port, user, password, name } = other.database;
  const values = {
    FACILITY_NAME: 'The other hospital',
    FACILITY_DHIS2_CODE: CODE,
    INSTANCE: '-twinb',
    REST_PORT: String(THEIRS),
    DB_HOST: host,
    DB_PORT: String(port),
    DB_USER: user,
    DB_PASS: password,
    DB_NAME: name,
    DB_TRUST_SERVER_CERTIFICATE: 'true',
    HEARTBEAT_INTERVAL_MS: '2000',
    KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
    KAFKA_USER: login.username,
    KAFKA_PASS: login.password,
  };
  return startWorker('docker-compose.facility.yml', values, { 'kafka-ca.pem': sandbox.ca });
}

async function admit(): Promise<string> {
  admitted += 1;
  const name = `ours ${admitted}`;
  await facility.hospital.dba(`INSERT INTO dbo.Patients VALUES (${100 + admitted}, N'${name}')`);
  return name;
}

/** All that was ever sent of patients under this code. */
async function rows(): Promise<Row[]> {
  const records = await readTopic(PATIENTS);
  return records.flatMap(({ value }) =>
    value === null ? [] : [JSON.parse(value.toString()).payload as Row],
  );
}
const sent = async (name: string) => (await rows()).filter(({ FullName }) => FullName === name).length;
const arrives = (name: string) =>
  poll(`${name} arrives`, 60, async () => ((await sent(name)) > 0 ? true : undefined));

async function verdict(check: string) {
  const { checks } = jsonOf<{ checks: CheckResult[] }>(
    await facility.ask('doctor', '--only', check, '--json'),
  );
  return checks.find(({ id }) => id === check)?.verdict;
}

async function status() {
  const answer = jsonOf<{ health: string; findings: { code: string }[] }>(
    await facility.ask('status', '--json'),
  );
  return { health: answer.health, codes: answer.findings.map(({ code }) => code) };
}

/** What a tool sees that reads the state alone. */
async function state(): Promise<string> {
  const seen = await worker.status(facility.names.connector);
  return [seen?.connector.state, ...(seen?.tasks.map((task) => task.state) ?? [])].join(' ');
}

/** Patients of this code in the warehouse and in the hospital that has the right to it. */
async function standing(): Promise<{ warehouse: string[]; hospital: string[] }> {
  const { rows: stored } = await own.warehouse.query<{ name: string }>(
    'SELECT "FullName" AS name FROM "Patients" WHERE facility_dhis2_code = $1',
    [CODE],
  );
  const pool = await facility.hospital.standin.pool(DATABASE);
  const { recordset } = await pool
    .request()
    .query<{ name: string }>('SELECT FullName AS name FROM dbo.Patients')
    .finally(() => pool.close());
  const sorted = (all: readonly { name: string }[]) => all.map(({ name }) => name).sort();
  return { warehouse: sorted(stored), hospital: sorted(recordset) };
}

async function ghosts(...argv: string[]) {
  const { exit, stdout, stderr } = await runProgram(
    {},
    'central',
    'ghosts',
    ...argv,
    '--json',
    '--dir',
    own.dir,
  );
  // `show` says by 3 that nobody has proven the copy whole.
  expect([0, 3], stderr).toContain(exit);
  return JSON.parse(stdout);
}

const seconds = (from: number) => Math.round((Date.now() - from) / 1000);

describe('S10: two sites, one code', () => {
  test('the second worker is named while both say RUNNING', async () => {
    await arrives('ours 1');
    expect(await status()).toEqual({ health: 'healthy', codes: [] });
    const began = Date.now();
    twin = await startTwin();
    const found = await poll('the other worker is seen', 90, async () => {
      const seen = await verdict('kafka-group-foreign-member');
      return seen?.outcome === 'fail' ? seen : undefined;
    });
    console.log(`S10: seen ${seconds(began)} s after the other container was made`);
    expect(found.code).toBe('kafka-group-foreign-member-in-use');
    expect(found.current).toContain(`cdc.${CODE}.worker.`);
    expect(await state()).toBe('RUNNING RUNNING');
    expect(await status()).toMatchObject({
      health: 'losing',
      codes: expect.arrayContaining(['kafka-group-foreign-member-in-use']),
    });
  });

  test('after a power cut here the other hospital’s patients arrive under this code, and ours do not', async () => {
    await run('docker', ['stop', '-t', '30', facility.names.container]);
    for (let no = 1; no <= 40; no++) {
      await other.dba(`INSERT INTO dbo.Patients VALUES (${no}, N'theirs ${no}')`);
    }
    await arrives('theirs 40');
    const mixed = (await rows()).filter(({ FullName }) => FullName.startsWith('theirs'));
    expect(mixed.every(({ facility_dhis2_code }) => facility_dhis2_code === CODE)).toBe(true);
    await poll('the position of the other log is stored', 60, async () =>
      JSON.stringify(await twin?.connect.offsets(facility.names.connector)).includes('"change_lsn":"0')
        ? true
        : undefined,
    );
    const ours = [await admit(), await admit()];
    await run('docker', ['start', facility.names.container]);
    await poll('this worker is back', 60, async () =>
      (await state().catch(() => '')) === 'RUNNING RUNNING' ? true : undefined,
    );
    expect(await status()).toMatchObject({
      health: 'losing',
      codes: expect.arrayContaining(['kafka-group-foreign-member-in-use']),
    });
    expect(await Promise.all(ours.map(sent))).toEqual([0, 0]);
    console.log(
      `S10: ${mixed.length} rows of the other hospital under this code, ${ours.length} of ours not sent`,
    );
  });

  test('the other site stops, and the position of its log is seen for what it is', async () => {
    const began = Date.now();
    await run('docker', ['update', '--restart', 'no', twin?.name ?? '']);
    await run('docker', ['stop', '-t', '30', twin?.name ?? '']);
    await poll('this site is alone', 120, async () =>
      (await verdict('kafka-group-foreign-member'))?.outcome === 'pass' ? true : undefined,
    );
    console.log(`S10: alone ${seconds(began)} s after the stop`);
    await poll('the connector runs here', 60, async () =>
      (await state()) === 'RUNNING RUNNING' ? true : undefined,
    );
    const after = await status();
    expect(after.codes).toContain('sql-lsn-regressed-back');
    expect(after.health).toBe('losing');
    expect(await sent('ours 3')).toBe(0);
  });

  test('the recovery brings every row of this hospital: none is lost', async () => {
    await poll('the other hospital’s rows are in the warehouse', 60, async () =>
      (await standing()).warehouse.includes('theirs 40') ? true : undefined,
    );
    await ghosts('mark', '--facility', CODE, '--tables', 'dbo.Patients');
    const began = Date.now();
    const recovered = await facility.ask(
      'recover',
      'restored',
      '--accept-risk',
      'resnapshot',
      '--marked',
      '--yes',
    );
    if (recovered.exitCode !== 0) throw new CliFailed(recovered);
    const last = await admit();
    await arrives(last);
    const names = new Set((await rows()).map(({ FullName }) => FullName));
    const lost = Array.from({ length: admitted }, (_, i) => `ours ${i + 1}`).filter(
      (name) => !names.has(name),
    );
    console.log(`S10: recovered after ${seconds(began)} s, ${lost.length} rows lost`);
    expect(lost).toEqual([]);
    await poll('healthy', 60, async () => ((await status()).health === 'healthy' ? true : undefined));
  });

  test('the rows of the other hospital are found in the warehouse and taken out, and no row of this one', async () => {
    await poll('the warehouse has every row of this hospital', 60, async () => {
      const { warehouse, hospital } = await standing();
      return hospital.every((name) => warehouse.includes(name)) ? true : undefined;
    });
    const { warehouse, hospital } = await standing();
    // Patient 1 of theirs stood in the place of patient 1 of ours; the copy has put that right.
    const strangers = warehouse.filter((name) => name.startsWith('theirs'));
    expect(strangers).toHaveLength(39);
    const flags = ['--facility', CODE, '--table', 'dbo.Patients', '--rows', String(hospital.length)];
    const shown = await poll('the sink has noted the copy', 60, async () => {
      const answer = await ghosts('show', ...flags);
      return answer.tables[0].candidates === 39 ? answer : undefined;
    });
    expect(shown.tables[0]).toMatchObject({ rewritten: hospital.length, candidates: 39 });
    // The copy began with the connector’s first start after the mark, which no signal tells.
    const risks = ['delete-rows', 'unproven-copy'].flatMap((risk) => ['--accept-risk', risk]);
    await ghosts('remove', ...flags, ...risks, '--yes');
    expect((await standing()).warehouse).toEqual(hospital);
    console.log(`S10: ${strangers.length} rows of the other hospital taken out`);
  });
});

describe('S12: a facility that is renamed', () => {
  const LEGACY = "St. Mary's Hospital";

  test('a connector that is called by the name copies all once more, and is found', async () => {
    await arrives('ours 1');
    const config = (await worker.config(facility.names.connector))!;
    const before = (await rows()).length;
    const began = Date.now();
    await worker.putConfig(LEGACY, {
      ...config,
      name: LEGACY,
      'schema.history.internal.kafka.topic': `cdc.${CODE}.legacy-history`,
      'signal.enabled.channels': 'source',
      // Two of one topic.prefix in one worker: Debezium would wait for each set of its figures a minute before it begins.
      'custom.metric.tags': 'made=by-hand',
    });
    const found = await verdict('connector-foreign');
    console.log(`S12: found ${seconds(began)} s after it was made`);
    await poll('all rows came once more', 90, async () =>
      (await rows()).length >= before + admitted ? true : undefined,
    );
    console.log(`S12: ${(await rows()).length - before} rows sent twice`);
    expect(found).toMatchObject({ outcome: 'fail', code: 'connector-foreign-source', current: LEGACY });
    expect(await state()).toBe('RUNNING RUNNING');
    const { codes } = await status();
    expect(codes).toContain('connector-foreign-source');
    // The printed command, as a person would paste it.
    await run('sh', ['-c', found?.remedy?.commands?.[0] ?? 'false']);
    await poll('it is gone', 30, async () => ((await worker.connectors()).length === 1 ? true : undefined));
    expect((await verdict('connector-foreign'))?.outcome).toBe('pass');
    const name = await admit();
    await arrives(name);
    expect(await sent(name)).toBe(1);
  });

  test('init --name copies nothing again, and loses nothing', async () => {
    // What was sent and not written down would be sent again: here every record counts.
    const stored = () => worker.offsets(facility.names.connector).then((offsets) => JSON.stringify(offsets));
    const position = await stored();
    const last = await admit();
    await arrives(last);
    await poll('the position is stored', 60, async () => ((await stored()) !== position ? true : undefined));
    const before = (await rows()).length;
    const began = Date.now();
    await runCli(['init', '--yes', '--dir', facility.dir, '--name', 'Twin Springs'], {}, () => {});
    console.log(`S12: renamed after ${seconds(began)} s`);
    const name = await admit();
    await arrives(name);
    const all = await rows();
    expect(all.length).toBe(before + 1);
    expect(all.at(-1)).toMatchObject({ FullName: name, facility_name: 'Twin Springs' });
    expect(await worker.connectors()).toEqual([facility.names.connector]);
  });
});
