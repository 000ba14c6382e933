import type { SqlAnswer, SqlValue } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell, isMissingRight, quoted } from './answers.ts';

const ID = 'sql-permissions';

/** 1 yes, 0 no, null: no such thing, or (a permission of SQL Server 2022 asked of an older one) no such name. */
type RightsRow = {
  cdc_select: number | null;
  is_owner: number | null;
  database_state: number | null;
  database_performance_state: number | null;
  server_state: number | null;
  server_performance_state: number | null;
  /** Our own tables, where the DBA made them. */
  heartbeat_update: number | null;
  signal_insert: number | null;
};
type TableRightRow = {
  schema_name: string;
  table_name: string;
  role_name: string | null;
  can_select: number | null;
  in_role: number | null;
};

export type CdcRightsFacts = {
  rights: SqlAnswer<RightsRow>;
  tables: SqlAnswer<TableRightRow>;
  /** How many capture instances SQL Server hands to the connector when it asks as it does at its start. */
  offered: SqlAnswer<{ source_table: string }>;
};

const ALL_RIGHTS = `SELECT HAS_PERMS_BY_NAME(N'cdc', N'SCHEMA', N'SELECT') AS cdc_select, IS_ROLEMEMBER(N'db_owner') AS is_owner,
  HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DATABASE STATE') AS database_state,
  HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DATABASE PERFORMANCE STATE') AS database_performance_state,
  HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW SERVER STATE') AS server_state,
  HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW SERVER PERFORMANCE STATE') AS server_performance_state,
  HAS_PERMS_BY_NAME(N'clinicmaster_cdc.heartbeat', N'OBJECT', N'UPDATE') AS heartbeat_update,
  HAS_PERMS_BY_NAME(N'clinicmaster_cdc.debezium_signal', N'OBJECT', N'INSERT') AS signal_insert`;

/** The login may read what was captured: the change tables, their source tables, and each gating role. */
export const sqlPermissions: FacilityCheck<CdcRightsFacts> = {
  id: ID,
  title: 'The login may read the captured changes',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const rights = await sql.query<RightsRow>(ALL_RIGHTS, {}, signal);
    const tables = await sql.query<TableRightRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, ct.role_name AS role_name,
              HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(t.name), N'OBJECT', N'SELECT') AS can_select,
              IS_ROLEMEMBER(ct.role_name) AS in_role
       FROM cdc.change_tables AS ct
       JOIN sys.tables AS t ON t.object_id = ct.source_object_id
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id`,
      {},
      signal,
    );
    const help = await sql.query<Record<string, SqlValue>>(
      'EXEC sys.sp_cdc_help_change_data_capture',
      {},
      signal,
    );
    const offered = help.ok
      ? { ok: true as const, value: help.value.map((row) => ({ source_table: String(row.source_table) })) }
      : help;
    return { rights, tables, offered };
  },

  judge({ rights, tables, offered }, settings) {
    if (!rights.ok) return cannotTell(ID, rights.failure);
    const row = rights.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'an empty answer' });
    const owner = row.is_owner === 1;
    if (!owner && row.cdc_select !== 1) return noSchema(settings);
    if (!tables.ok) {
      return isMissingRight(tables.failure) ? noSchema(settings) : cannotTell(ID, tables.failure);
    }
    return (
      judgeTables(tables.value, owner, settings) ??
      nothingOffered(tables.value.length, offered, settings) ??
      ownTables(row, settings) ??
      noDatabaseState(row, settings) ??
      pass(`${settings.database.user} may read them`, serverState(row))
    );
  },
};

/** The connector asks so at its start, and without an answer refuses to stream. */
function nothingOffered(
  captured: number,
  offered: CdcRightsFacts['offered'],
  { database }: FacilitySettings,
): Verdict | undefined {
  if (captured === 0 || !offered.ok || offered.value.length > 0) return undefined;
  return fail(`${ID}-none`, 'SQL Server shows the connector no captured table.', {
    current: 'sp_cdc_help_change_data_capture returns no row',
    required: 'One row for each captured table.',
    remedy: {
      text: 'The login must be able to SELECT every captured column of a table, and be in its gating role. Compare both.',
      sql: [
        `USE ${bracketed(database.name)};`,
        `EXECUTE AS USER = ${quoted(database.user)}; EXEC sys.sp_cdc_help_change_data_capture; REVERT;`,
      ],
      who: 'dba',
    },
  });
}

function ownTables(row: RightsRow, { database }: FacilitySettings): Verdict | undefined {
  const user = bracketed(database.user);
  const missing = [
    row.heartbeat_update === 0
      ? `GRANT SELECT, UPDATE ON OBJECT::[clinicmaster_cdc].[heartbeat] TO ${user};`
      : [],
    row.signal_insert === 0
      ? `GRANT SELECT, INSERT, DELETE ON OBJECT::[clinicmaster_cdc].[debezium_signal] TO ${user};`
      : [],
  ].flat();
  if (missing.length === 0) return undefined;
  return warn(`${ID}-own-tables`, `${database.user} may not write to this program’s own tables.`, {
    current: [row.heartbeat_update === 0 ? 'heartbeat' : [], row.signal_insert === 0 ? 'debezium_signal' : []]
      .flat()
      .map((name) => `no right to write clinicmaster_cdc.${name}`)
      .join('; '),
    required: 'UPDATE on heartbeat, INSERT on debezium_signal',
    remedy: {
      text: 'Grant it: without the heartbeat a quiet week can end in a second full copy, without the signals no table is copied again alone.',
      sql: [`USE ${bracketed(database.name)};`, ...missing],
      who: 'dba',
    },
  });
}

function noDatabaseState(row: RightsRow, { database }: FacilitySettings): Verdict | undefined {
  if (row.database_state !== 0 || row.database_performance_state === 1) return undefined;
  return warn(`${ID}-state`, `${database.user} may not see how the capturing goes.`, {
    current: 'no VIEW DATABASE STATE',
    required: 'VIEW DATABASE STATE (SQL Server 2022: VIEW DATABASE PERFORMANCE STATE is enough)',
    remedy: {
      text: 'Grant it: it shows errors and delays of the capture job, and no row of any table.',
      sql: [`USE ${bracketed(database.name)};`, `GRANT VIEW DATABASE STATE TO ${bracketed(database.user)};`],
      who: 'dba',
    },
  });
}

/** Not needed to stream: with it a few checks see more. */
function serverState(row: RightsRow): string {
  const sees = row.server_state === 1 || row.server_performance_state === 1;
  return sees
    ? 'with VIEW SERVER STATE'
    : 'without VIEW SERVER STATE, which is optional: some checks then cannot tell';
}

function noSchema({ database }: FacilitySettings): Verdict {
  return fail(`${ID}-schema`, `${database.user} may not read the captured changes.`, {
    current: 'no SELECT on the schema cdc',
    required: 'SELECT on the schema cdc',
    remedy: {
      text: 'Grant it; it opens what was captured and nothing else.',
      sql: [
        `USE ${bracketed(database.name)};`,
        `GRANT SELECT ON SCHEMA::[cdc] TO ${bracketed(database.user)};`,
      ],
      who: 'dba',
    },
  });
}

function judgeTables(
  rows: readonly TableRightRow[],
  owner: boolean,
  { database }: FacilitySettings,
): Verdict | undefined {
  const user = bracketed(database.user);
  const use = `USE ${bracketed(database.name)};`;
  const unreadable = rows.filter((row) => row.can_select !== 1);
  if (unreadable.length > 0) {
    const names = [...new Set(unreadable.map((row) => `${row.schema_name}.${row.table_name}`))].sort();
    return fail(`${ID}-tables`, `${database.user} may not read ${listed(names)}.`, {
      current: `no SELECT on ${listed(names, 50)}`,
      required: 'SELECT on every captured table, for the first copy',
      remedy: {
        text: 'Grant it for each table.',
        sql: [
          use,
          ...[
            ...new Set(unreadable.map((row) => `${bracketed(row.schema_name)}.${bracketed(row.table_name)}`)),
          ]
            .sort()
            .map((table) => `GRANT SELECT ON OBJECT::${table} TO ${user};`),
        ],
        who: 'dba',
      },
    });
  }
  // An owner of the database passes every gating role without being a member.
  const outside = owner ? [] : rows.filter((row) => row.role_name !== null && row.in_role !== 1);
  if (outside.length === 0) return undefined;
  const roles = [...new Set(outside.map((row) => row.role_name ?? ''))].sort();
  return fail(
    `${ID}-role`,
    `${database.user} is not in the role that guards the changes: ${listed(roles)}.`,
    {
      current: `not a member of ${listed(roles)}`,
      required: `member of ${listed(roles)}`,
      remedy: {
        text: 'Add the login to the role.',
        sql: [use, ...roles.map((role) => `ALTER ROLE ${bracketed(role)} ADD MEMBER ${user};`)],
        who: 'dba',
      },
    },
  );
}
