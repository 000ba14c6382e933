import { fromPg } from '../../tsql/storage.ts';
import { TsqlError, type TsqlValue } from '../../types.ts';
import type { CaptureInstance } from '../catalogue/model.ts';
import {
  columnsOf,
  type Procedure,
  type ProcedureCall,
  parametersOf,
  sendRows,
  textOf,
} from '../procedures/procedure.ts';
import { mayReadChanges } from '../security/cdc-gate.ts';
import { cdcSchema } from './change-log.ts';
import { capturedColumns } from './changes-function.ts';
import { notCaptured, requireCdc, sourceMissing } from './guards.ts';

const COLUMNS = columnsOf(
  `source_schema sysname; source_table sysname; capture_instance sysname; object_id int; source_object_id int;
   start_lsn binary(10); end_lsn binary(10); supports_net_changes bit; has_drop_pending bit; role_name sysname;
   index_name sysname; filegroup_name sysname; create_date datetime; index_column_list nvarchar(max);
   captured_column_list nvarchar(max)`,
);

const bracket = (name: string) => `[${name.replaceAll(']', ']]')}]`;

/** sys.sp_cdc_help_change_data_capture: the instances that the caller may read, of one table or of all. */
export const spHelpChangeDataCapture: Procedure = {
  parameters: parametersOf('@source_schema sysname?; @source_name sysname?'),
  async run(call) {
    requireCdc(call.database);
    const { authority, catalogue } = call.batch.context;
    const wanted = sourceId(call);
    const instances = catalogue.captureInstances.filter(
      (instance) =>
        instance.databaseId === call.database.id &&
        (wanted === undefined || instance.sourceId === wanted) &&
        mayReadChanges(authority, catalogue, instance),
    );
    const rows: TsqlValue[][] = [];
    for (const instance of instances) rows.push(await describe(call, instance));
    await sendRows(call, COLUMNS, rows);
    return 0;
  },
};

function sourceId(call: ProcedureCall): number | undefined {
  const { catalogue } = call.batch.context;
  const schemaName = textOf(call, '@source_schema');
  const tableName = textOf(call, '@source_name');
  if (!schemaName !== !tableName) {
    throw new TsqlError(
      22972,
      'When calling stored procedure [sys].sp_cdc_help_change_data capture, if either @source_schema or @source_name is non-null and non-empty, the other parameter must also be non-null and non-empty.',
    );
  }
  if (!schemaName || !tableName) return undefined;
  const schema = catalogue.schema(call.database.id, schemaName);
  const table = schema && catalogue.table(schema, tableName);
  if (!table) throw sourceMissing(schemaName, tableName);
  if (catalogue.instancesOf(table.id).length === 0) throw notCaptured(schemaName, tableName);
  return table.id;
}

interface ChangeTableRow {
  start_lsn: Buffer | null;
  end_lsn: Buffer | null;
  has_drop_pending: number;
  index_name: string | null;
  filegroup_name: string | null;
  create_date: string;
}

async function describe(call: ProcedureCall, instance: CaptureInstance): Promise<TsqlValue[]> {
  const { client, catalogue } = call.batch.context;
  const cdc = cdcSchema(call.database.name);
  const { rows } = await client.query<ChangeTableRow>(
    `SELECT * FROM ${cdc}.change_tables WHERE object_id = $1`,
    [instance.changeTable.id],
  );
  const row = rows[0]!;
  const keys = await client.query<{ column_name: string }>(
    `SELECT column_name FROM ${cdc}.index_columns WHERE object_id = $1 ORDER BY index_ordinal`,
    [instance.changeTable.id],
  );
  const source = catalogue.tableById(instance.sourceId);
  return [
    source?.schema.name ?? null,
    source?.name ?? null,
    instance.name,
    instance.changeTable.id,
    instance.sourceId,
    row.start_lsn,
    row.end_lsn,
    instance.supportsNetChanges,
    row.has_drop_pending === 1,
    instance.roleName,
    row.index_name,
    row.filegroup_name,
    fromPg({ name: 'datetime' }, row.create_date),
    keys.rows.length === 0 ? null : keys.rows.map((key) => bracket(key.column_name)).join(', '),
    capturedColumns(instance)
      .map((column) => bracket(column.name))
      .join(', '),
  ];
}

const CAPTURED_COLUMNS = columnsOf(
  `source_schema sysname; source_table sysname; capture_instance sysname; column_name sysname; column_id int;
   ordinal int; data_type sysname; character_maximum_length int; numeric_precision tinyint; numeric_scale int;
   datetime_precision smallint`,
);

/** sys.sp_cdc_get_captured_columns */
export const spGetCapturedColumns: Procedure = {
  parameters: parametersOf('@capture_instance sysname'),
  async run(call) {
    requireCdc(call.database);
    const { authority, catalogue } = call.batch.context;
    const name = textOf(call, '@capture_instance') ?? '';
    const instance = catalogue.captureInstance(call.database.id, name);
    if (!instance || !mayReadChanges(authority, catalogue, instance)) {
      throw new TsqlError(22981, 'Object does not exist or access is denied.');
    }
    const source = catalogue.tableById(instance.sourceId);
    const rows = capturedColumns(instance).map((column, index): TsqlValue[] => {
      const { type } = column;
      const isTime = ['time', 'datetime2', 'datetimeoffset'].includes(type.name);
      const original = source?.columns.find((one) => one.name.toLowerCase() === column.name.toLowerCase());
      return [
        source?.schema.name ?? null,
        source?.name ?? null,
        instance.name,
        column.name,
        original?.id ?? null,
        index + 1,
        type.name,
        type.length ?? null,
        type.precision ?? null,
        isTime ? null : (type.scale ?? null),
        isTime ? (type.scale ?? null) : null,
      ];
    });
    await sendRows(call, CAPTURED_COLUMNS, rows);
    return 0;
  },
};
