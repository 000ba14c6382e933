import type { Command } from 'commander';
import type { CopyState } from '../connector/copy-state.ts';
import type { Control } from '../connector/signals.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import { copyText, estimateText } from '../ui/snapshot-text.ts';
import { saidYes } from './shared/agree.ts';
import { type Copies, lookAtCopies, withCopies } from './shared/copies.ts';
import { planCopy, requestCopy } from './shared/copy-start.ts';
import { controlCopy, followCopy } from './shared/copy-watch.ts';
import { addFacilityFlags, openFacility } from './shared/facility.ts';
import { hoursNote } from './shared/first-copy.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `snapshot`: copies tables again while changes go on streaming, and shows, pauses and stops that. */
export const snapshot: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .argument('[table...]', 'copy these tables; none: show how the last copy is doing')
    .option('--where <condition>', 'only rows for which this T-SQL condition holds')
    .option('--status', 'show how the last copy is doing')
    .option('--follow', 'watch it until it ends')
    .option('--no-follow', 'start it and return at once')
    .option('--pause', 'read no further chunk for now')
    .option('--resume', 'go on where it was paused')
    .option('--stop', 'end it; what has been copied stays')
    .option('--yes', 'start without asking');
  command.addHelpText('after', HELP);
  // The words that are no options reach the run as one.
  command.hook('preAction', (self) => {
    if (self.args.length > 0) self.setOptionValue('tables', [...self.args]);
  });
}

const HELP = `
The rows of a table are read again in chunks, along its key, and sent to Kafka between the changes. Nothing is
reset: the position stays, and changes go on streaming. It runs in the container, not here: Ctrl-C ends the
watching only, and a restart goes on where it was. What it costs is shown first and must be agreed to.
Names: dbo.Visits, or Visits. * stands for any characters.
${examples([
  ['clinicmaster-cdc snapshot dbo.Visits', 'copy one table again'],
  [`clinicmaster-cdc snapshot Visits --where "VisitDate >= '2024-01-01'"`, 'only some of its rows'],
  ['clinicmaster-cdc snapshot --status', 'how far is it?'],
  ['clinicmaster-cdc snapshot --pause', 'the line is needed for something else'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const wish = wishOf(options);
  const settings = await openFacility(context, options);
  return withCopies(settings, context, async (copies) => {
    if (wish.control !== undefined) {
      const { changed, state } = await controlCopy(wish.control, copies, context);
      return told(state, changed, DONE[wish.control], copies, context);
    }
    if (wish.tables.length === 0) {
      const state = wish.follow ? await followCopy(copies, context) : await lookAtCopies(copies, context);
      return told(state, false, [], copies, context);
    }
    return start(wish, settings, copies, options, context);
  });
}

interface CopyWish {
  tables: readonly string[];
  where: string;
  control: Control | undefined;
  /** A copy that is started is watched, unless told otherwise. */
  follow: boolean;
}

/** @throws CliError (usage) for flags that do not go together */
function wishOf({ tables, where, pause, resume, stop, status, follow }: Options): CopyWish {
  const names = Array.isArray(tables) ? tables : [];
  const controls = Object.entries({ pause, resume, stop }).flatMap(([name, value]) =>
    value === true ? [name as Control] : [],
  );
  const one = [names.length > 0, status === true, ...controls.map(() => true)].filter(Boolean).length;
  if (one > 1 || (where !== undefined && names.length === 0)) {
    throw new CliError('usage', 'These flags do not go together.', {
      exitCode: EXIT.usage,
      needed: 'One of: tables to copy (with --where), --status, --pause, --resume, --stop.',
      commands: ['clinicmaster-cdc snapshot --help'],
    });
  }
  return {
    tables: names,
    where: typeof where === 'string' ? where.trim() : '',
    control: controls[0],
    follow: names.length > 0 ? follow !== false : follow === true,
  };
}

async function start(
  wish: CopyWish,
  settings: FacilitySettings,
  copies: Copies,
  options: Options,
  context: Context,
): Promise<ExitCode> {
  const { out } = context;
  const plan = await planCopy(wish.tables, wish.where, settings, copies, context);
  const shown = { estimate: plan.estimate, where: plan.where, database: copies.access.database };
  out.block((style) => estimateText(shown, style));
  if (!(await saidYes('Copy now?', false, options, context))) {
    const answer = { ok: false, command: 'snapshot', changed: false, estimate: plan.estimate };
    out.result(answer, (_, style) => `${style.symbol('skip')} Nothing was started.`);
    if (context.interactive) return EXIT.ok;
    out.warn('Without a terminal nothing is started unless --yes is given.');
    return EXIT.usage;
  }
  await requestCopy(plan, 'copy', copies, context);
  const state = wish.follow ? await followCopy(copies, context) : await lookAtCopies(copies, context);
  return told(state, true, [], copies, context, { estimate: plan.estimate });
}

const DONE: Record<Control, readonly string[]> = {
  pause: [
    'Changes go on streaming. The chunk that is being read is still sent. Debezium forgets a pause when its task starts again, and goes on.',
  ],
  resume: [],
  stop: ['What has been copied stays. Starting it again begins at the first row.'],
};

const NEXT: Partial<Record<CopyState['phase'], readonly string[]>> = {
  asked: ['clinicmaster-cdc snapshot --follow'],
  copying: ['clinicmaster-cdc snapshot --follow', 'clinicmaster-cdc snapshot --pause'],
  finishing: ['clinicmaster-cdc snapshot --follow'],
  paused: ['clinicmaster-cdc snapshot --resume'],
};

function told(
  state: CopyState,
  changed: boolean,
  done: readonly string[],
  { settings }: Copies,
  { out, clock }: Context,
  more: object = {},
): ExitCode {
  const next = NEXT[state.phase] ?? [];
  const notes = [...done, ...hoursNote(state, settings, clock.now())];
  out.result({ ok: true, command: 'snapshot', changed, ...more, state, notes, next }, copyText);
  return EXIT.ok;
}
