import type { KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { columnsKnown } from '../../connector/schema-history.ts';
import { excludesColumn, includes, isToolTable, qualified } from '../../connector/table-selection.ts';
import type { FacilityCheck } from '../context.ts';
import { notAnswered } from '../kafka/not-answered.ts';
import { bracketed, cannotTell, quoted } from '../sqlserver/answers.ts';
import { grantCdc } from '../sqlserver/grants.ts';
import { askKafka } from '../two-views.ts';
import { fail, listed, pass, skip } from '../verdicts.ts';

const ID = 'stream-columns';

/** A handover that is under way is the business of `sql handover`. */
const SETTLED_S = 3600;
const ALL = Number.MAX_SAFE_INTEGER;

type CapturedRow = {
  schema_name: string;
  table_name: string;
  capture_instance: string;
  role_name: string | null;
  age_s: number;
  column_name: string;
};

/** A table whose newest capture instance has been there for a while. */
type Table = {
  schema: string;
  table: string;
  instance: string;
  role: string | null;
  captured: string[];
  /** By which the connector reads; null: its history does not tell of the table. */
  known: string[] | null;
};

export type ColumnsFacts = {
  captured: SqlAnswer<never>;
  history: KafkaAnswer<null>;
  tables: Table[];
};

/**
 * The connector reads each table by the columns that are captured. After a restart in the middle of a handover Debezium reads by
 * those of before, for ever, and no catalogue shows it: only its own history of the tables does (docs/decisions/handover-by-history.md).
 */
export const streamColumns: FacilityCheck<ColumnsFacts> = {
  id: ID,
  title: 'The connector reads all captured columns',
  area: 'pipeline',
  when: ['daily'],
  needs: ['sql-db-cdc-enabled', 'kafka-advertised'],
  timeoutMs: 60_000,
  // Reads the whole history of the tables over the line.
  deep: true,

  async probe(context, signal) {
    const { sql, names, settings } = context;
    const [captured, history] = await Promise.all([
      sql.query<CapturedRow>(CAPTURED, {}, signal),
      askKafka(context, signal, (kafka) => kafka.newestRecords(names.topics.schemaHistory, ALL, signal)),
    ]);
    if (!captured.ok) return { captured, history: done(history), tables: [] };
    const records = history.ok ? history.value.records : [];
    const tables = tablesOf(captured.value).map((table) => ({
      ...table,
      known: columnsKnown(records, settings.database.name, table),
    }));
    return { captured: { ok: true, value: [] }, history: done(history), tables };
  },

  judge({ captured, history, tables }, settings) {
    if (!captured.ok) return cannotTell(ID, captured.failure, grantCdc(settings));
    if (!history.ok) return notAnswered(ID, 'the history of the tables', history.failure);
    const selected = includes(settings.tableIncludeList);
    const excluded = excludesColumn(settings.columnExcludeList);
    const read = tables.filter((table) => selected(table) && !isToolTable(table) && table.known !== null);
    if (read.length === 0) return skip(`${ID}-none`, 'Not checked: the history tells of no captured table.');
    const missed = read.flatMap((table) => {
      const columns = table.captured.filter(
        (column) => !excluded(table, column) && table.known?.includes(column) === false,
      );
      return columns.length === 0 ? [] : [{ table, columns }];
    });
    if (missed.length === 0) return pass(`${read.length} tables by their captured columns`);
    const told = missed.map(({ table, columns }) => `${qualified(table)}: ${listed(columns, 5)}`);
    return fail(`${ID}-missed`, 'The connector reads tables by columns of before: new ones do not arrive.', {
      current: told.join('; '),
      required: 'every captured column in the history of the tables',
      remedy: {
        text:
          'The container was restarted in the middle of a handover. A capture instance more makes the connector look again: the DBA runs ' +
          'this. Then sql handover --finish ends the old one and names the copy for what is missing.',
        sql: [`USE ${bracketed(settings.database.name)};`, ...missed.map(({ table }) => again(table))],
        commands: ['clinicmaster-cdc sql handover --finish'],
        who: 'dba',
      },
    });
  },
};

function done<T>(answer: KafkaAnswer<T>): KafkaAnswer<null> {
  return answer.ok ? { ok: true, value: null } : answer;
}

function tablesOf(rows: readonly CapturedRow[]): Omit<Table, 'known'>[] {
  const tables = new Map<string, Omit<Table, 'known'>>();
  for (const row of rows) {
    if (row.age_s < SETTLED_S) continue;
    const table = tables.get(row.capture_instance) ?? {
      ...{ schema: row.schema_name, table: row.table_name },
      ...{ instance: row.capture_instance, role: row.role_name, captured: [] },
    };
    table.captured.push(row.column_name);
    tables.set(row.capture_instance, table);
  }
  return [...tables.values()];
}

function again({ schema, table, instance, role }: Table): string {
  return (
    `EXEC sys.sp_cdc_enable_table @source_schema = ${quoted(schema)}, @source_name = ${quoted(table)}, ` +
    `@capture_instance = ${quoted(`${instance}_again`)}, @role_name = ${role === null ? 'NULL' : quoted(role)}, ` +
    '@supports_net_changes = 0;'
  );
}

const CAPTURED = `SELECT s.name AS schema_name, t.name AS table_name, ct.capture_instance, ct.role_name,
       DATEDIFF(SECOND, ct.create_date, GETDATE()) AS age_s, cc.column_name
FROM cdc.change_tables AS ct
JOIN sys.tables AS t ON t.object_id = ct.source_object_id
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN cdc.captured_columns AS cc ON cc.object_id = ct.object_id
WHERE NOT EXISTS (SELECT 1 FROM cdc.change_tables AS n
                  WHERE n.source_object_id = ct.source_object_id AND n.create_date > ct.create_date)`;
