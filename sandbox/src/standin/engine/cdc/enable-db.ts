import { TsqlError } from '../../types.ts';
import { createSchema } from '../catalogue/create-database.ts';
import { physicalSchema } from '../catalogue/physical-names.ts';
import { createSystemTable } from '../ddl/system-table.ts';
import { identifier } from '../postgres/quote.ts';
import type { Procedure, ProcedureCall } from '../procedures/procedure.ts';
import { DB_OWNER_ID } from '../security/fixed-roles.ts';
import { HARVEST_LOCK, lockText, logSchema } from './change-log.ts';
import { removeInstance } from './disable-table.ts';
import { requireCdc, requireSysadmin } from './guards.ts';

const FIRST_USER_DATABASE = 5;

/** The tables of schema cdc, as sp_cdc_enable_db makes them. */
const CDC_TABLES = [
  `CREATE TABLE cdc.change_tables (object_id int NOT NULL, version int NULL, source_object_id int NULL,
     capture_instance sysname NOT NULL, start_lsn binary(10) NULL, end_lsn binary(10) NULL, supports_net_changes bit NULL,
     has_drop_pending bit NULL, role_name sysname NULL, index_name sysname NULL, filegroup_name sysname NULL,
     create_date datetime NULL, partition_switch bit NOT NULL,
     CONSTRAINT change_tables_clustered_idx PRIMARY KEY CLUSTERED (object_id))`,
  `CREATE TABLE cdc.captured_columns (object_id int NOT NULL, column_name sysname NOT NULL, column_id int NULL,
     column_type sysname NOT NULL, column_ordinal int NOT NULL, is_computed bit NULL, masking_function nvarchar(4000) NULL,
     CONSTRAINT captured_columns_clustered_idx PRIMARY KEY CLUSTERED (object_id, column_ordinal))`,
  `CREATE TABLE cdc.index_columns (object_id int NOT NULL, column_name sysname NOT NULL, index_ordinal tinyint NOT NULL,
     column_id int NOT NULL, CONSTRAINT index_columns_clustered_idx PRIMARY KEY CLUSTERED (object_id, index_ordinal, column_id))`,
  `CREATE TABLE cdc.ddl_history (source_object_id int NULL, object_id int NOT NULL, required_column_update bit NULL,
     ddl_command nvarchar(max) NULL, ddl_lsn binary(10) NOT NULL, ddl_time datetime NULL,
     CONSTRAINT ddl_history_clustered_idx PRIMARY KEY CLUSTERED (object_id, ddl_lsn))`,
  `CREATE TABLE cdc.lsn_time_mapping (start_lsn binary(10) NOT NULL, tran_begin_time datetime NULL,
     tran_end_time datetime NULL, tran_id varbinary(10) NULL, tran_begin_lsn binary(10) NULL,
     CONSTRAINT lsn_time_mapping_clustered_idx PRIMARY KEY CLUSTERED (start_lsn))`,
] as const;

/** Cleanup and the idle mark look for rows by time. */
const TIME_INDEX = 'CREATE INDEX lsn_time_mapping_nonunique_idx ON cdc.lsn_time_mapping (tran_end_time)';

/** sys.sp_cdc_enable_db */
export const spEnableDb: Procedure = {
  parameters: [],
  async run(call) {
    requireSysadmin(call);
    const { context, sink } = call.batch;
    const { database } = call;
    if (database.id < FIRST_USER_DATABASE) {
      throw new TsqlError(
        22989,
        `Could not enable Change Data Capture for database '${database.name}'. Change data capture is not supported on system databases, or on a distribution database.`,
      );
    }
    if (database.isCdcEnabled) {
      sink.info(
        22905,
        `Database '${database.name}' is already enabled for Change Data Capture. Ensure that the correct database context is set, and retry the operation. To report on the databases enabled for Change Data Capture, query the is_cdc_enabled column in the sys.databases catalog view.`,
      );
      return 0;
    }
    const { catalogue, engine } = context;
    if (engine.product.edition === 'express') {
      throw new TsqlError(
        22988,
        'This instance of SQL Server is the Express Edition (64-bit). Change data capture is only available in the Enterprise, Developer, Enterprise Evaluation, and Standard editions.',
      );
    }
    if (!catalogue.logins.some((login) => login.id === database.ownerId)) {
      throw new TsqlError(
        22830,
        `Could not update the metadata that indicates database ${database.name} is enabled for Change Data Capture. The failure occurred when executing the command 'SetCDCTracked(Value = 1)'. The error returned was 15517: 'Cannot execute as the database principal because the principal "dbo" does not exist, this type of principal cannot be impersonated, or you do not have permission.'. Use the action and error to determine the cause of the failure and resubmit the request.`,
      );
    }
    if (catalogue.schema(database.id, 'cdc') || catalogue.principal(database.id, 'cdc')) {
      throw new TsqlError(
        22906,
        `The database '${database.name}' cannot be enabled for Change Data Capture because a database user named 'cdc' or a schema named 'cdc' already exists in the current database. These objects are required exclusively by Change Data Capture. Drop or rename the user or schema and retry the operation.`,
      );
    }
    await context.change(sink, () => createCdcObjects(call));
    return 0;
  },
};

async function createCdcObjects(call: ProcedureCall): Promise<void> {
  const { client } = call.batch.context;
  const { database } = call;
  const user = await client.query<{ principal_id: number }>(
    `INSERT INTO standin.principal (database_id, principal_id, name, type, default_schema)
     VALUES ($1, (SELECT max(principal_id) + 1 FROM standin.principal WHERE database_id = $1 AND principal_id < 16384),
       'cdc', 'S', 'cdc') RETURNING principal_id`,
    [database.id],
  );
  const ownerId = user.rows[0]!.principal_id;
  await client.query('INSERT INTO standin.role_member VALUES ($1, $2, $3)', [
    database.id,
    DB_OWNER_ID,
    ownerId,
  ]);
  await createSchema(client, { databaseId: database.id, database: database.name, name: 'cdc', ownerId });
  for (const text of CDC_TABLES) await createSystemTable(call, text);
  await createSystemTable(call, TIME_INDEX);
  await client.query('UPDATE standin.database SET is_cdc_enabled = true WHERE database_id = $1', [
    database.id,
  ]);
}

/** sys.sp_cdc_disable_db: everything of CDC goes, the jobs too. */
export const spDisableDb: Procedure = {
  parameters: [],
  async run(call) {
    requireSysadmin(call);
    requireCdc(call.database);
    const { context, sink } = call.batch;
    const { database } = call;
    await context.change(sink, async () => {
      const { client, catalogue } = context;
      await client.query(lockText(HARVEST_LOCK, database.id));
      const instances = catalogue.captureInstances.filter((one) => one.databaseId === database.id);
      for (const instance of instances) await removeInstance(call, instance);
      const physical = physicalSchema(database.name, 'cdc');
      await client.query(`DROP SCHEMA ${identifier(physical)} CASCADE`);
      await client.query(`TRUNCATE ${logSchema(database.name)}.transaction`);
      const schema = catalogue.schema(database.id, 'cdc');
      const key = [database.id, schema?.id];
      await client.query(
        'DELETE FROM standin.permission WHERE database_id = $1 AND class = 3 AND major_id = $2',
        key,
      );
      await client.query('DELETE FROM standin.schema WHERE database_id = $1 AND schema_id = $2', key);
      await client.query("DELETE FROM standin.principal WHERE database_id = $1 AND name = 'cdc'", [
        database.id,
      ]);
      await client.query('DELETE FROM standin.job WHERE database_id = $1', [database.id]);
      await client.query('DELETE FROM standin.scan_session WHERE database_id = $1', [database.id]);
      await client.query('UPDATE standin.database SET is_cdc_enabled = false WHERE database_id = $1', [
        database.id,
      ]);
    });
    return 0;
  },
};
