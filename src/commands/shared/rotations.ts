import type { SqlFailure } from '../../adapters/sqlserver-port.ts';
import { FACILITY_CHECKS } from '../../checks/registry.ts';
import { failureText } from '../../connector/sql-failure.ts';
import { withPassword } from '../../connector/tsql/batch.ts';
import { ownPassword, PASSWORD_REFUSED, rotateBatch } from '../../connector/tsql/rotate.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Values } from '../../settings/field.ts';
import { redactor } from '../../settings/redact.ts';
import { runFacilityChecks } from './checked.ts';
import { dbaLogin } from './database.ts';
import type { Options } from './module.ts';
import { generatedPassword, givenPassword, kafkaTakes, sqlServerTakes } from './new-password.ts';

/** One password that shall change. Nothing has changed when it is made. */
export interface Rotation {
  id: 'database' | 'kafka';
  /** For sentences: `SQL Server`. */
  name: string;
  /** What will be done, a sentence. */
  plan: string;
  /** What somebody has to do later. */
  afterwards: readonly string[];
  /** For `.env`. */
  values: Values;
  settings: Partial<FacilitySettings>;
  /** Logins that are let in before the change. */
  readable: Partial<FacilitySettings>;
  /** Makes the server take the new one, where it does not yet; proves it. @throws CliError, saying what is so */
  change(): Promise<void>;
  /** Whether the server takes the former one, set back where that is possible. @param calm not ended by Ctrl-C */
  mayGoBack(calm: Context): Promise<boolean>;
}

const LOGIN_REFUSED = 18_456;

/** @throws CliError where the server takes neither the new nor the former password, or cannot be asked */
export async function databaseRotation(
  settings: FacilitySettings,
  options: Options,
  context: Context,
): Promise<Rotation> {
  const { out } = context;
  const { database: former } = settings;
  const generate = options.generate === true;
  const source = { key: 'NEW_DB_PASS', user: former.user, otherwise: ', or --generate' } as const;
  const password = generate ? generatedPassword() : await givenPassword(source, options, context, true);
  if (password === former.password) throw samePassword('database', 'NEW_DB_PASS');
  const next = { ...former, password };
  let asked: ReturnType<typeof dbaLogin> | undefined;
  const dba = () => {
    asked ??= dbaLogin(String(options.dbaUser), context.host.env.SQL_DBA_PASS ?? '', options, context);
    return asked;
  };
  const step = out.step(`Log in to SQL Server as ${former.user}`);
  const how = await wayOf(generate).catch((cause: unknown) => {
    step.fail();
    throw cause;
  });
  step.succeed(how === 'set' ? 'the new password is set already' : 'as up to now');

  async function wayOf(made: boolean): Promise<'set' | 'dba' | 'self'> {
    const tried = made ? undefined : await sqlServerTakes({ database: next }, context);
    if (tried?.ok === true) return 'set';
    if (tried !== undefined && tried.failure.number !== LOGIN_REFUSED)
      throw notAsked(settings, tried.failure);
    if (typeof options.dbaUser === 'string') return 'dba';
    const present = await sqlServerTakes({ database: former }, context);
    if (present.ok) return 'self';
    if (present.failure.number !== LOGIN_REFUSED) throw notAsked(settings, present.failure);
    throw neitherWorks(former.user);
  }

  /** A login that SQL Server takes as long as nothing is changed. */
  async function letIn(): Promise<FacilitySettings['database']> {
    if (how === 'set') return next;
    if (how === 'self' || (await sqlServerTakes({ database: former }, context)).ok) return former;
    const { user, password: own } = await dba();
    return { ...former, user, password: own };
  }

  /** The login changes its own password. */
  async function setOwn(from: string, to: string, { signal }: Context): Promise<SqlFailure | undefined> {
    const sql = await context.sqlScript({ ...former, password: from });
    const done = await sql.execute(ownPassword(former.user, to, from), signal).finally(() => sql.close());
    return done.ok ? undefined : done.failure;
  }

  async function setAsDba(): Promise<SqlFailure | undefined> {
    const { user, password: own } = await dba();
    const sql = await context.sqlScript({ ...former, user, password: own });
    const text = withPassword(rotateBatch(former.user).sql, password);
    const done = await sql.execute(text, context.signal).finally(() => sql.close());
    return done.ok ? undefined : done.failure;
  }

  return {
    id: 'database',
    name: 'SQL Server',
    plan: {
      set: `The login ${former.user} has the new password already; nothing is changed in SQL Server.`,
      self: `The login ${former.user} gives itself the new password (ALTER LOGIN with its former one).`,
      dba: `${options.dbaUser} gives the login ${former.user} the new password (ALTER LOGIN).`,
    }[how],
    afterwards: [],
    values: { DB_PASS: password },
    settings: { database: next },
    readable: { database: await letIn() },
    change: async () => {
      if (how === 'set') return;
      const shown = out.step(`ALTER LOGIN ${former.user}`);
      const failure = how === 'self' ? await setOwn(former.password, password, context) : await setAsDba();
      if (failure !== undefined) {
        shown.fail();
        throw refusedByServer(failure, [password, former.password]);
      }
      shown.succeed('the new password is set');
      const proven = await sqlServerTakes({ database: next }, context);
      if (!proven.ok) throw unproven(former.user, proven.failure);
    },
    mayGoBack: async (calm) => {
      if ((await sqlServerTakes({ database: former }, calm)).ok) return true;
      if (how === 'set' || !(await sqlServerTakes({ database: next }, calm)).ok) return false;
      const failure = await setOwn(password, former.password, calm);
      if (failure === undefined) out.note(`SQL Server: ${former.user} has its former password again.`);
      else
        out.warn(
          `SQL Server does not take the former password again: ${withoutSecrets(failure, [password, former.password])}`,
        );
      return failure === undefined;
    },
  };
}

/** @throws CliError where Kafka does not take the new user and password, or gives it less than the facility needs */
export async function kafkaRotation(
  settings: FacilitySettings,
  options: Options,
  context: Context,
): Promise<Rotation> {
  const { out } = context;
  const { kafka: former } = settings;
  const user = typeof options.kafkaUser === 'string' ? options.kafkaUser : former.user;
  const password = await givenPassword({ key: 'NEW_KAFKA_PASS', user, otherwise: '' }, options, context);
  if (password === former.password && user === former.user) throw samePassword('Kafka', 'NEW_KAFKA_PASS');
  const kafka = { ...former, user, password };
  const next = { ...settings, kafka };
  const step = out.step(`Log in to Kafka as ${user}`);
  const taken = await kafkaTakes(next, context);
  if (!taken.ok) {
    step.fail();
    const { failure } = taken;
    throw new CliError('rotate.kafka-refused', `Kafka does not take the new password of ${user}.`, {
      seen: `${failure.broker}: ${failure.code} ${failure.message}`,
      needed: 'The password as the central team has set it. Nothing was changed.',
      commands: ['NEW_KAFKA_PASS=… clinicmaster-cdc rotate --kafka'],
      who: 'central-team',
    });
  }
  step.succeed('it takes the new password');
  if (user !== former.user) await requireRights(next, context);
  return {
    id: 'kafka',
    name: 'Kafka',
    plan: `Kafka takes the new password of ${user}; it goes to .env and into the container.`,
    afterwards:
      user === former.user ? [] : [`The central team may remove the Kafka user ${former.user} now.`],
    values: { KAFKA_USER: user, KAFKA_PASS: password },
    settings: { kafka },
    readable: { kafka },
    change: async () => {},
    mayGoBack: async (calm) => (await kafkaTakes(settings, calm)).ok,
  };
}

/** Another user needs the rights of the former one. */
async function requireRights(next: FacilitySettings, context: Context): Promise<void> {
  const checks = await runFacilityChecks(
    FACILITY_CHECKS,
    { when: 'daily', only: ['kafka-acl'] },
    next,
    context,
  );
  const lacking = checks.find(({ id, verdict }) => id === 'kafka-acl' && verdict.outcome === 'fail');
  if (lacking === undefined) return;
  const { summary, current, remedy } = lacking.verdict;
  throw new CliError('rotate.kafka-rights', `${next.kafka.user} lacks rights. ${summary}`, {
    ...(current === undefined ? {} : { seen: current }),
    needed: `${remedy?.text ?? 'The rights of the former user.'} Nothing was changed.`,
    commands: remedy?.commands ?? [],
    who: 'central-team',
  });
}

function samePassword(which: string, key: string): CliError {
  return new CliError('rotate.same', `That is the present ${which} password.`, {
    exitCode: EXIT.usage,
    needed: `Another one in ${key}. To put a changed .env into effect: init.`,
  });
}

function notAsked({ database }: FacilitySettings, failure: SqlFailure): CliError {
  return new CliError('rotate.database-unreachable', 'SQL Server cannot be asked.', {
    seen: withoutSecrets(failure, [database.password]),
    needed: 'A SQL Server that answers. Nothing was changed.',
    commands: ['clinicmaster-cdc doctor --only sql-login'],
  });
}

function neitherWorks(user: string): CliError {
  return new CliError(
    'rotate.neither',
    `SQL Server takes neither the new nor the present password of ${user}.`,
    {
      seen: `error ${LOGIN_REFUSED} for both`,
      needed:
        'The password that the DBA has set, in NEW_DB_PASS; or the login of a DBA who sets it. Nothing was changed.',
      commands: [
        'NEW_DB_PASS=… clinicmaster-cdc rotate --database',
        'NEW_DB_PASS=… clinicmaster-cdc rotate --database --dba-user sa',
      ],
      who: 'dba',
    },
  );
}

function refusedByServer(failure: SqlFailure, secrets: readonly string[]): CliError {
  const why = (failure.numbers ?? [failure.number ?? 0])
    .map((number) => PASSWORD_REFUSED[number])
    .find(Boolean);
  return new CliError('rotate.database-refused', 'SQL Server does not set the new password.', {
    seen: withoutSecrets(failure, secrets),
    needed: `${why === undefined ? 'Another password, or the DBA' : `Another password: ${why}`}. The present one counts; nothing was changed.`,
    commands: ['clinicmaster-cdc rotate --database --generate', 'clinicmaster-cdc sql rotate'],
    who: why === undefined ? 'dba' : 'you',
  });
}

function unproven(user: string, failure: SqlFailure): CliError {
  return new CliError(
    'rotate.unproven',
    `SQL Server has set the new password of ${user} and then refuses it.`,
    {
      seen: withoutSecrets(failure, []),
      needed: 'A DBA who looks at the login: locked, disabled or expired.',
      commands: ['clinicmaster-cdc doctor --only sql-login'],
      who: 'dba',
    },
  );
}

/** A server may quote a statement that it refuses. */
function withoutSecrets(failure: SqlFailure, secrets: readonly string[]): string {
  const hide = redactor(secrets.map((value) => ({ name: 'password', value })));
  return hide(failureText(failure));
}
