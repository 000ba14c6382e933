import pg from 'pg';
import { loadSandbox } from '../../../sandbox/src/load.ts';
import { dropDatabase } from '../../../sandbox/src/postgres/server.ts';
import { installSql } from '../../../sandbox/src/standin/tsql/install/install.ts';
import { USER_TABLES } from '../../unit/standin/tsql/catalogue.ts';
import { MiniEngine } from '../../unit/standin/tsql/mini-engine.ts';

export interface TsqlDatabase {
  client: pg.Client;
  engine: MiniEngine;
  close(): Promise<void>;
}

/** A new PostgreSQL database of the sandbox with the function library and the hospital's tables in it. */
export async function openTsqlDatabase(name: string): Promise<TsqlDatabase> {
  const { superuser } = (await loadSandbox()).postgres;
  await dropDatabase(name);
  const admin = new pg.Client(superuser);
  await admin.connect();
  await admin.query(`CREATE DATABASE "${name}"`).finally(() => admin.end());
  const client = new pg.Client({ ...superuser, database: name });
  await client.connect();
  await client.query(installSql());
  await client.query('CREATE SCHEMA dbo');
  const engine = new MiniEngine(client);
  await engine.run(USER_TABLES);
  return {
    client,
    engine,
    async close() {
      await client.end();
      await dropDatabase(name);
    },
  };
}
