import { afterAll, beforeAll, describe, it } from 'vitest';
import type { CompiledQuery } from '../../sandbox/src/standin/tsql/api.ts';
import {
  CATALOGUE_QUERIES,
  VARIABLES as CATALOGUE_VARIABLES,
} from '../unit/standin/tsql/samples-catalogue.ts';
import { VARIABLES as CHANGE_VARIABLES, CHANGES } from '../unit/standin/tsql/samples-changes.ts';
import { DEBEZIUM_QUERIES } from '../unit/standin/tsql/samples-debezium.ts';
import { CALLS } from '../unit/standin/tsql/samples-functions.ts';
import { QUERIES, VARIABLES } from '../unit/standin/tsql/samples-queries.ts';
import { compile } from '../unit/standin/tsql/support.ts';
import { createEmptyCatalogue } from './support/tsql-catalogue.ts';
import { openTsqlDatabase, type TsqlDatabase } from './support/tsql-database.ts';

let database: TsqlDatabase;

beforeAll(async () => {
  database = await openTsqlDatabase('tsql_samples');
  await createEmptyCatalogue(database.client);
});

afterAll(async () => {
  await database?.close();
});

/** Lets PostgreSQL plan a compiled statement: it objects to anything that does not fit together. */
async function plan({ text }: CompiledQuery): Promise<void> {
  await database.client.query(`PREPARE sample AS ${text}`);
  await database.client.query('DEALLOCATE sample');
}

describe('PostgreSQL accepts what the compiler makes of', () => {
  it.each(DEBEZIUM_QUERIES)("Debezium's %s", (_id, text, parameters) => plan(compile(text, parameters)));
  it.each(QUERIES)('%s', (text) => plan(compile(text, [], VARIABLES)));
  it.each(CALLS)('%s', (text) => plan(compile(text)));
  it.each(CHANGES)('%s', (text) => plan(compile(text, [], CHANGE_VARIABLES)));
  it.each(CATALOGUE_QUERIES)('%s', (text) => plan(compile(text, [], CATALOGUE_VARIABLES)));
});
