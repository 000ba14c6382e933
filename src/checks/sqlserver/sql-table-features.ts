import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { includes, qualified } from '../../connector/table-selection.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';

const ID = 'sql-table-features';

export type FeatureRow = {
  schema_name: string;
  table_name: string;
  is_memory_optimized: boolean;
  temporal: string;
  is_replicated: boolean;
  is_external: boolean;
  columnstore: number;
  partitions: number;
};

export type FeatureFacts = {
  tables: SqlAnswer<FeatureRow>;
  /** Accelerated database recovery; SQL Server 2017 does not know the column (error 207). */
  recovery: SqlAnswer<{ accelerated: boolean }>;
};

/** No table to stream is of a kind that change data capture cannot follow, or follows in part. */
export const sqlTableFeatures: FacilityCheck<FeatureFacts> = {
  id: ID,
  title: 'The tables are of a kind that can be captured',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const tables = await sql.query<FeatureRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, t.is_memory_optimized AS is_memory_optimized,
              t.temporal_type_desc AS temporal, t.is_replicated AS is_replicated, t.is_external AS is_external,
              (SELECT COUNT(*) FROM sys.indexes AS i WHERE i.object_id = t.object_id AND i.type = 5) AS columnstore,
              (SELECT COUNT(*) FROM sys.partitions AS p WHERE p.object_id = t.object_id AND p.index_id IN (0, 1)) AS partitions
       FROM sys.tables AS t
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc'`,
      {},
      signal,
    );
    const recovery = await sql.query<{ accelerated: boolean }>(
      'SELECT is_accelerated_database_recovery_on AS accelerated FROM sys.databases WHERE database_id = DB_ID()',
      {},
      signal,
    );
    return { tables, recovery };
  },

  judge({ tables, recovery }, settings) {
    if (!tables.ok) return cannotTell(ID, tables.failure);
    const selected = includes(settings.tableIncludeList);
    const rows = tables.value.filter((row) => selected({ schema: row.schema_name, table: row.table_name }));
    const odd = (words: (row: FeatureRow) => string[]) =>
      rows.flatMap((row) => words(row).map((word) => `${nameOf(row)} (${word})`)).sort();
    const impossible = odd(impossibleWords);
    if (impossible.length > 0) {
      return fail(`${ID}-impossible`, `SQL Server cannot capture ${listed(impossible, 5)}.`, {
        current: listed(impossible, 50),
        required: 'ordinary tables',
        remedy: {
          text: 'Leave these tables out of TABLE_INCLUDE_LIST; ask the ClinicMaster vendor whether they hold what the warehouse needs.',
          who: 'you',
        },
      });
    }
    const partial = odd(partialWords);
    if (partial.length > 0) {
      return warn(`${ID}-partial`, `Not every change of ${listed(partial, 5)} may be captured.`, {
        current: listed(partial, 50),
        required: 'ordinary tables',
        remedy: {
          text:
            'A history table of a temporal table and partitions that are switched in or out are not followed; for a table that is ' +
            'published for replication the log reader of replication captures. Show this to the DBA.',
          who: 'dba',
        },
      });
    }
    if (recovery.ok && recovery.value[0]?.accelerated === true) {
      return warn(`${ID}-accelerated-recovery`, 'Accelerated database recovery is on.', {
        current: 'is_accelerated_database_recovery_on = 1',
        required: 'off, or a log that is watched',
        remedy: {
          text: 'With change data capture its early truncation of the log does not work: watch sql-log-space.',
          who: 'dba',
        },
      });
    }
    return pass('ordinary tables');
  },
};

function nameOf(row: FeatureRow): string {
  return qualified({ schema: row.schema_name, table: row.table_name });
}

function impossibleWords(row: FeatureRow): string[] {
  return [
    row.is_memory_optimized ? ['memory-optimised'] : [],
    row.columnstore > 0 ? ['clustered columnstore'] : [],
    row.is_external ? ['external'] : [],
  ].flat();
}

function partialWords(row: FeatureRow): string[] {
  return [
    row.temporal === 'NON_TEMPORAL_TABLE' ? [] : [row.temporal.toLowerCase().replaceAll('_', ' ')],
    row.is_replicated ? ['published for replication'] : [],
    row.partitions > 1 ? [`${row.partitions} partitions`] : [],
  ].flat();
}
