import type { SqlFailure } from '../../adapters/sqlserver-port.ts';
import { type DriftRow, driftOf, isLeftOut } from '../../checks/sqlserver/drift.ts';
import { type Difference, type Handover, handoverOf } from '../../connector/handover.ts';
import { excludesColumn, includes, isToolTable, qualified } from '../../connector/table-selection.ts';
import { type CapturedTable, isHandoverScriptable } from '../../connector/tsql/handover.ts';
import { alike, tablesMeant, typedName } from '../../connector/typed-names.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { capturedTables } from '../../install/database/captured-tables.ts';
import { lookerConnection, type Target } from './database.ts';

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
  const named = new Set(names.length > 0 ? meant(names, tables) : tables.filter(wanted));
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
    if (!tables.ok) throw blind(tables.failure);
    const drift = await driftOf(sql, context.signal);
    if (!drift.ok) throw blind(drift.failure);
    return { tables: tables.value, drift: drift.value };
  } finally {
    await sql.close();
  }
}

function blind({ number, message }: SqlFailure): CliError {
  return new CliError(
    'sql.handover-blind',
    'What is captured in the database could not be seen. Nothing was done.',
    {
      seen: number === undefined ? message : `error ${number}: ${message}`,
      needed:
        'A login that may read schema cdc: that of DB_USER with its password, or a DBA, who looks and changes nothing without --apply: --dba-user LOGIN and SQL_DBA_PASS.',
      commands: ['clinicmaster-cdc sql grant'],
      who: 'dba',
    },
  );
}

function meant(texts: readonly string[], tables: readonly CapturedTable[]): CapturedTable[] {
  const found = texts.flatMap((text) => {
    const these = tablesMeant(typedName(text), tables);
    if (these.length > 0) return these;
    const like = alike(text, tables.map(qualified));
    throw new CliError('sql.handover-unknown', `No captured table is called ${text}.`, {
      exitCode: EXIT.usage,
      ...(like.length > 0 ? { seen: `names alike: ${like.join(', ')}` } : {}),
      needed: 'A table with a capture instance, as in dbo.Visits. One without gets its first by sql enable.',
      commands: ['clinicmaster-cdc tables --only captured', 'clinicmaster-cdc sql enable'],
    });
  });
  return [...new Set(found)];
}
