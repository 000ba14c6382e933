import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { includes, qualified } from '../../connector/table-selection.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';
import { type DriftRow, driftOf, leftOutBy } from './drift.ts';
import { grantCdc } from './grants.ts';
import { handover } from './handover-remedy.ts';

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
    const onPurpose = leftOutBy(settings);
    const drifted = rows.filter((row) => !onPurpose(row));
    const columns = drifted.filter(({ drift }) => drift !== 'altered');
    if (columns.length > 0) return columnsDiffer(columns);
    if (drifted.length > 0) return altered(drifted);
    const leftOut = rows.map((row) => `${nameOf(row)}.${row.column_name}`).sort();
    return leftOut.length === 0
      ? pass('no difference')
      : pass('no difference but columns left out on purpose', `not captured: ${listed(leftOut, 50)}`);
  },
};

function nameOf(row: DriftRow): string {
  return qualified({ schema: row.schema_name, table: row.table_name });
}

function columnsDiffer(rows: readonly DriftRow[]): Verdict {
  const told = rows.map((row) => `${nameOf(row)}.${row.column_name} (${WORDS[row.drift]})`).sort();
  const tables = [...new Set(rows.map(nameOf))].sort();
  return fail(`${ID}-columns`, `${listed(tables)} changed after the capture began.`, {
    current: listed(told, 50),
    required: 'a capture instance of each table made after its last change',
    remedy: handover(tables),
  });
}

function altered(rows: readonly DriftRow[]): Verdict {
  const tables = rows.map(nameOf).sort();
  return warn(`${ID}-altered`, `Columns of ${listed(tables)} were altered after the capture began.`, {
    current: rows.map((row) => `${nameOf(row)}: ${WORDS[row.drift]}, ${row.changes} ALTER TABLE`).join('; '),
    required: 'a capture instance of each table made after its last change',
    remedy: handover(tables),
  });
}
