import type { Command } from 'commander';
import { grantPlan } from '../connector/tsql/enable.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import { addDatabaseFlags, lookAt, openTarget, requireDba, wishOf } from './shared/database.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { addScriptFlags, mayApply, scriptOrApply } from './shared/sql-run.ts';

/** `sql grant`: the connector's login and its rights alone, on a database that captures already. */
export const sqlGrant: CommandModule = { define, run };

function define(command: Command): void {
  addDatabaseFlags(command);
  addScriptFlags(command);
  command.option('--monitoring', 'also rights to see Agent, jobs and log scans (not needed to stream)');
  command.addHelpText('after', HELP);
}

const HELP = `
Rights are given table by table, to a role: no db_datareader, which opens every table of every patient.
${examples([
  ['clinicmaster-cdc sql grant', 'T-SQL for what the login lacks'],
  ['clinicmaster-cdc sql grant --monitoring --apply', 'also what doctor may see; run by a DBA login'],
])}`;

const COMMAND = {
  name: 'sql grant',
  purpose: "Gives the connector's login the rights that it lacks.",
  nothing: 'Nothing to do: the login has all the rights that it needs.',
  next: ['clinicmaster-cdc doctor --only sql-permissions'],
};

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.apply === true) mayApply(options, context);
  const opened = await openTarget(context, options);
  const target = options.apply === true ? await requireDba(opened, options, context) : opened;
  const seen = await lookAt(target, options.monitoring === true, context);
  const plan = grantPlan(wishOf(target, seen, options), seen.facts);
  return scriptOrApply(COMMAND, plan, seen, target, options, context);
}
