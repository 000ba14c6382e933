import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { decodeTwins } from '../../src/settings/env-write.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { type BareHospital, DATABASE, LOGIN, PASSWORD, startBareHospital } from './support/bare-hospital.ts';
import { check } from './support/facility-checks.ts';
import { type ProgramRun, runProgram } from './support/program.ts';
import { startTestStandin } from './support/standin.ts';

const RELEASES = ['2017', '2019', '2022'] as const;
const NEW_PASSWORD = "N3w pass'word$";

describe.each(RELEASES)('a bare database on %s', (release) => {
  let hospital: BareHospital;
  let sandbox: Sandbox;
  let dir: string;
  let bare: string[];
  /** Everything that any run has shown. */
  let shown = '';

  beforeAll(async () => {
    sandbox = await loadSandbox();
    hospital = await startBareHospital(`sql_command_${release}`, release);
    dir = await mkdtemp(join(tmpdir(), 'sql-command-'));
    bare = await hospital.catalogue();
  });

  afterAll(async () => {
    await hospital?.remove();
    await rm(dir, { recursive: true, force: true });
  });

  const environment = () => ({
    DB_HOST: hospital.database.host,
    DB_PORT: String(hospital.database.port),
    DB_USER: LOGIN,
    DB_PASS: PASSWORD,
    DB_NAME: DATABASE,
    DB_TRUST_SERVER_CERTIFICATE: 'true',
  });
  const asDba = () => ({ ...environment(), SQL_DBA_USER: 'sa', SQL_DBA_PASS: hospital.standin.sa.password });

  async function sql(env: Record<string, string>, ...argv: string[]): Promise<ProgramRun> {
    const ran = await runProgram(env, 'sql', ...argv, '--dir', dir);
    shown += ran.stdout + ran.stderr;
    return ran;
  }

  const settings = (password = PASSWORD) =>
    facility({ database: { ...hospital.database, password, trustServerCertificate: false, ca: sandbox.ca } });

  test('nobody may look: the script says so, and holds no password', async () => {
    const { exit, stdout } = await sql(environment(), 'enable');
    expect(exit).toBe(0);
    expect(stdout).toContain('Could not be seen');
    expect(stdout).toContain(`CREATE LOGIN [${LOGIN}] WITH PASSWORD = N'$(ConnectorPassword)'`);
    expect(await hospital.catalogue()).toEqual(bare);
  });

  test('a DBA looks and changes nothing: the script holds what is missing', async () => {
    const { exit } = await sql(asDba(), 'enable', '--monitoring', '--out', join(dir, 'enable.sql'));
    expect(exit).toBe(0);
    expect((await stat(join(dir, 'enable.sql'))).mode & 0o777).toBe(0o600);
    expect(await hospital.catalogue()).toEqual(bare);
  });

  test('--apply makes all of it, and every check of SQL Server passes', async () => {
    const { exit, stdout, stderr } = await sql(asDba(), 'enable', '--monitoring', '--apply', '--yes');
    expect(stderr).not.toContain('failed');
    expect(stdout).toContain('Done:');
    expect(exit).toBe(0);
    // Who is behind the capture job shows when it has written for the first time.
    const troubles = async () => (await check(settings(), 'sqlserver')).troubles();
    await expect.poll(troubles, { timeout: 30_000, interval: 1_000 }).toEqual([]);
  });

  test('what was made captures: the first beat is in the change table', async () => {
    for (let tries = 0; ; tries++) {
      const rows = await hospital.rows(
        'SELECT beat_no FROM cdc.clinicmaster_cdc_heartbeat_CT WHERE beat_no = 1',
      );
      if (rows.length > 0) break;
      if (tries > 100) throw new Error('the beat was not captured');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });

  test('a second run changes nothing, whoever looks', async () => {
    const before = await hospital.catalogue();
    for (const env of [asDba(), environment()]) {
      const { exit, stdout } = await sql(env, 'enable', '--monitoring');
      expect(stdout).toContain('Nothing to do');
      expect(exit).toBe(0);
    }
    expect((await sql(asDba(), 'enable', '--monitoring', '--apply', '--yes')).stdout).toContain(
      'Nothing to do',
    );
    expect((await sql(environment(), 'grant', '--monitoring')).stdout).toContain('Nothing to do');
    expect(await hospital.catalogue()).toEqual(before);
  });

  test('the script does the same when a DBA runs it, twice', async () => {
    const before = await hospital.catalogue();
    const script = await readFile(join(dir, 'enable.sql'), 'utf8');
    const batches = script
      .split(/^GO$/m)
      .map((text) => text.replaceAll('$(ConnectorPassword)', 'R3ader-of-the-"test"\'\'s'));
    await hospital.dba(...batches.filter((text) => text.trim() !== ''));
    expect(await hospital.catalogue()).toEqual(before);
    const { exit } = await sql(asDba(), 'disable', '--apply', '--yes', '--confirm', DATABASE);
    expect(exit).toBe(0);
    expect(await hospital.catalogue()).toEqual(bare);
    await hospital.dba(...batches.filter((text) => text.trim() !== ''));
    expect(await hospital.catalogue()).toEqual(before);
  });

  describe('a new password', () => {
    const envFile = () => join(dir, '.env');
    const stored = async () => decodeTwins(envValues(parseEnv(await readFile(envFile(), 'utf8')))).DB_PASS;

    beforeAll(() =>
      writeFile(envFile(), `# mine\nDB_HOST=${hospital.database.host}\nDB_PASS=x\nDB_USER=${LOGIN}\n`, {
        mode: 0o644,
      }),
    );
    afterAll(() => rm(envFile()));

    test('is not written down before a login has proven it', async () => {
      const { exit, stderr } = await sql(
        { ...environment(), NEW_DB_PASS: NEW_PASSWORD },
        'rotate',
        '--finish',
      );
      expect(stderr).toContain('does not take the new password');
      expect(exit).toBe(3);
      expect(await stored()).toBe('x');
    });

    test('is set, proven and written, and only its owner may read it', async () => {
      const { exit, stdout } = await sql(
        { ...asDba(), NEW_DB_PASS: NEW_PASSWORD },
        'rotate',
        '--apply',
        '--yes',
      );
      expect(exit).toBe(0);
      expect(stdout).toContain('clinicmaster-cdc init');
      expect(await stored()).toBe(NEW_PASSWORD);
      expect(await readFile(envFile(), 'utf8')).toContain('# mine');
      expect((await stat(envFile())).mode & 0o777).toBe(0o600);
      expect((await check(settings(NEW_PASSWORD), 'sql-login')).troubles()).toEqual([]);
      expect((await check(settings(), 'sql-login')).troubles()).toEqual(['fail sql-login-refused']);
    });

    test('is made up where nobody wants to think of one', async () => {
      expect((await sql(asDba(), 'rotate', '--apply', '--yes', '--generate')).exit).toBe(0);
      const made = (await stored()) ?? '';
      expect(made).toHaveLength(32);
      expect(shown).not.toContain(made);
      expect((await check(settings(made), 'sql-login')).troubles()).toEqual([]);
    });
  });

  test('disable takes everything back', async () => {
    const { exit, stdout } = await sql(asDba(), 'disable', '--apply', '--yes', '--confirm', DATABASE);
    expect(stdout).toContain('Done:');
    expect(exit).toBe(0);
    expect(await hospital.catalogue()).toEqual(bare);
    expect((await sql(asDba(), 'disable', '--confirm', DATABASE)).stdout).toContain('Nothing to do');
  });

  test('a table in use stops it; what was done is said, and the next run goes on', async () => {
    const pool = await hospital.standin.pool(DATABASE);
    const busy = pool.transaction();
    await busy.begin();
    await busy.request().batch("INSERT INTO dbo.Stock (ItemCode, Quantity) VALUES (N'x', 1)");
    try {
      const { exit, stdout } = await sql(asDba(), 'enable', '--apply', '--yes');
      expect(exit).toBe(3);
      expect(stdout).toContain('Stopped: "Capture dbo.Stock" failed');
      expect(stdout).toContain('1222');
      expect(stdout).toMatch(
        /Done, and staying done:[\s\S]*- Capture dbo\.Patients[\s\S]*Not done:[\s\S]*- Capture dbo\.Ward's/,
      );
    } finally {
      await busy.rollback();
      await pool.close();
    }
    const { stdout } = await sql(asDba(), 'enable', '--apply', '--yes');
    expect(stdout).toContain('Done:');
    expect(
      (await check(settings(), 'sqlserver')).troubles().filter((one) => !one.startsWith('unknown')),
    ).toEqual([]);
    await sql(asDba(), 'disable', '--apply', '--yes', '--confirm', DATABASE);
    expect(await hospital.catalogue()).toEqual(bare);
  });

  test('without a schema of our own nothing but capture is made, and the price is said', async () => {
    const { exit, stderr } = await sql(asDba(), 'enable', '--apply', '--yes', '--no-own-schema');
    expect(exit).toBe(0);
    expect(stderr).toContain('Without a schema of our own');
    expect(await hospital.rows("SELECT 1 AS n FROM sys.schemas WHERE name = 'clinicmaster_cdc'")).toEqual([]);
    const kept = await sql(asDba(), 'disable', '--confirm', DATABASE);
    expect(kept.stdout).toMatch(/login cdc_reader stays/);
    await sql(asDba(), 'disable', '--apply', '--yes', '--confirm', DATABASE, '--all');
    expect(await hospital.catalogue()).toEqual(bare);
  });

  test('what others capture stays, and so does their gate', async () => {
    await hospital.dba(
      'EXEC sys.sp_cdc_enable_db',
      "EXEC sys.sp_cdc_enable_table @source_schema = N'billing', @source_name = N'Invoices', @role_name = N'auditors'",
      "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'Stock', @role_name = N'stock_gate', @supports_net_changes = 0",
    );
    const theirs = await hospital.catalogue();
    expect((await sql(asDba(), 'enable', '--apply', '--yes', '--monitoring')).exit).toBe(0);
    expect((await check(settings(), 'sql-permissions')).troubles()).toEqual([]);
    const { exit, stderr } = await sql(asDba(), 'disable', '--apply', '--yes', '--confirm', DATABASE);
    expect(stderr).toContain('someone else captures');
    expect(exit).toBe(0);
    // The retention of the jobs is the one thing that both share.
    const jobs = /^dbo\.cdc_jobs/;
    expect((await hospital.catalogue()).filter((line) => !jobs.test(line))).toEqual(
      theirs.filter((line) => !jobs.test(line)),
    );
    await hospital.dba('EXEC sys.sp_cdc_disable_db', 'DROP ROLE auditors', 'DROP ROLE stock_gate');
  });

  test('a database whose owner is gone gets one first; its orphaned user is found again', async () => {
    await hospital.dba(
      "CREATE LOGIN vendor WITH PASSWORD = N'V3ndor-of-old', CHECK_POLICY = OFF",
      `CREATE LOGIN ${LOGIN} WITH PASSWORD = N'another', CHECK_POLICY = OFF`,
      `CREATE USER ${LOGIN} FOR LOGIN ${LOGIN}`,
      `DROP LOGIN ${LOGIN}`,
      'ALTER AUTHORIZATION ON DATABASE::[ClinicMaster [old]]] TO vendor',
    );
    const storage = new pg.Client({
      ...(await loadSandbox()).postgres.standin(1),
      database: `sql_command_${release}`,
    });
    await storage.connect();
    await storage.query("DELETE FROM standin.login WHERE name = 'vendor'");
    await storage.end();
    await hospital.standin.restart();
    await expect(hospital.dba('EXEC sys.sp_cdc_enable_db')).rejects.toMatchObject({ number: 22830 });
    const { exit, stdout } = await sql(asDba(), 'enable', '--apply', '--yes', '--monitoring');
    expect(stdout).toContain('Done:');
    expect(exit).toBe(0);
    // The capture job may need a moment for its first mark.
    const troubles = async () => (await check(settings(), 'sqlserver')).troubles();
    await expect.poll(troubles, { timeout: 30_000 }).toEqual([]);
  });

  test('no password was ever shown', () => {
    for (const secret of [PASSWORD, hospital.standin.sa.password, NEW_PASSWORD])
      expect(shown).not.toContain(secret);
  });
});

test('Express edition is refused before anything is done', async () => {
  const standin = await startTestStandin('sql_command_express', { edition: 'express' });
  try {
    const env = {
      DB_HOST: standin.host,
      DB_PORT: String(standin.port),
      DB_USER: LOGIN,
      DB_NAME: 'tempdb',
      DB_TRUST_SERVER_CERTIFICATE: 'true',
      SQL_DBA_USER: 'sa',
      SQL_DBA_PASS: standin.sa.password,
    };
    const { exit, stderr } = await runProgram(env, 'sql', 'enable', '--apply', '--yes');
    expect(stderr).toContain('Express edition cannot capture');
    expect(exit).toBe(3);
    const pool = await standin.pool();
    await pool.request().batch('CREATE DATABASE Clinic');
    await expect(pool.request().batch('USE Clinic; EXEC sys.sp_cdc_enable_db')).rejects.toMatchObject({
      number: 22988,
    });
    await pool.close();
  } finally {
    await standin.remove();
  }
});
