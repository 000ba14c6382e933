import type sql from 'mssql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { type BrowsedInstance, startBrowser } from '../../sandbox/src/standin/tds/browser.ts';
import { createTdsServer, type TdsServerOptions } from '../../sandbox/src/standin/tds/server.ts';
import { issueServer, type KeyAndCertificate, makeAuthority } from '../../sandbox/src/tls/authority.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { selfSigned } from '../unit/standin/tds/self-signed.ts';
import { type Checked, check, checkWith } from './support/facility-checks.ts';
import { DATABASE, type Hospital, startHospital } from './support/hospital.ts';

const STORAGE = 'checks_sqlserver_instance';
const DAY_MS = 86_400_000;
let hospital: Hospital;

beforeAll(async () => {
  hospital = await startHospital(STORAGE);
  await hospital.prepare();
});

afterAll(async () => {
  await hospital?.remove();
});

function settings(changes: Partial<FacilitySettings['database']> = {}, rest: Partial<FacilitySettings> = {}) {
  return facility({
    database: { ...hospital.database, ...changes },
    messageKeyColumns: 'dbo.AuditTrail:At,What',
    ...rest,
  });
}

/** The checks of this file; those of capturing have a file of their own. */
const CHECKS = [
  'sql-instance-port',
  'sql-not-sa',
  'sql-version',
  'sql-clock',
  'sql-db-state',
  'sql-db-owner',
  'sql-availability-group',
  'sql-collation',
  'sql-cdc-user',
  'sql-agent-running',
  'sql-permissions',
  'sql-snapshot-isolation',
  'sql-tempdb',
  'sql-vendor-ddl-risk',
];

/** What is wrong once the capture job, which starts by itself, has written for the first time. */
async function settled(given: FacilitySettings): Promise<Checked> {
  await expect
    .poll(async () => (await check(given, 'sql-agent-running')).troubles(), { timeout: 20_000 })
    .toEqual(expect.not.arrayContaining(['unknown sql-agent-running-no-right']));
  return check(given, ...CHECKS);
}

const verdict = async (id: string, given = settings()) => (await check(given, id)).verdict(id);
const gist = async (id: string, given = settings()) => {
  const { outcome, code } = await verdict(id, given);
  return `${outcome} ${code}`;
};

/** Has the stand-in say something of itself for as long as `work` takes. */
async function pretending<T>(words: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const say = (value: (what: string) => string) =>
    hospital.dba(...Object.keys(words).map((what) => `EXEC standin.pretend N'${what}', ${value(what)}`));
  await say((what) => `N'${words[what]}'`);
  try {
    return await work();
  } finally {
    await say(() => 'NULL');
  }
}

describe('with the rights of the connector and no more', () => {
  let checked: Checked;

  test('nothing fails, and what may not be seen is not claimed', async () => {
    const { ca } = await loadSandbox();
    checked = await settled(settings({ ca, trustServerCertificate: false }));
    expect(checked.troubles()).toEqual(['unknown sql-tempdb-no-right']);
  });

  test('the printed GRANT lifts it', async () => {
    const { current, remedy } = checked.verdict('sql-tempdb');
    expect(current).toContain('error 300: VIEW SERVER PERFORMANCE STATE permission was denied');
    await hospital.paste(remedy?.sql);
    expect(await verdict('sql-tempdb')).toMatchObject({
      outcome: 'pass',
      current: expect.stringContaining('6 MB free in tempdb, growing as far as its disk goes'),
    });
    await hospital.paste(['REVOKE VIEW SERVER STATE FROM [cdc_reader];']);
  });
});

describe('which port it is', () => {
  const asked = async (instances: BrowsedInstance[], changes: Partial<FacilitySettings['database']>) => {
    const stop = await startBrowser(hospital.standin.host, 'HOSPITAL', instances);
    try {
      return await verdict('sql-instance-port', settings(changes));
    } finally {
      await stop();
    }
  };
  const version = '16.0.4111.2';
  const clinic = () => ({ name: 'CLINIC', version, port: hospital.standin.port });

  test('SQL Server Browser tells the port of a named instance', async () => {
    const { host, port } = hospital.standin;
    expect(
      await asked([{ name: 'MSSQLSERVER', version, port: 1433 }, clinic()], { host: `${host}\\clinic` }),
    ).toMatchObject({
      code: 'sql-instance-port-named',
      remedy: { commands: [`clinicmaster-cdc init --db-host ${host} --db-port ${port}`], who: 'you' },
    });
  });

  test('a port where nobody is, and one that the browser knows', async () => {
    expect(await asked([clinic()], { port: 2 })).toMatchObject({
      code: 'sql-instance-port-other',
      current: `CLINIC at port ${hospital.standin.port}`,
    });
    expect(await asked([{ name: 'CLINIC', version }], { port: 2 })).toMatchObject({
      code: 'sql-instance-port-no-tcp',
    });
  });

  test('an instance that the browser does not know', async () => {
    expect(await asked([clinic()], { host: `${hospital.standin.host}\\OTHER` })).toMatchObject({
      code: 'sql-instance-port-unknown',
    });
  });

  test('without a browser the port that answers will do', async () => {
    expect(await gist('sql-instance-port')).toBe('pass ok');
    expect(await gist('sql-instance-port', settings({ host: `${hospital.standin.host}\\CLINIC` }))).toBe(
      'fail sql-instance-port-no-browser',
    );
  });
});

describe('the encryption', () => {
  let authority: KeyAndCertificate;
  beforeAll(async () => {
    authority = await makeAuthority('Ministry CA');
  });

  /** A server that shakes hands and lets nobody in. */
  async function against(options: TdsServerOptions, changes: Partial<FacilitySettings['database']> = {}) {
    const factory = {
      serverName: 'OLD',
      version: [12, 0, 2000] as [number, number, number],
      login: () => Promise.reject(new Error('a login was tried')),
    };
    const reports: unknown[] = [];
    const server = createTdsServer(factory, { ...options, report: (error) => reports.push(error) });
    try {
      const port = await server.listen(0, hospital.standin.host);
      const given = settings({ port, trustServerCertificate: false, ca: authority.certificate, ...changes });
      return await gist('sql-tls', given);
    } finally {
      await server.close();
    }
  }

  const issued = async (changes: { hosts?: string[]; notBefore?: Date; notAfter?: Date } = {}) => {
    const made = await issueServer(authority, {
      commonName: 'sql',
      hosts: [hospital.standin.host],
      ...changes,
    });
    return { encryption: 'required' as const, tls: { key: made.key, cert: made.certificate } };
  };

  test('a certificate as it should be, about to end, ended, and of another name', async () => {
    expect(await against(await issued())).toBe('pass ok');
    const soon = { notAfter: new Date(Date.now() + 5 * DAY_MS) };
    expect(await against(await issued(soon))).toBe('warn sql-tls-expires-soon');
    const ended = { notBefore: new Date(Date.now() - 9 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) };
    expect(await against(await issued(ended))).toBe('fail sql-tls-expired');
    expect(await against(await issued({ hosts: ['another.example'] }))).toBe('fail sql-tls-wrong-name');
  });

  test('a certificate that SQL Server made itself: refused, or taken as it is', async () => {
    const made = { encryption: 'supported' as const, tls: selfSigned() };
    expect(await against(made)).toBe('fail sql-tls-untrusted');
    expect(await against(made, { trustServerCertificate: true })).toBe('warn sql-tls-unverified');
  });

  test('a server of 2008: old protocols, old suites', async () => {
    const old = { ...selfSigned(), minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };
    expect(await against({ encryption: 'required', tls: old as TdsServerOptions['tls'] & object })).toBe(
      'fail sql-tls-protocol',
    );
    const suites = { ...selfSigned(), ciphers: 'AES256-SHA256' };
    expect(await against({ encryption: 'required', tls: suites })).toBe('fail sql-tls-cipher');
  });

  test('a server that declines, and a facility that does not want it', async () => {
    expect(await against({ encryption: 'off' })).toBe('fail sql-tls-none');
    expect(await against(await issued(), { encrypt: false })).toBe('warn sql-tls-off');
  });

  test('another program at the port', async () => {
    const { kafka } = await loadSandbox();
    const [host = '', port] = kafka.bootstrap.split(':');
    // Kafka takes the bytes for TLS that they are not, and closes.
    expect(await gist('sql-tls', settings({ host, port: Number(port) }))).toMatch(
      /^fail sql-tls-(handshake|not-sql-server)$/,
    );
  });
});

describe('the login', () => {
  test.each([
    [18486, 'fail sql-login-locked'],
    [18487, 'fail sql-login-expired'],
    [18488, 'fail sql-login-must-change'],
  ])('refused with %s although the password is right', async (number, expected) => {
    await pretending({ 'login.cdc_reader': String(number) }, async () => {
      expect(await gist('sql-login')).toBe(expected);
      // Not told to one who does not know the password.
      expect(await gist('sql-login', settings({ password: 'wrong' }))).toBe('fail sql-login-refused');
    });
  });

  test('disabled, and enabled again by the printed statement', async () => {
    await hospital.dba('ALTER LOGIN [cdc_reader] DISABLE');
    const { code, remedy } = await verdict('sql-login');
    expect(code).toBe('sql-login-disabled');
    await hospital.paste(remedy?.sql);
    expect(await gist('sql-login')).toBe('pass ok');
  });

  test('a Windows account is told by its name', async () => {
    expect(await gist('sql-login', settings({ user: 'HOSPITAL\\debezium' }))).toBe(
      'fail sql-login-windows-account',
    );
  });

  test('a password that will end, and a server that will take Windows accounts only', async () => {
    await pretending({ 'login.cdc_reader.days': '3' }, async () => {
      expect(await gist('sql-login')).toBe('warn sql-login-expires-soon');
    });
    await pretending({ 'property.IsIntegratedSecurityOnly': '1' }, async () => {
      expect(await gist('sql-login')).toBe('warn sql-login-windows-only');
    });
  });

  test('with too much power', async () => {
    expect(await gist('sql-not-sa')).toBe('pass ok');
    expect(await gist('sql-not-sa', settings(hospital.standin.sa))).toBe('fail sql-not-sa-sysadmin');
    await hospital.dba('ALTER ROLE db_owner ADD MEMBER [cdc_reader]');
    expect(await gist('sql-not-sa')).toBe('warn sql-not-sa-db-owner');
    await hospital.dba('ALTER ROLE db_owner DROP MEMBER [cdc_reader]');
    await hospital.dba('ALTER SERVER ROLE sysadmin ADD MEMBER [cdc_reader]');
    expect(await gist('sql-not-sa')).toBe('fail sql-not-sa-sysadmin');
    await hospital.dba('ALTER SERVER ROLE sysadmin DROP MEMBER [cdc_reader]');
  });
});

describe('the server', () => {
  test.each([
    [{}, 'pass ok'],
    [
      { 'property.Edition': 'Express Edition (64-bit)', 'property.EngineEdition': '4' },
      'fail sql-version-express',
    ],
    [{ 'property.Edition': 'Web Edition (64-bit)', 'property.EngineEdition': '2' }, 'warn sql-version-web'],
    [{ 'property.ProductVersion': '12.0.6024.0' }, 'fail sql-version-old'],
    [{ 'property.ProductVersion': '13.0.6435.1', 'property.ProductLevel': 'SP3' }, 'warn sql-version-2016'],
  ])('%o', async (words, expected) => {
    await pretending(words, async () => expect(await gist('sql-version')).toBe(expected));
  });

  test('an Agent started by hand, of a named instance, under an account that cannot', async () => {
    await hospital.paste(['USE [master];', 'GRANT VIEW SERVER STATE TO [cdc_reader];']);
    expect(await gist('sql-agent-running')).toBe('pass ok');
    await pretending({ 'agent.startup': 'Manual', instance: 'CLINIC' }, async () => {
      expect(await verdict('sql-agent-running')).toMatchObject({
        code: 'sql-agent-running-manual',
        remedy: {
          commands: expect.arrayContaining([
            "Set-Service 'SQLAgent$CLINIC' -StartupType Automatic; Start-Service 'SQLAgent$CLINIC'",
          ]),
        },
      });
    });
    await pretending({ 'agent.account': 'NT AUTHORITY\\NETWORK SERVICE' }, async () => {
      expect(await gist('sql-agent-running')).toBe('warn sql-agent-running-account');
    });
    // As on Linux: the engine does the Agent's work, and changes are seen to arrive.
    await pretending({ 'agent.listed': 'no' }, async () => {
      expect(await gist('sql-agent-running')).toBe('pass ok');
    });
    await hospital.paste(['REVOKE VIEW SERVER STATE FROM [cdc_reader];']);
  });

  test('a clock that is two minutes off, either way, and a zone that is another', async () => {
    expect(await verdict('sql-clock')).toMatchObject({ outcome: 'pass', current: 'UTC+03:00' });
    const off = async (seconds: number) => {
      const clock = { now: () => Date.now() + seconds * 1000, sleep: async () => {} };
      return (await checkWith({ clock }, settings(), 'sql-clock')).verdict('sql-clock');
    };
    expect(await off(120)).toMatchObject({
      code: 'sql-clock-wrong',
      current: expect.stringMatching(/1[12]\d s behind/),
    });
    expect(await off(-120)).toMatchObject({ current: expect.stringMatching(/1[12]\d s ahead/) });
    expect(await off(20)).toMatchObject({ outcome: 'warn', code: 'sql-clock-drift' });
  });

  test('tempdb: no room, and somebody who reads old rows', async () => {
    await hospital.paste(['USE [master];', 'GRANT VIEW SERVER STATE TO [cdc_reader];']);
    await pretending({ 'tempdb.max_mb': '64' }, async () => {
      expect(await gist('sql-tempdb')).toBe('warn sql-tempdb-full');
    });
    const pool: sql.ConnectionPool = await hospital.standin.pool(DATABASE);
    try {
      const reading = pool.transaction();
      // 5: SNAPSHOT
      await reading.begin(5);
      await reading.request().query('SELECT COUNT(*) AS n FROM dbo.Patients');
      const { results } = await check(settings(), 'sql-tempdb');
      const facts = results.find(({ id }) => id === 'sql-tempdb')?.facts as { reader: { value: unknown[] } };
      expect(facts.reader.value).toHaveLength(1);
      await reading.rollback();
    } finally {
      await pool.close();
    }
    await hospital.paste(['REVOKE VIEW SERVER STATE FROM [cdc_reader];']);
  });
});

describe('the database', () => {
  test.each([
    [{ 'database.updateability': 'READ_ONLY' }, 'fail sql-db-state-read-only'],
    [{ 'database.in_standby': 'yes' }, 'fail sql-db-state-read-only'],
    [{ 'database.user_access': 'SINGLE_USER' }, 'fail sql-db-state-single-user'],
    [{ 'database.delayed_durability': 'ALLOWED' }, 'warn sql-db-state-durability'],
  ])('%o', async (words, expected) => {
    await pretending(words, async () => expect(await gist('sql-db-state')).toBe(expected));
  });

  test('closing itself, until the printed statement', async () => {
    await hospital.dba(`ALTER DATABASE [${DATABASE}] SET AUTO_CLOSE ON`);
    const { code, remedy } = await verdict('sql-db-state');
    expect(code).toBe('sql-db-state-auto-close');
    await hospital.paste(remedy?.sql);
    expect(await gist('sql-db-state')).toBe('pass ok');
  });

  test('in an availability group, as primary and as secondary', async () => {
    const group = { 'database.replica_id': 'a2a1c8a3-7f0e-4a87-9d7e-0d6b0a3f6a11' };
    await pretending(group, async () => {
      expect(await gist('sql-availability-group')).toBe('warn sql-availability-group-jobs');
    });
    await pretending({ ...group, 'database.updateability': 'READ_ONLY' }, async () => {
      expect(await gist('sql-availability-group')).toBe('fail sql-availability-group-secondary');
      expect(await gist('sql-db-state')).toBe('pass ok');
    });
  });

  test('owned by nobody, as after a restore, until the printed statement', async () => {
    await hospital.dba(
      "CREATE LOGIN [gone] WITH PASSWORD = N'Gone-1234!', CHECK_POLICY = OFF",
      `ALTER AUTHORIZATION ON DATABASE::[${DATABASE}] TO [gone]`,
    );
    const storage = new pg.Client({ ...(await loadSandbox()).postgres.standin(1), database: STORAGE });
    await storage.connect();
    // The identifier stays in the database, and no login of this server has it.
    await storage.query("DELETE FROM standin.login WHERE name = 'gone'");
    await storage.query('UPDATE standin.database SET owner_id = 9999 WHERE name = $1', [DATABASE]);
    await storage.end();
    const { code, remedy } = await verdict('sql-db-owner');
    expect(code).toBe('sql-db-owner-none');
    await hospital.paste(remedy?.sql);
    expect(await verdict('sql-db-owner')).toMatchObject({ outcome: 'pass', summary: 'owned by sa' });
  });

  test('owned by an account of Windows', async () => {
    await hospital.dba(
      "CREATE LOGIN [HOSP\\okello] WITH PASSWORD = N'Okello-1234!', CHECK_POLICY = OFF",
      `ALTER AUTHORIZATION ON DATABASE::[${DATABASE}] TO [HOSP\\okello]`,
    );
    expect(await gist('sql-db-owner')).toBe('warn sql-db-owner-windows');
    await hospital.dba(`ALTER AUTHORIZATION ON DATABASE::[${DATABASE}] TO [sa]`);
  });

  test('text columns of another collation', async () => {
    await pretending({ 'collation.Stock.ItemCode': 'Cyrillic_General_CI_AS' }, async () => {
      expect(await verdict('sql-collation')).toMatchObject({
        code: 'sql-collation-differs',
        current: 'dbo.Stock.ItemCode: Cyrillic_General_CI_AS',
      });
    });
  });

  test('snapshot isolation that waits for an old transaction', async () => {
    await pretending({ 'database.snapshot_state': 'IN_TRANSITION_TO_ON' }, async () => {
      expect(await gist('sql-snapshot-isolation')).toBe('warn sql-snapshot-isolation-waiting');
    });
  });
});

describe('the rights', () => {
  test('to see how the capturing goes', async () => {
    await hospital.dba('REVOKE VIEW DATABASE STATE FROM [cdc_reader]');
    const { code, remedy } = await verdict('sql-permissions');
    expect(code).toBe('sql-permissions-state');
    await hospital.paste(remedy?.sql);
    expect(await gist('sql-permissions')).toBe('pass ok');
    await hospital.dba(
      'REVOKE VIEW DATABASE STATE FROM [cdc_reader]; GRANT VIEW DATABASE PERFORMANCE STATE TO [cdc_reader]',
    );
    expect(await gist('sql-permissions')).toBe('pass ok');
    await hospital.dba(
      'REVOKE VIEW DATABASE PERFORMANCE STATE FROM [cdc_reader]; GRANT VIEW DATABASE STATE TO [cdc_reader]',
    );
  });

  test('to write the program’s own tables, once they are there', async () => {
    await hospital.dba(
      'CREATE SCHEMA [clinicmaster_cdc] AUTHORIZATION [dbo]',
      'CREATE TABLE clinicmaster_cdc.heartbeat (id int NOT NULL PRIMARY KEY, beat_no bigint NOT NULL)',
      'CREATE TABLE clinicmaster_cdc.debezium_signal (id varchar(42) NOT NULL PRIMARY KEY)',
      'GRANT SELECT ON SCHEMA::[clinicmaster_cdc] TO [cdc_reader]',
    );
    const { code, current, remedy } = await verdict('sql-permissions');
    expect(code).toBe('sql-permissions-own-tables');
    expect(current).toContain('clinicmaster_cdc.heartbeat');
    expect(remedy?.sql).toHaveLength(3);
    await hospital.paste(remedy?.sql);
    expect(await gist('sql-permissions')).toBe('pass ok');
  });

  test('the list for the vendor', async () => {
    expect(await verdict('sql-vendor-ddl-risk')).toMatchObject({
      outcome: 'pass',
      current: 'dbo.AuditTrail, dbo.Patients and dbo.Stock',
    });
    await hospital.dba('REVOKE SELECT ON SCHEMA::[cdc] FROM [cdc_reader]');
    const { code, remedy } = await verdict('sql-vendor-ddl-risk');
    expect(code).toBe('sql-vendor-ddl-risk-no-right');
    await hospital.paste(remedy?.sql);
    expect(await gist('sql-vendor-ddl-risk')).toBe('pass ok');
  });
});

describe('the user cdc', () => {
  test('taken away by somebody who tidied, and made again by the printed statements', async () => {
    expect(await verdict('sql-cdc-user')).toMatchObject({
      outcome: 'pass',
      summary: 'the capture job writes as it',
    });
    await hospital.dba('GRANT VIEW DEFINITION TO [cdc_reader]');
    expect(await verdict('sql-cdc-user')).toMatchObject({ summary: 'the user cdc is db_owner' });
    await hospital.dba('EXEC standin.agent_stop', 'ALTER ROLE [db_owner] DROP MEMBER [cdc]');
    await hospital.dba('DELETE FROM cdc.lsn_time_mapping');
    const { code, remedy } = await verdict('sql-cdc-user');
    expect(code).toBe('sql-cdc-user-missing');
    await hospital.paste(remedy?.sql);
    expect(await gist('sql-cdc-user')).toBe('pass ok');
  });

  test('unseen without the right to look: not claimed to be missing', async () => {
    await hospital.dba('REVOKE VIEW DEFINITION FROM [cdc_reader]');
    const { code, remedy } = await verdict('sql-cdc-user');
    expect(code).toBe('sql-cdc-user-no-right');
    await hospital.paste(remedy?.sql);
    expect(await gist('sql-cdc-user')).toBe('pass ok');
  });

  test('in the way before CDC is on, until the printed statements', async () => {
    await hospital.dba(
      'EXEC sys.sp_cdc_disable_db',
      'CREATE USER [cdc] WITHOUT LOGIN',
      'CREATE SCHEMA [cdc] AUTHORIZATION [dbo]',
    );
    const { code, current, remedy } = await verdict('sql-cdc-user');
    expect(code).toBe('sql-cdc-user-taken');
    expect(current).toBe('a schema and a user called cdc, while CDC is off');
    await hospital.paste(remedy?.sql);
    expect(await gist('sql-cdc-user')).toBe('pass ok');
    await hospital.dba('REVOKE VIEW DEFINITION FROM [cdc_reader]');
    expect(await gist('sql-cdc-user')).toBe('unknown sql-cdc-user-no-right');
  });

  test('the stand-in reported no bug', () => {
    expect(hospital.standin.reports).toEqual([]);
  });
});

describe('other servers', () => {
  test('2019 in London: the old permission names, the wrong zone', async () => {
    const london = await startHospital('checks_sqlserver_london', { release: '2019', timeZone: '+00:00' });
    try {
      await london.prepare();
      const given = facility({ database: london.database, messageKeyColumns: 'dbo.AuditTrail:At,What' });
      const checked = await settled(given);
      expect(checked.troubles()).toEqual([
        'warn sql-tls-unverified',
        'warn sql-clock-zone',
        'unknown sql-tempdb-no-right',
      ]);
      expect(checked.verdict('sql-tempdb').current).toContain('VIEW SERVER STATE permission was denied');
      expect(checked.verdict('sql-permissions').outcome).toBe('pass');
    } finally {
      await london.remove();
    }
  });
});
