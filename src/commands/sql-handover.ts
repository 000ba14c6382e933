import type { Command } from 'commander';
import { copyCondition, type Handover } from '../connector/handover.ts';
import { HEARTBEAT_TABLE, OWN_SCHEMA } from '../connector/own-schema.ts';
import { qualified } from '../connector/table-selection.ts';
import type { SqlPlan } from '../connector/tsql/enable.ts';
import {
  endInstanceBatch,
  passingBeats,
  secondInstanceBatch,
  takeBackBatch,
} from '../connector/tsql/handover.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import type { Seen } from '../install/database/look.ts';
import { parseDuration } from '../settings/duration.ts';
import { quoted } from '../shell.ts';
import { addDatabaseFlags, lookAt, openTarget, requireDba } from './shared/database.ts';
import { openFacility } from './shared/facility.ts';
import {
  goneOver,
  namesOf,
  notOver,
  oneAtATime,
  type Passage,
  tooLateToUndo,
} from './shared/handover-passage.ts';
import { type Handovers, lookAtHandovers } from './shared/handovers.ts';
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
For a captured table that got, lost or altered a column. SQL Server captures a table as it was on the day the
capture began: a new column does not arrive, without any error. Two halves, by the same command:

  1. A second capture instance beside the first, with the columns of today (a column on COLUMN_EXCLUDE_LIST, or
     left out on purpose, stays out). The connector goes over to it by itself at the next change.
  2. The first one is ended: only after the connector has stored a position behind the beginning of the second
     and knows its columns. Until then the command waits, and then refuses.

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
  const plan = half === 'undo' ? undone(found, passage, seen) : planned(half, found, passage, seen, context);
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

interface Plan extends SqlPlan {
  next: readonly string[];
}

type Half = 'due' | 'finish' | 'undo';

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

/**
 * One half at a time. When an instance ends, Debezium 3.6.1 begins its source anew with the next change, and a table that it has
 * not gone over to by then it reads by its old columns for ever.
 * @throws CliError while a table is on its way
 */
function planned(
  half: Half,
  { chosen, instances, unwritable }: Handovers,
  { over, waiting }: Passage,
  { facts }: Seen,
  context: Context,
): Plan {
  if (waiting.length > 0) throw notOver(waiting.map(({ why }) => why));
  const changed = half === 'finish' ? [] : chosen.filter(({ phase }) => phase === 'create');
  const ended = over.filter((handover) => chosen.includes(handover));
  if (ended.length === 0 && over.length > 0 && changed.length > 0) throw oneAtATime(over);
  if (over.length > 0) {
    const later = [...changed, ...ended.filter(({ again }) => again)];
    return {
      batches: ended.map(({ table }) => endInstanceBatch(facts.database, table)),
      notes: [
        ...copyNotes(ended, context),
        ...(later.length > 0
          ? [`Changed too: ${namesOf(later)}. Finish this handover, then run sql handover again.`]
          : []),
      ],
      next: [
        ...(later.length > 0 ? ['clinicmaster-cdc sql handover --apply'] : []),
        ...ended.flatMap((handover) => (handover.again ? [] : (copyCommand(handover, context) ?? []))),
      ],
    };
  }
  const beats = facts.tables?.some(
    ({ schema, table, captured }) => schema === OWN_SCHEMA && table === HEARTBEAT_TABLE && captured,
  );
  return {
    batches: [
      ...changed.map(({ table, gained }) => secondInstanceBatch(facts.database, table, gained, instances)),
      ...(changed.length > 0 && beats === true ? [passingBeats(facts.database, changed.length)] : []),
    ],
    notes: [
      ...(changed.length > 0
        ? [
            'First half. When it has run, run sql handover once more: it waits until the connector has gone over and ends the old instance.',
          ]
        : []),
      ...copyNotes(changed, context),
      ...(unwritable.length > 0
        ? [`Names with a line break or $( are not put into a script; left out: ${unwritable.join(', ')}.`]
        : []),
    ],
    next: ['clinicmaster-cdc sql handover --apply'],
  };
}

/** @throws CliError for a table that the connector reads by its new columns already */
function undone({ chosen }: Handovers, { over, waiting }: Passage, { facts }: Seen): Plan {
  const mine = waiting.filter(({ handover }) => chosen.includes(handover));
  const back = mine.filter((one) => one.mayTakeBack).map(({ handover }) => handover);
  const late = [
    ...over.filter((handover) => chosen.includes(handover)),
    ...mine.filter((one) => !one.mayTakeBack).map(({ handover }) => handover),
  ];
  if (late.length > 0) throw tooLateToUndo(late, back);
  return {
    batches: back.map(({ table }) => takeBackBatch(facts.database, table)),
    notes: [],
    next: ['clinicmaster-cdc sql handover'],
  };
}

function copyNotes(handovers: readonly Handover[], context: Context): string[] {
  const copies = handovers.flatMap((handover) => copyCommand(handover, context) ?? []);
  return copies.length === 0
    ? []
    : [
        'The warehouse adds a new column by itself (the sink does), empty for the rows it has.',
        `Rows that changed before the connector went over lack the new column. When the handover is finished, copy them: ${copies.join('; ')}`,
      ];
}

function copyCommand(handover: Handover, { host }: Context): string | undefined {
  const where = copyCondition(handover);
  if (where === undefined) return undefined;
  return `clinicmaster-cdc snapshot ${quoted(qualified(handover.table), host)} --where ${quoted(where, host)}`;
}
