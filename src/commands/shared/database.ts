import type { Command } from 'commander';
import type { SqlFailure, SqlServerPort } from '../../adapters/sqlserver-port.ts';
import type { SqlScriptPort } from '../../adapters/sqlserver-script-port.ts';
import { failureText } from '../../connector/sql-failure.ts';
import { nothingSeen } from '../../connector/tsql/facts.ts';
import { type DatabaseWish, ENOUGH_RETENTION, USUAL_RETENTION } from '../../connector/tsql/wish.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { look, type Seen } from '../../install/database/look.ts';
import { folderFacts, readEnvValues } from '../../install/facility-folder.ts';
import { DBA_KEYS, databaseFields, UNASKED_KEYS } from '../../settings/database-fields.ts';
import { type DatabaseSettings, reader, toDatabaseSettings } from '../../settings/facility.ts';
import { mayAsk } from './agree.ts';
import { collectAnswers } from './answers.ts';
import { certificateFrom } from './certificates.ts';
import { addFacilityFlags, chosenDir } from './facility.ts';
import { addFieldFlags } from './layers.ts';
import type { Options } from './module.ts';
import { noticeVersions } from './versions.ts';

/** A facility's database, installed or not yet, and the DBA who may look at it or change it. */
export interface Target {
  dir: string;
  database: DatabaseSettings;
  tableIncludeList: string;
  columnExcludeList: string;
  snapshotIsolation: boolean;
  instance: string;
  /** Null: nobody gave one. */
  dba: { user: string; password: string } | null;
}

/** Flags that say which database is meant and who may look at it. */
export function addDatabaseFlags(command: Command): void {
  addFacilityFlags(command);
  addFieldFlags(
    command,
    databaseFields('<version>').filter(({ key }) => !UNASKED_KEYS.includes(key)),
  );
  command.option('--db-ca <file>', 'CA certificate (PEM) of SQL Server');
}

/** The database that flags, environment and the folder's `.env` mean. */
export async function openTarget(context: Context, options: Options): Promise<Target> {
  const dir = await chosenDir(context, options);
  const existing = await readEnvValues(context.files, dir);
  const stored =
    existing === undefined
      ? undefined
      : Object.fromEntries(Object.entries(existing).filter(([key]) => !DBA_KEYS.includes(key)));
  const fields = databaseFields(context.version);
  const resolved = await collectAnswers(fields, stored, options, context);
  const read = reader(fields, resolved.values);
  const ca =
    (await certificateFrom(options, 'dbCa', context)) ?? (await folderFacts(context.files, dir)).databaseCa;
  const dbaUser = read<string>('SQL_DBA_USER');
  // A database is often prepared before anything is installed.
  if (existing !== undefined) await noticeVersions({ dir, instance: read('INSTANCE') }, context);
  return {
    dir,
    database: toDatabaseSettings(read, ca),
    tableIncludeList: read('TABLE_INCLUDE_LIST'),
    columnExcludeList: read('COLUMN_EXCLUDE_LIST'),
    snapshotIsolation: read<string>('SNAPSHOT_ISOLATION_MODE') === 'snapshot',
    instance: read('INSTANCE'),
    dba: dbaUser === '' ? null : await dbaLogin(dbaUser, read('SQL_DBA_PASS'), options, context),
  };
}

/** The DBA's login with its password, asked for where none was given. */
export async function dbaLogin(user: string, password: string, options: Options, context: Context) {
  if (password !== '') return { user, password };
  if (!mayAsk(context, options)) throw noDba();
  const prompts = await context.prompts();
  const check = (text: string) => (text === '' ? 'The password is empty.' : undefined);
  return { user, password: await prompts.secret({ message: `Password of ${user}`, check }) };
}

/** The DBA's login, asked for where none was given: `--apply` needs one. */
export async function requireDba(target: Target, options: Options, context: Context): Promise<Target> {
  if (target.dba !== null) return target;
  if (!mayAsk(context, options)) throw noDba();
  const prompts = await context.prompts();
  const user = await prompts.text({
    message: 'Login of the DBA (SQL Server login, not Windows)',
    default: 'sa',
    check: (text) => (text.trim() === '' ? 'The login is empty.' : undefined),
  });
  return { ...target, dba: await dbaLogin(user.trim(), '', options, context) };
}

function noDba(): CliError {
  return new CliError('sql.no-dba', 'The login of a DBA is missing.', {
    exitCode: EXIT.usage,
    needed:
      '--dba-user LOGIN, and its password in the environment variable SQL_DBA_PASS or as a line SQL_DBA_PASS=… with --passwords-stdin. Without --apply the T-SQL is only printed, for the DBA to run.',
    who: 'dba',
  });
}

/** A connection as the DBA, who changes the database. The caller closes it. */
export function dbaConnection(target: Target, context: Context): Promise<SqlScriptPort> {
  const { user, password } = target.dba ?? { user: '', password: '' };
  return context.sqlScript({ ...target.database, user, password });
}

/** A connection as whoever looks: the DBA where there is one, else the connector's login. The caller closes it. */
export async function lookerConnection({ database, dba }: Target, context: Context): Promise<SqlServerPort> {
  return dba === null
    ? context.sqlServer(database)
    : context.sqlScript({ ...database, user: dba.user, password: dba.password });
}

/**
 * Looks with the DBA's login where there is one, else with the connector's. Where nobody gets in, nothing is seen and the
 * reason is told; a DBA who does not get in is an error.
 */
export async function lookAt(target: Target, monitoring: boolean, context: Context): Promise<Seen> {
  const { database, dba } = target;
  const step = context.out.step(`Look at ${database.name} on ${database.host}:${database.port}`);
  if (dba === null && database.password === '') {
    step.warn('not looked: no password');
    return blind(database.name, 'no password for DB_USER was given, and no --dba-user');
  }
  const sql = await lookerConnection(target, context);
  try {
    const seen = await look(sql, database.user, monitoring, context.signal);
    if (seen.ok) {
      step.succeed(`as ${seen.value.asker}`);
      return express(seen.value);
    }
    if (dba !== null) {
      step.fail();
      throw dbaRefused(dba.user, database, seen.failure);
    }
    step.warn('could not look');
    return blind(database.name, `${database.user} does not get in: ${failureText(seen.failure)}`);
  } finally {
    await sql.close();
  }
}

function blind(database: string, why: string): Seen {
  return { facts: nothingSeen(database), asker: 'nobody', unseen: [`anything of this server: ${why}`] };
}

function dbaRefused(user: string, database: DatabaseSettings, failure: SqlFailure): CliError {
  return new CliError('sql.dba-refused', `${user} does not get into ${database.name}.`, {
    seen: failureText(failure),
    needed: `A SQL Server login that is a sysadmin, and the database ${database.name} on this server. Nothing was changed.`,
    commands: ['clinicmaster-cdc doctor --only sql-login'],
    who: 'dba',
  });
}

/** @throws CliError for an edition that cannot capture at all */
function express(seen: Seen): Seen {
  const { server } = seen.facts;
  if (server?.express !== true) return seen;
  throw new CliError('sql.express', 'Express edition cannot capture changes: it has no SQL Server Agent.', {
    seen: `${server.edition}, ${server.version}`,
    needed:
      'Standard, Enterprise or (for tests) Developer edition: SQL Server setup > Maintenance > Edition Upgrade.',
    who: 'dba',
  });
}

/** What the connector needs of this database, by flags and settings. */
export function wishOf(target: Target, seen: Seen, options: Options): DatabaseWish {
  const days = typeof options.retentionDays === 'string' ? Number(options.retentionDays) : undefined;
  if (days !== undefined && !(Number.isInteger(days) && days >= 1 && days <= 365)) {
    throw new CliError('sql.retention', `--retention-days ${options.retentionDays} is no number of days.`, {
      exitCode: EXIT.usage,
      needed: 'A whole number from 1 to 365.',
    });
  }
  return {
    database: seen.facts.database,
    login: target.database.user,
    tableIncludeList: target.tableIncludeList,
    snapshotIsolation: target.snapshotIsolation,
    ownSchema: options.ownSchema !== false,
    monitoring: options.monitoring === true,
    retention: days === undefined ? USUAL_RETENTION : days * 24 * 60,
    enoughRetention: days === undefined ? ENOUGH_RETENTION : days * 24 * 60,
  };
}
