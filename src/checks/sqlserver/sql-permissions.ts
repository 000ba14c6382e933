import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass } from '../verdicts.ts';
import { bracketed, cannotTell, isMissingRight } from './answers.ts';

const ID = 'sql-permissions';

type SchemaRightRow = { cdc_select: number | null; is_owner: number | null };
type TableRightRow = {
  schema_name: string;
  table_name: string;
  role_name: string | null;
  can_select: number | null;
  in_role: number | null;
};

export type CdcRightsFacts = { schema: SqlAnswer<SchemaRightRow>; tables: SqlAnswer<TableRightRow> };

/** The login may read what was captured: the change tables, their source tables, and each gating role. */
export const sqlPermissions: FacilityCheck<CdcRightsFacts> = {
  id: ID,
  title: 'The login may read the captured changes',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const schema = await sql.query<SchemaRightRow>(
      `SELECT HAS_PERMS_BY_NAME(N'cdc', N'SCHEMA', N'SELECT') AS cdc_select, IS_ROLEMEMBER(N'db_owner') AS is_owner`,
      {},
      signal,
    );
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
    return { schema, tables };
  },

  judge({ schema, tables }, settings) {
    if (!schema.ok) return cannotTell(ID, schema.failure);
    const rights = schema.value[0];
    const owner = rights?.is_owner === 1;
    if (!owner && rights?.cdc_select !== 1) return noSchema(settings);
    if (!tables.ok) {
      return isMissingRight(tables.failure) ? noSchema(settings) : cannotTell(ID, tables.failure);
    }
    return judgeTables(tables.value, owner, settings);
  },
};

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
): Verdict {
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
  if (outside.length === 0) return pass(`${database.user} may read them`);
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
