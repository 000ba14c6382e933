import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { namesRegistry } from '../install/image/identity.ts';
import { pull } from '../install/image/pull.ts';
import { broughtText } from '../ui/image-text.ts';
import { isOffline } from './shared/image.ts';
import { addTargetFlags, brought, imagePorts, imageTarget } from './shared/image-target.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `image pull`: fetches the image from the registry that its name gives. */
export const imagePull: CommandModule = { define, run };

function define(command: Command): void {
  addTargetFlags(command);
  command.addHelpText('after', HELP);
}

const HELP = `
What passes by itself (a line that breaks, a registry that is busy) is tried again.
Uses the login that docker login has left.
The digest is pinned in the .env of the installation that uses the image.
${examples([
  ['clinicmaster-cdc image pull', 'the image that IMAGE in .env names'],
  ['clinicmaster-cdc image pull --image registry.example.org/cdc:0.1.0', 'another one'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const wanted = await imageTarget(context, options);
  const { reference } = wanted;
  if (isOffline(options, context) || !namesRegistry(reference))
    throw nowhere(reference, isOffline(options, context));
  const ports = await imagePorts(context);
  const step = context.out.step(`Pull ${reference}`);
  try {
    step.succeed(await pull(reference, ports, (message) => step.update(message)));
  } catch (cause) {
    step.fail();
    throw cause;
  }
  const now = await brought(wanted, ports);
  const next = wanted.installed ? ['clinicmaster-cdc init'] : [];
  context.out.result({ ok: true, command: 'image pull', changed: true, ...now, next }, broughtText);
  return EXIT.ok;
}

function nowhere(reference: string, offline: boolean): CliError {
  return new CliError('image.no-registry', `${reference} is not pulled.`, {
    exitCode: EXIT.usage,
    seen: offline ? 'CDC_OFFLINE is set: nothing is fetched' : 'the name gives no registry',
    needed: 'registry/name:tag with --image or in .env; or build it here, or load it from a file.',
    commands: ['clinicmaster-cdc image build', 'clinicmaster-cdc image load FILE'],
  });
}
