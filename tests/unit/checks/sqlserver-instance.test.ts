import { describe, expect, it } from 'vitest';
import type { NetworkFailureKind } from '../../../src/adapters/network-port.ts';
import type { SqlAnswer, SqlFailure, SqlTlsView, SqlValue } from '../../../src/adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../../../src/checks/context.ts';
import { sqlAvailabilityGroup } from '../../../src/checks/sqlserver/sql-availability-group.ts';
import { sqlCdcUser } from '../../../src/checks/sqlserver/sql-cdc-user.ts';
import { sqlClock } from '../../../src/checks/sqlserver/sql-clock.ts';
import { sqlCollation } from '../../../src/checks/sqlserver/sql-collation.ts';
import { sqlDbOwner } from '../../../src/checks/sqlserver/sql-db-owner.ts';
import { sqlInstancePort } from '../../../src/checks/sqlserver/sql-instance-port.ts';
import { sqlNotSa } from '../../../src/checks/sqlserver/sql-not-sa.ts';
import { sqlTempdb } from '../../../src/checks/sqlserver/sql-tempdb.ts';
import { sqlTls } from '../../../src/checks/sqlserver/sql-tls.ts';
import { sqlVendorDdlRisk } from '../../../src/checks/sqlserver/sql-vendor-ddl-risk.ts';
import { facility, gist, judge } from './fixtures.ts';

const rows = <Row>(...value: Row[]): SqlAnswer<Row> => ({ ok: true, value });
const failed = (failure: Partial<SqlFailure>): { ok: false; failure: SqlFailure } => ({
  ok: false,
  failure: { kind: 'other', message: 'text of the server', ...failure },
});
const sqlError = (...numbers: number[]) => failed({ kind: 'sql', number: numbers[0]!, numbers });
const broken = (kind: NetworkFailureKind, code: string = kind) => ({
  ok: false as const,
  failure: { kind, code, message: '' },
});

describe('sql-instance-port', () => {
  const standard = { name: 'MSSQLSERVER', version: '15.0.2000.5', port: 1433 };
  const named = { name: 'CLINIC', version: '15.0.2000.5', port: 52_113 };
  const dead = { name: 'OLD', version: '11.0.2100.60' };
  const facts = { host: '192.168.1.100', instance: null as string | null, port: 1433, open: true };
  const told = (...value: { name: string; version: string; port?: number }[]) => ({
    ok: true as const,
    value,
  });

  it.each([
    ['the instance at this port', facts, told(standard, named), 'pass ok'],
    ['no browser, which is usual', facts, broken('timeout'), 'pass ok'],
    ['an answer through a router', { ...facts, port: 14_330 }, told(standard), 'pass ok'],
    [
      'a port that changes',
      { ...facts, port: 52_113 },
      told(standard, named),
      'warn sql-instance-port-dynamic dba',
    ],
    ['another port', { ...facts, open: false }, told(named), 'fail sql-instance-port-other you'],
    ['no TCP/IP', { ...facts, open: false }, told(dead), 'fail sql-instance-port-no-tcp dba'],
    ['silence everywhere', { ...facts, open: false }, broken('timeout'), 'skip sql-instance-port-skipped'],
    [
      'a named instance, whose port is told',
      { ...facts, instance: 'clinic' },
      told(standard, named),
      'fail sql-instance-port-named you',
    ],
    [
      'a named instance without TCP/IP',
      { ...facts, instance: 'OLD' },
      told(standard, dead),
      'fail sql-instance-port-unknown dba',
    ],
    [
      'a named instance that is not there',
      { ...facts, instance: 'NONE' },
      told(standard),
      'fail sql-instance-port-unknown dba',
    ],
    [
      'a named instance and no browser',
      { ...facts, instance: 'CLINIC' },
      broken('refused'),
      'fail sql-instance-port-no-browser dba',
    ],
    ['a name that nobody knows', facts, broken('name-unknown'), 'skip sql-instance-port-skipped'],
    [
      'localhost, which sql-tcp has the word on',
      { ...facts, host: 'localhost' },
      told(standard),
      'skip sql-instance-port-skipped',
    ],
  ])('%s', (_, given, browser, expected) => {
    expect(gist(judge(sqlInstancePort, { ...given, browser }))).toBe(expected);
  });

  it('gives the command with the port that the browser told', () => {
    const verdict = judge(sqlInstancePort, { ...facts, instance: 'CLINIC', browser: told(named) });
    expect(verdict.remedy?.commands).toEqual([
      'clinicmaster-cdc init --db-host 192.168.1.100 --db-port 52113',
    ]);
  });
});

describe('sql-tls', () => {
  const nowMs = Date.parse('2026-11-24T08:00:00Z');
  const good: SqlTlsView = {
    chain: [],
    protocol: 'TLSv1.2',
    subject: 'hospital-sql',
    issuer: 'Ministry CA',
    names: ['192.168.1.100'],
    validFrom: '2026-01-01T00:00:00.000Z',
    validTo: '2028-01-01T00:00:00.000Z',
    selfSigned: false,
    nameMatches: true,
    cipher: 'ECDHE-RSA-AES256-GCM-SHA384',
    forwardSecrecy: true,
    keyType: 'RSA',
    keyBits: 2048,
    hash: 'strong',
  };
  const madeUp = {
    subject: 'SSL_Self_Signed_Fallback',
    issuer: 'SSL_Self_Signed_Fallback',
    selfSigned: true,
    nameMatches: false,
    chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  };
  const view = (changes: Partial<SqlTlsView> = {}) => ({
    answer: { ok: true as const, value: { ...good, ...changes } },
    nowMs,
  });
  const at = (changes: Partial<ReturnType<typeof facility>['database']>) =>
    facility({ database: { ...facility().database, ...changes } });
  const trusting = at({ trustServerCertificate: true });

  it.each<[string, Partial<SqlTlsView>, string]>([
    ['as it should be', {}, 'pass ok'],
    ['an elliptic key', { keyType: 'EC', keyBits: 256 }, 'pass ok'],
    ['TLS 1.0', { protocol: 'TLSv1' }, 'fail sql-tls-protocol dba'],
    ['TLS 1.1', { protocol: 'TLSv1.1' }, 'fail sql-tls-protocol dba'],
    ['static RSA suites', { forwardSecrecy: false, cipher: 'AES256-SHA' }, 'fail sql-tls-cipher dba'],
    ['MD5', { hash: 'MD5' }, 'fail sql-tls-broken-key dba'],
    ['RSA 512', { keyBits: 512 }, 'fail sql-tls-broken-key dba'],
    ['RSA 1024', { keyBits: 1024 }, 'warn sql-tls-weak dba'],
    ['SHA-1', { hash: 'SHA-1' }, 'warn sql-tls-weak dba'],
    ['expired', { validTo: '2026-11-01T00:00:00.000Z' }, 'fail sql-tls-expired dba'],
    ['not valid yet', { validFrom: '2026-12-01T00:00:00.000Z' }, 'fail sql-tls-expired dba'],
    ['ending soon', { validTo: '2026-12-10T00:00:00.000Z' }, 'warn sql-tls-expires-soon dba'],
    ['an unknown issuer', { chainError: 'UNABLE_TO_GET_ISSUER_CERT' }, 'fail sql-tls-untrusted dba'],
    ['made up by SQL Server', madeUp, 'fail sql-tls-untrusted dba'],
    ['another name', { nameMatches: false }, 'fail sql-tls-wrong-name dba'],
  ])('verified: %s', (_, changes, expected) => {
    expect(gist(judge(sqlTls, view(changes)))).toBe(expected);
  });

  it.each<[string, Partial<SqlTlsView>, string]>([
    ['made up by SQL Server', madeUp, 'warn sql-tls-unverified dba'],
    ['expired', { validTo: '2026-11-01T00:00:00.000Z' }, 'warn sql-tls-unverified dba'],
    ['as it should be', {}, 'warn sql-tls-unverified you'],
    ['TLS 1.0', { protocol: 'TLSv1' }, 'fail sql-tls-protocol dba'],
  ])('taken unverified: %s', (_, changes, expected) => {
    expect(gist(judge(sqlTls, view(changes), trusting))).toBe(expected);
  });

  it('says of the certificate that SQL Server makes that it cannot be pinned', () => {
    expect(judge(sqlTls, view(madeUp), trusting).summary).toContain('a new one at each start');
  });

  it.each([
    [broken('other', 'ENOENCRYPT'), 'fail sql-tls-none dba'],
    [broken('other', 'ENOTTDS'), 'fail sql-tls-not-sql-server you'],
    [broken('timeout', 'ETIMEDOUT'), 'fail sql-tls-timeout dba'],
    [broken('no-tls', 'ERR_SSL_UNSUPPORTED_PROTOCOL'), 'fail sql-tls-handshake dba'],
    [broken('reset', 'ECONNRESET'), 'fail sql-tls-handshake dba'],
  ])('%o', (answer, expected) => {
    expect(gist(judge(sqlTls, { answer, nowMs }))).toBe(expected);
  });

  it('on one machine needs no proof and no encryption', () => {
    const own = { host: 'host.docker.internal' };
    expect(gist(judge(sqlTls, view(madeUp), at({ ...own, trustServerCertificate: true })))).toBe('pass ok');
    expect(gist(judge(sqlTls, view(), at({ ...own, encrypt: false })))).toBe('pass ok');
    expect(gist(judge(sqlTls, view(), at({ encrypt: false })))).toBe('warn sql-tls-off you');
  });
});

describe('sql-not-sa', () => {
  const row = { is_sa: 0, is_sysadmin: 0, is_db_owner: 0 };
  it.each([
    [row, 'pass ok'],
    [{ ...row, is_sa: 1, is_sysadmin: 1, is_db_owner: 1 }, 'fail sql-not-sa-sysadmin dba'],
    [{ ...row, is_sysadmin: 1 }, 'fail sql-not-sa-sysadmin dba'],
    [{ ...row, is_db_owner: 1 }, 'warn sql-not-sa-db-owner dba'],
  ])('%o', (given, expected) => {
    expect(gist(judge(sqlNotSa, rows(given)))).toBe(expected);
  });
});

describe('sql-db-owner', () => {
  const row = { owner: 'sa' as string | null, owner_sid: '0x01' as string | null, is_cdc_enabled: false };
  it.each([
    [row, 'pass ok'],
    [{ ...row, owner: 'chief' }, 'pass ok'],
    [{ ...row, owner: 'vendor', owner_sid: '0xA1' }, 'pass ok'],
    [{ ...row, owner: 'HOSP\\okello', owner_sid: '0x0105' }, 'warn sql-db-owner-windows dba'],
    [{ ...row, owner: null, owner_sid: '0xA1' }, 'fail sql-db-owner-none dba'],
    [{ ...row, owner: null, owner_sid: '0xA1', is_cdc_enabled: true }, 'warn sql-db-owner-none dba'],
  ])('%o', (given, expected) => {
    expect(gist(judge(sqlDbOwner, rows(given)))).toBe(expected);
  });
});

describe('sql-cdc-user', () => {
  const off = { is_cdc_enabled: false, cdc_schema: 0, cdc_user: 0, cdc_is_owner: 0, sees_all: 1 as number };
  const on = { ...off, is_cdc_enabled: true, cdc_schema: 1, cdc_user: 1, cdc_is_owner: 1 };
  const blind = { ...on, cdc_user: 0, cdc_is_owner: 0, sees_all: 0 };
  const wrote = (age_s: number | null) => rows({ age_s });

  it.each([
    ['free', off, null, 'pass ok'],
    ['a schema in the way', { ...off, cdc_schema: 1 }, null, 'fail sql-cdc-user-taken dba'],
    ['a user in the way', { ...off, cdc_user: 1 }, null, 'fail sql-cdc-user-taken dba'],
    ['unseen', { ...off, sees_all: 0 }, null, 'unknown sql-cdc-user-no-right dba'],
    ['owner', on, wrote(null), 'pass ok'],
    ['not owner', { ...on, cdc_is_owner: 0 }, wrote(null), 'fail sql-cdc-user-missing dba'],
    ['unseen, but the job writes', blind, wrote(30), 'pass ok'],
    ['unseen, and the job is silent', blind, wrote(9000), 'unknown sql-cdc-user-no-right dba'],
    ['unseen, and changes are not readable', blind, sqlError(229), 'unknown sql-cdc-user-no-right dba'],
    ['gone', { ...blind, sees_all: 1 }, wrote(9000), 'fail sql-cdc-user-missing dba'],
  ] as const)('%s', (_, user, capture, expected) => {
    expect(gist(judge(sqlCdcUser, { users: rows(user), capture } as never))).toBe(expected);
  });

  it('makes the user only where there is none', () => {
    const sql = (cdc_user: number) =>
      judge(sqlCdcUser, { users: rows({ ...blind, sees_all: 1, cdc_user }), capture: wrote(null) }).remedy
        ?.sql;
    expect(sql(0)?.[1]).toBe('CREATE USER [cdc] WITHOUT LOGIN WITH DEFAULT_SCHEMA = [cdc];');
    expect(sql(1)).toEqual(['USE [ClinicMasterMOH];', 'ALTER ROLE [db_owner] ADD MEMBER [cdc];']);
  });
});

describe('sql-availability-group', () => {
  it.each([
    [0, 'READ_WRITE', 'pass ok'],
    [1, 'READ_WRITE', 'warn sql-availability-group-jobs dba'],
    [1, 'READ_ONLY', 'fail sql-availability-group-secondary you'],
  ])('%s %s', (in_group, updateability, expected) => {
    expect(gist(judge(sqlAvailabilityGroup, rows({ in_group, updateability })))).toBe(expected);
  });
});

describe('sql-collation', () => {
  const column = (table_name: string, schema_name = 'dbo') => ({
    schema_name,
    table_name,
    column_name: 'Surname',
    collation_name: 'Cyrillic_General_CI_AS',
    database_collation: 'SQL_Latin1_General_CP1_CI_AS',
  });
  it('passes without such a column, and with one that is not streamed', () => {
    expect(gist(judge(sqlCollation, rows()))).toBe('pass ok');
    expect(gist(judge(sqlCollation, rows(column('Log', 'audit'))))).toBe('pass ok');
    const settings = facility({ columnExcludeList: '.*\\.Surname' });
    expect(gist(judge(sqlCollation, rows(column('Visits')), settings))).toBe('pass ok');
  });
  it('names the columns', () => {
    const verdict = judge(sqlCollation, rows(column('Visits'), column('Patients')));
    expect(gist(verdict)).toBe('warn sql-collation-differs dba');
    expect(verdict.current).toContain('dbo.Patients.Surname and dbo.Visits.Surname: Cyrillic_General_CI_AS');
  });
});

describe('sql-clock', () => {
  const askedMs = Date.parse('2026-11-24T08:00:00.000Z');
  const facts = (utc_now: string, zone_minutes = 180) => ({
    answer: rows({ utc_now, zone_minutes }),
    askedMs,
    answeredMs: askedMs + 2000,
  });
  it.each([
    ['2026-11-24T08:00:01.000', 180, 'pass ok'],
    ['2026-11-24T08:00:06.000', 180, 'pass ok'],
    ['2026-11-24T08:00:08.000', 180, 'warn sql-clock-drift you'],
    ['2026-11-24T07:59:40.000', 180, 'warn sql-clock-drift you'],
    ['2026-11-24T08:02:30.000', 180, 'fail sql-clock-wrong you'],
    ['2026-11-24T07:57:00.000', 180, 'fail sql-clock-wrong you'],
    ['2026-11-24T08:00:01.000', 0, 'warn sql-clock-zone dba'],
  ])('%s, %s min', (utc, zone, expected) => {
    expect(gist(judge(sqlClock, facts(utc, zone)))).toBe(expected);
  });
  it('says which way', () => {
    expect(judge(sqlClock, facts('2026-11-24T08:02:30.000')).current).toContain('148 s ahead');
    expect(judge(sqlClock, facts('2026-11-24T07:57:00.000')).current).toContain('180 s behind');
    expect(judge(sqlClock, facts('2026-11-24T08:00:01.000', -210)).current).toBe('UTC-03:30');
  });
});

describe('sql-tempdb', () => {
  const space = (free_mb: number | string) => rows({ version_store_mb: 1, free_mb });
  const fixed = rows({ size: 1024, max_size: 2048, growth: 128 });
  const open = rows({ size: 1024, max_size: -1, growth: 8192 });
  const none = rows<{ seconds: number }>();
  it.each([
    ['room', space('4000'), fixed, none, 'pass ok'],
    ['little room, and the disk to grow into', space(8), open, none, 'pass ok'],
    ['little room', space(8), fixed, none, 'warn sql-tempdb-full dba'],
    ['little room, and the rest untold', space(8), sqlError(229), none, 'unknown sql-tempdb-growth dba'],
    ['an old transaction', space('4000'), open, rows({ seconds: 7200 }), 'warn sql-tempdb-long-reader dba'],
    ['a young one, not told', space('4000'), open, sqlError(300), 'pass ok'],
    ['no right', sqlError(300), fixed, none, 'unknown sql-tempdb-no-right dba'],
    ['busy', failed({ kind: 'timeout' }), fixed, none, 'unknown sql-tempdb-busy you'],
  ] as const)('%s', (_, given, files, reader, expected) => {
    expect(gist(judge(sqlTempdb, { space: given, files, reader } as never))).toBe(expected);
  });
  it('does not mind where the first copy reads without versions', () => {
    const settings = facility({ snapshotIsolation: 'read_committed' });
    expect(gist(judge(sqlTempdb, { space: space(8), files: fixed, reader: none }, settings))).toBe('pass ok');
  });
});

describe('sql-vendor-ddl-risk', () => {
  it('lists the tables, and is no fault', () => {
    const verdict = judge(
      sqlVendorDdlRisk,
      rows({ schema_name: 'dbo', table_name: 'Visits' }, { schema_name: 'dbo', table_name: 'Bills' }),
    );
    expect(gist(verdict)).toBe('pass ok');
    expect(verdict.current).toBe('dbo.Bills and dbo.Visits');
  });
  it('cannot tell without the right to look', () => {
    expect(gist(judge(sqlVendorDdlRisk, sqlError(229)))).toBe('unknown sql-vendor-ddl-risk-no-right dba');
  });
});

describe('a question that SQL Server does not answer', () => {
  const checks = [sqlNotSa, sqlDbOwner, sqlAvailabilityGroup, sqlCollation, sqlVendorDdlRisk];
  it.each(
    checks.map(
      (check) => [check.id, check as unknown as FacilityCheck<SqlAnswer<Record<string, SqlValue>>>] as const,
    ),
  )('%s cannot tell, and does not fail', (id, check) => {
    expect(gist(judge(check, failed({ kind: 'timeout' })))).toBe(`unknown ${id}-busy you`);
    expect(gist(judge(check, failed({})))).toBe(`unknown ${id}-unanswered dba`);
  });
  it('those that ask more cannot tell either', () => {
    expect(gist(judge(sqlCdcUser, { users: failed({ kind: 'timeout' }), capture: null }))).toBe(
      'unknown sql-cdc-user-busy you',
    );
    const answer = failed({ kind: 'timeout' });
    expect(gist(judge(sqlClock, { answer, askedMs: 0, answeredMs: 0 }))).toBe('unknown sql-clock-busy you');
  });
});
