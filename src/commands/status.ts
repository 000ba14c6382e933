import type { Command } from 'commander';
import { FACILITY_CHECKS } from '../checks/registry.ts';
import { STATUS_CHECKS, statusReport } from '../checks/status-report.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { statusText } from '../ui/status-text.ts';
import { runFacilityChecks } from './shared/checked.ts';
import { addFacilityFlags, openFacility } from './shared/facility.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `status`: what the facility does right now. RUNNING alone is not healthy: the heartbeat is read back from Kafka. */
export const status: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Changes nothing. Exit code 3 when it does not stream; doctor then says why.
${examples([
  ['clinicmaster-cdc status', 'the facility of this machine'],
  ['clinicmaster-cdc status --json', 'for another program'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const settings = await openFacility(context, options);
  const checks = await runFacilityChecks(
    FACILITY_CHECKS,
    { when: 'daily', only: STATUS_CHECKS },
    settings,
    context,
  );
  const report = statusReport(checks, settings);
  const ok = report.health !== 'down';
  context.out.result({ ok, command: 'status', ...report, checks }, statusText);
  return ok ? EXIT.ok : EXIT.failed;
}
