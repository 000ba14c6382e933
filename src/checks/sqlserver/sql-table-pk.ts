import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import {
  hasCustomKey,
  includes,
  qualified,
  type TableName,
  without,
} from '../../connector/table-selection.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';

const ID = 'sql-table-pk';

export type IndexRow = {
  schema_name: string;
  table_name: string;
  /** Null for a table without any unique index. */
  index_name: string | null;
  is_primary_key: boolean | null;
};

/**
 * Every streamed table has a key. Without one the records carry none, the facility code cannot be put into it, and the
 * warehouse cannot tell one facility's rows from another's (domain: silent failure S9).
 */
export const sqlTablePk: FacilityCheck<SqlAnswer<IndexRow>> = {
  id: ID,
  title: 'The tables have keys',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<IndexRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, i.name AS index_name, i.is_primary_key AS is_primary_key
       FROM sys.tables AS t
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       LEFT JOIN sys.indexes AS i ON i.object_id = t.object_id AND i.is_unique = 1 AND i.has_filter = 0
       WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc'`,
      {},
      signal,
    ),

  judge(facts, settings) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const selected = includes(settings.tableIncludeList);
    const keyed = hasCustomKey(settings.messageKeyColumns);
    const tables = byTable(facts.value).filter((table) => selected(table) && !keyed(table));
    const keyless = tables.filter((table) => !table.primaryKey && table.uniqueIndex === undefined);
    if (keyless.length > 0) return noKey(keyless, settings.tableIncludeList);
    const indexed = tables.filter((table) => !table.primaryKey);
    if (indexed.length > 0) return uniqueIndexOnly(indexed);
    return pass('every table to stream has a key');
  },
};

interface KeyedTable extends TableName {
  primaryKey: boolean;
  uniqueIndex?: string;
}

function byTable(rows: readonly IndexRow[]): KeyedTable[] {
  const tables = new Map<string, KeyedTable>();
  for (const row of rows) {
    const name = { schema: row.schema_name, table: row.table_name };
    const table = tables.get(qualified(name)) ?? { ...name, primaryKey: false };
    if (row.is_primary_key === true) table.primaryKey = true;
    else if (row.index_name !== null) table.uniqueIndex = row.index_name;
    tables.set(qualified(name), table);
  }
  return [...tables.values()];
}

function noKey(tables: readonly KeyedTable[], includeList: string): Verdict {
  const names = tables.map(qualified).sort();
  return fail(`${ID}-none`, `Tables to stream that have no key: ${listed(names)}.`, {
    current: listed(names, 50),
    required: 'A primary key, or columns named in MESSAGE_KEY_COLUMNS that identify a row.',
    remedy: {
      text:
        'If columns identify a row of such a table, name them; else leave the table out. A primary key is for the ' +
        'ClinicMaster vendor to add, not for you. Either:',
      commands: [
        `clinicmaster-cdc init --key-columns '${names.map((name) => `${name}:COLUMN`).join(';')}'`,
        `clinicmaster-cdc init --tables '${without(includeList, tables)}'`,
      ],
      who: 'you',
    },
  });
}

function uniqueIndexOnly(tables: readonly KeyedTable[]): Verdict {
  const names = tables.map((table) => `${qualified(table)} (${table.uniqueIndex})`).sort();
  return warn(`${ID}-unique-index`, `A unique index stands in for the primary key of ${listed(names)}.`, {
    current: listed(names, 50),
    required: 'A primary key, or columns named in MESSAGE_KEY_COLUMNS.',
    remedy: {
      text: 'It works as long as the index stays. Name its columns in MESSAGE_KEY_COLUMNS to be independent of it.',
      who: 'you',
    },
  });
}
