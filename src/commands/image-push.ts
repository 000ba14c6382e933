import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { namesRegistry } from '../install/image/identity.ts';
import { push } from '../install/image/pull.ts';
import { digestOf } from '../settings/image-pin.ts';
import { broughtText } from '../ui/image-text.ts';
import { addTargetFlags, imagePorts, imageTarget, present } from './shared/image-target.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `image push`: puts the image into a registry, for the facilities. */
export const imagePush: CommandModule = { define, run };

function define(command: Command): void {
  addTargetFlags(command);
  command
    .option('--to <reference>', 'name in the registry; the image gets it besides its own')
    .addHelpText('after', HELP);
}

const HELP = `
Uses the login that docker login has left in Docker's config.json or with the
helper that it names. Prints the digest that facilities can be held to.
${examples([
  ['clinicmaster-cdc image push --to registry.example.org/cdc/connect-facility:0.1.0', 'name and push'],
  [
    'clinicmaster-cdc init --image registry.example.org/cdc/connect-facility:0.1.0 \\\n      --image-digest sha256:…',
    'at a facility',
  ],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { out } = context;
  const wanted = await imageTarget(context, options);
  const to = typeof options.to === 'string' ? options.to : wanted.reference;
  if (!namesRegistry(to)) {
    throw new CliError('image.no-registry', `${to} names no registry.`, {
      exitCode: EXIT.usage,
      needed: 'The name that the image shall have there.',
      commands: [`clinicmaster-cdc image push --to registry.example.org/${to.split('/').at(-1)}`],
    });
  }
  const ports = await imagePorts(context);
  await present(wanted, ports);
  if (!(await ports.docker.hasLogin(to))) {
    const host = to.split('/')[0];
    out.warn(`Nobody has logged in to ${host} here: it takes the image only if it takes it from anybody.`);
  }
  if (to !== wanted.reference) await ports.docker.tag(wanted.reference, to);
  const step = out.step(`Push ${to}`);
  try {
    step.succeed(await push(to, ports, (message) => step.update(message)));
  } catch (cause) {
    step.fail();
    throw cause;
  }
  const { id, digests, sizeBytes } = await present({ ...wanted, reference: to }, ports);
  const digest = digestOf(to, { id, digests });
  const next = [`clinicmaster-cdc init --image ${to} --image-digest ${digest}   (at each facility)`];
  const now = { image: to, id, digest, sizeBytes, pinnedIn: null, next };
  out.result({ ok: true, command: 'image push', changed: true, ...now }, broughtText);
  return EXIT.ok;
}
