import type { FacilitySettings } from '../../settings/facility.ts';
import { bracketed, quoted } from './answers.ts';

/** The GRANTs that let the facility's login look. They change nothing else; texts for a DBA's window, open on any database. */

/** What was captured: schema cdc. */
export function grantCdc({ database }: FacilitySettings): string[] {
  return [
    `USE ${bracketed(database.name)};`,
    `GRANT SELECT ON SCHEMA::[cdc] TO ${bracketed(database.user)};`,
  ];
}

/** State of the database: scans, errors, sizes. On SQL Server 2022 it includes VIEW DATABASE PERFORMANCE STATE. */
export function grantDatabaseState({ database }: FacilitySettings): string[] {
  return [`USE ${bracketed(database.name)};`, `GRANT VIEW DATABASE STATE TO ${bracketed(database.user)};`];
}

/** State of the server: services, volumes, log. On SQL Server 2022 it includes VIEW SERVER PERFORMANCE STATE. */
export function grantServerState({ database }: FacilitySettings): string[] {
  return ['USE [master];', `GRANT VIEW SERVER STATE TO ${bracketed(database.user)};`];
}

/** Tables of msdb in which SQL Server Agent keeps its jobs. */
export function grantMsdb({ database }: FacilitySettings, tables: readonly string[]): string[] {
  const user = bracketed(database.user);
  return [
    'USE [msdb];',
    `IF USER_ID(${quoted(database.user)}) IS NULL CREATE USER ${user} FOR LOGIN ${user};`,
    ...tables.map((table) => `GRANT SELECT ON dbo.${table} TO ${user};`),
  ];
}
