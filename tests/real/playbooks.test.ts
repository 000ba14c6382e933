import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFailed, type CliRun, runCli } from '../../sandbox/src/demo/cli.ts';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { payloadOf, recordsOf, untilArrived } from './support/arrived-rows.ts';
import { jsonOf } from './support/installed-facility.ts';
import { swallow } from './support/packet-filter.ts';
import { installRecoverable, type Recoverable } from './support/recoverable.ts';

/** Playbooks walked from their first step to their last, as docs/playbooks has them. */

const CODE = 'PLAYBOOKS';
/** Connect stores a position every half minute, and each step waits for that. */
const LONG = 600_000;
const TABLES = { Patients: ['PatientNo'], Stock: ['ItemCode'] };

let facility: Recoverable;

beforeAll(async () => {
  facility = await installRecoverable({
    code: CODE,
    instance: 'playbooks',
    restPort: 18850,
    storage: 'playbooks',
    patient: 'Achen',
    heartbeatMs: 1000,
  });
  await facility.hospital.dba(
    "INSERT INTO dbo.Patients VALUES (2, N'Babirye'), (3, N'Cikuru')",
    "INSERT INTO dbo.Stock VALUES ('ACT', 20), ('ORS', 400)",
  );
  expect(await arrived(TABLES)).toEqual([]);
});

afterAll(() => facility?.remove());

const dba = (...batches: string[]) => facility.hospital.dba(...batches);
const arrived = (tables: Record<string, string[]>, patienceMs?: number) =>
  untilArrived(facility.hospital, CODE, tables, patienceMs);
const text = ({ output }: CliRun) => output.replace(/\s+/g, ' ');

/** A command at the facility, with the login of the DBA in the environment. */
function ask(...argv: string[]): Promise<CliRun> {
  const login = { SQL_DBA_USER: 'sa', SQL_DBA_PASS: facility.hospital.standin.sa.password };
  return runCli([...argv, '--dir', facility.dir], login, () => {}).catch((error: unknown) => {
    if (error instanceof CliFailed) return error.run;
    throw error;
  });
}

async function did(...argv: string[]): Promise<string> {
  const began = Date.now();
  const run = await ask(...argv);
  console.info(`${argv.slice(0, 3).join(' ')}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
  expect(run.exitCode, run.output).toBe(0);
  return text(run);
}

async function until(what: string, seconds: number, says: (word: string, codes: string[]) => boolean) {
  let last = '';
  await facility
    .until(what, seconds, async () => {
      const { word, codes } = await facility.health();
      last = `${word}: ${codes.join(' ')}`;
      return says(word, codes);
    })
    .catch((error: unknown) => {
      throw new Error(`${error}; status says ${last}`);
    });
}
const healthy = (seconds = 120) => until('healthy', seconds, (word) => word === 'healthy');

describe('vendor-upgrade: a script that truncates, adds a column and makes a table', () => {
  const truncated = () => dba('TRUNCATE TABLE dbo.Stock');

  test('the script would stop in the middle, and the check names the tables', async () => {
    await expect(truncated()).rejects.toThrow(/Change Data Capture/);
    expect(await did('doctor', '--only', 'sql-vendor-ddl-risk')).toContain('tables --only captured');
    expect(await did('tables', '--only', 'captured')).toContain('dbo.Stock');
  });

  test('a table is not released while something of it waits', async () => {
    facility.line.freeze();
    await dba("UPDATE dbo.Stock SET Quantity = 19 WHERE ItemCode = 'ACT'");
    await facility.until('it is captured', 30, async () => {
      const found = await facility.rows('SELECT 1 AS one FROM cdc.dbo_Stock_CT WHERE Quantity = 19');
      return found.length > 0;
    });
    const { port } = facility.hospital.database;
    const around = ['--db-port', String(port), '--patience', '1s'];
    const refused = await ask('sql', 'release', 'dbo.Stock', '--apply', '--yes', ...around);
    expect([refused.exitCode, text(refused)]).toEqual([
      3,
      expect.stringContaining('Not everything of these tables is sent'),
    ]);
    facility.line.thaw();
    await expect(truncated()).rejects.toThrow(/Change Data Capture/);
    expect(await arrived(TABLES, 60_000)).toEqual([]);
  });

  test('a script that was made before the last change refuses as well', async () => {
    const made = await ask('sql', 'release', 'Stock', '--json');
    expect(made.exitCode, made.output).toBe(0);
    const { script } = jsonOf<{ script: string }>(made);
    await dba("UPDATE dbo.Stock SET Quantity = 18 WHERE ItemCode = 'ACT'");
    const run = async () => {
      for (const batch of script.split(/^GO$/m)) await dba(batch);
    };
    await expect(run()).rejects.toThrow('A change came into the change table');
    await expect(truncated()).rejects.toThrow(/Change Data Capture/);
  });

  test('nor is one whose capture has not come to this moment', async () => {
    await facility.stored();
    await dba("EXEC sys.sp_cdc_stop_job @job_type = N'capture'");
    const refused = await ask('sql', 'release', 'Stock', '--apply', '--yes');
    expect([refused.exitCode, text(refused)]).toEqual([
      3,
      expect.stringContaining('The capture job has not come to this moment'),
    ]);
    await dba("EXEC sys.sp_cdc_start_job @job_type = N'capture'");
    await expect(truncated()).rejects.toThrow(/Change Data Capture/);
  });

  test(
    'walked to its end, nothing is missing and nothing is left behind',
    async () => {
      expect(await did('sql', 'release', 'dbo.Stock', '--apply', '--yes')).toContain('recover gap');
      await truncated();
      await dba(
        "INSERT INTO dbo.Stock VALUES ('ORS', 390), ('ZINC', 7)",
        'ALTER TABLE dbo.Patients ADD Village nvarchar(40) NULL',
        "UPDATE dbo.Patients SET Village = N'Bunga' WHERE PatientNo = 2",
        'CREATE TABLE dbo.Wards (WardNo int NOT NULL PRIMARY KEY, Name nvarchar(40) NULL)',
        "INSERT INTO dbo.Wards VALUES (1, N'Maternity'), (2, N'Surgery')",
      );
      expect(await did('sql', 'enable', '--apply', '--yes')).toMatch(/dbo\.Stock.*dbo\.Wards/);
      expect(await did('sql', 'handover', '--apply', '--yes')).toContain('dbo_Patients_v2');
      const finished = await did('sql', 'handover', '--apply', '--yes');
      expect(finished).toContain("snapshot dbo.Patients --where '[Village] IS NOT NULL'");
      await did('snapshot', 'dbo.Patients', '--where', '[Village] IS NOT NULL', '--yes');
      const { codes } = await facility.health();
      expect(codes.filter((code) => code.startsWith('sql-capture-gap'))).toHaveLength(1);
      const recovered = await ask(
        ...['recover', 'gap', '--yes', '--accept-risk', 'resnapshot', '--marked', '--json'],
      );
      expect(recovered.exitCode, recovered.output).toBe(0);
      const { copied } = jsonOf<{ copied: { table: string; rows: number }[] }>(recovered);
      expect(copied).toEqual([expect.objectContaining({ table: 'dbo.Stock', rows: 2 })]);
      await did('snapshot', 'dbo.Wards', '--yes');
      // What was truncated stays in Kafka as it was: no change tells of it. `central ghosts` takes it out.
      expect(await arrived({ ...TABLES, Wards: ['WardNo'] }, 10_000)).toEqual(['Stock ACT is gone']);
      const only = 'sql-schema-drift,sql-tables-enabled,sql-capture-gap';
      await did('doctor', '--only', only);
      await healthy();
    },
    LONG,
  );
});

describe('poison-row: a row that is larger than Kafka takes', () => {
  test(
    'stops the stream, is explained without its value, and goes on without the column',
    async () => {
      await dba(
        'CREATE TABLE dbo.Documents (DocumentNo int NOT NULL PRIMARY KEY, Title nvarchar(40) NULL, Scan varchar(max) NULL)',
      );
      await did('sql', 'enable', '--apply', '--yes');
      await dba("INSERT INTO dbo.Documents VALUES (1, N'Small', 'abc')");
      expect(await arrived({ Documents: ['DocumentNo'] })).toEqual([]);
      // Nothing that zstd makes small again.
      const scan = randomBytes(3_000_000).toString('base64');
      await dba(`INSERT INTO dbo.Documents VALUES (2, N'Scanned', '${scan}')`);
      await until('stalled', 180, (_, codes) => codes.includes('connector-state-record-too-large'));
      await dba("INSERT INTO dbo.Patients (PatientNo, FullName) VALUES (50, N'Behind it')");
      const log = await did('logs', '--level', 'ERROR');
      expect(log).not.toContain(scan.slice(0, 40));
      expect(await did('tables', 'dbo.Documents')).toContain('Scan');
      await did('tables', '--leave-out-columns', 'dbo.Documents:Scan', '--yes');
      const init = await ask('init', '--yes');
      expect(init.exitCode, init.output).toBe(0);
      expect(await arrived(TABLES, 120_000)).toEqual(['Stock ACT is gone']);
      const last = (await recordsOf('Documents')).at(-1);
      expect(payloadOf(last?.key ?? null)).toMatchObject({ DocumentNo: 2, facility_dhis2_code: CODE });
      const row = payloadOf(last?.value ?? null);
      expect([row?.Title, Object.keys(row ?? {})]).toEqual(['Scanned', expect.not.arrayContaining(['Scan'])]);
      await healthy();
    },
    LONG,
  );
});

describe('line-down: the line is away', () => {
  test(
    'is told, the retention can be made longer meanwhile, and all of it comes when the line is back',
    async () => {
      const { kafka } = await loadSandbox();
      const { NetworkSettings } = await docker.getContainer(facility.names.container).inspect();
      const [address] = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
      const back = swallow(`-s ${address} -p tcp --dport ${kafka.bootstrap.split(':').at(-1)}`);
      try {
        await dba("INSERT INTO dbo.Patients (PatientNo, FullName) VALUES (60, N'In the dark')");
        // A worker without Kafka keeps each question; what its log says of that differs.
        await until(
          'stalled, by a worker that keeps the question',
          300,
          (word, codes) =>
            word === 'stalled' && codes.some((code) => code.startsWith('docker-connect-rest-')),
        );
        const looked = await ask('doctor', '--only', 'kafka');
        expect(looked.exitCode, looked.output).toBe(3);
        expect(await did('sql', 'enable', '--retention-days', '30')).toContain('@retention = 43200');
      } finally {
        back();
      }
      expect(await arrived(TABLES, 120_000)).toEqual(['Stock ACT is gone']);
      await healthy();
    },
    LONG,
  );
});
