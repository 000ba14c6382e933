import { quote, text } from './ddl.ts';
import type { SampleTable } from './types.ts';

/** One batch of T-SQL and the database it runs in. */
export interface Batch {
  database: string;
  sql: string;
}

/** Default name of a table's first capture instance. */
export function captureInstance(table: string): string {
  return `dbo_${table}`;
}

/** Makes the database, for a sysadmin. */
export function createDatabase(database: string): Batch[] {
  return [
    {
      database: 'master',
      sql: `IF NOT EXISTS (SELECT 1 FROM sys.databases WHERE name = ${text(database)}) CREATE DATABASE ${quote(database)}`,
    },
  ];
}

/**
 * Switches CDC on for the database and lets a snapshot read without locks; for a sysadmin. Each statement is a batch of
 * its own: one that names `cdc.*` does not compile before CDC is on.
 */
export function enableDatabase(database: string): Batch[] {
  return [
    {
      database,
      sql: `IF EXISTS (SELECT 1 FROM sys.databases WHERE name = ${text(database)} AND is_cdc_enabled = 0) EXEC sys.sp_cdc_enable_db`,
    },
    { database: 'master', sql: `ALTER DATABASE ${quote(database)} SET ALLOW_SNAPSHOT_ISOLATION ON` },
  ];
}

/**
 * Captures the tables; for a member of db_owner. Statements are idempotent.
 * @param role gating role of the change functions, which must exist
 */
export function enableTables(database: string, tables: readonly SampleTable[], role: string): Batch[] {
  return tables.map((table) => ({
    database,
    sql:
      `IF NOT EXISTS (SELECT 1 FROM cdc.change_tables WHERE capture_instance = ${text(captureInstance(table.name))}) ` +
      enableTable(table.name, captureInstance(table.name), role),
  }));
}

/** `sp_cdc_enable_table` for one capture instance; a table may have two at a time. */
export function enableTable(table: string, instance: string, role: string): string {
  return (
    `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = ${text(table)}, ` +
    `@capture_instance = ${text(instance)}, @role_name = ${text(role)}, @supports_net_changes = 0`
  );
}

/** Ends one capture instance. */
export function disableTable(table: string, instance: string): string {
  return (
    `EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = ${text(table)}, ` +
    `@capture_instance = ${text(instance)}`
  );
}

/** Looks for changes every second, keeps them for two weeks. */
export function tuneJobs(database: string): Batch[] {
  return [
    { database, sql: "EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 1" },
    { database, sql: "EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 20160" },
  ];
}
