import { basename, join } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { saveImageFile, writeChecksum } from '../install/image/save.ts';
import { mb } from '../install/image/transfer-text.ts';
import { addTargetFlags, fileArgument, imagePorts, imageTarget, present } from './shared/image-target.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `image save`: the image as a file, for machines without the internet. */
export const imageSave: CommandModule = { define, run };

function define(command: Command): void {
  addTargetFlags(command);
  command
    .argument('[file]', 'file to write; else image-facility.tar.gz in this folder')
    .addHelpText('after', HELP);
}

const HELP = `
Writes a gzipped tar, whole or not at all, and its checksum beside it. image load,
init --image-file and docker load take it. For a stick with everything on it:
clinicmaster-cdc bundle --offline.
${examples([
  ['clinicmaster-cdc image save', 'image-facility.tar.gz and image-facility.tar.gz.sha256'],
  ['clinicmaster-cdc image save --target central /media/usb/image-central.tar.gz', 'the image of the sink'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { out, host } = context;
  const wanted = await imageTarget(context, options);
  const ports = await imagePorts(context);
  const { id, architecture, sizeBytes } = await present(wanted, ports);
  const path = fileArgument(options, context) ?? join(host.cwd, `image-${wanted.target}.tar.gz`);
  const step = out.step(`Save ${wanted.reference}`);
  let written: Awaited<ReturnType<typeof saveImageFile>>;
  let checksum: string;
  try {
    written = await saveImageFile(wanted.reference, path, sizeBytes, ports, (message) =>
      step.update(message),
    );
    checksum = await writeChecksum(path, basename(path), written, ports);
  } catch (cause) {
    step.fail();
    throw cause;
  }
  step.succeed(`${mb(written.bytes)} MB`);
  const data = { image: wanted.reference, id, architecture, path, checksum, ...written };
  out.result({ ok: true, command: 'image save', changed: true, ...data }, (saved, style) =>
    [
      style.wrap(`${style.symbol('pass')} ${saved.path}, ${mb(saved.bytes)} MB, linux/${saved.architecture}`),
      `  sha256  ${saved.sha256}`,
      '',
      '  On the other machine:',
      `    ${style.command(`clinicmaster-cdc init --offline --image-file ${basename(saved.path)}`)}`,
    ].join('\n'),
  );
  return EXIT.ok;
}
