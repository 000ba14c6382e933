import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { build } from '../install/image/build.ts';
import { broughtText } from '../ui/image-text.ts';
import { imageRecipe } from './shared/image.ts';
import { addTargetFlags, brought, imagePorts, imageTarget } from './shared/image-target.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `image build`: makes the image here, from what the package brings. */
export const imageBuild: CommandModule = { define, run };

function define(command: Command): void {
  addTargetFlags(command);
  command
    .option('--base-image <reference>', 'image to build on (environment: BASE_IMAGE)')
    .addHelpText('after', HELP);
}

const HELP = `
Takes minutes and about 300 MB from package servers. Build once, centrally; then
push it to a registry or save it to a file. Two builds are never the same image:
the new one is pinned in the .env of the installation that uses it.
${examples([
  ['clinicmaster-cdc image build', 'the image of a facility'],
  ['clinicmaster-cdc image build --image registry.example.org/cdc:0.1.0', 'under the name it is pushed by'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const wanted = await imageTarget(context, options);
  const ports = await imagePorts(context);
  const recipe = { ...(await imageRecipe(options, context)), target: wanted.target };
  const step = context.out.step(`Build ${wanted.reference}`);
  try {
    const progress = (message: string) => step.update(message);
    await build(wanted.reference, recipe, ports.docker, progress, ports.signal);
  } catch (cause) {
    step.fail();
    throw cause;
  }
  step.succeed();
  const now = await brought(wanted, ports);
  const next = wanted.installed ? ['clinicmaster-cdc init'] : ['clinicmaster-cdc image save'];
  context.out.result({ ok: true, command: 'image build', changed: true, ...now, next }, broughtText);
  return EXIT.ok;
}
