import type { Command } from 'commander';
import { OWN_SCHEMA } from '../connector/own-schema.ts';
import { enablePlan } from '../connector/tsql/enable.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import type { Seen } from '../install/database/look.ts';
import { mayAsk } from './shared/agree.ts';
import { addDatabaseFlags, lookAt, openTarget, requireDba, type Target, wishOf } from './shared/database.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { addScriptFlags, mayApply, scriptOrApply } from './shared/sql-run.ts';

/** `sql enable`: what a database lacks for the connector to stream from it, as T-SQL or done by a DBA's login. */
export const sqlEnable: CommandModule = { define, run };

function define(command: Command): void {
  addDatabaseFlags(command);
  addScriptFlags(command);
  command
    .option('--no-own-schema', `do without the schema ${OWN_SCHEMA} (heartbeat and signals)`)
    .option('--monitoring', 'also rights to see Agent, jobs and log scans (not needed to stream)')
    .option('--retention-days <days>', 'how long captured changes are kept. Default: 14, and 7 are enough');
  command.addHelpText('after', HELP);
}

const HELP = `
Looks first, changes nothing without --apply, and prints T-SQL for what is missing and no more.
${examples([
  ['clinicmaster-cdc sql enable > enable.sql', 'a script for the DBA'],
  [
    'SQL_DBA_PASS=… clinicmaster-cdc sql enable --dba-user sa --out enable.sql',
    'the DBA looks, nothing is changed',
  ],
  ['clinicmaster-cdc sql enable --apply', 'asks for the login of a DBA and runs it, batch by batch'],
  [
    'DB_PASS=… clinicmaster-cdc sql enable --db-host 10.0.0.5 --db-user cdc',
    'before the facility is installed',
  ],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const target = await openTargetFor(context, options);
  const seen = await lookAt(target, options.monitoring === true, context);
  const chosen = await askForOwnSchema(seen, options, context);
  const plan = enablePlan(wishOf(target, seen, chosen), seen.facts);
  return scriptOrApply(COMMAND, plan, seen, target, chosen, context);
}

const COMMAND = {
  name: 'sql enable',
  purpose: 'Prepares a database for change data capture and lets the connector read it.',
  nothing: 'Nothing to do: the database has all that the connector needs.',
  next: ['clinicmaster-cdc init', 'clinicmaster-cdc doctor --only sqlserver'],
};

/** The database; with `--apply` also the DBA, asked for before anything is done. */
async function openTargetFor(context: Context, options: Options): Promise<Target> {
  if (options.apply === true) mayApply(options, context);
  const target = await openTarget(context, options);
  return options.apply === true ? requireDba(target, options, context) : target;
}

/** Our own tables in the hospital's database: asked first, because some sites allow none. */
async function askForOwnSchema(seen: Seen, options: Options, context: Context): Promise<Options> {
  if (seen.facts.schemas.some(({ name }) => name === OWN_SCHEMA)) return options;
  if (options.ownSchema === false || !mayAsk(context, options)) return options;
  const prompts = await context.prompts();
  const yes = await prompts.confirm(
    `Make a schema ${OWN_SCHEMA} with three small tables in the database? Without it the capture cannot be tested end to end`,
    true,
  );
  return { ...options, ownSchema: yes };
}
