import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import { addFacilityFlags } from './shared/facility.ts';
import { keptChanges } from './shared/kept-changes.ts';
import { graceOf, isUp, type Life, lived, openLife, ownContainer } from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `stop`: the worker stores its position and ends; nothing brings it back but `start`. */
export const stop: CommandModule = { define, run };

/** What Docker reports of a process that it had to kill. */
const KILLED = 137;

function define(command: Command): void {
  addFacilityFlags(command);
  command.addHelpText('after', HELP);
}

const HELP = `
The worker sends what it has read and stores its position (up to a minute), then the container
stops. It stays stopped, after a restart of this machine too, until "start".
Meanwhile changes wait in SQL Server, no longer than its retention: the command says until when.
Use "pause" where worker and container shall stay up.
${examples([
  ['clinicmaster-cdc stop', 'says until when to start again'],
  ['clinicmaster-cdc stop --instance second', 'the second facility of this machine'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const life = await openLife(context, options);
  const { names, ports } = life;
  const container = await ownContainer(life);
  const kept = await keptChanges(life.settings, context);
  if (container === undefined) {
    return answer(life, context, kept, {
      changed: false,
      headline: `There is no container ${names.container}; nothing runs.`,
      next: ['clinicmaster-cdc init'],
    });
  }
  if (!isUp(container)) {
    return answer(life, context, kept, {
      changed: false,
      headline: `${names.container} is stopped already.`,
    });
  }
  const grace = await graceOf(life);
  const step = context.out.step(`Container ${names.container}`);
  step.update(`the worker stores its position (up to ${grace} s)`);
  try {
    await ports.docker.stop(names.container, grace);
  } catch (cause) {
    step.fail();
    throw cause;
  }
  const killed = (await ports.docker.container(names.container))?.exitCode === KILLED;
  if (killed) step.warn(`killed, because it had not ended after ${grace} s`);
  else step.succeed('stopped, its position is stored');
  return answer(life, context, kept, {
    changed: true,
    headline: `${names.container} is stopped, until start.`,
    ...(killed ? { notes: ['Nothing is lost: the last seconds before the stop will be sent twice.'] } : {}),
  });
}

function answer(
  life: Life,
  context: Context,
  kept: Awaited<ReturnType<typeof keptChanges>>,
  outcome: { changed: boolean; headline: string; notes?: string[]; next?: string[] },
): ExitCode {
  const next = ['clinicmaster-cdc start'];
  return lived(life, { command: 'stop', notes: [], next, kept, ...outcome }, context);
}
