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
import { handover } from './handover-remedy.ts';

const ID = 'sql-table-pk';

export type IndexRow = {
  schema_name: string;
  table_name: string;
  /** Null for a table without any unique index. */
  index_name: string | null;
  is_primary_key: boolean | null;
};

/** A column of a primary key that the newest capture instance of its table leaves out. */
export type UncapturedRow = { schema_name: string; table_name: string; column_name: string };

export type KeyFacts = {
  indexes: SqlAnswer<IndexRow>;
  /** No answer before change data capture is on, or without the right to look: then nothing is claimed. */
  uncaptured: SqlAnswer<UncapturedRow>;
};

/**
 * Every streamed table has a key. Without one the records carry none, the facility code cannot be put into it, and the
 * warehouse cannot tell one facility's rows from another's (domain: silent failure S9).
 */
export const sqlTablePk: FacilityCheck<KeyFacts> = {
  id: ID,
  title: 'The tables have keys',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const indexes = await sql.query<IndexRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, i.name AS index_name, i.is_primary_key AS is_primary_key
       FROM sys.tables AS t
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       LEFT JOIN sys.indexes AS i ON i.object_id = t.object_id AND i.is_unique = 1 AND i.has_filter = 0
       WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc'`,
      {},
      signal,
    );
    const uncaptured = await sql.query<UncapturedRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, c.name AS column_name
       FROM cdc.change_tables AS ct
       JOIN sys.tables AS t ON t.object_id = ct.source_object_id
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       JOIN sys.indexes AS i ON i.object_id = t.object_id AND i.is_primary_key = 1
       JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
       JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
       LEFT JOIN cdc.captured_columns AS cc ON cc.object_id = ct.object_id AND cc.column_name = c.name
       WHERE cc.column_name IS NULL
         AND NOT EXISTS (SELECT 1 FROM cdc.change_tables AS n
                         WHERE n.source_object_id = ct.source_object_id AND n.create_date > ct.create_date)`,
      {},
      signal,
    );
    return { indexes, uncaptured };
  },

  judge({ indexes, uncaptured }, settings) {
    if (!indexes.ok) return cannotTell(ID, indexes.failure);
    const selected = includes(settings.tableIncludeList);
    const keyed = hasCustomKey(settings.messageKeyColumns);
    const tables = byTable(indexes.value).filter((table) => selected(table) && !keyed(table));
    const keyless = tables.filter((table) => !table.primaryKey && table.uniqueIndex === undefined);
    if (keyless.length > 0) return noKey(keyless, settings.tableIncludeList);
    const missing = (uncaptured.ok ? uncaptured.value : []).filter((row) => {
      const table = { schema: row.schema_name, table: row.table_name };
      return selected(table) && !keyed(table);
    });
    if (missing.length > 0) return keyNotCaptured(missing);
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

function keyNotCaptured(rows: readonly UncapturedRow[]): Verdict {
  const names = rows.map((row) => `${row.schema_name}.${row.table_name}.${row.column_name}`).sort();
  const tables = [...new Set(rows.map((row) => `${row.schema_name}.${row.table_name}`))].sort();
  return fail(`${ID}-not-captured`, `Columns of primary keys that are not captured: ${listed(names, 5)}.`, {
    current: listed(names, 50),
    required: 'every column of the primary key in the capture instance',
    remedy: {
      ...handover(tables),
      text:
        'Capture the table anew with its key columns, beside the instance it has; the command takes every key column along. ' +
        'Until then nothing tells its rows apart in the warehouse. The same command again ends the old instance.',
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
