import type { Client } from 'pg';
import { pgType } from '../../tsql/storage.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { CaptureInstance, Database, Table } from '../catalogue/model.ts';
import { pgTableName } from '../session/resolve.ts';
import { createCapture, dropCapture } from './capture-trigger.ts';
import type { CaptureTarget } from './change-log.ts';
import { capturedColumns } from './changes-function.ts';

/** What the triggers write for an instance: its captured columns, as far as the source table still has them. */
export function captureTarget(instance: CaptureInstance, source: Table): CaptureTarget {
  return {
    changeTableId: instance.changeTable.id,
    columns: capturedColumns(instance).map((column) => ({
      physical: column.physical,
      pgType: pgType(column.type),
      source: source.columns.find((one) => one.name.toLowerCase() === column.name.toLowerCase())?.physical,
    })),
  };
}

/**
 * Makes the capture triggers of a table anew from the catalogue: after an instance came or went, or the table changed.
 * Waits for open transactions that have changed the table.
 */
export async function rebuildCapture(
  client: Client,
  catalogue: Catalogue,
  database: Database,
  source: Table,
): Promise<void> {
  const instances = catalogue.instancesOf(source.id);
  if (instances.length === 0) {
    await client.query(dropCapture(database.name, source.id, pgTableName(source)));
    return;
  }
  const key = source.indexes.find((index) => index.constraint?.type === 'PK');
  await client.query(
    createCapture(database.name, {
      objectId: source.id,
      source: pgTableName(source),
      key: key?.columns.map(({ column }) => column.physical) ?? [],
      targets: instances.map((instance) => captureTarget(instance, source)),
    }),
  );
}
