import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import { counted, listed, pass } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-vendor-ddl-risk';

export type CapturedTableRow = { schema_name: string; table_name: string };

/**
 * Which tables an upgrade of ClinicMaster cannot change as it may be used to: change data capture makes TRUNCATE TABLE and the
 * renaming of a captured column fail. Not a fault; a list for the vendor.
 */
export const sqlVendorDdlRisk: FacilityCheck<SqlAnswer<CapturedTableRow>> = {
  id: ID,
  title: 'What the vendor must know before an upgrade',
  area: 'sqlserver',
  when: ['daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<CapturedTableRow>(
      `SELECT DISTINCT s.name AS schema_name, t.name AS table_name
       FROM cdc.change_tables AS ct
       JOIN sys.tables AS t ON t.object_id = ct.source_object_id
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id`,
      {},
      signal,
    ),

  judge(facts, { database }) {
    if (!facts.ok) {
      return cannotTell(ID, facts.failure, [
        `USE ${bracketed(database.name)};`,
        `GRANT SELECT ON SCHEMA::[cdc] TO ${bracketed(database.user)};`,
      ]);
    }
    if (facts.value.length === 0) return pass('no table is captured');
    const names = facts.value.map((row) => `${row.schema_name}.${row.table_name}`).sort();
    return pass(
      `TRUNCATE and renamed columns will fail on ${counted(names.length, 'captured table')}; the vendor needs the list: clinicmaster-cdc tables --only captured`,
      listed(names, 200),
    );
  },
};
