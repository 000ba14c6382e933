import type { Command } from 'commander';
import { factsOf } from '../checks/facts-of.ts';
import { sqlCaptureGap } from '../checks/sqlserver/sql-capture-gap.ts';
import { positionOf } from '../checks/start/stored.ts';
import { movedTo, positionsOf } from '../connector/stored-position.ts';
import { qualified } from '../connector/table-selection.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { logPosition } from '../install/database/log-position.ts';
import { movedStep } from '../install/recovery/position-steps.ts';
import { savedStep, stoppedStep } from '../install/recovery/stop-steps.ts';
import type { Step, StepResult } from '../install/step.ts';
import { quoted } from '../shell.ts';
import { type RecoveryPlan, recoveredText } from '../ui/recover-text.ts';
import { mayAsk } from './shared/agree.ts';
import { withCheckContext } from './shared/checked.ts';
import { addFacilityFlags } from './shared/facility.ts';
import { type Life, openLife } from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { copyTables } from './shared/recovery/copying.ts';
import { flagged, type Gap, mayMoveOnly, moves, planOf, risks, wanted } from './shared/recovery/gap.ts';
import { showCommand } from './shared/recovery/ghosts.ts';
import { type Ledger, ledgerOf } from './shared/recovery/ledger.ts';
import { findingOf, onlyFor, seeRecovery, withHistory } from './shared/recovery/look.ts';
import { agreed, runRecovery, savedIn } from './shared/recovery/run.ts';
import { rowsNow, type TablesToCopy, tablesToCopy } from './shared/recovery/tables.ts';
import { settleReplacement } from './shared/settle.ts';
import { addAcceptRiskFlag } from './shared/start-guard.ts';

/** `recover gap`: SQL Server has deleted changes that were not read. */
export const recoverGap: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .argument('[table...]', 'copy these alone; none: all that have lost changes')
    .option('--nothing-changed', 'nothing was changed in the hospital meanwhile: only move the position on')
    .option('--marked', 'the central team has marked the rows that may have been deleted')
    .option('--yes', 'do it without asking; the risk must be named all the same');
  addAcceptRiskFlag(command);
  command.addHelpText('after', HELP);
}

const HELP = `
For a line that was down for longer than SQL Server keeps changes, and for a table whose capture was
made anew. Shows first what it sees, does and costs. The position is moved to the oldest change that
SQL Server still has, the stream goes on from there, and the tables that lost changes are copied
beside it. What stands in the change tables is never skipped. The position of before stays in a file.
A copy cannot see deleted rows: the central team marks the rows before ("central ghosts mark").
Cut off in the middle, the same command goes on.
${examples([
  ['clinicmaster-cdc recover gap', 'shows the plan, and what must be accepted'],
  ['clinicmaster-cdc recover gap --accept-risk resnapshot --marked', 'all tables that lost changes'],
  [
    'clinicmaster-cdc recover gap --nothing-changed --accept-risk skip-changes',
    'the hospital was closed: nothing is copied',
  ],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  await settleReplacement(context, options);
  const life = await openLife(context, options);
  const { dir } = life.settings;
  const named = Array.isArray(options.args) ? options.args : [];
  const { gap, finding, ledger, before } = await withCheckContext(life.settings, context, async (check) => {
    const seen = await seeRecovery(check, context);
    const gap = onlyFor(['retention', 'idle', 'table'], seen, dir);
    if (moves(gap)) withHistory(seen, dir);
    const facts = factsOf(seen.look.results, sqlCaptureGap);
    const ledger = ledgerOf(life.settings, facts, context);
    const before = positionOf(seen.look.facts.stored, life.settings.database.name)?.lsn ?? '';
    return { gap, finding: findingOf(gap, seen), ledger, before };
  });
  const moveOnly = gap.kind === 'idle' || options.nothingChanged === true;
  if (moveOnly) mayMoveOnly(gap, named, dir);
  const work = moveOnly ? undefined : await tablesToCopy(wanted(gap, named), 'beside', life, context);
  const again = `clinicmaster-cdc recover gap${named.map((name) => ` ${quoted(name, context.host)}`).join('')} --dir ${dir}`;
  const plan = planOf(gap, finding, work, life, context);
  await agreed(plan, risks(gap, moveOnly, named), flagged(again, options), options, context);
  const marked = work === undefined || (await isMarked(plan, options, context));

  const steps = await move(gap, work, before, ledger, again, life, context);
  if (work === undefined) await ledger.forgetGap();
  else await copy(gap, work, ledger, again, life, context);
  const answer = await answerOf(gap, work, marked, steps, life, context);
  context.out.result(
    { ok: true, command: 'recover gap', changed: true, plan, steps, ...answer },
    recoveredText,
  );
  return EXIT.ok;
}

/** At a terminal it is asked; otherwise `--marked` says it. */
async function isMarked(plan: RecoveryPlan, options: Options, context: Context): Promise<boolean> {
  if (plan.mark === null || options.marked === true) return true;
  if (!mayAsk(context, options)) return false;
  const question = 'Has the central team marked the rows (the command above)? No: deleted rows stay.';
  return (await context.prompts()).confirm(question, false);
}

/** Ends with a stream that is proven, whether or not the position had to be moved. */
async function move(
  gap: Gap,
  work: TablesToCopy | undefined,
  before: string,
  ledger: Ledger,
  again: string,
  life: Life,
  context: Context,
): Promise<StepResult[]> {
  const { names, ports, settings } = life;
  const sql = await context.sqlServer(settings.database);
  const target = async () => {
    const stored = positionsOf((await ports.connect.offsets(names.connector)) ?? []);
    const position = stored.find(
      ({ database }) => database.toLowerCase() === settings.database.name.toLowerCase(),
    );
    const { oldest, next } = await logPosition(sql, context.signal);
    return position === undefined || (position.lsn ?? '') >= oldest ? undefined : movedTo(position, next);
  };
  const noted: Step = {
    id: 'noted',
    title: 'What has to be copied',
    done: async () => (work === undefined ? 'nothing' : undefined),
    run: async () => {
      const lost = work?.all ?? [];
      await ledger.note(before, (await logPosition(sql, context.signal)).oldest, lost);
      return `noted: ${lost.length} ${lost.length === 1 ? 'table' : 'tables'}`;
    },
  };
  try {
    const steps = [
      noted,
      stoppedStep(names.connector, ports),
      savedStep(settings.dir, names.connector, ports),
      movedStep(names.connector, target, ports),
    ];
    const own = () => (moves(gap) ? steps : []);
    return await runRecovery('recover gap', again, life, context, own);
  } finally {
    await sql.close();
  }
}

async function copy(
  gap: Gap,
  { tables, all }: TablesToCopy,
  ledger: Ledger,
  again: string,
  life: Life,
  context: Context,
): Promise<void> {
  if (gap.kind === 'retention') await ledger.spellOut(gap.left ?? all);
  const since = gap.kind === 'retention' ? await ledger.noticed() : await ledger.begun();
  await copyTables({ tables, since, again, dealt: (names) => ledger.dealt(names) }, life, context);
}

async function answerOf(
  gap: Gap,
  work: TablesToCopy | undefined,
  marked: boolean,
  steps: readonly StepResult[],
  life: Life,
  context: Context,
) {
  const { facilityName, facilityCode } = life.settings;
  const names = work?.tables.map(qualified) ?? [];
  const copied = await rowsNow(names, life, context);
  const notes: string[] = [];
  if (gap.kind === 'idle')
    notes.push('Nothing was copied, and nothing was lost: no change was captured meanwhile.');
  else if (work === undefined)
    notes.push('Nothing was copied: what was changed meanwhile, if anything was, is missing.');
  else if (names.length > 0)
    notes.push(
      marked
        ? 'Rows that were deleted meanwhile still stand in the warehouse: the central team finds and removes them now, by the rows above.'
        : 'Rows that were deleted meanwhile stay in the warehouse: they were not marked before the copy.',
    );
  return {
    headline: `${facilityName} (${facilityCode}) streams.`,
    copied,
    left: work?.left ?? [],
    saved: savedIn(steps),
    marked,
    notes,
    next: [
      ...(marked && names.length > 0 ? [showCommand(facilityCode, copied, context.host)] : []),
      'clinicmaster-cdc status',
    ],
  };
}
