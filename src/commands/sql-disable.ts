import type { Command } from 'commander';
import { facilityNames } from '../connector/names.ts';
import { disablePlan } from '../connector/tsql/disable.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import type { Seen } from '../install/database/look.ts';
import { mayAsk } from './shared/agree.ts';
import { addDatabaseFlags, lookAt, openTarget, requireDba, type Target, wishOf } from './shared/database.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { addScriptFlags, mayApply, scriptOrApply } from './shared/sql-run.ts';

/** `sql disable`: takes back what `sql enable` has made, in the reverse order. */
export const sqlDisable: CommandModule = { define, run };

function define(command: Command): void {
  addDatabaseFlags(command);
  addScriptFlags(command);
  command
    .option('--confirm <database>', 'the name of the database, typed once more')
    .option('--all', 'also what is not on record as made here, and what others may use');
  command.addHelpText('after', HELP);
}

const HELP = `
Captured changes are lost with it, and a later sql enable means copying everything again. Stop the connector first.
${examples([
  ['clinicmaster-cdc sql disable --confirm ClinicMasterMOH', 'T-SQL for the DBA'],
  ['clinicmaster-cdc sql disable --apply', 'asks for the name and for the login of a DBA'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.apply === true) mayApply(options, context);
  const opened = await openTarget(context, options);
  await confirmed(opened, options, context);
  const target = options.apply === true ? await requireDba(opened, options, context) : opened;
  const seen = await lookAt(target, true, context);
  requireSight(seen);
  const plan = disablePlan(wishOf(target, seen, options), seen.facts, options.all === true);
  const { container } = facilityNames('x', target.instance);
  const stop = `Stop the connector first, where it runs: docker stop ${container}`;
  return scriptOrApply(
    {
      name: 'sql disable',
      purpose: 'Takes back what clinicmaster-cdc sql enable has made.',
      nothing: 'Nothing to do: nothing of this program is in the database.',
      next: [],
    },
    { batches: plan.batches, notes: plan.batches.length === 0 ? plan.notes : [stop, ...plan.notes] },
    seen,
    target,
    options,
    context,
  );
}

/** What is captured, and by whom, must be seen: a guess could cut off someone else. */
function requireSight({ facts, unseen }: Seen): void {
  const blind =
    facts.tables === null || facts.tables.some(({ captured, instances }) => captured && instances === null);
  if (!blind) return;
  throw new CliError(
    'sql.disable-blind',
    'What is captured in the database could not be seen. Nothing was done.',
    {
      seen: unseen.join('; '),
      needed:
        'The login of a DBA, who looks and changes nothing without --apply: --dba-user LOGIN and SQL_DBA_PASS.',
      who: 'dba',
    },
  );
}

/** @throws CliError (usage) unless the database's name was typed */
async function confirmed(target: Target, options: Options, context: Context): Promise<void> {
  const { name } = target.database;
  let typed = typeof options.confirm === 'string' ? options.confirm : undefined;
  if (typed === undefined && mayAsk(context, options)) {
    const prompts = await context.prompts();
    typed = await prompts.text({
      message: `All captured changes of ${name} will be lost. Type the name of the database`,
      check: () => undefined,
    });
  }
  if (typed === name) return;
  throw new CliError('sql.not-confirmed', 'The name of the database was not confirmed.', {
    exitCode: EXIT.usage,
    ...(typed === undefined ? {} : { seen: typed }),
    needed: `The name of the database as DB_NAME spells it, ${name}. Nothing was done.`,
    commands: [`clinicmaster-cdc sql disable --confirm ${name}`],
  });
}
