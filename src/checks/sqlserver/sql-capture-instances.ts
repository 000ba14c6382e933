import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { qualified } from '../../connector/table-selection.ts';
import type { FacilityCheck } from '../context.ts';
import { counted, fail, listed, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';
import { type DriftRow, driftOf, leftOutBy } from './drift.ts';
import { grantCdc } from './grants.ts';
import { handoverCommand } from './handover-remedy.ts';

const ID = 'sql-capture-instances';

export type CaptureRow = {
  schema_name: string;
  table_name: string;
  capture_instance: string;
  /** In SQL Server's local time, to the millisecond. */
  create_date: string;
};

export type CaptureFacts = { instances: SqlAnswer<CaptureRow>; drift: SqlAnswer<DriftRow> };

/** No table is stuck with two capture instances, the most that SQL Server allows: its next change could not be followed. */
export const sqlCaptureInstances: FacilityCheck<CaptureFacts> = {
  id: ID,
  title: 'Each table has one capture instance',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const instances = await sql.query<CaptureRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, ct.capture_instance AS capture_instance,
              CONVERT(varchar(23), ct.create_date, 126) AS create_date
       FROM cdc.change_tables AS ct
       JOIN sys.tables AS t ON t.object_id = ct.source_object_id
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id`,
      {},
      signal,
    );
    return { instances, drift: await driftOf(sql, signal) };
  },

  judge({ instances, drift }, settings) {
    if (!instances.ok) return cannotTell(ID, instances.failure, grantCdc(settings));
    const tables = byTable(instances.value);
    const double = [...tables].filter(([, rows]) => rows.length > 1);
    if (double.length === 0) return pass(counted(tables.size, 'table'));
    const onPurpose = leftOutBy(settings);
    const drifted = new Set((drift.ok ? drift.value : []).filter((row) => !onPurpose(row)).map(nameOf));
    const blocked = double.filter(([name]) => drifted.has(name));
    const names = double.map(([name]) => name).sort();
    const detail = {
      current: double.map(([name, rows]) => `${name}: ${shown(rows)}`).join('; '),
      required: 'one instance each, but during a handover',
      remedy: {
        text:
          'Finish the handover: this prints the end of the older instance, or runs it with a DBA login and --apply. It waits ' +
          'until the connector reads from the newer one, and refuses before: changes would be lost.',
        commands: [handoverCommand(names, '--finish')],
        who: 'dba' as const,
      },
    };
    if (blocked.length === 0) {
      return warn(
        `${ID}-two`,
        `Two capture instances: ${listed(names)}. The next change cannot be followed.`,
        detail,
      );
    }
    const stuck = blocked.map(([name]) => name).sort();
    return fail(
      `${ID}-blocked`,
      `${listed(stuck)} changed, and cannot get a new capture instance: two are there.`,
      detail,
    );
  },
};

function nameOf(row: { schema_name: string; table_name: string }): string {
  return qualified({ schema: row.schema_name, table: row.table_name });
}

/** Rows of each table, the oldest first. */
function byTable(rows: readonly CaptureRow[]): Map<string, CaptureRow[]> {
  const tables = new Map<string, CaptureRow[]>();
  for (const row of rows.toSorted((a, b) => a.create_date.localeCompare(b.create_date))) {
    tables.set(nameOf(row), [...(tables.get(nameOf(row)) ?? []), row]);
  }
  return tables;
}

function shown(rows: readonly CaptureRow[]): string {
  return rows.map((row) => `${row.capture_instance} of ${row.create_date.slice(0, 16)}`).join(', ');
}
