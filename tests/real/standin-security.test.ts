import type sql from 'mssql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clinic, enableCapture, openClinic } from './support/standin-clinic.ts';

const READER = { user: 'reader', password: 'Reader-1!' };

let clinic: Clinic;
let reader: sql.ConnectionPool;

const as = async (text: string) =>
  (await reader.request().batch(text)).recordset as Record<string, unknown>[];
const refused = async (text: string) =>
  reader
    .request()
    .batch(text)
    .then(
      () => undefined,
      (error: { number?: number; message: string }) => `${error.number} ${error.message}`,
    );
const login = (database: string, user = READER) =>
  clinic.standin.pool(database, user).then(
    async (pool) => {
      await pool.close();
      return 'in';
    },
    (error: { originalError?: { info?: { number?: number } }; code?: string; message: string }) =>
      error.message,
  );

beforeAll(async () => {
  clinic = await openClinic('standin_security');
  await enableCapture(clinic);
  await clinic.batch(
    `CREATE TABLE Patients (id int PRIMARY KEY, name nvarchar(20)); CREATE TABLE Secrets (id int PRIMARY KEY);
     INSERT INTO Patients VALUES (1, N'Amina')`,
  );
  await clinic.enable('Patients');
  await clinic.batch(
    `USE master; CREATE LOGIN reader WITH PASSWORD = N'${READER.password}', CHECK_POLICY = OFF`,
  );
});

afterAll(async () => {
  await reader?.close();
  await clinic?.remove();
});

describe('who comes in', () => {
  test('a wrong password and an unknown login are refused alike, a disabled one is told so', async () => {
    expect(await login('master', { ...READER, password: 'no' })).toBe("Login failed for user 'reader'.");
    expect(await login('master', { user: 'nobody', password: 'x' })).toBe("Login failed for user 'nobody'.");
    await clinic.batch('ALTER LOGIN reader DISABLE');
    expect(await login('master')).toBe("Login failed for user 'reader'. Reason: The account is disabled.");
    expect(await login('master', { ...READER, password: 'no' })).toBe("Login failed for user 'reader'.");
    await clinic.batch('ALTER LOGIN reader ENABLE');
    expect(await login('master')).toBe('in');
  });

  test('a database that is not there, or in which the login is no user, is not opened', async () => {
    expect(await login('Nowhere')).toContain('Cannot open database "Nowhere" requested by the login');
    expect(await login('Clinic')).toContain('Cannot open database "Clinic" requested by the login');
    await clinic.batch('USE Clinic; CREATE USER reader FOR LOGIN reader');
    expect(await login('clinic')).toBe('in');
    reader = await clinic.standin.pool('Clinic', READER);
    expect(await as('SELECT DB_NAME() AS db, USER_NAME() AS u, SUSER_SNAME() AS l')).toEqual([
      { db: 'Clinic', u: 'reader', l: 'reader' },
    ]);
    await clinic.batch('USE master; CREATE DATABASE Other; USE Clinic');
    expect(await refused('USE Other')).toBe(
      '916 The server principal "reader" is not able to access the database "Other" under the current security context.',
    );
    expect(await refused('USE Nowhere')).toMatch(/^911 /);
  });

  test('a login changes its own password when it knows the former one, and nobody else’s', async () => {
    const refusal = '15151 Cannot alter the login';
    const alter = (options: string) => `ALTER LOGIN reader WITH PASSWORD = N'Next-1!'${options}`;
    expect(await refused(alter(''))).toContain(refusal);
    expect(await refused(alter(" OLD_PASSWORD = N'no'"))).toContain(refusal);
    expect(await refused("ALTER LOGIN sa WITH PASSWORD = N'x' OLD_PASSWORD = N'y'")).toContain(refusal);
    await as(alter(` OLD_PASSWORD = N'${READER.password}'`));
    expect(await login('master')).toBe("Login failed for user 'reader'.");
    expect(await login('master', { ...READER, password: 'Next-1!' })).toBe('in');
    await clinic.batch(`USE master; ALTER LOGIN reader WITH PASSWORD = N'${READER.password}'; USE Clinic`);
  });

  test('principals that exist already, or do not exist, are told', async () => {
    expect(await clinic.refusal(`CREATE LOGIN reader WITH PASSWORD = N'x'`)).toBe(15025);
    expect(await clinic.refusal('CREATE USER reader FOR LOGIN reader')).toBe(15023);
    expect(await clinic.refusal('CREATE USER another FOR LOGIN reader')).toBe(15063);
    expect(await clinic.refusal('CREATE USER ghost FOR LOGIN ghost')).toBe(15007);
    expect(await clinic.refusal('DROP LOGIN ghost')).toBe(15151);
    expect(await clinic.refusal('GRANT SELECT ON dbo.Patients TO ghost')).toBe(15151);
    expect(await clinic.refusal('GRANT SELECT ON dbo.Nowhere TO reader')).toBe(15151);
  });
});

describe('what a user may do', () => {
  test('nothing, before it is granted', async () => {
    expect(await refused('SELECT * FROM Patients')).toBe(
      "229 The SELECT permission was denied on the object 'Patients', database 'Clinic', schema 'dbo'.",
    );
    expect(await refused('CREATE TABLE X (a int)')).toBe(
      "262 CREATE TABLE permission denied in database 'Clinic'.",
    );
    expect(await refused('CREATE DATABASE X')).toBe(
      "262 CREATE DATABASE permission denied in database 'master'.",
    );
    expect(await refused('CREATE USER x WITHOUT LOGIN')).toMatch(/^15247 /);
    expect(await refused('DROP TABLE Patients')).toMatch(/^3701 /);
    expect(await refused('TRUNCATE TABLE Secrets')).toMatch(/^4701 /);
    expect(await refused('ALTER TABLE Patients ADD x int')).toMatch(/^4902 /);
    expect(await as('SELECT name FROM sys.tables')).toEqual([]);
    expect(await as(`EXEC sp_tables '%', '%', 'Clinic', '''TABLE'''`)).toEqual([]);
  });

  test('by grants to a role in a role; on an object, a schema; a DENY wins', async () => {
    await clinic.batch(
      `CREATE ROLE outer_role; CREATE ROLE inner_role; ALTER ROLE outer_role ADD MEMBER inner_role;
       ALTER ROLE inner_role ADD MEMBER reader; GRANT SELECT, INSERT ON dbo.Patients TO outer_role`,
    );
    expect(await as('SELECT name FROM Patients')).toEqual([{ name: 'Amina' }]);
    expect(await refused(`INSERT INTO Patients VALUES (2, N'Brian')`)).toBeUndefined();
    expect(await refused('DELETE FROM Patients')).toMatch(/^229 The DELETE/);
    expect(await as('SELECT name FROM sys.tables')).toEqual([{ name: 'Patients' }]);
    await clinic.batch('GRANT SELECT ON SCHEMA::dbo TO reader');
    expect(await refused('SELECT * FROM Secrets')).toBeUndefined();
    await clinic.batch('DENY SELECT ON dbo.Secrets TO inner_role');
    expect(await refused('SELECT * FROM Secrets')).toMatch(/^229 /);
    await clinic.batch(
      'REVOKE SELECT ON dbo.Secrets FROM inner_role; REVOKE SELECT ON SCHEMA::dbo FROM reader',
    );
    expect(await refused('SELECT * FROM Secrets')).toMatch(/^229 /);
    expect(
      await as(`SELECT IS_ROLEMEMBER('outer_role') AS o, IS_ROLEMEMBER('db_owner') AS d, IS_ROLEMEMBER('nowhere') AS n,
        IS_SRVROLEMEMBER('sysadmin') AS s, HAS_PERMS_BY_NAME('dbo.Patients', 'OBJECT', 'INSERT') AS i,
        HAS_PERMS_BY_NAME('dbo.Patients', 'OBJECT', 'DELETE') AS del, HAS_PERMS_BY_NAME('cdc', 'SCHEMA', 'SELECT') AS cdc`),
    ).toEqual([{ o: 1, d: 0, n: null, s: 0, i: 1, del: 0, cdc: 0 }]);
  });

  test('fixed roles', async () => {
    await clinic.batch(
      'ALTER ROLE db_datareader ADD MEMBER reader; ALTER ROLE db_datawriter ADD MEMBER reader',
    );
    expect(await refused('SELECT * FROM Secrets; DELETE FROM Secrets')).toBeUndefined();
    await clinic.batch('ALTER ROLE db_denydatawriter ADD MEMBER reader');
    expect(await refused('DELETE FROM Secrets')).toMatch(/^229 /);
    await clinic.batch(
      `ALTER ROLE db_datareader DROP MEMBER reader; ALTER ROLE db_datawriter DROP MEMBER reader;
       ALTER ROLE db_denydatawriter DROP MEMBER reader`,
    );
    expect(await refused('SELECT * FROM Secrets')).toMatch(/^229 /);
    expect(await clinic.refusal('DROP ROLE outer_role')).toBe(15144);
    expect(await clinic.refusal('DROP ROLE db_owner')).toBe(15150);
  });

  test('the management views need VIEW SERVER STATE or VIEW DATABASE STATE', async () => {
    const services = `SELECT status FROM sys.dm_server_services WHERE servicename LIKE N'SQL Server Agent (%'`;
    expect(await refused(services)).toMatch(/^300 VIEW SERVER SECURITY STATE permission was denied/);
    expect(await refused('SELECT * FROM sys.dm_cdc_log_scan_sessions')).toMatch(
      /^262 VIEW DATABASE PERFORMANCE STATE/,
    );
    await clinic.batch('GRANT VIEW DATABASE STATE TO reader');
    expect(await refused('SELECT * FROM sys.dm_cdc_log_scan_sessions')).toBeUndefined();
    await clinic.batch('USE master; GRANT VIEW SERVER STATE TO reader; USE Clinic');
    expect(await as(services)).toEqual([{ status: 4 }]);
    expect(await clinic.refusal('GRANT VIEW SERVER STATE TO reader')).toBe(4621);
  });

  test('msdb: the table of the CDC jobs only when it is granted', async () => {
    expect(await refused('SELECT * FROM msdb.dbo.cdc_jobs')).toMatch(/^229 /);
    await clinic.batch(
      'USE msdb; CREATE USER reader FOR LOGIN reader; GRANT SELECT ON dbo.cdc_jobs TO reader; USE Clinic',
    );
    expect(await as('SELECT job_type FROM msdb.dbo.cdc_jobs ORDER BY job_type')).toEqual([
      { job_type: 'capture' },
      { job_type: 'cleanup' },
    ]);
  });
});

describe('CDC', () => {
  test('is for its owners to change, and for readers of the source and of schema cdc to see', async () => {
    expect(await refused('EXEC sys.sp_cdc_enable_db')).toMatch(/^22902 /);
    expect(await refused(`EXEC sys.sp_cdc_enable_table N'dbo', N'Secrets', NULL`)).toMatch(/^22904 /);
    expect(await refused('EXEC sys.sp_cdc_help_jobs')).toMatch(/^22904 /);
    expect(await refused('EXEC standin.agent_stop')).toMatch(/^15247 /);
    expect(await refused('SELECT * FROM cdc.change_tables')).toMatch(
      /^229 The SELECT permission was denied on the object 'change_tables', database 'Clinic', schema 'cdc'/,
    );
    expect(
      (await as('EXEC [Clinic].sys.sp_cdc_help_change_data_capture')).map((row) => row.source_table),
    ).toEqual(['Patients']);
    await clinic.batch('GRANT SELECT ON SCHEMA::cdc TO reader');
    expect((await as('SELECT capture_instance FROM cdc.change_tables')).length).toBe(2);
    await clinic.batch('REVOKE SELECT ON dbo.Patients FROM outer_role');
    expect(await as('EXEC sys.sp_cdc_help_change_data_capture')).toEqual([]);
    await clinic.batch('GRANT SELECT ON dbo.Patients TO reader');
  });

  test('a gating role keeps out who is not in it', async () => {
    await clinic.batch(
      `EXEC sys.sp_cdc_disable_table N'dbo', N'Patients', N'all'; EXEC sys.sp_cdc_enable_table N'dbo', N'Patients', N'gate'`,
    );
    expect(await as('EXEC sys.sp_cdc_help_change_data_capture')).toEqual([]);
    const read = `SELECT * FROM cdc.fn_cdc_get_all_changes_dbo_Patients(sys.fn_cdc_get_min_lsn('dbo_Patients'), sys.fn_cdc_get_max_lsn(), N'all')`;
    await clinic.batch(`INSERT INTO Patients VALUES (7, N'x')`);
    await clinic.captured('dbo_Patients', 1);
    expect(await refused(read)).toMatch(/^229 /);
    await clinic.batch('ALTER ROLE gate ADD MEMBER reader');
    expect(await as('EXEC sys.sp_cdc_help_change_data_capture')).toHaveLength(1);
    expect(await as(read)).toHaveLength(1);
  });

  test('a db_owner may do all of it', async () => {
    await clinic.batch('ALTER ROLE db_owner ADD MEMBER reader');
    expect(await refused(`EXEC sys.sp_cdc_enable_table N'dbo', N'Secrets', NULL`)).toBeUndefined();
    expect(await refused('CREATE TABLE X (a int); DROP TABLE X')).toBeUndefined();
    expect(await refused('EXEC sys.sp_cdc_disable_db')).toMatch(/^22902 /);
  });

  test('the stand-in reported no bug', () => {
    expect(clinic.standin.reports).toEqual([]);
  });
});
