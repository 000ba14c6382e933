import { resolve } from 'node:path';
import type { Command } from 'commander';
import { doctorReport } from '../checks/doctor-report.ts';
import { FACILITY_CHECKS } from '../checks/registry.ts';
import type { CheckResult } from '../checks/types.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { doctorHtml } from '../ui/doctor-html.ts';
import { checkListText, doctorText } from '../ui/doctor-text.ts';
import { fixText } from '../ui/fix-text.ts';
import { addDoctorFlags, type DoctorWishes, doctorWishes } from './shared/doctor-wishes.ts';
import { addFacilityFlags, openFacility } from './shared/facility.ts';
import { acceptedRisks, addFixFlags, type Cures, curable, cure } from './shared/fixing.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { lookUntilWell, watch } from './shared/rounds.ts';
import { bundleSite, type Site, thisSite } from './shared/site.ts';

/** `doctor`: every check of the facility that is installed here, and for each trouble what to do and who does it. */
export const doctor: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  addDoctorFlags(command);
  addFixFlags(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Without --fix it changes nothing, and takes 15 seconds at most (with --deep
longer). Exit code 3 when a check fails.
${examples([
  ['clinicmaster-cdc doctor', 'everything'],
  ['clinicmaster-cdc doctor --only kafka --short', 'problems with Kafka'],
  ['clinicmaster-cdc doctor --fix', 'and cures what can be cured safely, asking before each'],
  ['clinicmaster-cdc doctor explain kafka-tcp', 'more on one check'],
  ['clinicmaster-cdc doctor --html report.html', 'a page to print or to send'],
  ['clinicmaster-cdc doctor --wait 5m', 'after a start: until all is well'],
  ['clinicmaster-cdc doctor --from bundle.tgz', 'what another site has sent'],
  ['clinicmaster-cdc doctor --json', 'for another program'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const wishes = doctorWishes(options);
  if (wishes.list) return list(context);
  const accepted = acceptedRisks(FACILITY_CHECKS, options);
  const site = await siteOf(wishes, options, context);
  if (wishes.watchMs !== undefined) return watch(site, wishes, context);
  const checks =
    wishes.waitMs === undefined
      ? await site.look(wishes.only, true)
      : await lookUntilWell(site, wishes, context);
  const { settings } = site;
  if (settings === undefined) return answer(checks, site, {}, wishes, context);
  if (!wishes.fix) return answer(checks, site, curable(FACILITY_CHECKS, checks, settings), wishes, context);
  const look = () => site.look(wishes.only, false);
  const cured = await cure(FACILITY_CHECKS, checks, look, { accepted, options, settings }, context);
  return answer(cured.checks, site, { fixes: cured.fixes }, wishes, context);
}

async function siteOf({ from, deep }: DoctorWishes, options: Options, context: Context): Promise<Site> {
  if (from !== undefined) return bundleSite(FACILITY_CHECKS, from, context);
  return thisSite(FACILITY_CHECKS, await openFacility(context, options), deep, context);
}

/** The page, where one is wished for, and the answer. */
async function answer(
  checks: readonly CheckResult[],
  site: Site,
  cures: Cures,
  { only, short, strict, html }: DoctorWishes,
  context: Context,
): Promise<ExitCode> {
  const { out, files, clock, host, version } = context;
  const options = {
    short,
    whole: only.length === 0,
    ...(site.from === undefined ? {} : { from: site.from }),
  };
  const report = doctorReport(checks, site.facility, options);
  if (html !== undefined) {
    const path = resolve(host.cwd, html);
    const at = new Date(clock.now()).toISOString();
    await files.writeAtomically(path, doctorHtml(report, { at, version }), 0o644);
    out.note(`Written: ${path}`);
  }
  out.result({ ...report, ...cures }, (data, style) =>
    [doctorText(data, style), fixText(data, style)].filter((text) => text !== '').join('\n\n'),
  );
  const { counts } = report;
  if (counts.fail > 0) return EXIT.failed;
  return strict && counts.warn + counts.unknown > 0 ? EXIT.warnings : EXIT.ok;
}

function list({ out }: Context): ExitCode {
  const checks = FACILITY_CHECKS.map(({ id, area, title, when, needs, deep = false, touches }) => {
    return { id, area, title, when, needs, deep, ...(touches === undefined ? {} : { touches }) };
  });
  out.result({ ok: true, command: 'doctor', checks }, checkListText);
  return EXIT.ok;
}
