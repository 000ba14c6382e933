import { TsqlError } from '../../types.ts';
import { eraseTable } from '../catalogue/erase.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import type { CaptureInstance } from '../catalogue/model.ts';
import { type Procedure, type ProcedureCall, parametersOf, textOf } from '../procedures/procedure.ts';
import { pgTableName } from '../session/resolve.ts';
import { cdcSchema, HARVEST_LOCK, lockText, stagingTable } from './change-log.ts';
import { dropChangesFunction } from './changes-function.ts';
import { notCaptured, requireCdc, requireOwner, requireText, sourceMissing } from './guards.ts';
import { rebuildCapture } from './rebuild-capture.ts';

/** sys.sp_cdc_disable_table; `@capture_instance = N'all'` removes every instance of the table. */
export const spDisableTable: Procedure = {
  parameters: parametersOf('@source_schema sysname; @source_name sysname; @capture_instance sysname'),
  async run(call) {
    requireOwner(call);
    requireCdc(call.database);
    const { context, sink } = call.batch;
    const { catalogue } = context;
    const schemaName = requireText(textOf(call, '@source_schema'), '@source_schema');
    const tableName = requireText(textOf(call, '@source_name'), '@source_name');
    const wanted = requireText(textOf(call, '@capture_instance'), '@capture_instance');
    const schema = catalogue.schema(call.database.id, schemaName);
    const source = schema && catalogue.table(schema, tableName);
    if (!source) throw sourceMissing(schemaName, tableName);
    const instances = catalogue.instancesOf(source.id);
    if (instances.length === 0) throw notCaptured(source.schema.name, source.name);
    const chosen = instances.filter(
      (instance) => wanted.toLowerCase() === 'all' || instance.name.toLowerCase() === wanted.toLowerCase(),
    );
    if (chosen.length === 0) {
      throw new TsqlError(
        22960,
        `Change data capture instance '${wanted}' has not been enabled for the source table '${source.schema.name}.${source.name}'. Use sys.sp_cdc_help_change_data_capture to verify the capture instance name and retry the operation.`,
      );
    }
    await context.change(sink, async () => {
      await context.client.query(lockText(HARVEST_LOCK, call.database.id));
      for (const instance of chosen) await removeInstance(call, instance);
    });
    return 0;
  },
};

/** Removes one capture instance: triggers first, then its tables and metadata. The caller holds the harvest lock. */
export async function removeInstance(call: ProcedureCall, instance: CaptureInstance): Promise<void> {
  const { client } = call.batch.context;
  const { database } = call;
  const cdc = cdcSchema(database.name);
  const changeTable = instance.changeTable.id;
  for (const table of ['change_tables', 'captured_columns', 'index_columns', 'ddl_history']) {
    await client.query(`DELETE FROM ${cdc}.${table} WHERE object_id = $1`, [changeTable]);
  }
  const catalogue = await loadCatalogue(client);
  const source = catalogue.tableById(instance.sourceId);
  if (source) await rebuildCapture(client, catalogue, database, source);
  await client.query(dropChangesFunction(database.name, changeTable));
  await client.query(`DROP TABLE ${stagingTable(database.name, changeTable)}`);
  await client.query(`DROP TABLE ${pgTableName(instance.changeTable)}`);
  await eraseTable(client, instance.changeTable);
}
