import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { findImageFile, imageFileNames, loadImageFile } from '../install/image/file.ts';
import { broughtText } from '../ui/image-text.ts';
import {
  addTargetFlags,
  brought,
  fileArgument,
  type ImageTarget,
  imagePorts,
  imageTarget,
} from './shared/image-target.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `image load`: takes the image from a file. */
export const imageLoad: CommandModule = { define, run };

function define(command: Command): void {
  addTargetFlags(command);
  command
    .argument('[file]', 'file to load; else image-facility.tar.gz in this folder or beside .env')
    .option('--repin', 'another image than the one pinned in .env is meant')
    .addHelpText('after', HELP);
}

const HELP = `
Checks first: the checksum beside the file, whose image it is, its name, its kind of
processor. Nothing is loaded of a file that is not right.
${examples([
  ['clinicmaster-cdc image load /media/usb/image-facility.tar.gz', 'then: clinicmaster-cdc init'],
  ['clinicmaster-cdc image load --repin', 'a newer image takes the place of the pinned one'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { files, host, out } = context;
  const wanted = await imageTarget(context, options);
  const ports = await imagePorts(context);
  const path =
    fileArgument(options, context) ?? (await findImageFile(wanted.target, [host.cwd, wanted.dir], files));
  if (path === undefined) throw noFile(wanted, host.cwd);
  const before = (await ports.docker.image(wanted.reference))?.id;
  const step = out.step(`Load ${wanted.reference}`);
  try {
    const digest = options.repin === true ? undefined : wanted.pin;
    step.succeed(await loadImageFile(path, { ...wanted, digest }, ports, (message) => step.update(message)));
  } catch (cause) {
    step.fail();
    throw cause;
  }
  const now = await brought(wanted, ports);
  const next = ['clinicmaster-cdc init'];
  const changed = before !== now.id;
  out.result({ ok: true, command: 'image load', changed, path, ...now, next }, broughtText);
  return EXIT.ok;
}

function noFile({ target, dir }: ImageTarget, cwd: string): CliError {
  return new CliError('image.no-file', 'There is no image file to load.', {
    exitCode: EXIT.usage,
    seen: `none of ${imageFileNames(target).join(', ')} in ${cwd} or ${dir}`,
    needed: 'The file after the command.',
    commands: ['clinicmaster-cdc image load /media/usb/image-facility.tar.gz'],
  });
}
