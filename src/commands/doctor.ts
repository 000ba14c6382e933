import type { Command } from 'commander';
import { FACILITY_CHECKS } from '../checks/registry.ts';
import type { CheckResult, Outcome } from '../checks/types.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { checkListText, doctorText } from '../ui/doctor-text.ts';
import { fixText } from '../ui/fix-text.ts';
import { addFacilityFlags, openFacility } from './shared/facility.ts';
import { addFixFlags, examine } from './shared/fixing.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `doctor`: every check of the facility that is installed here, and for each trouble what to do and who does it. */
export const doctor: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .option('--only <check,…>', 'only these checks or areas, and what they need')
    .option('--list', 'list the checks and do nothing')
    .option('--strict', 'exit code 4 when something is not certain or not as it should be');
  addFixFlags(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Without --fix it changes nothing, and takes 15 seconds at most. Exit code 3 when a check fails.
${examples([
  ['clinicmaster-cdc doctor', 'everything'],
  ['clinicmaster-cdc doctor --only kafka', 'only what concerns Kafka'],
  ['clinicmaster-cdc doctor --fix', 'and cures what can be cured safely, asking before each'],
  ['clinicmaster-cdc doctor --json', 'for another program'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.list === true) return list(context);
  const settings = await openFacility(context, options);
  const only = typeof options.only === 'string' ? options.only.split(',').map((name) => name.trim()) : [];

  const step = context.out.step('Checks');
  let finished = 0;
  const observer = {
    finished: ({ title }: CheckResult) => {
      finished++;
      step.update(`${finished}: ${title}`);
    },
  };
  const runOptions = { when: 'daily', only, observer } as const;
  const { checks, ...cures } = await examine(FACILITY_CHECKS, runOptions, options, settings, context);
  const counts = countsOf(checks);
  step.succeed(`${checks.length} done`);

  const facility = { code: settings.facilityCode, id: settings.facilityId, name: settings.facilityName };
  const ok = counts.fail === 0;
  context.out.result({ ok, command: 'doctor', facility, counts, checks, ...cures }, (data, style) =>
    [doctorText(data, style), fixText(data, style)].filter((text) => text !== '').join('\n\n'),
  );
  if (!ok) return EXIT.failed;
  return options.strict === true && counts.warn + counts.unknown > 0 ? EXIT.warnings : EXIT.ok;
}

function list({ out }: Context): ExitCode {
  const checks = FACILITY_CHECKS.map(({ id, area, title, needs }) => ({ id, area, title, needs }));
  out.result({ ok: true, command: 'doctor', checks }, checkListText);
  return EXIT.ok;
}

function countsOf(checks: readonly CheckResult[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { pass: 0, warn: 0, fail: 0, unknown: 0, skip: 0 };
  for (const { verdict } of checks) counts[verdict.outcome]++;
  return counts;
}
