import type { Release } from '../../../sandbox/src/standin/engine/product.ts';
import type { DatabaseSettings } from '../../../src/settings/facility.ts';
import { startTestStandin, type TestStandin } from './standin.ts';

export const DATABASE = 'ClinicMaster [old]';
export const LOGIN = 'cdc_reader';
export const PASSWORD = 'R3ader-of-the-"test"\'s';

/** A primary key, a unique index only, a name that needs every kind of quoting, a tool's table, another schema. */
const TABLES = [
  'CREATE TABLE dbo.Patients (PatientNo int NOT NULL PRIMARY KEY, FullName nvarchar(60) NULL)',
  "CREATE TABLE dbo.[Ward's [list]]] (WardNo int NOT NULL PRIMARY KEY)",
  'CREATE TABLE dbo.Stock (ItemCode varchar(10) NOT NULL PRIMARY KEY, Quantity int NULL)',
  'CREATE TABLE dbo.sysdiagrams (name sysname NOT NULL, diagram_id int NOT NULL PRIMARY KEY)',
  "EXEC(N'CREATE SCHEMA billing')",
  'CREATE TABLE billing.Invoices (InvoiceNo int NOT NULL PRIMARY KEY)',
];

/** A server with ClinicMaster's database on which nobody has ever thought of change data capture. */
export interface BareHospital {
  standin: TestStandin;
  /** How the connector is to reach it; its login does not exist yet. */
  database: DatabaseSettings;
  /** Runs T-SQL as sa in the hospital's database. */
  dba(...batches: string[]): Promise<void>;
  rows<T>(query: string, database?: string): Promise<T[]>;
  /** Everything that the catalogue says, without what changes by itself: equal texts are equal databases. */
  catalogue(): Promise<string[]>;
  remove(): Promise<void>;
}

/** @param storage name of the PostgreSQL database behind it: one for each test file and release */
export async function startBareHospital(storage: string, release: Release): Promise<BareHospital> {
  const standin = await startTestStandin(storage, { release });
  const run = async (database: string, batches: readonly string[]) => {
    const pool = await standin.pool(database);
    try {
      for (const batch of batches) await pool.request().batch(batch);
    } finally {
      await pool.close();
    }
  };
  const rows = async <T>(query: string, database = DATABASE): Promise<T[]> => {
    const pool = await standin.pool(database);
    try {
      return (await pool.request().batch<T>(query)).recordset as T[];
    } finally {
      await pool.close();
    }
  };
  await run('master', ['CREATE DATABASE [ClinicMaster [old]]]']);
  await run(DATABASE, TABLES);
  return {
    standin,
    database: {
      host: standin.host,
      port: standin.port,
      user: LOGIN,
      password: PASSWORD,
      name: DATABASE,
      encrypt: true,
      trustServerCertificate: true,
    },
    dba: (...batches) => run(DATABASE, batches),
    rows,
    async catalogue() {
      const answers = await Promise.all(CATALOGUE.map(([database, query]) => rows(query, database)));
      return answers.flatMap((answer, index) =>
        answer
          .map((row) => `${CATALOGUE[index]?.[1].split(' FROM ')[1]?.split(' ')[0]} ${JSON.stringify(row)}`)
          .sort(),
      );
    },
    remove: () => standin.remove(),
  };
}

const RIGHTS = `SELECT p.name, r.class, r.permission_name, r.state, OBJECT_NAME(r.major_id) AS object
  FROM sys.database_permissions AS r JOIN sys.database_principals AS p ON p.principal_id = r.grantee_principal_id`;
const MEMBERS = `SELECT r.name AS role, m.name AS member FROM sys.database_role_members AS x
  JOIN sys.database_principals AS r ON r.principal_id = x.role_principal_id
  JOIN sys.database_principals AS m ON m.principal_id = x.member_principal_id`;

const CATALOGUE: readonly (readonly [database: string, query: string])[] = [
  ['master', 'SELECT name, is_cdc_enabled, snapshot_isolation_state_desc, owner_sid FROM sys.databases '],
  ['master', 'SELECT name, type, is_disabled, default_database_name FROM sys.server_principals '],
  [
    'master',
    `SELECT p.name, r.permission_name, r.state FROM sys.server_permissions AS r
     JOIN sys.server_principals AS p ON p.principal_id = r.grantee_principal_id`,
  ],
  ['msdb', 'SELECT name, type FROM sys.database_principals '],
  ['msdb', RIGHTS],
  ['msdb', 'SELECT job_type, pollinginterval, retention FROM dbo.cdc_jobs '],
  [DATABASE, 'SELECT name, type, default_schema_name FROM sys.database_principals '],
  [DATABASE, MEMBERS],
  [DATABASE, RIGHTS],
  [DATABASE, 'SELECT name, principal_id FROM sys.schemas '],
  [DATABASE, 'SELECT name, type, is_ms_shipped FROM sys.objects '],
  [DATABASE, 'SELECT name, is_tracked_by_cdc FROM sys.tables '],
];
