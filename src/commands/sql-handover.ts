import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { parseDuration } from '../settings/duration.ts';
import { addDatabaseFlags, lookAt, openTarget, requireDba } from './shared/database.ts';
import { openFacility } from './shared/facility.ts';
import { goneOver, type Passage } from './shared/handover-passage.ts';
import { type Half, planned, undone } from './shared/handover-plan.ts';
import { lookAtHandovers } from './shared/handovers.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { addScriptFlags, mayApply, scriptOrApply } from './shared/sql-run.ts';

/** `sql handover`: a table that has changed goes over to a capture instance that knows its new columns. */
export const sqlHandover: CommandModule = { define, run };

/** The connector goes over within seconds; its position is stored up to half a minute later. */
const PATIENCE_MS = 90_000;

function define(command: Command): void {
  addDatabaseFlags(command);
  addScriptFlags(command, false);
  command
    .argument('[table...]', 'these tables; none: every table that streams and has changed')
    .option('--finish', 'the second half only: end old instances, begin nothing')
    .option('--undo', 'take second instances back that the connector has not gone over to')
    .option('--patience <duration>', 'how long to wait until the connector has gone over (90s)');
  command.addHelpText('after', HELP);
  command.hook('preAction', (self) => {
    if (self.args.length > 0) self.setOptionValue('named', [...self.args]);
  });
}

const HELP = `
For a captured table that got, lost or altered a column. SQL Server captures a
table as it was on the day the capture began: a new column does not arrive,
without any error. Two halves, by the same command:

  1. A second capture instance beside the first, with the columns of today (a
     column on COLUMN_EXCLUDE_LIST, or left out on purpose, stays out). The
     connector goes over to it by itself at the next change.
  2. The first one is ended: only after the connector has stored a position
     behind the beginning of the second and knows its columns. Until then the
     command waits, and then refuses.

It says which half is due. The warehouse adds a new column by itself, empty. Rows that changed before the
connector went over lack its value: the command names the copy for them, which comes last.
Names: dbo.Visits, or Visits. * stands for any characters.
${examples([
  ['clinicmaster-cdc sql handover', 'T-SQL for the DBA, for every table that has changed'],
  ['clinicmaster-cdc sql handover dbo.Visits --apply', 'asks for the login of a DBA and runs it'],
  ['clinicmaster-cdc sql handover dbo.Visits --apply', 'the same again: the second half'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.apply === true) mayApply(options, context);
  const { patienceMs, half } = wishOf(options);
  const opened = await openTarget(context, options);
  const target = options.apply === true ? await requireDba(opened, options, context) : opened;
  const seen = await lookAt(target, false, context);
  const names = Array.isArray(options.named) ? options.named : [];
  const found = await lookAtHandovers(names, target, context);
  // What is taken back waits for nothing.
  const passage: Passage =
    found.underWay.length === 0
      ? { over: [], waiting: [] }
      : await goneOver(
          found.underWay,
          await openFacility(context, options),
          half === 'undo' ? 0 : patienceMs,
          context,
        );
  const plan =
    half === 'undo' ? undone(found, passage, seen) : planned(half, found, passage, seen, context.host);
  return scriptOrApply(
    {
      name: 'sql handover',
      purpose: 'Lets tables that have changed go over to a capture instance with their new columns.',
      nothing: nothing(half, names),
      next: plan.next,
    },
    plan,
    seen,
    target,
    options,
    context,
  );
}

function wishOf({ patience, finish, undo }: Options): { patienceMs: number; half: Half } {
  const patienceMs = typeof patience === 'string' ? parseDuration(patience, '--patience') : PATIENCE_MS;
  if (finish === true && undo === true) {
    throw new CliError('usage', 'These flags do not go together.', {
      exitCode: EXIT.usage,
      needed: '--finish or --undo.',
      commands: ['clinicmaster-cdc sql handover --help'],
    });
  }
  return { patienceMs, half: undo === true ? 'undo' : finish === true ? 'finish' : 'due' };
}

function nothing(half: Half, names: readonly string[]): string {
  const which = names.length > 0 ? 'none of these tables' : 'no table that streams';
  if (half === 'due') return `Nothing to do: ${which} has changed since its capture began.`;
  return `Nothing to ${half}: ${which} has two capture instances.`;
}
