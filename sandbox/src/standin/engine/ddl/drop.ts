import type { Name } from '../../tsql/ast/query.ts';
import { TsqlError } from '../../types.ts';
import { eraseTable } from '../catalogue/erase.ts';
import type { Database, Table } from '../catalogue/model.ts';
import { HARVEST_LOCK, lockText, logSchema } from '../cdc/change-log.ts';
import { removeInstance } from '../cdc/disable-table.ts';
import { cannotDrop } from '../errors.ts';
import { identifier } from '../postgres/quote.ts';
import type { Batch } from '../session/batch.ts';
import { pgTableName } from '../session/resolve.ts';
import { referencesTo } from './define-table.ts';

const FIRST_USER_DATABASE = 5;

/** DROP TABLE; its capture instances go with it. */
export async function dropTable(batch: Batch, name: Name, ifExists: boolean): Promise<void> {
  const { context, sink, variables } = batch;
  const table = context.resolver(variables).findTable(name);
  const database = table && context.catalogue.databaseById(table.databaseId);
  const allowed =
    table &&
    (context.authority.has('ALTER', {
      class: 'schema',
      databaseId: table.databaseId,
      schemaId: table.schema.id,
    }) ||
      context.authority.has('CONTROL', { class: 'object', table }));
  if (!table || !database || table.kind !== 'table' || table.shipped || !allowed) {
    if (ifExists && !table) return;
    throw cannotDrop('table', name.join('.'));
  }
  if (referencesTo(context, table).length > 0) {
    throw new TsqlError(
      3726,
      `Could not drop object '${name.join('.')}' because it is referenced by a FOREIGN KEY constraint.`,
    );
  }
  await context.change(sink, () => removeTable(batch, table, database));
}

async function removeTable(batch: Batch, table: Table, database: Database): Promise<void> {
  const { context } = batch;
  const instances = context.catalogue.instancesOf(table.id);
  if (instances.length > 0) await context.client.query(lockText(HARVEST_LOCK, database.id));
  for (const instance of instances) {
    await removeInstance({ batch, database, values: new Map() }, instance);
  }
  await context.client.query(`DROP TABLE ${pgTableName(table)}`);
  await eraseTable(context.client, table);
}

export async function dropSchema(batch: Batch, name: string, ifExists: boolean): Promise<void> {
  const { context, sink } = batch;
  const { database, catalogue } = context;
  const schema = catalogue.schema(database.id, name);
  const allowed = context.authority.has('ALTER ANY SCHEMA', {
    class: 'database',
    databaseId: database.id,
  });
  if (!schema || !allowed) {
    if (ifExists && !schema) return;
    throw new TsqlError(
      15151,
      `Cannot drop the schema '${name}', because it does not exist or you do not have permission.`,
    );
  }
  const resident = catalogue.tables(database.id).find((table) => table.schema.id === schema.id);
  if (resident) {
    throw new TsqlError(
      3729,
      `Cannot drop schema '${schema.name}' because it is being referenced by object '${resident.name}'.`,
    );
  }
  await context.change(sink, async () => {
    await context.client.query(`DROP SCHEMA ${identifier(schema.physical)}`);
    const key = [database.id, schema.id];
    await context.client.query(
      'DELETE FROM standin.permission WHERE database_id = $1 AND class = 3 AND major_id = $2',
      key,
    );
    await context.client.query('DELETE FROM standin.schema WHERE database_id = $1 AND schema_id = $2', key);
  });
}

/** DROP DATABASE, refused while a session is in it. */
export async function dropDatabase(batch: Batch, name: string, ifExists: boolean): Promise<void> {
  const { context } = batch;
  const database = context.catalogue.database(name);
  const allowed = database && (context.authority.isSysadmin || context.authority.isDbOwner(database.id));
  if (!database || database.id < FIRST_USER_DATABASE || !allowed) {
    if (ifExists && !database) return;
    throw cannotDrop('database', name);
  }
  if (context.engine.isInUse(database.id)) {
    throw new TsqlError(
      3702,
      `Cannot drop database "${database.name}" because it is currently in use.`,
      16,
      3,
    );
  }
  await context.changeAlone('DROP DATABASE', async () => {
    const { client } = context;
    await client.query(lockText(HARVEST_LOCK, database.id));
    for (const schema of context.catalogue.schemas(database.id)) {
      await client.query(`DROP SCHEMA ${identifier(schema.physical)} CASCADE`);
    }
    await client.query(`DROP SCHEMA ${logSchema(database.name)} CASCADE`);
    await client.query('DELETE FROM standin.permission WHERE database_id = $1', [database.id]);
    await client.query('DELETE FROM standin.database WHERE database_id = $1', [database.id]);
  });
}
