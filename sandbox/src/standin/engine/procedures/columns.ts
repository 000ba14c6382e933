import type { TsqlValue } from '../../types.ts';
import type { Column, Table } from '../catalogue/model.ts';
import { requireQualifier, visibleTables } from './catalogue-procedures.ts';
import { likeTest } from './like.ts';
import { odbcType } from './odbc-type.ts';
import {
  columnsOf,
  type Procedure,
  type ProcedureCall,
  parametersOf,
  sendRows,
  textOf,
} from './procedure.ts';

/** One column of one visible table. */
export interface DescribedColumn {
  database: string;
  table: Table;
  column: Column;
  /** Position among the table's columns, from 1. */
  ordinal: number;
}

/** Columns that match the patterns of sp_columns, in its order. */
export function matchingColumns(call: ProcedureCall): DescribedColumn[] {
  const database = requireQualifier(call, textOf(call, '@table_qualifier'));
  const named = likeTest(textOf(call, '@table_name'));
  const owned = likeTest(textOf(call, '@table_owner'));
  const columnNamed = likeTest(textOf(call, '@column_name'));
  return visibleTables(call)
    .filter((table) => named(table.name) && owned(table.schema.name))
    .flatMap((table) =>
      table.columns
        .map((column, index) => ({ database: database.name, table, column, ordinal: index + 1 }))
        .filter(({ column }) => columnNamed(column.name)),
    );
}

const COLUMNS = columnsOf(
  `TABLE_QUALIFIER sysname; TABLE_OWNER sysname; TABLE_NAME sysname; COLUMN_NAME sysname; DATA_TYPE smallint;
   TYPE_NAME sysname; PRECISION int; LENGTH int; SCALE smallint; RADIX smallint; NULLABLE smallint; REMARKS varchar(254);
   COLUMN_DEF nvarchar(4000); SQL_DATA_TYPE smallint; SQL_DATETIME_SUB smallint; CHAR_OCTET_LENGTH int;
   ORDINAL_POSITION int; IS_NULLABLE varchar(254); SS_IS_SPARSE smallint; SS_IS_COLUMN_SET smallint;
   SS_IS_COMPUTED smallint; SS_IS_IDENTITY smallint; SS_UDT_CATALOG_NAME sysname; SS_UDT_SCHEMA_NAME sysname;
   SS_UDT_ASSEMBLY_TYPE_NAME nvarchar(max); SS_XML_SCHEMACOLLECTION_CATALOG_NAME sysname;
   SS_XML_SCHEMACOLLECTION_SCHEMA_NAME sysname; SS_XML_SCHEMACOLLECTION_NAME sysname; SS_DATA_TYPE tinyint`,
);

/** sp_columns and sp_columns_100. */
export const spColumns: Procedure = {
  parameters: parametersOf(
    `@table_name nvarchar(384); @table_owner nvarchar(384)?; @table_qualifier sysname?; @column_name nvarchar(384)?;
     @NameScope int?; @ODBCVer int?; @fUsePattern bit?`,
  ),
  async run(call) {
    const rows = matchingColumns(call).map(({ database, table, column, ordinal }): TsqlValue[] => {
      const type = odbcType(column.type, column.nullable, column.identity !== undefined);
      return [
        database,
        table.schema.name,
        table.name,
        column.name,
        type.dataType,
        type.typeName,
        type.precision,
        type.length,
        type.scale,
        type.radix,
        column.nullable ? 1 : 0,
        null,
        column.default?.text ?? null,
        type.sqlDataType,
        type.datetimeSub,
        type.octetLength,
        ordinal,
        column.nullable ? 'YES' : 'NO',
        0,
        0,
        0,
        column.identity ? 1 : 0,
        null,
        null,
        null,
        null,
        null,
        null,
        type.ssDataType,
      ];
    });
    await sendRows(call, COLUMNS, rows);
    return 0;
  },
};
