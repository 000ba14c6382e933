import type { Command } from 'commander';
import { facilityNames } from '../connector/names.ts';
import { rotateBatch } from '../connector/tsql/rotate.ts';
import { PROVEN_ON } from '../connector/tsql/script.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import type { BatchResult } from '../install/database/run-batches.ts';
import { ENV_FILE } from '../install/facility-folder.ts';
import { ENV_MODE } from '../install/steps/files.ts';
import { mergeEnv } from '../settings/env-write.ts';
import { appliedText } from '../ui/sql-text.ts';
import { addDatabaseFlags, lookAt, openTarget, requireDba, type Target } from './shared/database.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { generatedPassword, givenPassword, sqlServerTakes } from './shared/new-password.ts';
import { addScriptFlags, applyBatches, mayApply, scriptOrApply } from './shared/sql-run.ts';

/** `sql rotate`: a new password for the connector's login; `.env` gets it once the login was proven to take it. */
export const sqlRotate: CommandModule = { define, run };

function define(command: Command): void {
  addDatabaseFlags(command);
  addScriptFlags(command);
  command
    .option('--generate', 'make the new password up; it is written to .env and shown nowhere (with --apply)')
    .option('--finish', 'the DBA has set the new password: try it, then write it to .env');
  command.addHelpText('after', HELP);
}

const HELP = `
Prepares or does the database's part alone. "clinicmaster-cdc rotate --database" does all of it,
container included; it also takes up a password that the DBA has set.
The new password comes from NEW_DB_PASS in the environment, from a question, or from --generate.
.env keeps the former password until a login with the new one has succeeded.
${examples([
  ['clinicmaster-cdc sql rotate', 'T-SQL for the DBA; then:'],
  ['NEW_DB_PASS=… clinicmaster-cdc sql rotate --finish', 'tries the new password and writes it to .env'],
  ['clinicmaster-cdc sql rotate --apply --generate', 'all in one, with the login of a DBA'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.apply === true) mayApply(options, context);
  const target = await openTarget(context, options);
  if (options.finish === true) {
    await requireEnv(target, context);
    return finish(target, await newPassword(target, options, context), [], context);
  }
  if (options.apply === true) return applyAll(target, options, context);
  const seen = await lookAt(target, false, context);
  const batches = [rotateBatch(target.database.user)];
  const notes = [
    'When the DBA has run it, give the new password here: clinicmaster-cdc sql rotate --finish. It is tried before .env is changed.',
  ];
  return scriptOrApply(
    { name: 'sql rotate', purpose: "Gives the connector's login a new password.", nothing: '', next: [] },
    { batches, notes },
    seen,
    target,
    { ...options, withPassword: false },
    context,
  );
}

async function applyAll(opened: Target, options: Options, context: Context): Promise<ExitCode> {
  await requireEnv(opened, context);
  const target = await requireDba(opened, options, context);
  const seen = await lookAt(target, false, context);
  if (seen.facts.login.exists === false) throw noLogin(target);
  if (seen.facts.server?.standIn !== true) context.out.warn(PROVEN_ON);
  const password = await newPassword(target, options, context);
  const results = await applyBatches([rotateBatch(target.database.user)], password, target, options, context);
  if (results.every(({ state }) => state === 'done')) return finish(target, password, results, context);
  const data = { ...answer(target, results), ok: false, changed: false, headline: '', next: [] as string[] };
  context.out.result(data, appliedText);
  return EXIT.failed;
}

/** Proves the new password, then writes it down. */
async function finish(
  target: Target,
  password: string,
  results: readonly BatchResult[],
  context: Context,
): Promise<ExitCode> {
  const { out, files } = context;
  const step = out.step(`Log in as ${target.database.user} with the new password`);
  const opened = await sqlServerTakes({ database: { ...target.database, password } }, context);
  if (!opened.ok) {
    step.fail();
    const set = results.length > 0 ? 'The server has the new password. ' : '';
    throw new CliError('sql.rotate-unproven', 'The login does not take the new password.', {
      seen: opened.failure.number === undefined ? opened.failure.message : `error ${opened.failure.number}`,
      needed: `${set}${ENV_FILE} was not changed. Find out why, then run this again with --finish, or set the former password anew.`,
      commands: ['NEW_DB_PASS=… clinicmaster-cdc sql rotate --finish'],
    });
  }
  step.succeed();
  const path = `${target.dir}/${ENV_FILE}`;
  const text = (await files.read(path)) ?? '';
  await files.writeAtomically(
    path,
    mergeEnv(text, { DB_PASS: password }, 'Written by clinicmaster-cdc sql rotate'),
    ENV_MODE,
  );
  const { container } = facilityNames('x', target.instance);
  const data = {
    ...answer(target, results),
    ok: true,
    changed: true,
    headline: `The new password works and stands in ${path}. The container ${container} still has the former one: it must be made again, or its next connection fails.`,
    next: ['clinicmaster-cdc init --yes', 'clinicmaster-cdc status'],
  };
  out.result(data, appliedText);
  return EXIT.ok;
}

function answer(target: Target, batches: readonly BatchResult[]) {
  return {
    command: 'sql rotate',
    database: target.database.name,
    unseen: [] as string[],
    notes: [] as string[],
    batches,
  };
}

/** @throws CliError (usage) where no facility is installed: there is no `.env` that could be changed */
async function requireEnv({ dir }: Target, { files }: Context): Promise<void> {
  if (await files.exists(`${dir}/${ENV_FILE}`)) return;
  throw new CliError('settings.no-facility', 'No facility is set up here.', {
    exitCode: EXIT.usage,
    seen: `no ${ENV_FILE} in ${dir}`,
    needed: 'The folder of the facility, named with --dir.',
  });
}

function noLogin({ database }: Target): CliError {
  return new CliError('sql.no-login', `There is no login ${database.user} on this server.`, {
    needed: 'sql enable makes it. Nothing was changed.',
    commands: ['clinicmaster-cdc sql enable'],
  });
}

function newPassword({ database }: Target, options: Options, context: Context): Promise<string> | string {
  if (options.generate === true && options.finish !== true) return generatedPassword();
  const source = {
    key: 'NEW_DB_PASS',
    user: database.user,
    otherwise: ', or --generate with --apply',
  } as const;
  return givenPassword(source, options, context);
}
