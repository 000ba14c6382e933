import type { Command } from 'commander';
import type { CheckContext } from '../checks/context.ts';
import type { Playbook } from '../checks/start/playbook.ts';
import { positionOf } from '../checks/start/stored.ts';
import { qualified } from '../connector/table-selection.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { alteredSince, logPosition } from '../install/database/log-position.ts';
import { resetStep } from '../install/recovery/position-steps.ts';
import { savedStep, stoppedStep } from '../install/recovery/stop-steps.ts';
import type { Step } from '../install/step.ts';
import { recoveredText } from '../ui/recover-text.ts';
import { withCheckContext } from './shared/checked.ts';
import { addFacilityFlags } from './shared/facility.ts';
import { firstCopyStep, positionStored } from './shared/first-copy.ts';
import { type Life, openLife } from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { copyTables } from './shared/recovery/copying.ts';
import { showCommand } from './shared/recovery/ghosts.ts';
import { type Ledger, ledgerOf } from './shared/recovery/ledger.ts';
import { findingOf, onlyFor, type Seen, seeRecovery } from './shared/recovery/look.ts';
import { copiesItself, notesOf, planOf } from './shared/recovery/restored.ts';
import { agreed, runRecovery, savedIn } from './shared/recovery/run.ts';
import { rowsNow, type TablesToCopy, tablesToCopy } from './shared/recovery/tables.ts';
import { settleReplacement } from './shared/settle.ts';
import { addAcceptRiskFlag } from './shared/start-guard.ts';

/** `recover restored`: position and history are void, and everything is made anew. */
export const recoverRestored: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .option('--marked', 'the central team has marked the rows that the backup may not have')
    .option('--yes', 'do it without asking; the risk must be named all the same');
  addAcceptRiskFlag(command);
  command.addHelpText('after', HELP);
}

const HELP = `
For a database that was restored from an older backup, and for a position or history that cannot be gone
on from. The stored position is taken away (it stays in a file), and all tables are copied, as at the
first time: before the stream, or beside it within the hours of FIRST_COPY_WINDOW. The old history stays
in Kafka: Debezium writes the new one behind it, and that one counts.
Rows that the backup does not have stay in the warehouse: the central team marks them before
("central ghosts mark") and removes them afterwards. Cut off in the middle, the same command goes on.
${examples([
  ['clinicmaster-cdc recover restored', 'shows the plan, and what must be accepted'],
  ['clinicmaster-cdc recover restored --accept-risk resnapshot --marked', 'does it'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  await settleReplacement(context, options);
  const life = await openLife(context, options);
  const { settings } = life;
  const { dir } = settings;
  if (settings.snapshotMode === 'recovery') throw neverCopies(dir);
  const { playbook, finding, oldest } = await withCheckContext(settings, context, async (check) => {
    const seen = await seeRecovery(check, context);
    const playbook = (await anew(seen, check, context)) ?? onlyFor(['restored', 'position'], seen, dir);
    return {
      playbook,
      finding: findingOf(playbook, seen),
      oldest: (await logPosition(check.sql, context.signal)).oldest,
    };
  });
  const how = copiesItself(life) ? 'itself' : 'beside';
  const work = await tablesToCopy(null, how, life, context);
  const again = `clinicmaster-cdc recover restored --dir ${dir}`;
  const plan = planOf(playbook, finding, work, how, life, context);
  const flags = `${options.marked === true ? ' --marked' : ''}${options.yes === true ? ' --yes' : ''}`;
  const risk = { risk: 'resnapshot' as const, why: 'all tables are copied over this line' };
  await agreed(plan, [risk], `${again}${flags}`, options, context);

  const ledger = ledgerOf(settings, undefined, context);
  const steps = await runRecovery('recover restored', again, life, context, () =>
    begin(work, how, oldest, ledger, life),
  );
  if (how === 'beside') await copy(work, ledger, again, life, context);
  const marked = options.marked === true;
  const waited = how === 'beside' && settings.firstCopyWindow === '';
  const copied = waited ? await rowsNow(work.tables.map(qualified), life, context) : [];
  const answer = {
    headline: `${settings.facilityName} (${settings.facilityCode}) streams from the database of now.`,
    copied,
    left: work.left,
    saved: savedIn(steps),
    marked,
    notes: notesOf(how, marked, life),
    next: [
      'clinicmaster-cdc status',
      ...(marked ? [showCommand(settings.facilityCode, copied, context.host)] : []),
    ],
  };
  context.out.result(
    { ok: true, command: 'recover restored', changed: true, plan, steps, ...answer },
    recoveredText,
  );
  return EXIT.ok;
}

/** A history that is gone, together with what keeps it from being built again. */
async function anew(
  seen: Seen,
  { sql, settings }: CheckContext,
  context: Context,
): Promise<Playbook | undefined> {
  const history = seen.playbooks.find(({ kind }) => kind === 'history');
  if (history === undefined) return undefined;
  if (seen.playbooks.some(({ kind }) => kind === 'retention' || kind === 'idle')) return history;
  const lsn = positionOf(seen.look.facts.stored, settings.database.name)?.lsn ?? null;
  const altered = lsn === null ? [] : await alteredSince(sql, lsn, context.signal);
  return altered.length > 0 ? history : undefined;
}

function begin(
  work: TablesToCopy,
  how: 'beside' | 'itself',
  oldest: string,
  ledger: Ledger,
  life: Life,
): Step[] {
  const { names, ports, settings } = life;
  return [
    stoppedStep(names.connector, ports),
    savedStep(settings.dir, names.connector, ports),
    resetStep(names.connector, ports),
    {
      id: 'accepted',
      title: 'What was seen of the database before',
      done: async () => undefined,
      run: async () => {
        await ledger.forgetDatabase();
        // What has to be copied is remembered until it is; Debezium itself begins its copy again until it is complete.
        if (how === 'beside') await ledger.note(oldest, oldest, work.tables.map(qualified));
        return 'forgotten';
      },
    },
  ];
}

async function copy(
  work: TablesToCopy,
  ledger: Ledger,
  again: string,
  life: Life,
  context: Context,
): Promise<void> {
  const { settings } = life;
  // Without a stored position a restart would begin behind the request, and never read it.
  await positionStored(settings, context);
  const since = await ledger.noticed();
  if (settings.firstCopyWindow === '') {
    const gap = again.replace('restored', 'gap');
    await copyTables(
      { tables: work.tables, since, again: gap, dealt: (names) => ledger.dealt(names) },
      life,
      context,
    );
    return;
  }
  for (const step of firstCopyStep(settings, context, since)) {
    const shown = context.out.step(step.title);
    const asked = await step.done([]);
    if (asked === undefined) shown.succeed(await step.run((message) => shown.update(message)));
    else shown.unchanged(asked);
  }
  await ledger.forgetGap();
}

function neverCopies(dir: string): CliError {
  return new CliError('recover.mode', 'SNAPSHOT_MODE=recovery never copies a table, and needs a position.', {
    needed: 'Another mode. Nothing was changed.',
    commands: [
      `clinicmaster-cdc init --snapshot-mode when_needed --dir ${dir}`,
      `clinicmaster-cdc recover restored --dir ${dir}`,
    ],
  });
}
