import type { ColumnDefinition, CompiledDefinition } from '../../tsql/api.ts';
import { compileAlterTable } from '../../tsql/ddl/alter.ts';
import { TsqlError } from '../../types.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import type { CaptureInstance, Database, Table } from '../catalogue/model.ts';
import { rewriteColumns } from '../catalogue/write.ts';
import { existingTable } from '../ddl/existing-table.ts';
import { literal } from '../postgres/quote.ts';
import type { Batch } from '../session/batch.ts';
import type { SessionContext } from '../session/context.ts';
import { pgTableName } from '../session/resolve.ts';
import { dropCapture } from './capture-trigger.ts';
import { COMMIT_LOCK, cdcSchema, HARVEST_LOCK, lockText, logSchema, stagingTable } from './change-log.ts';
import { capturedColumns, createChangesFunction, dropChangesFunction } from './changes-function.ts';
import { captureTarget, rebuildCapture } from './rebuild-capture.ts';

/** An index by which an instance tells rows apart may not go. @throws TsqlError 22983. */
export function refuseKeyLoss(catalogue: Catalogue, table: Table, names: readonly string[]): void {
  const key = table.indexes.find((index) => index.constraint?.type === 'PK');
  if (!key || catalogue.instancesOf(table.id).length === 0) return;
  if (!names.some((name) => name.toLowerCase() === key.name.toLowerCase())) return;
  throw new TsqlError(
    22983,
    `The unique index '${key.name}' on source table '${table.schema.name}.${table.name}' is used by Change Data Capture. To alter or drop the index, you must first disable Change Data Capture on the table.`,
  );
}

/** Before ALTER TABLE: PostgreSQL changes no column that a trigger looks at. */
export async function releaseCapture(
  context: SessionContext,
  table: Table,
  database: Database,
): Promise<void> {
  if (context.catalogue.instancesOf(table.id).length === 0) return;
  await context.client.query(lockText(HARVEST_LOCK, database.id));
  await context.client.query(dropCapture(database.name, table.id, pgTableName(table)));
}

/**
 * After ALTER TABLE on a captured table: a changed type is followed by the change tables, a new column is not captured, a
 * dropped one yields NULL; each instance gets a row in `cdc.ddl_history`.
 */
export async function followAlter(
  batch: Batch,
  table: Table,
  database: Database,
  definition: CompiledDefinition,
  text: string,
): Promise<void> {
  const { context } = batch;
  const { client } = context;
  const instances = context.catalogue.instancesOf(table.id);
  if (instances.length === 0) return;
  const retyped = definition.columns.filter((column) => {
    const before = table.columns.find((one) => one.name.toLowerCase() === column.name.toLowerCase());
    return before && JSON.stringify(before.type) !== JSON.stringify(column.type);
  });
  const updated = new Set<number>();
  for (const instance of instances) {
    const captured = retyped.filter((column) =>
      capturedColumns(instance).some((one) => one.name.toLowerCase() === column.name.toLowerCase()),
    );
    if (captured.length === 0) continue;
    await retype(batch, database, instance, captured);
    updated.add(instance.changeTable.id);
  }
  const catalogue = await loadCatalogue(client);
  const source = catalogue.tableById(table.id)!;
  for (const instance of catalogue.instancesOf(table.id)) {
    if (updated.has(instance.changeTable.id)) await remakeFunction(context, database, instance, source);
  }
  await rebuildCapture(client, catalogue, database, source);
  await writeHistory(context, database, instances, updated, text);
}

/** Gives columns of a change table, and of its staging table, the type that the source column has now. */
async function retype(
  { context, variables }: Batch,
  database: Database,
  instance: CaptureInstance,
  columns: ColumnDefinition[],
): Promise<void> {
  const { client } = context;
  const table = instance.changeTable;
  const definition = compileAlterTable(
    {
      kind: 'alter-table',
      name: ['cdc', table.name],
      text: '',
      line: 1,
      actions: columns.map(({ name, type }) => ({ kind: 'alter-column', name, type, nullable: true })),
    },
    existingTable(table, database),
    context.resolver(variables).compileContext(),
  );
  await client.query(dropChangesFunction(database.name, table.id));
  for (const sql of definition.sql) {
    await client.query(sql);
    await client.query(sql.replace(pgTableName(table), stagingTable(database.name, table.id)));
  }
  const place = { objectId: table.id, databaseId: table.databaseId, schemaId: table.schema.id };
  await rewriteColumns(client, place, definition.columns);
  for (const { name, type } of columns) {
    await client.query(
      `UPDATE ${cdcSchema(database.name)}.captured_columns SET column_type = $3 WHERE object_id = $1 AND column_name = $2`,
      [table.id, name, type.name],
    );
  }
}

async function remakeFunction(
  { client }: SessionContext,
  database: Database,
  instance: CaptureInstance,
  source: Table,
): Promise<void> {
  await client.query(
    createChangesFunction(
      database.name,
      { id: instance.changeTable.id, name: instance.name, changeTable: pgTableName(instance.changeTable) },
      captureTarget(instance, source).columns,
    ),
  );
}

async function writeHistory(
  { client }: SessionContext,
  database: Database,
  instances: readonly CaptureInstance[],
  updated: ReadonlySet<number>,
  text: string,
): Promise<void> {
  await client.query(lockText(COMMIT_LOCK, database.id));
  for (const instance of instances) {
    await client.query(
      `INSERT INTO ${cdcSchema(database.name)}.ddl_history
         (source_object_id, object_id, required_column_update, ddl_command, ddl_lsn, ddl_time)
       VALUES ($1, $2, $3, $4, standin.lsn(nextval(${literal(`${logSchema(database.name)}.lsn`)})), tsql.getdate())`,
      [instance.sourceId, instance.changeTable.id, updated.has(instance.changeTable.id) ? 1 : 0, text],
    );
  }
}
