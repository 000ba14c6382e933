import { resolve } from 'node:path';
import type { Command } from 'commander';
import { STATUS_CHECKS } from '../checks/health/look.ts';
import { type StatusReport, statusReport } from '../checks/status-report.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { parseDuration } from '../settings/duration.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import { statusHtml } from '../ui/status-html.ts';
import { statusPrometheus } from '../ui/status-prometheus.ts';
import { statusText } from '../ui/status-text.ts';
import { runFacilityChecks } from './shared/checked.ts';
import { lookAtCopies, withCopies } from './shared/copies.ts';
import { addFacilityFlags, facilityHere } from './shared/facility.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { watchStatus } from './shared/status-watch.ts';

/** `status`: what the facility does right now. RUNNING alone is not healthy: position, capture and heartbeat are read. */
export const status: CommandModule = { define, run };

const WATCH = '10s';
const LIMIT = '6s';

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .option('--watch [duration]', `look again and again; every ${WATCH} if not said`)
    .option('--html <file>', 'write the answer as a page to print or to send')
    .option('--prometheus [file]', 'the figures for a node exporter, printed or written to a file')
    .option('--timeout <duration>', `answer with what is known by then; ${LIMIT} if not said`)
    .option('--strict', 'exit code 4 when data arrive but late, or something is at risk');
  command.addHelpText('after', HELP);
}

const HELP = `
One word: healthy, at risk, late, unknown, stopped, stalled, losing data, lost data; then the numbers behind it
and, for each reason, what to do and who must do it. Changes nothing at the hospital; notes in seen.json of the
facility folder what it saw, so that a restored database or a capture that was made anew is noticed.
Exit code 3 when data do not arrive, or something has failed.
${examples([
  ['clinicmaster-cdc status', 'the facility of this machine'],
  ['clinicmaster-cdc status --watch', 'until Ctrl-C; piped: one line for each change'],
  ['clinicmaster-cdc status --html status.html', 'a page to print or to send'],
  [
    'clinicmaster-cdc status --prometheus /var/lib/node_exporter/cdc.prom',
    'from cron, for the textfile collector',
  ],
  ['clinicmaster-cdc status --json', 'for another program'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  refuseTogether(options);
  const { out, clock, files, host, version } = context;
  const deadlineMs = parseDuration(text(options.timeout) ?? LIMIT, '--timeout');
  const everyMs =
    options.watch === undefined ? undefined : parseDuration(text(options.watch) ?? WATCH, '--watch');
  const { settings, notice } = await facilityHere(context, options);
  const look = async () => {
    const checks = await runFacilityChecks(STATUS_CHECKS, { when: 'daily', deadlineMs }, settings, context);
    const report = statusReport(checks, settings, new Date(clock.now()).toISOString());
    return { report: await withCopyProgress(report, settings, context), checks };
  };
  if (everyMs !== undefined) {
    await notice();
    return watchStatus(async () => (await look()).report, everyMs, context);
  }
  const [{ report, checks }] = await Promise.all([look(), notice()]);
  const write = async (name: string, content: string) => {
    const path = resolve(host.cwd, name);
    await files.writeAtomically(path, content, 0o644);
    out.note(`Written: ${path}`);
  };
  const html = text(options.html);
  if (html !== undefined) await write(html, statusHtml(report, { at: report.at, version }));
  const figures = text(options.prometheus);
  if (figures !== undefined) await write(figures, `${statusPrometheus(report)}\n`);
  const { ok, ...rest } = report;
  out.result({ ok, command: 'status', ...rest, checks }, (data, style) =>
    options.prometheus === true ? statusPrometheus(data) : statusText(data, style),
  );
  return exitOf(report, options.strict === true);
}

/** How far a copy beside the stream is stands in the hospital's database; it is asked for only while there is one. */
async function withCopyProgress(
  report: StatusReport,
  settings: FacilitySettings,
  context: Context,
): Promise<StatusReport> {
  if (report.copies === null) return report;
  try {
    const { phase, percent, request } = await withCopies(settings, context, (copies) =>
      lookAtCopies(copies, context),
    );
    if (request === null || phase === 'foreign') return report;
    const seconds = (context.clock.now() - request.at) / 1000;
    const known = phase === 'copying' && percent > 0;
    const secondsLeft = known ? Math.round((seconds * (100 - percent)) / percent) : null;
    return { ...report, copies: { ...report.copies, percent, secondsLeft } };
  } catch {
    // The other checks say what is wrong; that something is copied is known all the same.
    return report;
  }
}

function exitOf({ ok, health }: StatusReport, strict: boolean): ExitCode {
  if (!ok) return EXIT.failed;
  return strict && health !== 'healthy' ? EXIT.warnings : EXIT.ok;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A watch has no end at which to write anything. */
function refuseTogether(options: Options): void {
  const other = ['html', 'prometheus', 'strict'].find((name) => options[name] !== undefined);
  if (options.watch === undefined || other === undefined) return;
  throw new CliError('status.flags', `--watch and --${other} do not go together.`, {
    exitCode: EXIT.usage,
    needed: 'One of the two.',
    commands: ['clinicmaster-cdc status --help'],
  });
}
