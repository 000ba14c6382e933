import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { streamsColumn } from '../../connector/table-selection.ts';
import type { FacilityCheck } from '../context.ts';
import { counted, listed, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';

const ID = 'sql-collation';

export type ForeignColumnRow = {
  schema_name: string;
  table_name: string;
  column_name: string;
  collation_name: string;
  database_collation: string;
};

/**
 * Text columns (char, varchar) with another collation than the database's: SQL Server may store letters beyond ASCII wrongly in
 * their change tables. nchar and nvarchar are not touched.
 */
export const sqlCollation: FacilityCheck<SqlAnswer<ForeignColumnRow>> = {
  id: ID,
  title: 'Captured text keeps its letters',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<ForeignColumnRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, c.name AS column_name, c.collation_name,
              CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation')) AS database_collation
       FROM sys.columns AS c
       JOIN sys.tables AS t ON t.object_id = c.object_id
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
       WHERE ty.name IN (N'char', N'varchar') AND t.is_ms_shipped = 0
         AND c.collation_name <> CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation'))`,
      {},
      signal,
    ),

  judge(facts, settings) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const streams = streamsColumn(settings);
    const columns = facts.value.filter((row) =>
      streams({ schema: row.schema_name, table: row.table_name }, row.column_name),
    );
    const [first] = columns;
    if (first === undefined) return pass('every text column has the collation of the database');
    const names = columns.map((row) => `${row.schema_name}.${row.table_name}.${row.column_name}`).sort();
    const collations = [...new Set(columns.map((row) => row.collation_name))].sort();
    return warn(`${ID}-differs`, `${counted(names.length, 'text column')} may lose letters when captured.`, {
      current: `${listed(names, 20)}: ${listed(collations)}`,
      required: `${first.database_collation}, as the database has, or nvarchar`,
      remedy: {
        text:
          'Letters of ASCII are safe; accents and other scripts may arrive wrong. Compare a few such values in the ' +
          'warehouse. The ClinicMaster vendor can change the columns to nvarchar; do not do it yourself.',
        who: 'dba',
      },
    });
  },
};
