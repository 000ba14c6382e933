import type { Command } from 'commander';
import { foldEntries } from '../connector/log-fold.ts';
import { facilityNames } from '../connector/names.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { addFacilityFlags, openFacility } from './shared/facility.ts';
import { type CleanEntry, logPrinter } from './shared/log-printer.ts';
import { followedEntries, type LogCursor, storedEntries } from './shared/log-source.ts';
import { logWishes } from './shared/log-wishes.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `logs`: what the worker says, made readable: traces grouped, repetitions folded, known causes explained. */
export const logs: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .option('--since <time>', 'from then on: 10m, 2h, 1d ago, or 2026-11-24T08:00Z')
    .option('--until <time>', 'up to then')
    .option('--level <level>', 'this level and those above it: INFO, WARN, ERROR')
    .option('--grep <pattern>', 'entries that hold this regular expression; case does not count')
    .option('--tail <n>', 'the last entries; default: 100 (20 with --follow), all with a time; or all')
    .option('--follow', 'go on until Ctrl-C, through restarts of the container')
    .option('--no-explain', 'do not say what a known trace means')
    .option('--raw', 'every line as the container wrote it, nothing folded');
  command.addHelpText('after', HELP);
}

const HELP = `
Changes nothing, and works on a stopped container. Passwords and rows of patients are left out, with
--raw too. --verbose shows whole Java traces; --json prints one object for each entry. Times are UTC.
${examples([
  ['clinicmaster-cdc logs', 'the last entries'],
  ['clinicmaster-cdc logs --since 2h --level WARN', 'what went wrong in the last two hours'],
  ['clinicmaster-cdc logs --follow --grep heartbeat', 'as it comes'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { out, clock, signal } = context;
  const settings = await openFacility(context, options);
  const wishes = logWishes(options, clock.now(), out.format === 'json');
  const { container } = facilityNames(settings.facilityId, settings.instance);
  const docker = await context.docker();
  if ((await docker.container(container)) === undefined) throw noContainer(container);
  const printer = logPrinter(settings, wishes, out);

  // What has been said so far, and the last of it.
  const found: CleanEntry[] = [];
  const cursor: LogCursor = {};
  for await (const entry of storedEntries(docker, container, wishes.since, cursor, signal)) {
    const clean = printer.wanted(entry);
    if (clean !== undefined) found.push(clean);
  }
  signal.throwIfAborted();
  const folds = !wishes.raw && out.format === 'text';
  const groups = folds ? foldEntries(found) : found.map((entry) => ({ entry, count: 1, lastAt: entry.at }));
  const { tail = groups.length } = wishes;
  const shown = new Set(
    groups
      .toSorted((a, b) => (a.lastAt < b.lastAt ? -1 : 1))
      .slice(groups.length - Math.min(tail, groups.length)),
  );
  for (const group of groups) if (shown.has(group)) printer.print(group);
  if (!wishes.follow) {
    if (shown.size === 0) out.note('The log holds no such entry.');
    return EXIT.ok;
  }

  for await (const news of followedEntries(docker, container, cursor, { clock, signal })) {
    if ('gone' in news) {
      printer.flush();
      out.note(`Waiting for ${container} (${news.gone}). Ctrl-C ends this.`);
    } else if ('back' in news) out.note(`${container} runs again.`);
    else printer.follow(news);
  }
  printer.flush();
  // Ctrl-C is how it ends: no error is told, as `docker logs` tells none.
  return signal.reason instanceof CliError ? signal.reason.exitCode : EXIT.cancelled;
}

function noContainer(container: string): CliError {
  return new CliError('logs.no-container', 'There is no container whose log could be shown.', {
    seen: `no container ${container}`,
    needed: 'An installed facility; its log goes with its container.',
    commands: ['clinicmaster-cdc init'],
  });
}
