import type { CompiledDefinition } from '../../tsql/api.ts';
import type { CreateIndexStatement, CreateTableStatement } from '../../tsql/ast/definition.ts';
import { compileCreateIndex } from '../../tsql/ddl/index-definition.ts';
import { compileCreateTable } from '../../tsql/ddl/table.ts';
import { parseBatch } from '../../tsql/parse/batch.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import { physicalName } from '../catalogue/physical-names.ts';
import { writeColumns, writeConstraints, writeTable } from '../catalogue/write.ts';
import { identifier } from '../postgres/quote.ts';
import type { ProcedureCall } from '../procedures/procedure.ts';
import { Authority } from '../security/authority.ts';
import { Resolver } from '../session/resolve.ts';
import { existingTable } from './existing-table.ts';

/**
 * Runs one CREATE TABLE or CREATE INDEX on behalf of a system procedure: in the call's database, without permission
 * checks, marked as made by the system. The caller has begun a transaction.
 */
export async function createSystemTable(call: ProcedureCall, text: string): Promise<void> {
  const { client, login, engine } = call.batch.context;
  const catalogue = await loadCatalogue(client);
  const resolver = new Resolver({
    catalogue,
    authority: new Authority(catalogue, login),
    database: call.database,
    serverName: engine.settings.serverName,
    product: engine.product,
    variable: () => undefined,
    identityInsert: undefined,
  });
  const [statement] = parseBatch(text);
  if (statement?.kind === 'create-table') await createTable(call, statement, resolver);
  else if (statement?.kind === 'create-index') await createIndex(call, statement, resolver);
}

async function createTable(
  call: ProcedureCall,
  statement: CreateTableStatement,
  resolver: Resolver,
): Promise<void> {
  const { client } = call.batch.context;
  const place = resolver.place(statement.name);
  if (!place?.schema) throw new Error(`no schema for ${statement.name.join('.')}`);
  const physical = physicalName(place.object);
  const definition = compileCreateTable(
    statement,
    {
      database: call.database.name,
      schema: place.schemaName,
      name: place.object,
      pgName: `${identifier(place.schema.physical)}.${identifier(physical)}`,
    },
    resolver.compileContext(),
  );
  await run(call, definition);
  const table = await writeTable(client, call.database.id, place.schema.id, {
    name: place.object,
    physical,
    shipped: true,
  });
  await writeColumns(client, table, definition.columns);
  await writeConstraints(client, table, definition.constraints);
}

async function createIndex(
  call: ProcedureCall,
  statement: CreateIndexStatement,
  resolver: Resolver,
): Promise<void> {
  const table = resolver.findTable(statement.table);
  if (!table) throw new Error(`no table ${statement.table.join('.')}`);
  const definition = compileCreateIndex(
    statement,
    existingTable(table, call.database),
    resolver.compileContext(),
  );
  await run(call, definition);
  await writeConstraints(
    call.batch.context.client,
    { objectId: table.id, databaseId: table.databaseId, schemaId: table.schema.id },
    definition.constraints,
  );
}

async function run(call: ProcedureCall, definition: CompiledDefinition): Promise<void> {
  for (const sql of definition.sql) await call.batch.context.client.query(sql);
}
