import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSandbox } from '../../sandbox/src/load.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { type Checked, check } from './support/facility-checks.ts';
import { DATABASE, enableTable, type Hospital, startHospital } from './support/hospital.ts';

const STORAGE = 'checks_sqlserver';
const KEYS = 'dbo.AuditTrail:At,What';

let hospital: Hospital;

beforeAll(async () => {
  hospital = await startHospital(STORAGE);
});

afterAll(async () => {
  await hospital?.remove();
});

function settings(changes: Partial<FacilitySettings['database']> = {}, rest: Partial<FacilitySettings> = {}) {
  return facility({ database: { ...hospital.database, ...changes }, messageKeyColumns: KEYS, ...rest });
}

/** What a DBA has to prepare; the instance and how the capture fares have files of their own. */
const CHECKS = [
  'sql-db-cdc-enabled',
  'sql-tables-enabled',
  'sql-table-pk',
  'sql-agent-running',
  'sql-permissions',
  'sql-snapshot-isolation',
  'sql-retention',
];

/** The certificate is taken unverified here, which is told every time. */
const besidesTls = (checked: Checked) =>
  checked.troubles().filter((trouble) => trouble !== 'warn sql-tls-unverified');

const troubles = async (...given: Parameters<typeof settings>) =>
  besidesTls(await check(settings(...given), ...CHECKS));

describe('the way in', () => {
  test.each([
    ['a wrong password', { password: 'not the password' }, 'fail sql-login-refused'],
    ['an unknown login', { user: 'nobody' }, 'fail sql-login-refused'],
    ['an unknown database', { name: 'NoSuchDatabase' }, 'fail sql-login-database'],
    ['a database in which it is no user', { name: 'Laboratory' }, 'fail sql-login-database'],
    ['a certificate that nobody vouches for', { trustServerCertificate: false }, 'fail sql-tls-untrusted'],
    ['a port where nobody is', { port: 1 }, 'fail sql-tcp-refused'],
    ['a name that nobody knows', { host: 'sql.no-such-place.invalid' }, 'fail sql-tcp-name'],
    ['localhost', { host: 'localhost' }, 'fail sql-tcp-loopback'],
  ])('%s is told, and nothing else is claimed', async (_, changes, expected) => {
    const checked = await check(settings(changes), 'sqlserver');
    expect(besidesTls(checked)).toEqual([expected]);
    const shown = JSON.stringify(checked.results);
    expect(shown).not.toContain('not the password');
    expect(shown).not.toContain(JSON.stringify(hospital.database.password).slice(1, -1));
  });

  test('the authority of the certificate opens it', async () => {
    const { ca } = await loadSandbox();
    const checked = await check(settings({ trustServerCertificate: false, ca }), 'sql-login');
    expect(checked.troubles()).toEqual([]);
  });
});

describe('a DBA prepares the database, step by step', () => {
  test('nothing done yet', async () => {
    expect(await troubles()).toEqual([
      'fail sql-db-cdc-enabled-off',
      'unknown sql-agent-running-no-right',
      'fail sql-snapshot-isolation-off',
    ]);
  });

  test('CDC on: the login may not look', async () => {
    await hospital.dba('EXEC sys.sp_cdc_enable_db');
    expect(await troubles()).toEqual([
      'unknown sql-tables-enabled-no-right',
      'unknown sql-agent-running-no-right',
      'fail sql-permissions-schema',
      'fail sql-snapshot-isolation-off',
      'unknown sql-retention-no-right',
    ]);
  });

  test('the printed GRANTs lift it', async () => {
    const { remedy } = (await check(settings(), 'sql-permissions')).verdict('sql-permissions');
    await hospital.paste(remedy?.sql);
    await hospital.dba('GRANT SELECT ON SCHEMA::[dbo] TO [cdc_reader]');
    expect((await check(settings(), 'sql-tables-enabled')).verdict('sql-tables-enabled')).toMatchObject({
      code: 'sql-tables-enabled-missing',
      current: 'dbo.AuditTrail, dbo.Patients and dbo.Stock',
    });
  });

  test('the printed statements capture the tables', async () => {
    await hospital.dba(enableTable('Patients'));
    const { remedy } = (await check(settings(), 'sql-tables-enabled')).verdict('sql-tables-enabled');
    expect(remedy?.sql?.[0]).toBe(`USE [${DATABASE}];`);
    expect(remedy?.sql).toHaveLength(3);
    await hospital.paste(remedy?.sql);
    expect((await check(settings(), 'sql-tables-enabled')).verdict('sql-tables-enabled').summary).toBe(
      '3 tables captured',
    );
  });

  test('the rest of the printed statements; a table without a key stays named', async () => {
    const first = await check(settings(), 'sqlserver');
    await hospital.paste(first.verdict('sql-snapshot-isolation').remedy?.sql);
    await hospital.paste(first.verdict('sql-retention').remedy?.sql);
    expect(first.verdict('sql-permissions').code).toBe('sql-permissions-state');
    await hospital.paste(first.verdict('sql-permissions').remedy?.sql);
    expect(await troubles()).toEqual(['warn sql-table-pk-unique-index', 'fail sql-retention-short']);
    expect(await troubles({}, { messageKeyColumns: 'nothing:nothing' })).toContain('fail sql-table-pk-none');
    const short = (await check(settings(), 'sql-retention')).verdict('sql-retention');
    await hospital.paste(short.remedy?.sql);
    expect(await troubles()).toEqual(['warn sql-table-pk-unique-index']);
  });

  test('the printed include list leaves the table without a key out', async () => {
    const verdict = (
      await check(settings({}, { messageKeyColumns: 'nothing:nothing' }), 'sql-table-pk')
    ).verdict('sql-table-pk');
    const list = /--tables '(.*)'$/.exec(verdict.remedy?.commands?.[1] ?? '')?.[1] ?? '';
    expect(await troubles({}, { messageKeyColumns: 'nothing:nothing', tableIncludeList: list })).toEqual([
      'warn sql-table-pk-unique-index',
    ]);
  });
});

describe('later', () => {
  test('a gating role keeps the login out until it is a member', async () => {
    await hospital.dba(
      "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'Patients', @capture_instance = N'all'",
      "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'Patients', @role_name = N'cdc_gate', @supports_net_changes = 0",
    );
    const { code, remedy } = (await check(settings(), 'sql-permissions')).verdict('sql-permissions');
    expect(code).toBe('sql-permissions-role');
    await hospital.paste(remedy?.sql);
    expect((await check(settings(), 'sql-permissions')).verdict('sql-permissions').outcome).toBe('pass');
  });

  test('a stopped Agent is told to those who may look, and never guessed', async () => {
    const storage = new pg.Client({ ...(await loadSandbox()).postgres.standin(1), database: STORAGE });
    await storage.connect();
    try {
      await storage.query("UPDATE standin.knob SET value = 'stopped' WHERE name = 'agent'");
      const blind = (await check(settings(), 'sql-agent-running')).verdict('sql-agent-running');
      expect(blind.outcome).not.toBe('fail');
      await hospital.paste(['USE [master];', 'GRANT VIEW SERVER STATE TO [cdc_reader];']);
      expect((await check(settings(), 'sql-agent-running')).verdict('sql-agent-running')).toMatchObject({
        code: 'sql-agent-running-stopped',
        remedy: { who: 'dba' },
      });
    } finally {
      await storage.end();
    }
  });
});
