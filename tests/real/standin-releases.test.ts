import type sql from 'mssql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Release } from '../../sandbox/src/standin/engine/product.ts';
import { startTestStandin, type TestStandin } from './support/standin.ts';

const LOGIN = { user: 'looker', password: 'L00ks-around' };

interface Expected {
  release: Release;
  major: number;
  compatibility: number;
  /** What HAS_PERMS_BY_NAME says of a half that was not granted. */
  half: number | null;
  server: string;
  database: string;
  accelerated: number | undefined;
}

const RELEASES: Expected[] = [
  {
    release: '2017',
    major: 14,
    compatibility: 140,
    half: null,
    server: 'VIEW SERVER STATE',
    database: 'VIEW DATABASE STATE',
    accelerated: 207,
  },
  {
    release: '2019',
    major: 15,
    compatibility: 150,
    half: null,
    server: 'VIEW SERVER STATE',
    database: 'VIEW DATABASE STATE',
    accelerated: undefined,
  },
  {
    release: '2022',
    major: 16,
    compatibility: 160,
    half: 0,
    server: 'VIEW SERVER SECURITY STATE',
    database: 'VIEW DATABASE PERFORMANCE STATE',
    accelerated: undefined,
  },
];

describe.each(RELEASES)(
  'a stand-in of $release',
  ({ release, major, compatibility, half, server, database, accelerated }) => {
    let standin: TestStandin;
    let sa: sql.ConnectionPool;
    let looker: sql.ConnectionPool;

    beforeAll(async () => {
      standin = await startTestStandin(`standin_release_${release}`, { release });
      sa = await standin.pool();
      await sa.request().batch('CREATE DATABASE Clinic');
      await sa
        .request()
        .batch(`CREATE LOGIN ${LOGIN.user} WITH PASSWORD = N'${LOGIN.password}', CHECK_POLICY = OFF`);
      await sa
        .request()
        .batch(
          `USE Clinic; CREATE USER ${LOGIN.user} FOR LOGIN ${LOGIN.user}; CREATE ROLE secret_role; CREATE USER other WITHOUT LOGIN`,
        );
      looker = await standin.pool('Clinic', LOGIN);
    });

    afterAll(async () => {
      await looker?.close();
      await sa?.close();
      await standin?.remove();
    });

    const refusal = async (pool: sql.ConnectionPool, text: string) => {
      try {
        await pool.request().batch(text);
        return undefined;
      } catch (error) {
        const { number, message } = error as { number: number; message: string };
        return { number, message };
      }
    };
    const row = async (pool: sql.ConnectionPool, text: string) =>
      (await pool.request().batch<Record<string, unknown>>(text)).recordset[0];

    test('calls itself by its numbers, and never a SQL Server', async () => {
      const said = await row(
        sa,
        `SELECT @@VERSION AS banner, CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS version,
         CAST(SERVERPROPERTY('ProductMajorVersion') AS int) AS major,
         (SELECT compatibility_level FROM sys.databases WHERE name = 'Clinic') AS compatibility`,
      );
      expect(said).toMatchObject({ major, compatibility });
      expect(said?.banner).toContain(`SQL Server ${release} stand-in`);
      expect(said?.banner).toContain('not a SQL Server');
      expect(String(said?.version).split('.')[0]).toBe(String(major));
    });

    test('names the rights that it knows', async () => {
      expect(
        await row(
          looker,
          `SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS half,
           HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS whole,
           HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DATABASE PERFORMANCE STATE') AS database_half`,
        ),
      ).toEqual({ half, whole: 0, database_half: half });
      expect(await refusal(looker, 'SELECT status FROM sys.dm_server_services')).toMatchObject({
        number: 300,
        message: expect.stringContaining(`${server} permission was denied`),
      });
      expect(await refusal(looker, 'SELECT latency FROM sys.dm_cdc_log_scan_sessions')).toMatchObject({
        number: 262,
        message: expect.stringContaining(`${database} permission denied in database 'Clinic'`),
      });
    });

    test('grants what it knows, and the whole gives both halves', async () => {
      const grant = await refusal(sa, `USE master; GRANT VIEW SERVER SECURITY STATE TO ${LOGIN.user}`);
      expect(grant?.number).toBe(half === null ? 102 : undefined);
      expect(await refusal(sa, `USE master; GRANT VIEW SERVER STATE TO ${LOGIN.user}`)).toBeUndefined();
      expect(await refusal(looker, 'SELECT status FROM sys.dm_server_services')).toBeUndefined();
    });

    test('has the columns of its time', async () => {
      const text = 'SELECT is_accelerated_database_recovery_on FROM sys.databases';
      expect((await refusal(sa, text))?.number).toBe(accelerated);
    });

    test('shows a login itself and what all have, and no other', async () => {
      const names = async (pool: sql.ConnectionPool, view: string) =>
        (
          await pool
            .request()
            .batch<{ name: string }>(
              `USE Clinic; SELECT name FROM ${view} WHERE name IN ('sa', '${LOGIN.user}', 'other', 'secret_role', 'db_owner', 'sysadmin')`,
            )
        ).recordset
          .map(({ name }) => name)
          .sort();
      expect(await names(looker, 'sys.database_principals')).toEqual(['db_owner', LOGIN.user]);
      expect(await names(sa, 'sys.database_principals')).toEqual([
        'db_owner',
        LOGIN.user,
        'other',
        'secret_role',
      ]);
      expect(await names(looker, 'sys.server_principals')).toEqual([LOGIN.user, 'sa', 'sysadmin']);
    });

    test('keeps weak passwords and logins in use', async () => {
      expect(
        (await refusal(sa, "CREATE LOGIN weak WITH PASSWORD = N'weak', CHECK_POLICY = ON"))?.number,
      ).toBe(15_118);
      expect((await refusal(sa, `DROP LOGIN ${LOGIN.user}`))?.number).toBe(15_434);
    });
  },
);
