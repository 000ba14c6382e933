import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import type { Step } from '../install/step.ts';
import { hasFailed } from '../install/steps/connector.ts';
import { addFacilityFlags } from './shared/facility.ts';
import {
  bringUp,
  graceOf,
  type Life,
  lived,
  openLife,
  type Proof,
  requireConnector,
  requireContainer,
} from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { settleReplacement } from './shared/settle.ts';
import { addAcceptRiskFlag, guardStart } from './shared/start-guard.ts';

/** `restart`: connector and task anew, or only what has failed, or the whole container. */
export const restart: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .option('--failed', 'only what has failed; where nothing has, nothing is done')
    .option('--container', 'the whole container: worker, connector and task');
  addAcceptRiskFlag(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Goes on at the stored position: nothing is lost, and SQL Server keeps what comes meanwhile.
Looks first whether SQL Server still has everything from that position on; else it is refused.
Ends when a heartbeat that is newer than the restart was read back from Kafka.
${examples([
  ['clinicmaster-cdc restart', 'the connector and its task'],
  ['clinicmaster-cdc restart --failed', 'a task that has failed, once its cause is cured'],
  ['clinicmaster-cdc restart --container', 'the worker too'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.failed === true && options.container === true) {
    throw new CliError('usage', 'Either --failed or --container.', {
      exitCode: EXIT.usage,
      needed: 'One of them: a container restarts as a whole.',
    });
  }
  await settleReplacement(context, options);
  const life = await openLife(context, options);
  if (options.container === true) {
    await requireContainer(life);
    await guardStart(life.settings, options, context, 'restart the container');
    return finish(life, context, await containerAnew(life));
  }
  const onlyFailed = options.failed === true;
  const status = await requireConnector(life);
  if (onlyFailed && !hasFailed(status)) {
    return lived(
      life,
      {
        command: 'restart',
        changed: false,
        headline: 'Nothing has failed; nothing was restarted.',
        notes: [],
        kept: null,
        next: ['clinicmaster-cdc status'],
      },
      context,
    );
  }
  await guardStart(life.settings, options, context, 'restart the connector');
  return finish(life, context, (proof) => connectorAnew(life, onlyFailed, proof));
}

async function finish(life: Life, context: Context, first: (proof: Proof) => Step): Promise<ExitCode> {
  const steps = await bringUp(life, context, (proof) => [first(proof)]);
  const { facilityName, facilityCode } = life.settings;
  return lived(
    life,
    {
      command: 'restart',
      changed: true,
      headline: `${facilityName} (${facilityCode}) streams.`,
      notes: [],
      kept: null,
      steps,
      next: ['clinicmaster-cdc status'],
    },
    context,
  );
}

async function containerAnew(life: Life): Promise<(proof: Proof) => Step> {
  const { names, ports } = life;
  const grace = await graceOf(life);
  return (proof) => ({
    id: 'container',
    title: `Container ${names.container}`,
    done: async () => undefined,
    run: async (progress) => {
      progress(`the worker stores its position (up to ${grace} s)`);
      await ports.docker.restart(names.container, grace);
      await proof.since();
      return 'restarted';
    },
  });
}

function connectorAnew({ names, ports }: Life, onlyFailed: boolean, proof: Proof): Step {
  return {
    id: 'connector',
    title: `Connector ${names.connector}`,
    done: async () => undefined,
    run: async () => {
      await ports.connect.restart(names.connector, { onlyFailed });
      await proof.since();
      return onlyFailed ? 'what had failed was restarted' : 'restarted';
    },
  };
}
