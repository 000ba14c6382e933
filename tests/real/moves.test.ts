import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFailed, type CliRun, runCli } from '../../sandbox/src/demo/cli.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { dropDatabase, ensureDatabase } from '../../sandbox/src/postgres/server.ts';
import { docker, removeContainer } from '../../sandbox/src/provision/docker.ts';
import { connectRest } from '../../src/adapters/connect-rest.ts';
import { facilityNames, TOPIC_PREFIX } from '../../src/connector/names.ts';
import { DATABASE } from './support/hospital.ts';
import { type InstalledFacility, installFacility, jsonOf } from './support/installed-facility.ts';

/** Two hosts that share a Docker Engine: the old one's container wears neither our name nor our label. */
const CODE = 'MOVES';
const [OLD_PORT, NEW_PORT] = [18740, 18741];
const OLD = facilityNames(CODE, 'movea');
const NEW = facilityNames(CODE, 'moveb');
const OLD_HOST = 'moves-old-host';
const PATIENTS = `${TOPIC_PREFIX}.${DATABASE}.dbo.Patients`;

const worker = connectRest(`http://127.0.0.1:${OLD_PORT}`);
let facility: InstalledFacility;
let home: string;
let patients = 1;

const newDir = () => join(home, 'facility');

async function initAtNewHost(...more: string[]): Promise<CliRun> {
  const { caFile } = await loadSandbox();
  const flags = ['--dir', newDir(), '--config', join(facility.dir, '.env'), '--kafka-ca', caFile];
  const place = ['--instance', 'moveb', '--rest-port', String(NEW_PORT)];
  return runCli(['init', '--yes', ...flags, ...place, ...more], {}, () => {}).catch((error: unknown) => {
    if (error instanceof CliFailed) return error.run;
    throw error;
  });
}

async function admit(count: number): Promise<void> {
  const rows = Array.from({ length: count }, () => `(${++patients}, N'Patient ${patients}')`);
  await facility.hospital.dba(`INSERT INTO dbo.Patients VALUES ${rows.join(', ')}`);
}

/** Records ever written about patients. */
async function records(): Promise<number> {
  return withAdmin(async (admin) => {
    const offsets = await admin.fetchTopicOffsets(PATIENTS);
    return offsets.reduce((sum, { offset }) => sum + Number(offset), 0);
  });
}

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await holds()); await wait(500)) {
    if (Date.now() > end) throw new Error(`not in ${seconds} s: ${what}`);
  }
}

const text = ({ output }: CliRun) => output.replace(/\s+/g, ' ');

/** The container of `init`, once more and without what tells whose it is: as a machine elsewhere would run it. */
async function becomeAnotherHost(): Promise<void> {
  const container = docker.getContainer(OLD.container);
  const { Config, HostConfig } = await container.inspect();
  // Gracefully: its position is stored with the stop.
  await container.stop();
  await container.remove();
  const { Hostname: _, ...rest } = Config;
  const elsewhere = await docker.createContainer({
    ...rest,
    name: OLD_HOST,
    Labels: {},
    HostConfig,
    NetworkingConfig: { EndpointsConfig: { [OLD.container]: {} } },
  });
  await elsewhere.start();
  await until('the old host streams again', 60, async () => {
    const { State } = await elsewhere.inspect();
    if (State.ExitCode !== 0)
      throw new Error((await elsewhere.logs({ stdout: true, stderr: true })).toString());
    const status = await worker.status(OLD.connector).catch(() => undefined);
    return status?.tasks[0]?.state === 'RUNNING';
  });
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'moves-'));
  await removeContainer(OLD_HOST);
  await removeContainer(NEW.container);
  facility = await installFacility({
    code: CODE,
    instance: 'movea',
    restPort: OLD_PORT,
    storage: 'moves',
    patient: 'Achen',
    heartbeatMs: 3000,
  });
  await becomeAnotherHost();
});

afterAll(async () => {
  await removeContainer(OLD_HOST);
  await removeContainer(NEW.container);
  await docker
    .getNetwork(NEW.container)
    .remove()
    .catch(() => {});
  await facility?.remove();
  await rm(home, { recursive: true, force: true });
  await dropDatabase('moves_warehouse');
});

describe('a facility that moves to another machine', () => {
  test('the new one is refused while the old one lives', async () => {
    const base = await records();
    await admit(20);
    await until('the rows are in Kafka', 30, async () => (await records()) >= base + 20);
    const before = JSON.stringify(await worker.offsets(OLD.connector));

    const refused = await initAtNewHost();
    expect([refused.exitCode, text(refused)]).toEqual([
      3,
      expect.stringContaining(`Another worker is running under the code ${CODE}`),
    ]);
    expect(text(refused)).toContain('it lives: a new heartbeat came');
    await expect(stat(newDir())).rejects.toThrow('ENOENT');
    expect(await docker.listContainers({ all: true, filters: { name: [NEW.container] } })).toEqual([]);
    expect((await worker.status(OLD.connector))?.tasks[0]?.state).toBe('RUNNING');

    // What was sent and not written down would be sent again after a crash; here every record is to be counted.
    await until('the position is stored', 60, async () => {
      return JSON.stringify(await worker.offsets(OLD.connector)) !== before;
    });
  });

  test('it goes on where the dead one stopped: nothing is lost, nothing is copied again', async () => {
    await docker.getContainer(OLD_HOST).kill();
    const sent = await records();
    await admit(5);
    const run = await initAtNewHost();
    if (run.exitCode !== 0) throw new CliFailed(run);
    expect(text(run)).toContain('goes on from LSN 0x');
    expect(text(run)).toContain('Worker of before: done, it is gone');
    await until('the rows of the time between are in Kafka', 30, async () => (await records()) >= sent + 5);
    await wait(2000);
    expect(await records()).toBe(sent + 5);
  });
});

describe('a position that is lost', () => {
  test('the start is refused with what it would cost, and changes nothing', async () => {
    await docker.getContainer(NEW.container).kill();
    await admit(2);
    await until('the changes are captured and cleaned up', 30, async () => {
      const pool = await facility.hospital.standin.pool(DATABASE);
      try {
        const { recordset } = await pool.request().query('SELECT COUNT(*) AS n FROM cdc.dbo_Patients_CT');
        return recordset[0]?.n >= 2;
      } finally {
        await pool.close();
      }
    });
    await facility.hospital.dba(
      `DECLARE @mark binary(10) = sys.fn_cdc_get_max_lsn();
       EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_Patients', @low_water_mark = @mark;
       EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_Stock', @low_water_mark = @mark;
       EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_AuditTrail', @low_water_mark = @mark`,
    );
    const began = Date.now();
    const refused = await initAtNewHost();
    expect([refused.exitCode, text(refused)]).toEqual([
      3,
      expect.stringContaining('Did not start the connector. A start would copy every table again'),
    ]);
    expect(text(refused)).toMatch(/Copying costs \d+ rows, about .* \(measured now\)/);
    expect(text(refused)).toContain('--accept-risk resnapshot');
    expect(Date.now() - began).toBeLessThan(60_000);
    expect((await docker.getContainer(NEW.container).inspect()).State.Running).toBe(false);
  });

  test('with the risk accepted it copies again; a new name streams on, and its statements run in PostgreSQL', async () => {
    const sent = await records();
    const run = await initAtNewHost('--accept-risk', 'resnapshot', '--name', `St. Mary's \\ "Two"`, '--json');
    if (run.exitCode !== 0) throw new CliFailed(run);
    expect(text(run)).toContain('Accepted: resnapshot.');
    await until('everything is copied', 60, async () => (await records()) >= sent + patients);

    const { renamed } = jsonOf<{ renamed: { was: string; is: string; sql: string[] } }>(run);
    expect(renamed).toMatchObject({ was: 'Hospital movea', is: `St. Mary's \\ "Two"` });
    const login = { ...(await loadSandbox()).postgres.standin(1), database: 'moves_warehouse' };
    await dropDatabase('moves_warehouse');
    await ensureDatabase(login);
    const warehouse = new pg.Client(login);
    await warehouse.connect();
    try {
      for (const table of ['Patients', 'Stock', 'AuditTrail']) {
        await warehouse.query(`CREATE TABLE "${table}" (facility_dhis2_code text, facility_name text)`);
        await warehouse.query(`INSERT INTO "${table}" VALUES ('${CODE}', 'old'), ('OTHER', 'other')`);
      }
      expect(renamed.sql.length).toBeGreaterThan(0);
      for (const statement of renamed.sql) await warehouse.query(statement);
      const { rows } = await warehouse.query('SELECT facility_name FROM "Patients" ORDER BY 1');
      expect(rows.map((row) => row.facility_name)).toEqual(['other', `St. Mary's \\ "Two"`].sort());
    } finally {
      await warehouse.end();
    }
  });
});

test('the stand-in reported no fault of its own', () => {
  expect(facility.hospital.standin.reports).toEqual([]);
});
