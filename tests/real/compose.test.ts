import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyKafkaAndWarehouse, removeDemoContainers } from '../../sandbox/src/demo/teardown.ts';
import { enrolFacility, enrolSink } from '../../sandbox/src/kafka/enrol.ts';
import { loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { inspectContainer, tailOf } from '../../sandbox/src/provision/docker.ts';
import { CENTRAL_CONTAINER, facilityNames } from '../../src/connector/names.ts';
import { type Hospital, startHospital } from './support/hospital.ts';

const run = promisify(execFile);
const CODE = 'COMPOSE-1';
const INSTANCE = '-compose-test';
const FACILITY = `clinicmasterwarehouse${INSTANCE}`;
const FACILITY_NAME = 'Gulu & Co $1 / "Lacor" ünïcode #2';
const REST = { facility: '18381', central: '18382' };
/** Snapshot, topic, table: each takes some seconds. */
const PATIENCE_S = 120;

let home = '';
let sandbox: Sandbox;
let hospital: Hospital;
let warehouse: Client;

beforeAll(async () => {
  // A demo that was killed leaves its sink behind.
  await removeDemoContainers();
  if ((await inspectContainer(CENTRAL_CONTAINER)) !== undefined) {
    throw new Error(
      `A sink runs here already. Stop it first: docker rm -f ${CENTRAL_CONTAINER}, or npm run demo -- --down`,
    );
  }
  sandbox = await loadSandbox();
  await emptyKafkaAndWarehouse([CODE]);
  hospital = await startHospital('compose_real');
  await hospital.prepare();
  await hospital.dba("INSERT INTO dbo.Patients VALUES (1, N'Akello'), (2, NULL)");
  home = await mkdtemp(join(tmpdir(), 'cdc-compose-'));
  warehouse = new Client(sandbox.postgres.warehouse);
  await warehouse.connect();
});

afterAll(async () => {
  await warehouse?.end();
  for (const role of ['facility', 'central']) {
    await compose(role, 'down', '--timeout', '60').catch(() => undefined);
  }
  if (home !== '') await rm(home, { recursive: true, force: true });
  await hospital?.remove();
  await emptyKafkaAndWarehouse([CODE]);
});

/** Whichever Compose this machine has, in the folder of one role, with nothing but that folder's `.env`. */
async function compose(role: string, ...args: string[]): Promise<string> {
  const options = { cwd: join(home, role) };
  const old = await run('docker-compose', args, options).catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const { stdout, stderr } = old ?? (await run('docker', ['compose', ...args], options));
  return stdout + stderr;
}

/** What the specification asks of a person: copy the sample, fill in, put the certificates beside it. */
async function prepareFolder(role: 'facility' | 'central', values: Record<string, string>): Promise<void> {
  const dir = join(home, role);
  await mkdir(join(dir, 'ca'), { recursive: true });
  await copyFile(`docker-compose.${role}.yml`, join(dir, `docker-compose.${role}.yml`));
  for (const name of ['kafka-ca.pem', 'sqlserver-ca.pem', 'warehouse-ca.pem']) {
    await writeFile(join(dir, 'ca', name), sandbox.ca);
  }
  let env = await readFile(role === 'facility' ? '.env.sample' : '.env.central.sample', 'utf8');
  for (const [key, value] of Object.entries(values)) {
    const line = new RegExp(`^#?${key}=.*$`, 'm');
    expect(env, `${key} stands in the sample`).toMatch(line);
    env = env.replace(line, () => `${key}=${value}`);
  }
  await writeFile(join(dir, '.env'), env, { mode: 0o600 });
}

/** Asks the warehouse until the answer is the expected one. */
async function untilRows(sql: string, expected: unknown[]): Promise<void> {
  const end = Date.now() + PATIENCE_S * 1000;
  const wanted = JSON.stringify(expected);
  for (;;) {
    const found = await warehouse.query(sql).then(
      ({ rows }) => JSON.stringify(rows),
      (error) => String(error),
    );
    if (found === wanted) return;
    if (Date.now() > end) {
      const logs = await Promise.all([FACILITY, CENTRAL_CONTAINER].map((name) => tailOf(name, 60)));
      throw new Error(`In PostgreSQL: ${found}\nExpected: ${wanted}\n${logs.join('\n')}`);
    }
    await sleep(500);
  }
}

const patients =
  'SELECT "PatientNo", "FullName", facility_dhis2_code, facility_name FROM public."Patients" ORDER BY 1';
const row = (PatientNo: number, FullName: string | null) => ({
  PatientNo,
  FullName,
  facility_dhis2_code: CODE,
  facility_name: FACILITY_NAME,
});

describe('the three lines of the specification', () => {
  it('bring the rows of a facility into PostgreSQL, without the command line program', async () => {
    const kafka = { ...(await enrolFacility(CODE)), brokers: sandbox.kafka.bootstrap };
    const { host, port, user, password, name } = hospital.database;
    await prepareFolder('facility', {
      FACILITY_NAME: `'${FACILITY_NAME}'`,
      FACILITY_DHIS2_CODE: CODE,
      DB_HOST: host,
      DB_PORT: String(port),
      DB_USER: user,
      DB_PASS: password,
      DB_NAME: name,
      KAFKA_BOOTSTRAP_SERVERS: kafka.brokers,
      KAFKA_USER: kafka.username,
      KAFKA_PASS: kafka.password,
      TABLE_INCLUDE_LIST: 'dbo\\.(Patients|AuditTrail)',
      MESSAGE_KEY_COLUMNS: 'dbo\\.AuditTrail:At,What',
      INSTANCE,
      REST_PORT: REST.facility,
      COMPOSE_PROJECT_NAME: 'clinicmaster-cdc-compose-test',
    });
    const sink = await enrolSink();
    const { postgres } = sandbox;
    await prepareFolder('central', {
      WAREHOUSE_HOST: postgres.warehouse.host,
      WAREHOUSE_PORT: String(postgres.warehouse.port),
      WAREHOUSE_DB: postgres.warehouse.database,
      WAREHOUSE_USER: postgres.warehouse.user,
      WAREHOUSE_PASS: postgres.warehouse.password,
      WAREHOUSE_SSLMODE: 'verify-full',
      KAFKA_BOOTSTRAP_SERVERS: kafka.brokers,
      KAFKA_USER: sink.username,
      KAFKA_PASS: sink.password,
      REST_PORT: REST.central,
    });
    await compose('facility', '-f', 'docker-compose.facility.yml', 'up', '-d');
    await compose('central', 'up', '-d');
    await untilRows(patients, [row(1, 'Akello'), row(2, null)]);
  });

  it('answer as its troubleshooting says', async () => {
    const names = await (await fetch(`http://localhost:${REST.facility}/connectors`)).json();
    expect(names).toEqual([facilityNames(CODE).connector]);
    expect(await tailOf(FACILITY, 2_000)).toContain(`entrypoint: Connector cdc-${CODE} created.`);
  });

  it('carry changes, deletes and a table without a primary key', async () => {
    await hospital.dba(
      "UPDATE dbo.Patients SET FullName = N'Akello Grace' WHERE PatientNo = 1",
      'DELETE FROM dbo.Patients WHERE PatientNo = 2',
      "INSERT INTO dbo.Patients VALUES (3, N'Ocen'); UPDATE dbo.Patients SET PatientNo = 4 WHERE PatientNo = 3",
      "INSERT INTO dbo.AuditTrail VALUES ('2026-11-24T10:00:00.1234567', N'login')",
    );
    await untilRows(patients, [row(1, 'Akello Grace'), row(4, 'Ocen')]);
    await untilRows('SELECT "At"::text, "What" FROM public."AuditTrail"', [
      { At: '2026-11-24 10:00:00.123456', What: 'login' },
    ]);
  });

  it('take the same row many times in one batch', async () => {
    const changes = Array.from(
      { length: 40 },
      (_, n) => `UPDATE dbo.Patients SET FullName = N'v${n}' WHERE PatientNo = 1`,
    );
    await hospital.dba(changes.join(';\n'));
    await untilRows(patients, [row(1, 'v39'), row(4, 'Ocen')]);
  });

  it('change nothing when given again, and leave the connector alone after a restart', async () => {
    const before = (await inspectContainer(FACILITY))?.Id;
    await compose('facility', 'up', '-d');
    expect((await inspectContainer(FACILITY))?.Id).toBe(before);
    await compose('facility', 'restart', '--timeout', '60');
    await hospital.dba("INSERT INTO dbo.Patients VALUES (5, N'after the restart')");
    await untilRows(patients, [row(1, 'v39'), row(4, 'Ocen'), row(5, 'after the restart')]);
    const log = await tailOf(FACILITY, 5_000);
    expect(log).toContain(`Connector cdc-${CODE} exists; left as it is.`);
    expect(log.match(/Snapshot completed/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});
