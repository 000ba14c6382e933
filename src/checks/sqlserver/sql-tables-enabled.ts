import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { includes, isToolTable, qualified, type TableName } from '../../connector/table-selection.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { counted, fail, listed, pass } from '../verdicts.ts';
import { bracketed, cannotTell, quoted } from './answers.ts';

const ID = 'sql-tables-enabled';

export type TableRow = { schema_name: string; table_name: string; capture_instance: string | null };

/**
 * Every table that the connector is to stream has a capture instance. One that has none would be copied once and then stand
 * still in the warehouse without an error (domain: silent failure S5).
 */
export const sqlTablesEnabled: FacilityCheck<SqlAnswer<TableRow>> = {
  id: ID,
  title: 'The tables are captured',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<TableRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, ct.capture_instance AS capture_instance
       FROM sys.tables AS t
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       LEFT JOIN cdc.change_tables AS ct ON ct.source_object_id = t.object_id
       WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc'`,
      {},
      signal,
    ),

  judge(facts, settings) {
    if (!facts.ok) {
      return cannotTell(ID, facts.failure, [
        `USE ${bracketed(settings.database.name)};`,
        `GRANT SELECT ON SCHEMA::[cdc] TO ${bracketed(settings.database.user)};`,
      ]);
    }
    return judgeTables(facts.value, settings);
  },
};

function judgeTables(rows: readonly TableRow[], settings: FacilitySettings): Verdict {
  const wanted = includes(settings.tableIncludeList);
  const selected = rows
    .filter((row) => !isToolTable({ schema: row.schema_name, table: row.table_name }))
    .map((row) => ({
      schema: row.schema_name,
      table: row.table_name,
      captured: row.capture_instance !== null,
    }))
    .filter(wanted);
  if (selected.length === 0) return noneSelected(rows.length, settings);
  const missing = selected.filter((table) => !table.captured);
  if (missing.length === 0)
    return pass(`${counted(new Set(selected.map(qualified)).size, 'table')} captured`);
  const names = missing.map(qualified).sort();
  return fail(`${ID}-missing`, `Tables to stream that are not captured: ${listed(names)}.`, {
    current: listed(names, 50),
    required: `A capture instance for each table that matches TABLE_INCLUDE_LIST=${settings.tableIncludeList}`,
    remedy: {
      text:
        'Capture these tables (outside busy hours: each takes a short lock), or name only the others in TABLE_INCLUDE_LIST. ' +
        'Their rows would otherwise be copied once and never change again.',
      sql: [`USE ${bracketed(settings.database.name)};`, ...missing.map(enableTable).sort()],
      who: 'dba',
    },
  });
}

function noneSelected(visible: number, settings: FacilitySettings): Verdict {
  return fail(`${ID}-none`, 'No table matches TABLE_INCLUDE_LIST.', {
    current: `${counted(visible, 'table')} visible to ${settings.database.user}; none matches ${settings.tableIncludeList}`,
    required: 'At least one captured table.',
    remedy: {
      text:
        'Correct TABLE_INCLUDE_LIST (expressions for schema.table, separated by commas). A login sees only tables that it ' +
        'may read: if the list is right, the DBA grants SELECT on them.',
      commands: ["clinicmaster-cdc init --tables 'dbo\\..*'"],
      sql: [`GRANT SELECT ON SCHEMA::[dbo] TO ${bracketed(settings.database.user)};`],
      who: visible === 0 ? 'dba' : 'you',
    },
  });
}

function enableTable({ schema, table }: TableName): string {
  return (
    `EXEC sys.sp_cdc_enable_table @source_schema = ${quoted(schema)}, @source_name = ${quoted(table)}, ` +
    '@role_name = NULL, @supports_net_changes = 0;'
  );
}
