import type { DatabaseSettings } from '../../../src/settings/facility.ts';
import { startTestStandin, type TestStandin } from './standin.ts';

/**
 * Not the name that the demo uses: data topics and warehouse tables are shared by all facilities with one database name.
 * Tests that run side by side against one sandbox give each run another one.
 */
export const DATABASE =
  process.env.CDC_TEST_DATABASE ?? `ClinicMasterChecks${process.env.VITEST_POOL_ID ?? ''}`;
const LOGIN = 'cdc_reader';
const PASSWORD = 'R3ader-of-the-"test"';

/** A small hospital: tables with a primary key, with a unique index only, and with nothing. */
const TABLES = [
  'CREATE TABLE dbo.Patients (PatientNo int NOT NULL PRIMARY KEY, FullName nvarchar(60) NULL)',
  'CREATE TABLE dbo.Stock (ItemCode varchar(10) NOT NULL, Quantity int NULL); CREATE UNIQUE INDEX UX_Stock ON dbo.Stock (ItemCode)',
  'CREATE TABLE dbo.AuditTrail (At datetime2 NULL, What nvarchar(60) NULL)',
];

/** A hospital whose DBA has done nothing yet, and what a DBA can do. */
export interface Hospital {
  standin: TestStandin;
  /** How a facility reaches it. */
  database: DatabaseSettings;
  /** Runs T-SQL as sysadmin in the hospital's database. */
  dba(...batches: string[]): Promise<void>;
  /** Runs what a check printed as a DBA would: pasted whole into a window that is open on master. */
  paste(statements: readonly string[] | undefined): Promise<void>;
  /** All that a facility needs, AuditTrail's key excepted. */
  prepare(): Promise<void>;
  remove(): Promise<void>;
}

/** @param name one for each test file */
export async function startHospital(
  name: string,
  options: Parameters<typeof startTestStandin>[1] = {},
): Promise<Hospital> {
  const standin = await startTestStandin(name, options);
  const run = async (database: string, batches: readonly string[]) => {
    const pool = await standin.pool(database);
    try {
      for (const batch of batches) await pool.request().batch(batch);
    } finally {
      await pool.close();
    }
  };
  await run('master', [
    `CREATE DATABASE [${DATABASE}]`,
    'CREATE DATABASE [Laboratory]',
    `CREATE LOGIN [${LOGIN}] WITH PASSWORD = N'${PASSWORD}', CHECK_POLICY = OFF`,
  ]);
  await run(DATABASE, [...TABLES, `CREATE USER [${LOGIN}] FOR LOGIN [${LOGIN}]`]);
  const dba = (...batches: string[]) => run(DATABASE, batches);
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
    dba,
    paste: (statements = []) => run('master', [statements.join('\n')]),
    prepare: () =>
      dba(
        'EXEC sys.sp_cdc_enable_db',
        ...['Patients', 'Stock', 'AuditTrail'].map(enableTable),
        `EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 20160`,
        `EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 1`,
        `ALTER DATABASE [${DATABASE}] SET ALLOW_SNAPSHOT_ISOLATION ON`,
        `GRANT SELECT ON SCHEMA::[dbo] TO [${LOGIN}]`,
        `GRANT SELECT ON SCHEMA::[cdc] TO [${LOGIN}]`,
        `GRANT VIEW DEFINITION ON SCHEMA::[dbo] TO [${LOGIN}]`,
        `GRANT VIEW DATABASE STATE TO [${LOGIN}]`,
      ),
    remove: () => standin.remove(),
  };
}

export function enableTable(table: string): string {
  return `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'${table}', @role_name = NULL, @supports_net_changes = 0`;
}
