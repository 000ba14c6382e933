import type { Command } from 'commander';
import type { DockerPort } from '../adapters/docker-port.ts';
import { type FoldedEntry, lastOnes, storedFold } from '../connector/log-fold.ts';
import { facilityNames } from '../connector/names.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { addFacilityFlags, openFacility } from './shared/facility.ts';
import { type CleanEntry, type LogPrinter, logPrinter } from './shared/log-printer.ts';
import { followedEntries, type LogCursor, storedEntries } from './shared/log-source.ts';
import { type LogWishes, logWishes } from './shared/log-wishes.ts';
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

  const cursor: LogCursor = {};
  const shown = await stored(docker, container, wishes, { cursor, printer, context });
  for (const group of shown) printer.print(group);
  if (!wishes.follow) {
    if (shown.length === 0) out.note('The log holds no such entry.');
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

/** A log may hold 100 MB: without a span of time its end is read first, and all of it only when that is not enough. */
const END_LINES = 20_000;

interface Reading {
  /** Moved to the end of the log. */
  cursor: LogCursor;
  printer: LogPrinter;
  context: Context;
}

/** What has been said so far, as far as it is wanted; the last of it. */
async function stored(
  docker: DockerPort,
  container: string,
  wishes: LogWishes,
  { cursor, printer, context: { out, signal } }: Reading,
): Promise<FoldedEntry<CleanEntry>[]> {
  const { since, until, tail = Number.POSITIVE_INFINITY } = wishes;
  const folds = !wishes.raw && out.format === 'text';
  const begins =
    since === undefined && until === undefined && tail < END_LINES ? [END_LINES, undefined] : [undefined];
  let groups: FoldedEntry<CleanEntry>[] = [];
  for (const lines of begins) {
    const fold = folds ? storedFold<CleanEntry>() : lastOnes<CleanEntry>(tail);
    for await (const entry of storedEntries(docker, container, { since, lines }, cursor, signal)) {
      const clean = printer.wanted(entry);
      if (clean !== undefined) fold.push(clean);
    }
    signal.throwIfAborted();
    groups = fold.groups();
    if (groups.length >= tail || (cursor.lines ?? 0) < (lines ?? 0)) break;
  }
  const latest = groups.toSorted((a, b) => (a.lastAt < b.lastAt ? -1 : 1));
  const shown = new Set(latest.slice(Math.max(0, latest.length - tail)));
  return groups.filter((group) => shown.has(group));
}

function noContainer(container: string): CliError {
  return new CliError('logs.no-container', 'There is no container whose log could be shown.', {
    seen: `no container ${container}`,
    needed: 'An installed facility; its log goes with its container.',
    commands: ['clinicmaster-cdc init'],
  });
}
