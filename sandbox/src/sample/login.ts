import type { Batch } from './cdc.ts';
import { quote, text } from './ddl.ts';
import type { SampleTable } from './types.ts';

/** The connector's login and the role that carries its rights. */
export const LOGIN = 'clinicmaster_cdc';
export const READER_ROLE = 'clinicmaster_cdc_reader';

/**
 * The least that the connector needs, as a DBA grants it: SELECT on each captured table rather than db_datareader, which
 * would open every patient table that is not captured. Run after the tables exist and before they are captured.
 */
export function createLogin(database: string, password: string): Batch[] {
  const login = quote(LOGIN);
  const role = quote(READER_ROLE);
  return [
    {
      database: 'master',
      sql:
        `IF SUSER_ID(${text(LOGIN)}) IS NULL CREATE LOGIN ${login} WITH PASSWORD = ${text(password)}, ` +
        'CHECK_POLICY = ON, CHECK_EXPIRATION = OFF',
    },
    { database: 'master', sql: `GRANT VIEW SERVER STATE TO ${login}` },
    { database, sql: `IF USER_ID(${text(LOGIN)}) IS NULL CREATE USER ${login} FOR LOGIN ${login}` },
    { database, sql: `IF DATABASE_PRINCIPAL_ID(${text(READER_ROLE)}) IS NULL CREATE ROLE ${role}` },
    { database, sql: `ALTER ROLE ${role} ADD MEMBER ${login}` },
    { database, sql: `GRANT VIEW DATABASE STATE TO ${role}` },
    { database, sql: `GRANT VIEW DEFINITION ON SCHEMA::[dbo] TO ${role}` },
  ];
}

/** SELECT on the captured tables and, once CDC is on, on their change tables. */
export function grantTables(database: string, tables: readonly SampleTable[]): Batch[] {
  const role = quote(READER_ROLE);
  return [
    ...tables.map((table) => ({
      database,
      sql: `GRANT SELECT ON OBJECT::[dbo].${quote(table.name)} TO ${role}`,
    })),
    { database, sql: `GRANT SELECT ON SCHEMA::[cdc] TO ${role}` },
  ];
}
