import { typeText } from '../../tsql/type-rules.ts';
import { TsqlError, type TsqlType } from '../../types.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import type { Column, Index, Table } from '../catalogue/model.ts';
import { createSystemTable } from '../ddl/system-table.ts';
import { literal } from '../postgres/quote.ts';
import {
  numberOf,
  type Procedure,
  type ProcedureCall,
  parametersOf,
  textOf,
} from '../procedures/procedure.ts';
import { pgTableName } from '../session/resolve.ts';
import {
  COMMIT_LOCK,
  cdcSchema,
  changeTablesOf,
  createStaging,
  HARVEST_LOCK,
  lockText,
  logSchema,
} from './change-log.ts';
import { createChangesFunction } from './changes-function.ts';
import { capturedList, parseColumnList } from './column-list.ts';
import { requireCdc, requireOwner, requireText, sourceMissing } from './guards.ts';
import { ensureJobs } from './jobs.ts';
import { captureTarget, rebuildCapture } from './rebuild-capture.ts';

const LONGEST_INSTANCE_NAME = 100;
const MOST_INSTANCES = 2;

interface Plan {
  source: Table;
  instance: string;
  columns: Column[];
  index: Index | undefined;
  netChanges: boolean;
  roleName: string | undefined;
}

/** sys.sp_cdc_enable_table */
export const spEnableTable: Procedure = {
  parameters: parametersOf(
    `@source_schema sysname; @source_name sysname; @role_name sysname?; @capture_instance sysname?;
     @supports_net_changes bit?; @index_name sysname?; @captured_column_list nvarchar(max)?; @filegroup_name sysname?;
     @allow_partition_switch bit?`,
  ),
  async run(call) {
    requireOwner(call);
    requireCdc(call.database);
    const plan = planInstance(call);
    const { context, sink } = call.batch;
    await context.change(sink, () => createInstance(call, plan));
    const started = await ensureJobs(context, call.database);
    for (const name of started) {
      sink.info(0, `Job '${name}' started successfully.`);
    }
    return 0;
  },
};

/** Checks the parameters against the catalogue. @throws TsqlError 22907 … 22975. */
function planInstance(call: ProcedureCall): Plan {
  const { catalogue } = call.batch.context;
  const { database } = call;
  const schemaName = requireText(textOf(call, '@source_schema'), '@source_schema');
  const tableName = requireText(textOf(call, '@source_name'), '@source_name');
  if (schemaName.toLowerCase() === 'cdc') {
    throw new TsqlError(
      22974,
      'Tables contained in the cdc schema cannot be enabled for Change Data Capture.',
    );
  }
  const schema = catalogue.schema(database.id, schemaName);
  const source = schema && catalogue.table(schema, tableName);
  if (source?.kind !== 'table') throw sourceMissing(schemaName, tableName);
  const place = `${source.schema.name}.${source.name}`;
  const instance = textOf(call, '@capture_instance') ?? `${source.schema.name}_${source.name}`;
  if (instance.length > LONGEST_INSTANCE_NAME) {
    throw new TsqlError(
      22927,
      `Capture instance name '${instance}' exceeds the length limit of 100 characters. Specify a name that satisfies the length constraint.`,
    );
  }
  if (catalogue.instancesOf(source.id).length >= MOST_INSTANCES) {
    throw new TsqlError(
      22962,
      `Two capture instances already exist for source table '${place}'. A table can have at most two capture instances. If the current tracking options are not appropriate, disable change tracking for the obsolete instance by using sys.sp_cdc_disable_table and retry the operation.`,
    );
  }
  if (catalogue.captureInstance(database.id, instance)) {
    throw new TsqlError(
      22926,
      `Could not create a capture instance because the capture instance name '${instance}' already exists in the current database. Specify an explicit unique name for the parameter @capture_instance.`,
    );
  }
  const index = uniqueIndex(source, textOf(call, '@index_name'), place);
  const netChanges = (numberOf(call, '@supports_net_changes') ?? (index ? 1 : 0)) === 1;
  if (netChanges && !index) {
    throw new TsqlError(
      22939,
      'The parameter @supports_net_changes is set to 1, but the source table does not have a primary key defined and no alternate unique index has been specified.',
    );
  }
  const list = textOf(call, '@captured_column_list');
  const columns = list === undefined ? source.columns : capturedList(source, parseColumnList(list), place);
  if (netChanges && index?.columns.some(({ column }) => !columns.includes(column))) {
    throw new TsqlError(
      22943,
      'Columns used to uniquely identify a row for net change tracking must be included in the list of captured columns. Add either the primary key columns of the source table, or the columns defined for the index specified in the parameter @index_name to the list of captured columns and retry the operation.',
    );
  }
  const given = call.values.get('@role_name');
  if (given === '') {
    throw new TsqlError(
      22907,
      'Parameter @role_name cannot be empty. Specify a value for @role_name and retry the operation. Supply null as the value if no role is to be used to gate access to captured change data.',
    );
  }
  return { source, instance, columns, index, netChanges, roleName: textOf(call, '@role_name') };
}

function uniqueIndex(source: Table, name: string | undefined, place: string): Index | undefined {
  if (name === undefined) return source.indexes.find((index) => index.constraint?.type === 'PK');
  const index = source.indexes.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!index) {
    throw new TsqlError(
      22928,
      `Index name '${name}' is not an index for table '${place}'. Specify a valid index name for the table.`,
    );
  }
  if (index.unique) return index;
  throw new TsqlError(
    22929,
    `Index '${index.name}' must be either a primary key or a unique index for table '${place}'. Specify an index that meets at least one of these requirements.`,
  );
}

/** Type of a captured column in the change table: a rowversion is kept as bytes. */
function changeTableType(type: TsqlType): string {
  return type.name === 'rowversion' ? 'binary(8)' : typeText(type);
}

function bracket(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

async function createInstance(call: ProcedureCall, plan: Plan): Promise<void> {
  const { client } = call.batch.context;
  const { database } = call;
  const { source } = plan;
  await client.query(lockText(HARVEST_LOCK, database.id));
  const table = bracket(`${plan.instance}_CT`);
  const captured = plan.columns.map(
    (column) => `${bracket(column.name)} ${changeTableType(column.type)} NULL`,
  );
  await createSystemTable(
    call,
    `CREATE TABLE cdc.${table} ([__$start_lsn] binary(10) NOT NULL, [__$end_lsn] binary(10) NULL,
      [__$seqval] binary(10) NOT NULL, [__$operation] int NOT NULL, [__$update_mask] varbinary(128) NULL,
      ${captured.join(', ')}, [__$command_id] int NULL)`,
  );
  const clustered = bracket(`${plan.instance}_CT_clustered_idx`);
  await createSystemTable(
    call,
    `CREATE UNIQUE CLUSTERED INDEX ${clustered} ON cdc.${table} ([__$start_lsn], [__$command_id], [__$seqval], [__$operation])`,
  );
  await writeMetadata(call, plan);
  if (plan.roleName !== undefined) await ensureRole(call, plan.roleName);
  const catalogue = await loadCatalogue(client);
  const instance = catalogue.captureInstance(database.id, plan.instance)!;
  const target = captureTarget(instance, source);
  await client.query(createStaging(database.name, target));
  await client.query(
    createChangesFunction(
      database.name,
      { id: instance.changeTable.id, name: instance.name, changeTable: pgTableName(instance.changeTable) },
      target.columns,
    ),
  );
  await rebuildCapture(client, catalogue, database, source);
  // Last, because whoever commits now waits: the new instance starts after every transaction that has a number.
  await client.query(lockText(COMMIT_LOCK, database.id));
  await client.query(
    `UPDATE ${changeTablesOf(database.name)} SET start_lsn = standin.lsn(nextval(${literal(`${logSchema(database.name)}.lsn`)}))
     WHERE object_id = $1`,
    [instance.changeTable.id],
  );
}

async function writeMetadata(call: ProcedureCall, plan: Plan): Promise<void> {
  const { client } = call.batch.context;
  const { database } = call;
  const cdc = cdcSchema(database.name);
  const { rows } = await client.query<{ object_id: number }>(
    `INSERT INTO ${cdc}.change_tables (object_id, version, source_object_id, capture_instance, supports_net_changes,
       has_drop_pending, role_name, index_name, filegroup_name, create_date, partition_switch)
     SELECT o.object_id, 0, $1, $2::text, $3, 0, $4, $5, $6, tsql.getdate(), $7 FROM standin.object o
       JOIN standin.schema s USING (database_id, schema_id)
     WHERE o.database_id = $8 AND s.name = 'cdc' AND o.name = $2::text || '_CT' RETURNING object_id`,
    [
      plan.source.id,
      plan.instance,
      plan.netChanges ? 1 : 0,
      plan.roleName ?? null,
      plan.index?.name ?? null,
      textOf(call, '@filegroup_name') ?? null,
      numberOf(call, '@allow_partition_switch') ?? 1,
      database.id,
    ],
  );
  const changeTable = rows[0]!.object_id;
  for (const [position, column] of plan.columns.entries()) {
    await client.query(
      `INSERT INTO ${cdc}.captured_columns (object_id, column_name, column_id, column_type, column_ordinal, is_computed)
       VALUES ($1, $2, $3, $4, $5, 0)`,
      [
        changeTable,
        column.name,
        column.id,
        column.type.name === 'rowversion' ? 'timestamp' : column.type.name,
        position + 1,
      ],
    );
  }
  for (const [position, { column }] of (plan.index?.columns ?? []).entries()) {
    if (!plan.columns.includes(column)) continue;
    await client.query(
      `INSERT INTO ${cdc}.index_columns (object_id, column_name, index_ordinal, column_id) VALUES ($1, $2, $3, $4)`,
      [changeTable, column.name, position + 1, column.id],
    );
  }
}

/** The gating role is made when the database has none of that name. */
async function ensureRole(call: ProcedureCall, name: string): Promise<void> {
  const { client, catalogue } = call.batch.context;
  if (catalogue.principal(call.database.id, name)) return;
  await client.query(
    `INSERT INTO standin.principal (database_id, principal_id, name, type, owner_id)
     VALUES ($1, (SELECT max(principal_id) + 1 FROM standin.principal WHERE database_id = $1 AND principal_id < 16384), $2, 'R', 1)`,
    [call.database.id, name],
  );
}
