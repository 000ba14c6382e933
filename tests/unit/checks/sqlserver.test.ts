import { describe, expect, it } from 'vitest';
import type { NetworkFailureKind } from '../../../src/adapters/network-port.ts';
import type { SqlAnswer, SqlFailure, SqlValue } from '../../../src/adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../../../src/checks/context.ts';
import { sqlAgentRunning } from '../../../src/checks/sqlserver/sql-agent-running.ts';
import { sqlDbCdcEnabled } from '../../../src/checks/sqlserver/sql-db-cdc-enabled.ts';
import { sqlDbState } from '../../../src/checks/sqlserver/sql-db-state.ts';
import { sqlLogin } from '../../../src/checks/sqlserver/sql-login.ts';
import { sqlPermissions } from '../../../src/checks/sqlserver/sql-permissions.ts';
import { sqlSnapshotIsolation } from '../../../src/checks/sqlserver/sql-snapshot-isolation.ts';
import { sqlTablePk } from '../../../src/checks/sqlserver/sql-table-pk.ts';
import { sqlTablesEnabled } from '../../../src/checks/sqlserver/sql-tables-enabled.ts';
import { sqlTcp } from '../../../src/checks/sqlserver/sql-tcp.ts';
import { sqlVersion } from '../../../src/checks/sqlserver/sql-version.ts';
import { facility, gist, judge } from './fixtures.ts';

const rows = <Row>(...value: Row[]): SqlAnswer<Row> => ({ ok: true, value });
const failed = (failure: Partial<SqlFailure>): { ok: false; failure: SqlFailure } => ({
  ok: false,
  failure: { kind: 'other', message: 'text of the server', ...failure },
});
const sqlError = (...numbers: number[]) => failed({ kind: 'sql', number: numbers[0]!, numbers });

describe('sql-tcp', () => {
  const at = { host: '192.168.1.100', port: 1433 };
  const resolved = { ok: true as const, value: { addresses: ['192.168.1.100'] } };
  const broken = (kind: NetworkFailureKind) => ({
    ok: false as const,
    failure: { kind, code: kind, message: '' },
  });

  it.each([
    ['refused', 'fail sql-tcp-refused dba'],
    ['timeout', 'fail sql-tcp-timeout network-admin'],
    ['unreachable', 'fail sql-tcp-unreachable network-admin'],
    ['other', 'fail sql-tcp-unreachable network-admin'],
  ] as const)('tells %s apart', (kind, expected) => {
    expect(gist(judge(sqlTcp, { ...at, resolved, connected: broken(kind) }))).toBe(expected);
  });

  it('passes with the address and the time', () => {
    const connected = { ok: true as const, value: { address: '192.168.1.100', ms: 3 } };
    expect(judge(sqlTcp, { ...at, resolved, connected })).toMatchObject({
      outcome: 'pass',
      current: '192.168.1.100, 3 ms',
    });
  });

  it.each([
    ['192.168.1.100', broken('timeout'), 'network-admin', 'ip_forward'],
    ['host.docker.internal', broken('refused'), 'you', '172.16.0.0/12'],
  ])('tells that the container alone does not reach %s', (host, connected, who, cure) => {
    const near = { ok: true as const, value: { address: host, ms: 3 } };
    const facts = { host, port: 1433, resolved, connected: near, inside: { resolved, connected } };
    const verdict = judge(sqlTcp, facts);
    expect(gist(verdict)).toBe(`fail sql-tcp-inside ${who}`);
    expect(JSON.stringify(verdict.remedy)).toContain(cure);
  });

  it('goes on when only this machine does not reach it', () => {
    const inside = { resolved, connected: { ok: true as const, value: { address: '192.168.1.100', ms: 3 } } };
    const facts = { ...at, resolved, connected: broken('timeout'), inside };
    expect(gist(judge(sqlTcp, facts))).toBe('warn sql-tcp-outside network-admin');
  });

  it('names a host without an address', () => {
    const facts = { host: 'hospital-sql', port: 1433, resolved: broken('name-unknown'), connected: null };
    expect(gist(judge(sqlTcp, facts))).toBe('fail sql-tcp-name you');
  });

  it.each(['localhost', '127.0.0.1', '::1', '.', '(local)', 'LOCALHOST'])(
    'refuses %s, which is the container itself',
    (host) => {
      const connected = { ok: true as const, value: { address: '127.0.0.1', ms: 0 } };
      const verdict = judge(sqlTcp, { host, port: 1433, resolved, connected });
      expect(gist(verdict)).toBe('fail sql-tcp-loopback you');
      expect(verdict.remedy?.commands).toEqual(['clinicmaster-cdc init --db-host host.docker.internal']);
    },
  );
});

describe('sql-login', () => {
  it.each<[string, Partial<SqlFailure>, string]>([
    ['a wrong password', { kind: 'sql', numbers: [18456] }, 'fail sql-login-refused you'],
    ['an unknown database', { kind: 'sql', numbers: [4060, 18456] }, 'fail sql-login-database dba'],
    [
      'an unknown database, the other way round',
      { kind: 'sql', numbers: [18456, 4060] },
      'fail sql-login-database dba',
    ],
    ['no user in the database', { kind: 'sql', numbers: [916] }, 'fail sql-login-database dba'],
    ['an expired password', { kind: 'sql', numbers: [18487] }, 'fail sql-login-expired dba'],
    ['a password to be changed', { kind: 'sql', numbers: [18488] }, 'fail sql-login-must-change dba'],
    ['a locked login', { kind: 'sql', numbers: [18486] }, 'fail sql-login-locked dba'],
    ['a disabled login', { kind: 'sql', numbers: [18470] }, 'fail sql-login-disabled dba'],
    ['a Windows account', { kind: 'sql', numbers: [18452] }, 'fail sql-login-windows-account dba'],
    ['a private CA', { kind: 'tls', code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'fail sql-login-tls-untrusted dba'],
    [
      'an unknown issuer',
      { kind: 'tls', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      'fail sql-login-tls-untrusted dba',
    ],
    ['an old certificate', { kind: 'tls', code: 'CERT_HAS_EXPIRED' }, 'fail sql-login-tls-expired dba'],
    [
      'another name',
      { kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      'fail sql-login-tls-wrong-name dba',
    ],
    [
      'a server that insists on TLS',
      { kind: 'tls', code: 'EENCRYPT' },
      'fail sql-login-tls-needs-encryption you',
    ],
    ['no TLS at all', { kind: 'tls', code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'fail sql-login-tls dba'],
    ['silence', { kind: 'timeout' }, 'fail sql-login-timeout dba'],
    ['a broken line', { kind: 'unreachable', code: 'ECONNRESET' }, 'fail sql-login-broken you'],
  ])('%s', (_, failure, expected) => {
    expect(gist(judge(sqlLogin, { opened: failed(failure), account: null }))).toBe(expected);
  });

  it('passes, saying whether the line is encrypted', () => {
    expect(judge(sqlLogin, { opened: rows<never>(), account: failed({}) })).toMatchObject({
      outcome: 'pass',
      current: 'encrypted',
    });
  });

  it.each([
    [null, 0, 'pass ok'],
    [-1, 0, 'pass ok'],
    [40, 0, 'pass ok'],
    [3, 0, 'warn sql-login-expires-soon dba'],
    [0, 0, 'warn sql-login-expires-soon dba'],
    [null, 1, 'warn sql-login-windows-only dba'],
  ])('with %s days left and Windows-only = %s', (days_left, windows_only, expected) => {
    const account = rows({ days_left, windows_only });
    expect(gist(judge(sqlLogin, { opened: rows<never>(), account }))).toBe(expected);
  });

  it('tells a Windows account by its name, and never the state that only the server knows', () => {
    const opened = sqlError(18456);
    const database = { ...facility().database, user: 'HOSPITAL\\debezium' };
    expect(gist(judge(sqlLogin, { opened, account: null }, facility({ database })))).toBe(
      'fail sql-login-windows-account dba',
    );
    const { current } = judge(sqlLogin, { opened, account: null });
    expect(current).toBe('error 18456: text of the server');
  });

  it('never shows the password', () => {
    const verdict = judge(sqlLogin, { opened: sqlError(18456), account: null });
    expect(JSON.stringify(verdict)).not.toContain(facility().database.password);
  });
});

describe('sql-version', () => {
  const row = {
    version: '15.0.4198.2',
    edition: 'Standard Edition (64-bit)',
    engine_edition: 2,
    level: 'RTM',
    cu: 'CU15' as string | null,
    banner: 'Microsoft SQL Server … on Windows Server 2019',
  };
  const linux = 'Microsoft SQL Server 2017 … on Linux (Ubuntu 16.04.6 LTS)';
  it.each([
    [row, 'pass ok'],
    [{ ...row, cu: null }, 'warn sql-version-unpatched dba'],
    [{ ...row, cu: null, level: 'SP2', version: '14.0.3460.9' }, 'pass ok'],
    [{ ...row, edition: 'Web Edition (64-bit)' }, 'warn sql-version-web you'],
    [{ ...row, version: '13.0.6435.1', level: 'SP3' }, 'warn sql-version-2016 dba'],
    [{ ...row, version: '13.0.1601.5' }, 'fail sql-version-old dba'],
    [{ ...row, version: '13.0.1601.5', engine_edition: 3 }, 'warn sql-version-2016 dba'],
    [{ ...row, version: '14.0.3257.3', banner: linux }, 'pass ok'],
    [{ ...row, version: '14.0.3238.1', banner: linux }, 'warn sql-version-linux dba'],
    [{ ...row, version: '14.0.3238.1' }, 'pass ok'],
    [{ ...row, engine_edition: 3, version: '16.0.1000.6' }, 'pass ok'],
    [{ ...row, engine_edition: 4 }, 'fail sql-version-express dba'],
    [{ ...row, version: '11.0.7001.0' }, 'fail sql-version-old dba'],
    [{ ...row, engine_edition: 5, version: '12.0.2000.8' }, 'warn sql-version-azure central-team'],
    [{ ...row, engine_edition: 8, version: '12.0.2000.8' }, 'warn sql-version-azure central-team'],
  ])('%o', (facts, expected) => {
    expect(gist(judge(sqlVersion, rows(facts)))).toBe(expected);
  });
});

describe('sql-db-state', () => {
  const row = {
    name: 'ClinicMasterMOH',
    state: 'ONLINE',
    user_access: 'MULTI_USER',
    read_only: false,
    in_standby: false,
    auto_close: false,
    delayed_durability: 'DISABLED',
    recovery_model: 'FULL',
    log_reuse_wait: 'LOG_BACKUP',
    in_group: 0,
  };
  it.each([
    [row, 'pass ok'],
    [{ ...row, state: 'RECOVERY_PENDING' }, 'fail sql-db-state-offline dba'],
    [{ ...row, read_only: true }, 'fail sql-db-state-read-only you'],
    [{ ...row, read_only: true, in_group: 1 }, 'pass ok'],
    [{ ...row, in_standby: true }, 'fail sql-db-state-read-only you'],
    [{ ...row, user_access: 'SINGLE_USER' }, 'fail sql-db-state-single-user dba'],
    [{ ...row, user_access: 'RESTRICTED_USER' }, 'pass ok'],
    [{ ...row, recovery_model: 'SIMPLE', log_reuse_wait: 'NOTHING' }, 'pass ok'],
    [{ ...row, auto_close: true }, 'warn sql-db-state-auto-close dba'],
    [{ ...row, delayed_durability: 'ALLOWED' }, 'warn sql-db-state-durability dba'],
    [{ ...row, name: 'clinicmastermoh' }, 'warn sql-db-state-spelling you'],
  ])('%o', (facts, expected) => {
    expect(gist(judge(sqlDbState, rows(facts)))).toBe(expected);
  });
});

describe('sql-db-cdc-enabled', () => {
  it('passes when on', () => {
    expect(gist(judge(sqlDbCdcEnabled, rows({ is_cdc_enabled: true })))).toBe('pass ok');
  });
  it('fails when off, with the statements for the DBA', () => {
    const verdict = judge(sqlDbCdcEnabled, rows({ is_cdc_enabled: false }));
    expect(gist(verdict)).toBe('fail sql-db-cdc-enabled-off dba');
    expect(verdict.remedy?.sql).toEqual(['USE [ClinicMasterMOH];', 'EXEC sys.sp_cdc_enable_db;']);
  });
  it('quotes a name that needs it', () => {
    const database = { ...facility().database, name: 'Clinic]Master' };
    const verdict = judge(sqlDbCdcEnabled, rows({ is_cdc_enabled: false }), facility({ database }));
    expect(verdict.remedy?.sql?.[0]).toBe('USE [Clinic]]Master];');
  });
});

describe('sql-tables-enabled', () => {
  const table = (name: string, instance: string | null, schema = 'dbo') => ({
    schema_name: schema,
    table_name: name,
    capture_instance: instance,
  });

  it('passes when every selected table is captured, whatever the others are', () => {
    const facts = rows(
      table('Visits', 'dbo_Visits'),
      table('Log', null, 'audit'),
      table('sysdiagrams', null),
    );
    expect(judge(sqlTablesEnabled, facts)).toMatchObject({
      outcome: 'pass',
      summary: '1 table captured',
    });
  });
  it('counts a table with two capture instances once', () => {
    const facts = rows(table('Visits', 'v1'), table('Visits', 'v2'));
    expect(judge(sqlTablesEnabled, facts).summary).toBe('1 table captured');
  });
  it('names what is not captured, with one statement each', () => {
    const facts = rows(table('Visits', 'dbo_Visits'), table("O'Neil", null), table('Bills', null));
    const verdict = judge(sqlTablesEnabled, facts);
    expect(gist(verdict)).toBe('fail sql-tables-enabled-missing dba');
    expect(verdict.current).toBe("dbo.Bills and dbo.O'Neil");
    expect(verdict.remedy?.sql?.[2]).toContain("@source_name = N'O''Neil'");
  });
  it('fails when the list matches nothing', () => {
    const settings = facility({ tableIncludeList: 'dob\\..*' });
    expect(gist(judge(sqlTablesEnabled, rows(table('Visits', 'v')), settings))).toBe(
      'fail sql-tables-enabled-none you',
    );
  });
  it('sends a login that sees no table to the DBA', () => {
    expect(gist(judge(sqlTablesEnabled, rows()))).toBe('fail sql-tables-enabled-none dba');
  });
  it('cannot tell without the right to look', () => {
    const verdict = judge(sqlTablesEnabled, sqlError(229));
    expect(gist(verdict)).toBe('unknown sql-tables-enabled-no-right dba');
    expect(verdict.remedy?.sql).toContain('GRANT SELECT ON SCHEMA::[cdc] TO [cdc_reader];');
  });
});

describe('sql-table-pk', () => {
  const index = (table: string, name: string | null, primary: boolean | null) => ({
    schema_name: 'dbo',
    table_name: table,
    index_name: name,
    is_primary_key: primary,
  });
  const keys = (...given: ReturnType<typeof index>[]) => ({
    indexes: rows(...given),
    uncaptured: sqlError(208),
  });
  const keyless = keys(index('Visits', 'PK_Visits', true), index('AuditTrail', null, null));

  it('passes with primary keys, further unique indexes or not', () => {
    const facts = keys(index('Visits', 'PK_Visits', true), index('Visits', 'UX_Visits', false));
    expect(gist(judge(sqlTablePk, facts))).toBe('pass ok');
  });
  it('fails without any key, with both ways out ready to paste', () => {
    const verdict = judge(sqlTablePk, keyless);
    expect(gist(verdict)).toBe('fail sql-table-pk-none you');
    expect(verdict.current).toBe('dbo.AuditTrail');
    expect(verdict.remedy?.commands).toEqual([
      "clinicmaster-cdc init --key-columns 'dbo.AuditTrail:COLUMN'",
      "clinicmaster-cdc init --tables 'dbo\\..*(?<!^(dbo\\.AuditTrail))'",
    ]);
  });
  it('passes when columns are named for it', () => {
    const settings = facility({ messageKeyColumns: 'dbo.audittrail:EventId,At' });
    expect(gist(judge(sqlTablePk, keyless, settings))).toBe('pass ok');
  });
  it('passes when it is left out', () => {
    const settings = facility({ tableIncludeList: 'dbo\\..*(?<!^(dbo\\.AuditTrail))' });
    expect(gist(judge(sqlTablePk, keyless, settings))).toBe('pass ok');
  });
  it('warns where only a unique index tells rows apart', () => {
    expect(gist(judge(sqlTablePk, keys(index('Stock', 'UX_Stock', false))))).toBe(
      'warn sql-table-pk-unique-index you',
    );
  });
  it('fails where a column of the key is not captured, but not where other columns are the key', () => {
    const facts = {
      indexes: rows(index('Visits', 'PK_Visits', true)),
      uncaptured: rows({ schema_name: 'dbo', table_name: 'Visits', column_name: 'VisitNo' }),
    };
    const verdict = judge(sqlTablePk, facts);
    expect(gist(verdict)).toBe('fail sql-table-pk-not-captured dba');
    expect(verdict.current).toBe('dbo.Visits.VisitNo');
    const keyed = facility({ messageKeyColumns: 'dbo.Visits:PatientNo,At' });
    expect(gist(judge(sqlTablePk, facts, keyed))).toBe('pass ok');
    const without = facility({ tableIncludeList: 'dbo\\.Bills' });
    expect(gist(judge(sqlTablePk, facts, without))).toBe('pass ok');
  });
});

describe('sql-agent-running', () => {
  const service = (
    status_desc: string,
    startup_type_desc = 'Automatic',
    service_account = 'NT SERVICE\\SQLSERVERAGENT',
    servicename = 'SQL Server Agent (MSSQLSERVER)',
  ) => rows({ servicename, status_desc, startup_type_desc, service_account });
  const capture = (age_s: number | null) => rows({ age_s });

  it.each([
    ['running', service('Running'), capture(3), 'pass ok'],
    ['stopped', service('Stopped'), capture(3), 'fail sql-agent-running-stopped dba'],
    ['started by hand', service('Running', 'Manual'), capture(3), 'warn sql-agent-running-manual dba'],
    [
      'run by an account that cannot',
      service('Running', 'Automatic', 'NT AUTHORITY\\NETWORK SERVICE'),
      capture(3),
      'warn sql-agent-running-account dba',
    ],
    ['invisible, but the job writes', sqlError(300), capture(60), 'pass ok'],
    [
      'invisible, and the job is silent',
      sqlError(300),
      capture(7200),
      'unknown sql-agent-running-no-right dba',
    ],
    [
      'invisible, and no change is readable',
      sqlError(300),
      sqlError(208),
      'unknown sql-agent-running-no-right dba',
    ],
    ['not listed (Linux), but the job writes', rows(), capture(60), 'pass ok'],
    [
      'not listed (Linux), nothing written yet',
      rows(),
      capture(null),
      'unknown sql-agent-running-unanswered dba',
    ],
  ] as const)('%s', (_, services, age, expected) => {
    expect(gist(judge(sqlAgentRunning, { services, capture: age } as never))).toBe(expected);
  });

  it('starts the service of the instance that it is', () => {
    const stopped = (name: string) =>
      judge(sqlAgentRunning, {
        services: service('Stopped', 'Manual', '', `SQL Server Agent (${name})`),
        capture: capture(null),
      }).remedy?.commands?.[0];
    expect(stopped('MSSQLSERVER')).toBe(
      'Set-Service SQLSERVERAGENT -StartupType Automatic; Start-Service SQLSERVERAGENT',
    );
    expect(stopped('CLINIC')).toBe(
      "Set-Service 'SQLAgent$CLINIC' -StartupType Automatic; Start-Service 'SQLAgent$CLINIC'",
    );
  });

  it('never says stopped when it may not look, and says what it did see', () => {
    const verdict = judge(sqlAgentRunning, { services: sqlError(300), capture: capture(7200) });
    expect(verdict.current).toContain('the capture job last wrote 7200 s ago');
    expect(verdict.remedy?.sql).toContain('GRANT VIEW SERVER STATE TO [cdc_reader];');
  });
});

describe('sql-permissions', () => {
  const all = {
    cdc_select: 1,
    is_owner: 0,
    database_state: 1,
    database_performance_state: null as number | null,
    server_state: 0,
    server_performance_state: null as number | null,
    heartbeat_update: null as number | null,
    signal_insert: null as number | null,
  };
  const rights = (changes: Partial<typeof all> = {}) => rows({ ...all, ...changes });
  const table = (can_select: number, role_name: string | null = null, in_role: number | null = null) =>
    rows({ schema_name: 'dbo', table_name: 'Visits', role_name, can_select, in_role });
  const offered = rows({ source_table: 'Visits' });

  it.each([
    ['may read', rights(), table(1), 'pass ok'],
    ['is in the gating role', rights(), table(1, 'cdc_gate', 1), 'pass ok'],
    ['owns the database', rights({ is_owner: 1 }), table(1, 'cdc_gate', 0), 'pass ok'],
    ['may not read the schema', rights({ cdc_select: 0 }), sqlError(229), 'fail sql-permissions-schema dba'],
    ['is refused the change tables', rights(), sqlError(229), 'fail sql-permissions-schema dba'],
    ['may not read a table', rights(), table(0), 'fail sql-permissions-tables dba'],
    ['is outside the gating role', rights(), table(1, 'cdc_gate', 0), 'fail sql-permissions-role dba'],
    ['may not see the capturing', rights({ database_state: 0 }), table(1), 'warn sql-permissions-state dba'],
    [
      'sees it in the way of 2022',
      rights({ database_state: 0, database_performance_state: 1 }),
      table(1),
      'pass ok',
    ],
    [
      'may not write the heartbeat',
      rights({ heartbeat_update: 0, signal_insert: 1 }),
      table(1),
      'warn sql-permissions-own-tables dba',
    ],
    ['is busy', failed({ kind: 'timeout' }), table(1), 'unknown sql-permissions-busy you'],
  ] as const)('%s', (_, given, tables, expected) => {
    expect(gist(judge(sqlPermissions, { rights: given, tables, offered } as never))).toBe(expected);
  });

  it('writes the GRANT for the table', () => {
    const { remedy } = judge(sqlPermissions, { rights: rights(), tables: table(0), offered });
    expect(remedy?.sql).toEqual([
      'USE [ClinicMasterMOH];',
      'GRANT SELECT ON OBJECT::[dbo].[Visits] TO [cdc_reader];',
    ]);
  });

  it('fails when SQL Server shows the connector nothing, as Debezium does', () => {
    const facts = { rights: rights(), tables: table(1), offered: rows<{ source_table: string }>() };
    expect(gist(judge(sqlPermissions, facts))).toBe('fail sql-permissions-none dba');
  });

  it('names VIEW SERVER STATE as what it is: optional', () => {
    const facts = { rights: rights(), tables: table(1), offered };
    expect(judge(sqlPermissions, facts).current).toContain('optional');
    expect(judge(sqlPermissions, { ...facts, rights: rights({ server_state: 1 }) }).current).toBe(
      'with VIEW SERVER STATE',
    );
  });
});

describe('sql-snapshot-isolation', () => {
  it.each([
    ['snapshot', 'ON', 'pass ok'],
    ['snapshot', 'OFF', 'fail sql-snapshot-isolation-off dba'],
    ['snapshot', 'IN_TRANSITION_TO_ON', 'warn sql-snapshot-isolation-waiting dba'],
    ['snapshot', 'IN_TRANSITION_TO_OFF', 'fail sql-snapshot-isolation-off dba'],
    ['read_committed', 'OFF', 'warn sql-snapshot-isolation-read-committed you'],
  ] as const)('%s on a database where it is %s', (snapshotIsolation, state, expected) => {
    expect(gist(judge(sqlSnapshotIsolation, rows({ state }), facility({ snapshotIsolation })))).toBe(
      expected,
    );
  });
});

describe('a question that SQL Server does not answer', () => {
  const checks = [sqlVersion, sqlDbState, sqlDbCdcEnabled, sqlTablesEnabled, sqlSnapshotIsolation];
  it.each(
    checks.map(
      (check) => [check.id, check as unknown as FacilityCheck<SqlAnswer<Record<string, SqlValue>>>] as const,
    ),
  )('%s cannot tell, and does not fail', (id, check) => {
    expect(gist(judge(check, failed({ kind: 'timeout' })))).toBe(`unknown ${id}-busy you`);
    expect(gist(judge(check, sqlError(1222)))).toBe(`unknown ${id}-busy you`);
    expect(gist(judge(check, failed({})))).toBe(`unknown ${id}-unanswered dba`);
  });
});
