import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { facility } from '../unit/checks/fixtures.ts';
import { type BareHospital, DATABASE, LOGIN, PASSWORD, startBareHospital } from './support/bare-hospital.ts';
import { check } from './support/facility-checks.ts';
import { type ProgramRun, runProgram } from './support/program.ts';

const RELEASES = ['2017', '2019', '2022'] as const;
const NEW_PASSWORD = "N3w pass'word$";

describe.each(RELEASES)('a bare database on %s', (release) => {
  let hospital: BareHospital;
  let dir: string;
  let bare: string[];
  /** Everything that any run has shown. */
  let shown = '';

  beforeAll(async () => {
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

  const settings = (password = PASSWORD) => facility({ database: { ...hospital.database, password } });

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
    expect((await check(settings(), 'sqlserver')).troubles()).toEqual([]);
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

  test('the password is not changed in .env before it is proven', async () => {});

  test('disable takes everything back', async () => {
    const { exit, stdout } = await sql(asDba(), 'disable', '--apply', '--yes', '--confirm', DATABASE);
    expect(stdout).toContain('Done:');
    expect(exit).toBe(0);
    expect(await hospital.catalogue()).toEqual(bare);
    expect((await sql(asDba(), 'disable', '--confirm', DATABASE)).stdout).toContain('Nothing to do');
  });

  test('no password was ever shown', () => {
    for (const secret of [PASSWORD, hospital.standin.sa.password, NEW_PASSWORD])
      expect(shown).not.toContain(secret);
  });
});
