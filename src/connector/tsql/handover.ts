import { HEARTBEAT_TABLE, OWN_SCHEMA } from '../own-schema.ts';
import { qualified, type TableName } from '../table-selection.ts';
import { type SqlBatch, use } from './batch.ts';
import { LONGEST_INSTANCE, POLITE } from './capture.ts';
import { bracketed, bracketedPair, isScriptable, quoted, sourceTable } from './quote.ts';

/** One change of the heartbeat row. */
export const BEAT = `UPDATE ${bracketedPair(OWN_SCHEMA, HEARTBEAT_TABLE)} SET beat_no = beat_no + 1, beat_at = SYSUTCDATETIME() WHERE id = 1;`;

/** A capture instance as it was made. */
export interface MadeInstance {
  name: string;
  role: string | null;
  /** Null: the database's default one. */
  filegroup: string | null;
  /** Whoever made it asked for net changes, told apart by this index. Null: not asked for. */
  netIndex: string | null;
  partitionSwitch: boolean;
  /** `0x…`, 20 digits: changes from here on are in it. */
  startLsn: string;
  /** In their order. */
  columns: readonly string[];
}

/** A table that is captured, as it is today and as it is captured. */
export interface CapturedTable extends TableName {
  columns: readonly string[];
  /** Columns of the primary key. */
  key: readonly string[];
  /** The oldest first; SQL Server allows two. */
  instances: readonly [MadeInstance, ...MadeInstance[]];
}

/** `dbo_Visits` → `dbo_Visits_v2` → `dbo_Visits_v3`; a number further where the name is taken or too long. */
function nextInstance(name: string, taken: readonly string[] = []): string {
  const known = new Set(taken.map((one) => one.toLowerCase()));
  const [, base = name, version = '1'] = /^(.*)_v(\d+)$/s.exec(name) ?? [];
  for (let next = Number(version) + 1; ; next += 1) {
    const suffix = `_v${next}`;
    const found = `${base.slice(0, LONGEST_INSTANCE - suffix.length)}${suffix}`;
    if (!known.has(found.toLowerCase())) return found;
  }
}

/** Whether all names that a second instance needs may stand in a script. */
export function isHandoverScriptable({ schema, table, columns, instances }: CapturedTable): boolean {
  const words = instances.flatMap(({ name, role, filegroup, netIndex }) => [name, role, filegroup, netIndex]);
  return [schema, table, ...columns, ...words].every((word) => word === null || isScriptable(word));
}

/**
 * The second instance beside the newest one: its role and filegroup, its columns and those that came.
 * @param gained columns that the newest one lacks and that shall stream
 * @param taken names of all instances of the database
 */
export function secondInstanceBatch(
  database: string,
  table: CapturedTable,
  gained: readonly string[],
  taken: readonly string[],
): SqlBatch {
  const newest = table.instances.at(-1) ?? table.instances[0];
  const name = nextInstance(newest.name, taken);
  const columns = table.columns.filter((one) => newest.columns.includes(one) || gained.includes(one));
  const parameters = [
    `@capture_instance = ${quoted(name)}, @role_name = ${newest.role === null ? 'NULL' : quoted(newest.role)}`,
    ...(newest.filegroup === null ? [] : [`@filegroup_name = ${quoted(newest.filegroup)}`]),
    // Without a list SQL Server takes every column: those that were left out on purpose must stay out.
    ...(columns.length === table.columns.length
      ? []
      : [`@captured_column_list = ${quoted(columns.map(bracketed).join(', '))}`]),
    ...(newest.partitionSwitch ? [] : ['@allow_partition_switch = 0']),
    newest.netIndex === null
      ? '@supports_net_changes = 0'
      : `@supports_net_changes = 1, @index_name = ${quoted(newest.netIndex)}`,
  ];
  return {
    id: `second ${qualified(table)}`,
    title: `Capture ${qualified(table)} as it is now, in ${name} beside ${newest.name}`,
    cost: 'A short lock on the table; gives up after 10 s (error 1222) instead of waiting. Until the handover is finished each change of the table is written to two change tables.',
    undo: `EXEC sys.sp_cdc_disable_table ${sourceTable(table)}, @capture_instance = ${quoted(name)};`,
    sql: [
      use(database),
      POLITE,
      `IF NOT EXISTS (SELECT 1 FROM cdc.change_tables WHERE capture_instance = ${quoted(name)})`,
      `    EXEC sys.sp_cdc_enable_table ${sourceTable(table)},`,
      `${parameters.map((one) => `        ${one}`).join(',\n')};`,
    ].join('\n'),
  };
}

/** Ends the older of two instances. It asks whether the newer one is there: a table must never be left without one. */
export function endInstanceBatch(database: string, table: CapturedTable): SqlBatch {
  const [old, next = old] = table.instances;
  return {
    id: `release ${old.name}`,
    title: `End ${old.name}: ${qualified(table)} streams from ${next.name}`,
    cost: 'A short lock on the table; gives up after 10 s (error 1222). The connector has read and stored everything of it.',
    undo: 'Nothing takes it back. The table stays captured.',
    sql: endOf(database, table, old.name, next.name),
  };
}

/** Takes the second instance back; the first one has gone on capturing all the while. */
export function takeBackBatch(database: string, table: CapturedTable): SqlBatch {
  const [old, next = old] = table.instances;
  return {
    id: `take back ${next.name}`,
    title: `Take ${next.name} back: ${qualified(table)} streams from ${old.name} as before`,
    cost: 'A short lock on the table; gives up after 10 s (error 1222). The columns that came wait for the next handover.',
    undo: `clinicmaster-cdc sql handover ${qualified(table)}`,
    sql: endOf(database, table, next.name, old.name),
  };
}

/**
 * Changes behind new instances, so that the connector comes past them at once and not with the next change.
 * @param count of the instances: Debezium 3.6.1 goes over to one of them with each change
 */
export function passingBeats(database: string, count: number): SqlBatch {
  return {
    id: 'beat',
    title: `Beat ${count === 1 ? 'once' : `${count} times`}, so that the connector comes to know ${count === 1 ? 'it' : 'them'} at once`,
    cost: 'One row, in our own table.',
    undo: 'Nothing to undo.',
    sql: [use(database), ...Array<string>(count).fill(BEAT)].join('\n'),
  };
}

function endOf(database: string, table: CapturedTable, ended: string, kept: string): string {
  const there = (name: string) =>
    `IF EXISTS (SELECT 1 FROM cdc.change_tables WHERE capture_instance = ${quoted(name)})`;
  return [
    use(database),
    POLITE,
    there(kept),
    `    ${there(ended)}`,
    `        EXEC sys.sp_cdc_disable_table ${sourceTable(table)},`,
    `            @capture_instance = ${quoted(ended)};`,
  ].join('\n');
}
