import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { includes, isToolTable, qualified } from '../../connector/table-selection.ts';
import { bracketedPair } from '../../connector/tsql/quote.ts';
import type { FacilityCheck } from '../context.ts';
import { cannotTell, quoted } from '../sqlserver/answers.ts';
import { grantCdc } from '../sqlserver/grants.ts';
import { counted, pass, skip } from '../verdicts.ts';

const ID = 'table-changes';

/** One statement asks after so many tables: each is one step into an index, but the statement has to be compiled. */
const AT_ONCE = 60;
/** A database with more would make `status` slow. */
const QUICK = 120;

export type ChangeRow = {
  /** `dbo.Visits`. */
  table_name: string;
  /** Seconds since its newest captured change, by SQL Server's clock; null when none is kept. */
  age_s: number | null;
};

type InstanceRow = { schema_name: string; table_name: string; capture_instance: string };

export type ChangesFacts = {
  /** Capture instances of the tables that stream; more than one row for a table in a handover. */
  instances: number;
  changes: SqlAnswer<ChangeRow>;
};

/**
 * When each table that streams was last changed, as captured. A table that everybody writes and whose last change is weeks old is
 * worth a question; no rule can tell.
 */
export const tableChanges: FacilityCheck<ChangesFacts> = {
  id: ID,
  title: 'The last change of each table',
  area: 'pipeline',
  when: ['daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  async probe({ sql, settings }, signal) {
    const found = await sql.query<InstanceRow>(INSTANCES, {}, signal);
    if (!found.ok) return { instances: 0, changes: found };
    const selected = includes(settings.tableIncludeList);
    const streamed = found.value.filter((row) => {
      const table = { schema: row.schema_name, table: row.table_name };
      return selected(table) && !isToolTable(table);
    });
    if (streamed.length > QUICK) return { instances: streamed.length, changes: { ok: true, value: [] } };
    const rows: ChangeRow[] = [];
    for (let at = 0; at < streamed.length; at += AT_ONCE) {
      const answer = await sql.query<ChangeRow>(question(streamed.slice(at, at + AT_ONCE)), {}, signal);
      if (!answer.ok) return { instances: streamed.length, changes: answer };
      rows.push(...answer.value);
    }
    return { instances: streamed.length, changes: { ok: true, value: newest(rows) } };
  },

  judge({ instances, changes }, settings) {
    if (!changes.ok) return cannotTell(ID, changes.failure, grantCdc(settings));
    if (instances > QUICK) {
      return skip(`${ID}-many`, `Not asked: ${counted(instances, 'table')} would take too long.`);
    }
    const changed = changes.value.filter(({ age_s }) => age_s !== null).length;
    return pass(`${changed} of ${counted(changes.value.length, 'table')} changed in what is kept`);
  },
};

/** The newest change of all capture instances of a table. */
function newest(rows: readonly ChangeRow[]): ChangeRow[] {
  const tables = new Map<string, number | null>();
  for (const { table_name, age_s } of rows) {
    const known = tables.get(table_name) ?? null;
    tables.set(table_name, known === null || (age_s !== null && age_s < known) ? age_s : known);
  }
  return [...tables]
    .map(([table_name, age_s]) => ({ table_name, age_s }))
    .sort(
      (a, b) => (a.age_s ?? Infinity) - (b.age_s ?? Infinity) || a.table_name.localeCompare(b.table_name),
    );
}

const INSTANCES = `SELECT s.name AS schema_name, t.name AS table_name, ct.capture_instance AS capture_instance
FROM cdc.change_tables AS ct
JOIN sys.tables AS t ON t.object_id = ct.source_object_id
JOIN sys.schemas AS s ON s.schema_id = t.schema_id`;

function question(instances: readonly InstanceRow[]): string {
  return instances
    .map(
      ({ schema_name, table_name, capture_instance }) =>
        `SELECT ${quoted(qualified({ schema: schema_name, table: table_name }))} AS table_name, ` +
        'DATEDIFF(SECOND, (SELECT MAX(m.tran_end_time) FROM cdc.lsn_time_mapping AS m WHERE m.start_lsn = ' +
        `(SELECT MAX(c.__$start_lsn) FROM ${bracketedPair('cdc', `${capture_instance}_CT`)} AS c)), GETDATE()) AS age_s`,
    )
    .join('\nUNION ALL ');
}
