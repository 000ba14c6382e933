import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import { addFacilityFlags } from './shared/facility.ts';
import { bringUp, lived, openLife, requireConnector } from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { addAcceptRiskFlag, guardStart } from './shared/start-guard.ts';

/** `resume`: the connector reads on where it was paused. */
export const resume: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  addAcceptRiskFlag(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Looks first whether SQL Server still has everything from the stored position on: what its retention
has deleted meanwhile would be missing without a word, so that a late resume is refused.
Ends when a heartbeat that is newer than the resume was read back from Kafka.
${examples([['clinicmaster-cdc resume', 'after pause']])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const life = await openLife(context, options);
  const { settings } = life;
  const { state } = (await requireConnector(life)).connector;
  const paused = state === 'PAUSED' || state === 'STOPPED';
  if (paused) await guardStart(settings, options, context, 'resume the connector');
  const steps = await bringUp(life, context, () => []);
  return lived(
    life,
    {
      command: 'resume',
      changed: paused,
      headline: `${settings.facilityName} (${settings.facilityCode}) ${paused ? 'streams again' : 'was not paused; it streams'}.`,
      notes: [],
      kept: null,
      steps,
      next: ['clinicmaster-cdc status'],
    },
    context,
  );
}
