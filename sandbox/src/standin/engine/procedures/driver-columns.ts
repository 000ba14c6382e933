import type { Statement } from '../../tsql/ast/statement.ts';
import type { TsqlValue } from '../../types.ts';
import type { Batch } from '../session/batch.ts';
import { procedureCall } from './call.ts';
import { type DescribedColumn, matchingColumns, spColumns } from './columns.ts';
import { odbcType } from './odbc-type.ts';
import { columnsOf, sendRows } from './procedure.ts';

const TABLE_VARIABLE = '@mssqljdbc_temp_sp_columns_result';

/**
 * mssql-jdbc's `DatabaseMetaData.getColumns`: a table variable filled by sp_columns_100 and then selected with other names.
 * The stand-in has no table variables, so the three statements are recognised together.
 */
export function isDriverColumnsBatch(statements: readonly Statement[]): boolean {
  const [declare, insert, select] = statements;
  return (
    statements.length === 3 &&
    declare?.kind === 'declare-table' &&
    declare.name.toLowerCase() === TABLE_VARIABLE &&
    insert?.kind === 'insert' &&
    insert.source.kind === 'execute' &&
    select?.kind === 'select'
  );
}

const RESULT = columnsOf(
  `TABLE_CAT sysname; TABLE_SCHEM sysname; TABLE_NAME sysname; COLUMN_NAME sysname; DATA_TYPE smallint; TYPE_NAME sysname;
   COLUMN_SIZE int; BUFFER_LENGTH int; DECIMAL_DIGITS smallint; NUM_PREC_RADIX smallint; NULLABLE smallint;
   REMARKS varchar(254); COLUMN_DEF nvarchar(4000); SQL_DATA_TYPE smallint; SQL_DATETIME_SUB smallint;
   CHAR_OCTET_LENGTH int; ORDINAL_POSITION int; IS_NULLABLE varchar(254); SCOPE_CATALOG int; SCOPE_SCHEMA int;
   SCOPE_TABLE int; SOURCE_DATA_TYPE tinyint; IS_AUTOINCREMENT varchar(3); IS_GENERATEDCOLUMN varchar(3);
   SS_IS_SPARSE smallint; SS_IS_COLUMN_SET smallint; SS_UDT_CATALOG_NAME sysname; SS_UDT_SCHEMA_NAME sysname;
   SS_UDT_ASSEMBLY_TYPE_NAME nvarchar(max); SS_XML_SCHEMACOLLECTION_CATALOG_NAME sysname;
   SS_XML_SCHEMACOLLECTION_SCHEMA_NAME sysname; SS_XML_SCHEMACOLLECTION_NAME sysname`,
);

function row({ database, table, column, ordinal }: DescribedColumn): TsqlValue[] {
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
    null,
    null,
    null,
    type.ssDataType,
    column.identity ? 'YES' : 'NO',
    'NO',
    0,
    0,
    null,
    null,
    null,
    null,
    null,
    null,
  ];
}

/** Answers that batch: the row count of the INSERT, then the renamed result. */
export async function runDriverColumns(batch: Batch, statements: readonly Statement[]): Promise<undefined> {
  const insert = statements[1];
  if (insert?.kind !== 'insert' || insert.source.kind !== 'execute') return undefined;
  const call = await procedureCall(batch, spColumns, insert.source.execute);
  const rows = matchingColumns(call).map(row);
  batch.sink.done('insert', rows.length);
  await sendRows(call, RESULT, rows);
  return undefined;
}
