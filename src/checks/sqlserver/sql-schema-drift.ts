import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { includes, qualified } from '../../connector/table-selection.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell, quoted } from './answers.ts';
import { type DriftRow, driftOf, isLeftOut } from './drift.ts';
import { grantCdc } from './grants.ts';

const ID = 'sql-schema-drift';

const WORDS: Record<DriftRow['drift'], string> = {
  'not-captured': 'new, not captured',
  dropped: 'gone from the table',
  type: 'of another type than captured',
  altered: 'a column was altered',
};

/**
 * Each table looks as it did when its capture began. A column that came later is not captured, without any error (domain:
 * silent failure S6).
 */
export const sqlSchemaDrift: FacilityCheck<SqlAnswer<DriftRow>> = {
  id: ID,
  title: 'The tables look as they are captured',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-tables-enabled'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) => driftOf(sql, signal),

  judge(facts, settings) {
    if (!facts.ok) return cannotTell(ID, facts.failure, grantCdc(settings));
    const selected = includes(settings.tableIncludeList);
    const rows = facts.value.filter((row) => selected({ schema: row.schema_name, table: row.table_name }));
    const drifted = rows.filter((row) => !isLeftOut(row));
    const columns = drifted.filter(({ drift }) => drift !== 'altered');
    if (columns.length > 0) return columnsDiffer(columns, settings);
    if (drifted.length > 0) return altered(drifted, settings);
    const leftOut = rows.map((row) => `${nameOf(row)}.${row.column_name}`).sort();
    return leftOut.length === 0
      ? pass('no difference')
      : pass('no difference but columns left out on purpose', `not captured: ${listed(leftOut, 50)}`);
  },
};

function nameOf(row: DriftRow): string {
  return qualified({ schema: row.schema_name, table: row.table_name });
}

function columnsDiffer(rows: readonly DriftRow[], settings: FacilitySettings): Verdict {
  const told = rows.map((row) => `${nameOf(row)}.${row.column_name} (${WORDS[row.drift]})`).sort();
  const tables = [...new Set(rows.map(nameOf))].sort();
  return fail(`${ID}-columns`, `${listed(tables)} changed after the capture began.`, {
    current: listed(told, 50),
    required: 'a capture instance of each table made after its last change',
    remedy: handover(rows, settings),
  });
}

function altered(rows: readonly DriftRow[], settings: FacilitySettings): Verdict {
  const tables = rows.map(nameOf).sort();
  return warn(`${ID}-altered`, `Columns of ${listed(tables)} were altered after the capture began.`, {
    current: rows.map((row) => `${nameOf(row)}: ${WORDS[row.drift]}, ${row.changes} ALTER TABLE`).join('; '),
    required: 'a capture instance of each table made after its last change',
    remedy: handover(rows, settings),
  });
}

/** A second capture instance beside the first; Debezium goes over to it by itself. */
function handover(rows: readonly DriftRow[], { database }: FacilitySettings): Remedy {
  const tables = new Map(rows.map((row) => [nameOf(row), row]));
  const statements = [...tables.values()].map(
    (row) =>
      `EXEC sys.sp_cdc_enable_table @source_schema = ${quoted(row.schema_name)}, @source_name = ${quoted(row.table_name)}, ` +
      `@capture_instance = ${quoted(nextInstance(row))}, @role_name = ${row.role_name === null ? 'NULL' : quoted(row.role_name)}, ` +
      '@supports_net_changes = 0;',
  );
  return {
    text:
      'Make a second capture instance beside the first, outside busy hours. The connector goes over to it by itself; a day ' +
      'later drop the old one (see sql-capture-instances). Add @captured_column_list if columns were left out on purpose. ' +
      'Rows written between the change and now lack the new column: the central team copies them again.',
    sql: [`USE ${bracketed(database.name)};`, ...statements.sort()],
    who: 'dba',
  };
}

/** `dbo_Visits` → `dbo_Visits_v2`, `dbo_Visits_v2` → `dbo_Visits_v3`. */
function nextInstance({ capture_instance: name }: DriftRow): string {
  const match = /^(.*)_v(\d+)$/.exec(name);
  return match === null ? `${name}_v2` : `${match[1]}_v${Number(match[2]) + 1}`;
}
