import type { DatabaseStatement } from '../../tsql/ast/control.ts';
import type { DropStatement } from '../../tsql/ast/definition.ts';
import type { Name } from '../../tsql/ast/query.ts';
import { unsupported } from '../../tsql/refusal.ts';
import { TsqlError } from '../../types.ts';
import { createDatabase, createSchema } from '../catalogue/create-database.ts';
import { cannotFind, databasePermissionDenied, notAllowed } from '../errors.ts';
import { DBO_ID } from '../security/fixed-roles.ts';
import { dropLogin } from '../security/logins.ts';
import { dropPrincipal } from '../security/users.ts';
import type { Batch } from '../session/batch.ts';
import { dropDatabase, dropSchema, dropTable } from './drop.ts';

type Definition =
  | Extract<
      DatabaseStatement,
      { kind: 'create-database' | 'alter-database' | 'create-schema' | 'alter-authorization' }
    >
  | DropStatement;

/** CREATE and ALTER DATABASE, CREATE SCHEMA, ALTER AUTHORIZATION, and every DROP but DROP INDEX. */
export async function defineDatabase(batch: Batch, statement: Definition): Promise<void> {
  switch (statement.kind) {
    case 'create-database':
      await create(batch, statement);
      break;
    case 'alter-database':
      await alter(batch, statement);
      break;
    case 'create-schema':
      await addSchema(batch, statement);
      break;
    case 'alter-authorization':
      await authorize(batch, statement);
      break;
    case 'drop':
      for (const name of statement.names) await drop(batch, statement, name);
  }
  batch.sink.done('ddl');
}

/** Collations under which text compares as it does here: by bytes. The usual ones are taken as written nevertheless. */
async function create(
  { context }: Batch,
  statement: Extract<Definition, { kind: 'create-database' }>,
): Promise<void> {
  const { authority, login } = context;
  const allowed = authority.isSysadmin || authority.has('CREATE ANY DATABASE', { class: 'server' });
  if (!allowed && !authority.serverRoles().has(9)) {
    throw databasePermissionDenied('CREATE DATABASE', 'master');
  }
  if (context.catalogue.database(statement.name)) {
    throw new TsqlError(
      1801,
      `Database '${statement.name}' already exists. Choose a different database name.`,
      16,
      3,
    );
  }
  await context.changeAlone('CREATE DATABASE', async () => {
    const id = await createDatabase(context.client, statement.name, { id: login.id, sid: login.sid });
    await context.client.query(
      'UPDATE standin.database SET compatibility_level = $2 WHERE database_id = $1',
      [id, context.engine.product.compatibilityLevel],
    );
  });
}

/** Options that only matter to files, logs and memory: taken and remembered where a view shows them. */
const REMEMBERED: Readonly<Record<string, (value: string) => [column: string, value: unknown]>> = {
  ALLOW_SNAPSHOT_ISOLATION: (value) => ['snapshot_allowed', value === 'ON'],
  RECOVERY: (value) => ['recovery_model', { FULL: 1, BULK_LOGGED: 2, SIMPLE: 3 }[value] ?? 1],
  AUTO_CLOSE: (value) => ['auto_close', value === 'ON'],
  COMPATIBILITY_LEVEL: (value) => ['compatibility_level', Number(value)],
};

/** SINGLE_USER ends the other sessions, which is what scripts want of it before DROP DATABASE; it keeps none out. */
const IGNORED = new Set([
  'SINGLE_USER',
  'AUTO_SHRINK',
  'MULTI_USER',
  'ONLINE',
  'PAGE_VERIFY',
  'READ_WRITE',
  'AUTO_UPDATE_STATISTICS',
]);

async function alter(
  { context }: Batch,
  statement: Extract<Definition, { kind: 'alter-database' }>,
): Promise<void> {
  const name = statement.name === '' ? context.database.name : statement.name;
  const database = context.catalogue.database(name);
  if (!database || !context.authority.has('ALTER', { class: 'database', databaseId: database.id })) {
    throw new TsqlError(
      5011,
      `User does not have permission to alter database '${name}', the database does not exist, or the database is not in a state that allows access checks.`,
      14,
      5,
    );
  }
  if (statement.option === 'SINGLE_USER')
    await context.engine.kill(context.spid, { databaseId: database.id });
  if (IGNORED.has(statement.option)) return;
  const change = REMEMBERED[statement.option]?.(statement.value);
  if (!change) throw unsupported(`ALTER DATABASE … SET ${statement.option}`);
  const [column, value] = change;
  await context.changeAlone('ALTER DATABASE', async () => {
    await context.client.query(`UPDATE standin.database SET ${column} = $2 WHERE database_id = $1`, [
      database.id,
      value,
    ]);
  });
}

async function addSchema(
  { context, sink }: Batch,
  statement: Extract<Definition, { kind: 'create-schema' }>,
): Promise<void> {
  const { database, authority, catalogue } = context;
  if (!authority.has('CREATE SCHEMA', { class: 'database', databaseId: database.id })) {
    throw databasePermissionDenied('CREATE SCHEMA', database.name);
  }
  if (catalogue.schema(database.id, statement.name)) {
    throw new TsqlError(2714, `There is already an object named '${statement.name}' in the database.`);
  }
  const owner =
    statement.authorization === undefined
      ? authority.userIn(database.id)
      : catalogue.principal(database.id, statement.authorization);
  if (!owner) throw cannotFind('user', statement.authorization ?? '');
  await context.change(sink, () =>
    createSchema(context.client, {
      databaseId: database.id,
      database: database.name,
      name: statement.name,
      ownerId: owner.id,
    }),
  );
}

/** ALTER AUTHORIZATION ON DATABASE:: and ON SCHEMA::. */
async function authorize(
  { context, sink }: Batch,
  { securable, principal }: Extract<Definition, { kind: 'alter-authorization' }>,
): Promise<void> {
  const { catalogue, client } = context;
  const name = securable.name.at(-1) ?? '';
  if (securable.kind === 'database') {
    const database = catalogue.database(name);
    if (!database) throw cannotFind('database', name);
    const login = catalogue.login(principal);
    if (!login) throw cannotFind('principal', principal);
    if (!context.authority.isSysadmin) throw notAllowed();
    await context.change(sink, async () => {
      await client.query('UPDATE standin.database SET owner_id = $2 WHERE database_id = $1', [
        database.id,
        login.id,
      ]);
      await client.query(
        'UPDATE standin.principal SET sid = $3 WHERE database_id = $1 AND principal_id = $2',
        [database.id, DBO_ID, login.sid],
      );
    });
    return;
  }
  if (securable.kind !== 'schema') throw unsupported(`ALTER AUTHORIZATION ON ${securable.kind}`);
  const schema = catalogue.schema(context.database.id, name);
  const owner = catalogue.principal(context.database.id, principal);
  if (!schema) throw cannotFind('schema', name);
  if (!owner) throw cannotFind('user', principal);
  if (!context.authority.has('ALTER ANY SCHEMA', { class: 'database', databaseId: context.database.id }))
    throw notAllowed();
  await context.change(sink, async () => {
    await client.query('UPDATE standin.schema SET owner_id = $3 WHERE database_id = $1 AND schema_id = $2', [
      schema.databaseId,
      schema.id,
      owner.id,
    ]);
  });
}

async function drop(batch: Batch, { what, ifExists }: DropStatement, name: Name): Promise<void> {
  const last = name.at(-1) ?? '';
  switch (what) {
    case 'table':
      return dropTable(batch, name, ifExists);
    case 'schema':
      return dropSchema(batch, last, ifExists);
    case 'database':
      return dropDatabase(batch, last, ifExists);
    case 'login':
      return dropLogin(batch, last, ifExists);
    default:
      return dropPrincipal(batch, what, last, ifExists);
  }
}
