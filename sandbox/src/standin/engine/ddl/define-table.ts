import type { CompiledDefinition } from '../../tsql/api.ts';
import type { DatabaseStatement } from '../../tsql/ast/control.ts';
import type {
  AlterTableStatement,
  CreateIndexStatement,
  CreateTableStatement,
} from '../../tsql/ast/definition.ts';
import type { Name } from '../../tsql/ast/query.ts';
import { compileAlterTable } from '../../tsql/ddl/alter.ts';
import { compileCreateIndex } from '../../tsql/ddl/index-definition.ts';
import { compileCreateTable } from '../../tsql/ddl/table.ts';
import { unsupported } from '../../tsql/refusal.ts';
import { TsqlError } from '../../types.ts';
import { eraseColumn, eraseConstraint, eraseIndex } from '../catalogue/erase.ts';
import type { Database, Table } from '../catalogue/model.ts';
import { physicalName } from '../catalogue/physical-names.ts';
import {
  rewriteColumns,
  type TablePlace,
  writeColumns,
  writeConstraints,
  writeTable,
} from '../catalogue/write.ts';
import { followAlter, refuseKeyLoss, releaseCapture } from '../cdc/follow-ddl.ts';
import { databasePermissionDenied, nameTaken, noSuchDatabase } from '../errors.ts';
import { identifier } from '../postgres/quote.ts';
import type { Batch } from '../session/batch.ts';
import type { SessionContext } from '../session/context.ts';
import { pgTableName } from '../session/resolve.ts';
import { existingTable } from './existing-table.ts';

type TableStatement =
  | CreateTableStatement
  | AlterTableStatement
  | CreateIndexStatement
  | Extract<DatabaseStatement, { kind: 'drop-index' | 'truncate' }>;

/** CREATE TABLE, ALTER TABLE, CREATE and DROP INDEX, TRUNCATE TABLE. */
export async function defineTable(batch: Batch, statement: TableStatement): Promise<void> {
  switch (statement.kind) {
    case 'create-table':
      await createTable(batch, statement);
      break;
    case 'alter-table':
      await alterTable(batch, statement);
      break;
    case 'create-index':
      await createIndex(batch, statement);
      break;
    case 'drop-index':
      await dropIndexes(batch, statement);
      break;
    case 'truncate':
      await truncate(batch, statement.table);
  }
  batch.sink.done('ddl');
}

/** A table that the caller may ALTER, with its database. @throws TsqlError `number`, as each statement words it. */
function alterable(batch: Batch, name: Name, number: number): { table: Table; database: Database } {
  const { context, variables } = batch;
  const table = context.resolver(variables).findTable(name);
  const database = table && context.catalogue.databaseById(table.databaseId);
  if (!table || !database || !context.authority.has('ALTER', { class: 'object', table }) || table.shipped) {
    throw new TsqlError(
      number,
      `Cannot find the object "${name.join('.')}" because it does not exist or you do not have permissions.`,
      16,
      number === 1088 ? 12 : 1,
    );
  }
  return { table, database };
}

const placeOf = (table: Table): TablePlace => ({
  objectId: table.id,
  databaseId: table.databaseId,
  schemaId: table.schema.id,
});

async function runAll({ client }: SessionContext, definition: CompiledDefinition): Promise<void> {
  for (const sql of definition.sql) await client.query(sql);
}

async function createTable(batch: Batch, statement: CreateTableStatement): Promise<void> {
  const { context, sink, variables } = batch;
  if (statement.name.at(-1)?.startsWith('#')) throw unsupported('temporary tables');
  const resolver = context.resolver(variables);
  const place = resolver.place(statement.name);
  if (!place) throw noSuchDatabase(statement.name.at(-3) ?? '');
  const { database, schema } = place;
  if (!schema) {
    throw new TsqlError(
      2760,
      `The specified schema name "${place.schemaName}" either does not exist or you do not have permission to use it.`,
    );
  }
  if (!context.authority.has('CREATE TABLE', { class: 'database', databaseId: database.id })) {
    throw databasePermissionDenied('CREATE TABLE', database.name);
  }
  if (context.catalogue.table(schema, place.object)) throw nameTaken(place.object);
  const physical = physicalName(place.object);
  const target = {
    database: database.name,
    schema: schema.name,
    name: place.object,
    pgName: `${identifier(schema.physical)}.${identifier(physical)}`,
  };
  const definition = compileCreateTable(statement, target, resolver.compileContext());
  await context.change(sink, async () => {
    const table = await writeTable(context.client, database.id, schema.id, {
      name: place.object,
      physical,
      shipped: false,
    });
    await runAll(context, definition);
    await writeColumns(context.client, table, definition.columns);
    await writeConstraints(context.client, table, definition.constraints);
  });
}

async function alterTable(batch: Batch, statement: AlterTableStatement): Promise<void> {
  const { context, sink, variables } = batch;
  const { table, database } = alterable(batch, statement.name, 4902);
  const resolver = context.resolver(variables);
  const definition = compileAlterTable(statement, existingTable(table, database), resolver.compileContext());
  refuseKeyLoss(context.catalogue, table, definition.droppedConstraints);
  await context.change(sink, async () => {
    const { client } = context;
    await releaseCapture(context, table, database);
    await runAll(context, definition);
    const known = new Set(table.columns.map((column) => column.name.toLowerCase()));
    const isNew = (name: string) => !known.has(name.toLowerCase());
    for (const name of definition.droppedColumns) await eraseColumn(client, table, name);
    for (const name of definition.droppedConstraints) await eraseConstraint(client, table, name);
    await writeColumns(
      client,
      placeOf(table),
      definition.columns.filter(({ name }) => isNew(name)),
    );
    await rewriteColumns(
      client,
      placeOf(table),
      definition.columns.filter(({ name }) => !isNew(name)),
    );
    await writeConstraints(client, placeOf(table), definition.constraints);
    await followAlter(batch, table, database, definition, statement.text);
  });
}

async function createIndex(batch: Batch, statement: CreateIndexStatement): Promise<void> {
  const { context, sink, variables } = batch;
  const { table, database } = alterable(batch, statement.table, 1088);
  const definition = compileCreateIndex(
    statement,
    existingTable(table, database),
    context.resolver(variables).compileContext(),
  );
  await context.change(sink, async () => {
    await runAll(context, definition);
    await writeConstraints(context.client, placeOf(table), definition.constraints);
  });
}

async function dropIndexes(
  batch: Batch,
  statement: Extract<DatabaseStatement, { kind: 'drop-index' }>,
): Promise<void> {
  const { context, sink } = batch;
  for (const { name, table: tableName } of statement.indexes) {
    const { table } = alterable(batch, tableName, 1088);
    const index = table.indexes.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!index) {
      if (statement.ifExists) continue;
      throw new TsqlError(
        3701,
        `Cannot drop the index '${tableName.join('.')}.${name}', because it does not exist or you do not have permission.`,
        11,
        7,
      );
    }
    if (index.constraint) {
      throw new TsqlError(
        3723,
        `An explicit DROP INDEX is not allowed on index '${tableName.join('.')}.${name}'. It is being used for ${index.constraint.type === 'PK' ? 'PRIMARY' : 'UNIQUE'} KEY constraint enforcement.`,
      );
    }
    refuseKeyLoss(context.catalogue, table, [index.name]);
    await context.change(sink, async () => {
      await context.client.query(
        `DROP INDEX ${identifier(table.schema.physical)}.${identifier(index.physical)}`,
      );
      await eraseIndex(context.client, table, index.name);
    });
  }
}

async function truncate(batch: Batch, name: Name): Promise<void> {
  const { context, sink } = batch;
  const { table } = alterable(batch, name, 4701);
  if (context.catalogue.instancesOf(table.id).length > 0) {
    throw new TsqlError(
      4711,
      `Cannot truncate table '${name.join('.')}' because it is published for replication or enabled for Change Data Capture.`,
    );
  }
  if (referencesTo(context, table).length > 0) {
    throw new TsqlError(
      4712,
      `Cannot truncate table '${name.join('.')}' because it is being referenced by a FOREIGN KEY constraint.`,
    );
  }
  await context.change(sink, async () => {
    await context.client.query(`TRUNCATE ${pgTableName(table)} RESTART IDENTITY`);
  });
}

/** Tables other than itself whose foreign keys point at a table. */
export function referencesTo(context: SessionContext, table: Table): Table[] {
  return context.catalogue
    .tables(table.databaseId)
    .filter(
      (other) =>
        other.id !== table.id &&
        other.constraints.some(
          ({ definition }) =>
            definition.kind === 'foreign-key' &&
            definition.references.table.toLowerCase() === table.name.toLowerCase() &&
            definition.references.schema.toLowerCase() === table.schema.name.toLowerCase(),
        ),
    );
}
