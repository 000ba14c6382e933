import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import { startStep } from '../install/steps/start.ts';
import { addFacilityFlags } from './shared/facility.ts';
import { bringUp, isUp, lived, openLife, requireContainer } from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { settleReplacement } from './shared/settle.ts';
import { addAcceptRiskFlag, guardStart } from './shared/start-guard.ts';

/** `start`: from a stopped container to a stream that is proven. */
export const start: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  addAcceptRiskFlag(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Looks first whether SQL Server still has everything from the stored position on: a start after its
retention would lose rows or copy every table again, and is refused.
Then it starts the container and waits for the worker, the connector and a fresh heartbeat in Kafka.
A paused connector runs again afterwards. A changed setting is applied by "init", not by this.
${examples([['clinicmaster-cdc start', 'after stop, or when something else has stopped it']])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  await settleReplacement(context, options);
  const life = await openLife(context, options);
  const { names, ports, settings } = life;
  const up = isUp(await requireContainer(life));
  const status = up ? await ports.connect.status(names.connector).catch(() => undefined) : undefined;
  if (status?.connector.state !== 'RUNNING')
    await guardStart(settings, options, context, 'start the container');
  const steps = await bringUp(life, context, () => [startStep(names.container, ports.docker)]);
  const changed = steps.some(({ id, outcome }) => outcome === 'changed' && id !== 'stream');
  const state = changed ? 'streams' : 'runs already';
  return lived(
    life,
    {
      command: 'start',
      changed,
      headline: `${settings.facilityName} (${settings.facilityCode}) ${state}.`,
      notes: [],
      kept: null,
      steps,
      next: ['clinicmaster-cdc status'],
    },
    context,
  );
}
