import { TsqlError, type TsqlValue } from '../../types.ts';
import type { Database, Table } from '../catalogue/model.ts';
import { likeTest } from './like.ts';
import {
  columnsOf,
  type Procedure,
  type ProcedureCall,
  parametersOf,
  sendRows,
  textOf,
} from './procedure.ts';

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Tables that the caller may see, in the order of ODBC: schema, then name. */
export function visibleTables(call: ProcedureCall): Table[] {
  const { catalogue, authority } = call.batch.context;
  return catalogue
    .tables(call.database.id)
    .filter((table) => table.kind === 'table' && authority.canSee(table))
    .sort((a, b) => byText(a.schema.name, b.schema.name) || byText(a.name, b.name));
}

/** The database argument of the catalogue procedures must be the one they run in (error 15250). */
export function requireQualifier(call: ProcedureCall, qualifier: string | undefined): Database {
  if (qualifier !== undefined && qualifier.toLowerCase() !== call.database.name.toLowerCase()) {
    throw new TsqlError(
      15250,
      'The database name component of the object qualifier must be the name of the current database.',
    );
  }
  return call.database;
}

const TABLE_COLUMNS = columnsOf(
  'TABLE_QUALIFIER sysname; TABLE_OWNER sysname; TABLE_NAME sysname; TABLE_TYPE varchar(32); REMARKS varchar(254)',
);

/** The type list arrives with its quotes: `'TABLE','VIEW'`. Views other than the catalogue's do not exist here. */
export const spTables: Procedure = {
  parameters: parametersOf(
    '@table_name nvarchar(384)?; @table_owner nvarchar(384)?; @table_qualifier sysname?; @table_type varchar(100)?; @fUsePattern bit?',
  ),
  async run(call) {
    const database = requireQualifier(call, textOf(call, '@table_qualifier'));
    const types = textOf(call, '@table_type');
    const wanted = types === undefined || /'TABLE'/i.test(types);
    const named = likeTest(textOf(call, '@table_name'));
    const owned = likeTest(textOf(call, '@table_owner'));
    const rows = visibleTables(call)
      .filter((table) => wanted && named(table.name) && owned(table.schema.name))
      .map((table): TsqlValue[] => [database.name, table.schema.name, table.name, 'TABLE', null]);
    await sendRows(call, TABLE_COLUMNS, rows);
    return 0;
  },
};

/** One table by its exact name, as sp_pkeys and sp_statistics take it; undefined gives an empty result. */
function exactTable(call: ProcedureCall): Table | undefined {
  requireQualifier(call, textOf(call, '@table_qualifier'));
  const name = textOf(call, '@table_name')?.toLowerCase();
  const owner = textOf(call, '@table_owner')?.toLowerCase();
  return visibleTables(call).find(
    (table) =>
      table.name.toLowerCase() === name &&
      (owner === undefined ? table.schema.name === 'dbo' : table.schema.name.toLowerCase() === owner),
  );
}

const KEY_COLUMNS = columnsOf(
  'TABLE_QUALIFIER sysname; TABLE_OWNER sysname; TABLE_NAME sysname; COLUMN_NAME sysname; KEY_SEQ smallint; PK_NAME sysname',
);

export const spPkeys: Procedure = {
  parameters: parametersOf('@table_name sysname; @table_owner sysname?; @table_qualifier sysname?'),
  async run(call) {
    const table = exactTable(call);
    const key = table?.indexes.find((index) => index.constraint?.type === 'PK');
    const rows = (key?.columns ?? []).map(({ column }, index): TsqlValue[] => [
      call.database.name,
      table!.schema.name,
      table!.name,
      column.name,
      index + 1,
      key!.constraint!.name,
    ]);
    await sendRows(call, KEY_COLUMNS, rows);
    return 0;
  },
};

const STATISTICS_COLUMNS = columnsOf(
  `TABLE_QUALIFIER sysname; TABLE_OWNER sysname; TABLE_NAME sysname; NON_UNIQUE smallint; INDEX_QUALIFIER sysname;
   INDEX_NAME sysname; TYPE smallint; SEQ_IN_INDEX smallint; COLUMN_NAME sysname; COLLATION char(1); CARDINALITY int;
   PAGES int; FILTER_CONDITION varchar(128)`,
);

/** ODBC's index types: 0 the table itself, 1 clustered, 3 other. */
const STATISTICS_TYPE = { table: 0, clustered: 1, other: 3 };

export const spStatistics: Procedure = {
  parameters: parametersOf(
    '@table_name sysname; @table_owner sysname?; @table_qualifier sysname?; @index_name sysname?; @is_unique char(1)?; @accuracy char(1)?',
  ),
  async run(call) {
    const table = exactTable(call);
    const rows: TsqlValue[][] = [];
    if (table) {
      const head = [call.database.name, table.schema.name, table.name];
      rows.push([...head, null, null, null, STATISTICS_TYPE.table, null, null, null, null, null, null]);
      const named = likeTest(textOf(call, '@index_name'));
      const uniqueOnly = textOf(call, '@is_unique')?.toUpperCase() === 'Y';
      const indexes = table.indexes
        .filter((index) => named(index.name) && (index.unique || !uniqueOnly))
        .sort(
          (a, b) =>
            Number(b.unique) - Number(a.unique) ||
            Number(b.clustered) - Number(a.clustered) ||
            byText(a.name, b.name),
        );
      for (const index of indexes) {
        const type = index.clustered ? STATISTICS_TYPE.clustered : STATISTICS_TYPE.other;
        for (const [position, { column, descending }] of index.columns.entries()) {
          rows.push([
            ...head,
            index.unique ? 0 : 1,
            table.name,
            index.name,
            type,
            position + 1,
            column.name,
            descending ? 'D' : 'A',
            null,
            null,
            null,
          ]);
        }
      }
    }
    await sendRows(call, STATISTICS_COLUMNS, rows);
    return 0;
  },
};

export const spDatabases: Procedure = {
  parameters: [],
  async run(call) {
    const { catalogue, authority } = call.batch.context;
    const rows = catalogue.databases
      .filter((database) => authority.userIn(database.id))
      .map((database): TsqlValue[] => [database.name, null, null]);
    await sendRows(call, columnsOf('DATABASE_NAME sysname; DATABASE_SIZE int; REMARKS varchar(254)'), rows);
    return 0;
  },
};
