import { type DriftRow, driftOf, isLeftOut } from '../../checks/sqlserver/drift.ts';
import { type Difference, type Handover, handoverOf } from '../../connector/handover.ts';
import { excludesColumn, includes, isToolTable, qualified } from '../../connector/table-selection.ts';
import { type CapturedTable, isHandoverScriptable } from '../../connector/tsql/handover.ts';
import type { Context } from '../../context.ts';
import { capturedTables } from '../../install/database/captured-tables.ts';
import { capturedMeant, captureUnseen } from './captured.ts';
import { lookerConnection, type Target } from './database.ts';

const COMMAND = 'handover';

/** Tables, where the handover of each stands, and what else its script must know. */
export interface Handovers {
  /** Those that are meant and have changed, or have two instances. */
  chosen: readonly Handover[];
  /** All with two instances that the connector reads, meant or not. */
  underWay: readonly Handover[];
  /** Names of all capture instances of the database. */
  instances: readonly string[];
  /** Tables that are left out of `chosen` for their names. */
  unwritable: readonly string[];
}

/**
 * Where the handovers stand. Changes nothing.
 * @param names as they were typed; none: all tables that stream
 * @throws CliError when captured tables cannot be seen, or a name means none
 */
export async function lookAtHandovers(
  names: readonly string[],
  target: Target,
  context: Context,
): Promise<Handovers> {
  const { tables, drift } = await look(target, context);
  const excluded = excludesColumn(target.columnExcludeList);
  const wanted = includes(target.tableIncludeList);
  const named = new Set(names.length > 0 ? capturedMeant(COMMAND, names, tables) : tables.filter(wanted));
  const all = tables
    .filter((table) => !isToolTable(table) && (wanted(table) || named.has(table)))
    .map((table) => handoverOf(table, differencesOf(table, drift), (column) => excluded(table, column)))
    .filter(({ phase }) => phase !== 'none');
  const writable = all.filter(({ table }) => isHandoverScriptable(table));
  return {
    chosen: writable.filter(({ table }) => named.has(table)),
    underWay: writable.filter(({ phase }) => phase === 'finish'),
    instances: tables.flatMap(({ instances }) => instances.map(({ name }) => name)),
    unwritable: all.filter((one) => !writable.includes(one)).map(({ table }) => qualified(table)),
  };
}

function differencesOf({ schema, table }: CapturedTable, drift: readonly DriftRow[]): Difference[] {
  return drift
    .filter((row) => row.schema_name === schema && row.table_name === table && !isLeftOut(row))
    .map((row) => ({ column: row.column_name, what: row.drift }));
}

async function look(
  target: Target,
  context: Context,
): Promise<{ tables: CapturedTable[]; drift: DriftRow[] }> {
  const sql = await lookerConnection(target, context);
  try {
    const tables = await capturedTables(sql, context.signal);
    if (!tables.ok) throw captureUnseen(COMMAND, tables.failure);
    const drift = await driftOf(sql, context.signal);
    if (!drift.ok) throw captureUnseen(COMMAND, drift.failure);
    return { tables: tables.value, drift: drift.value };
  } finally {
    await sql.close();
  }
}
