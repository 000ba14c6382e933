import type { Command } from 'commander';
import type { ConnectorStatus } from '../adapters/connect-port.ts';
import type { Context } from '../context.ts';
import { CliError, type ExitCode } from '../errors.ts';
import { describe } from '../install/install-errors.ts';
import { addFacilityFlags } from './shared/facility.ts';
import { keptChanges } from './shared/kept-changes.ts';
import { type Life, lived, openLife, requireConnector } from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `pause`: the connector reads no more; worker and container stay up. */
export const pause: CommandModule = { define, run };

const PATIENCE_MS = 60_000;
const PAUSE_MS = 250;

function define(command: Command): void {
  addFacilityFlags(command);
  command.addHelpText('after', HELP);
}

const HELP = `
The connector stays paused until "resume", after a restart of the machine too: Kafka remembers it.
Meanwhile changes wait in SQL Server, no longer than its retention: the command says until when.
${examples([
  ['clinicmaster-cdc pause', 'says until when to resume'],
  ['clinicmaster-cdc pause --json', 'kept.until is that time'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const life = await openLife(context, options);
  const { names } = life;
  const before = await requireConnector(life);
  const already = before.connector.state === 'PAUSED' || before.connector.state === 'STOPPED';
  if (!already) await pauseAndWait(life, context);
  return lived(
    life,
    {
      command: 'pause',
      changed: !already,
      headline: already
        ? `${names.connector} is paused already.`
        : `${names.connector} is paused; worker and container stay up.`,
      notes: [],
      kept: await keptChanges(life.settings, context),
      next: ['clinicmaster-cdc resume'],
    },
    context,
  );
}

async function pauseAndWait({ names, ports }: Life, { out, clock, signal }: Context): Promise<void> {
  const step = out.step(`Connector ${names.connector}`);
  try {
    await ports.connect.pause(names.connector);
    for (const end = clock.now() + PATIENCE_MS; ; await clock.sleep(PAUSE_MS, signal)) {
      const status = await ports.connect.status(names.connector);
      if (status !== undefined && isPaused(status)) break;
      if (clock.now() > end) throw notPaused(names.connector, status);
      if (status !== undefined) step.update(describe(status));
    }
  } catch (cause) {
    step.fail();
    throw cause;
  }
  step.succeed('paused');
}

/** A task that has failed cannot pause; it reads nothing either. */
function isPaused({ connector, tasks }: ConnectorStatus): boolean {
  return connector.state === 'PAUSED' && tasks.every(({ state }) => state === 'PAUSED' || state === 'FAILED');
}

function notPaused(connector: string, status: ConnectorStatus | undefined): CliError {
  return new CliError('life.not-paused', `${connector} does not pause.`, {
    seen: `${status === undefined ? 'no status' : describe(status)} after ${PATIENCE_MS / 1000} s`,
    needed: 'The worker was told; status shows when it has. stop ends the whole container.',
    commands: ['clinicmaster-cdc status', 'clinicmaster-cdc stop'],
  });
}
