import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CliError, EXIT, type ExitCode } from '../../errors.ts';
import { mb } from '../../install/image/transfer-text.ts';
import { ENROLMENT_FILE, isFree, type StickWish, writeStick } from '../../install/offline/stick.ts';
import { imageStep } from '../../install/steps/image.ts';
import { centralFields } from '../../settings/central.ts';
import { facilityFields } from '../../settings/fields.ts';
import { imageRecipe } from './image.ts';
import { imagePorts, imageTarget, present } from './image-target.ts';
import type { Options } from './module.ts';

export function addOfflineFlags(command: Command): void {
  command
    .option(
      '--offline [path]',
      'all that an installation without the internet needs: a folder, or a .tar file',
    )
    .option('--target <role>', 'with --offline: facility or central. Default: facility')
    .option('--image <reference>', 'with --offline: image; else that of this version')
    .option('--image-file <file>', 'with --offline: load the image from this file first')
    .option('--with-node <file>', 'with --offline: lay in a Node.js archive as nodejs.org gives it')
    .option(
      '--enrolment <file>',
      'with --offline: lay in the enrolment file of the facility; it holds a secret',
    );
}

/** `bundle --offline`: program, image, checksums and start scripts, for a USB stick. */
export async function offlineBundle(context: Context, options: Options): Promise<ExitCode> {
  const { out, files, host, version, packageRoot } = context;
  const wanted = await imageTarget(context, options);
  const { target, reference, dir } = wanted;
  const name = `clinicmaster-cdc-offline-${version}`;
  const path =
    typeof options.offline === 'string' ? resolve(host.cwd, options.offline) : join(host.cwd, name);
  if (!(await isFree(path, files))) throw taken(path);
  const node = nodeArchive(options, context);
  const enrolment = await enrolmentText(options, context);
  const ports = await imagePorts(context);

  const recipe = { ...(await imageRecipe({ ...options, offline: undefined }, context)), target };
  await stepped(context, `Image ${reference}`, async (progress) => {
    const step = imageStep(reference, recipe, dir, ports);
    return (await step.done([])) ?? step.run(progress);
  });
  const fields = target === 'facility' ? facilityFields(version) : centralFields(version);
  const wish: StickWish = {
    path,
    version,
    packageRoot,
    target,
    reference,
    image: await present(wanted, ports),
    named: fields.find(({ key }) => key === 'IMAGE')?.default !== reference,
    ...(node === undefined ? {} : { node }),
    ...(enrolment === undefined ? {} : { enrolment }),
  };
  let written: Awaited<ReturnType<typeof writeStick>> = [];
  await stepped(context, `Write ${path}`, async (progress) => {
    written = await writeStick(wish, ports, progress);
    return `${mb(written.reduce((sum, { bytes }) => sum + bytes, 0))} MB`;
  });
  if (enrolment !== undefined) {
    out.warn(
      `${ENROLMENT_FILE} holds the facility's Kafka password. It is readable by you alone here (0600), but a stick with FAT or exFAT keeps no permissions: keep it under lock, and delete the file after the installation.`,
    );
  }
  const data = {
    path,
    image: reference,
    id: wish.image.id,
    architecture: wish.image.architecture,
    node: node?.name ?? null,
    enrolment: enrolment !== undefined,
    files: written,
  };
  out.result({ ok: true, command: 'bundle', changed: true, offline: true, ...data }, (stick, style) =>
    [
      style.wrap(`${style.symbol('pass')} ${stick.path}`),
      ...stick.files.map((file) => `  ${file.name.padEnd(34)} ${mb(file.bytes).padStart(8)} MB`),
      '',
      ...(stick.node === null
        ? [
            style.wrap(
              'No Node.js is on it: 20.17 or newer must be on the machine, or give --with-node FILE.',
              2,
            ),
          ]
        : []),
      style.wrap(`On the machine (linux/${stick.architecture} containers):`, 2),
      `    ${style.command('sudo sh install.sh')}        Linux`,
      `    ${style.command('install.cmd')}               Windows, as administrator`,
    ].join('\n'),
  );
  return EXIT.ok;
}

async function stepped(
  { out }: Context,
  title: string,
  work: (progress: (message: string) => void) => Promise<string>,
): Promise<void> {
  const step = out.step(title);
  try {
    step.succeed(await work((message) => step.update(message)));
  } catch (cause) {
    step.fail();
    throw cause;
  }
}

/** Names as nodejs.org gives them: system, processor and version stand in them. */
const NODE_ARCHIVE =
  /^node-v(\d+)\.(\d+)\.\d+-(?:linux-(?:x64|arm64)\.tar\.(?:gz|xz)|win-(?:x64|arm64)\.zip)$/;

function nodeArchive({ withNode }: Options, { host }: Context): StickWish['node'] {
  if (typeof withNode !== 'string') return undefined;
  const name = basename(withNode);
  const [, major, minor] = NODE_ARCHIVE.exec(name) ?? [];
  if (Number(major) > 20 || (Number(major) === 20 && Number(minor) >= 17)) {
    return { path: resolve(host.cwd, withNode), name };
  }
  throw new CliError('offline.node', `${name} is no archive of Node.js that this program can use.`, {
    exitCode: EXIT.usage,
    needed:
      'node-v<20.17 or newer>-linux-x64.tar.xz, -linux-arm64.tar.xz or -win-x64.zip, with its own name.',
    commands: ['https://nodejs.org/en/download'],
  });
}

async function enrolmentText({ enrolment }: Options, { files, host }: Context): Promise<string | undefined> {
  if (typeof enrolment !== 'string') return undefined;
  const text = await files.read(resolve(host.cwd, enrolment));
  if (text !== undefined) return text;
  throw new CliError('offline.enrolment', `There is no file ${enrolment}.`, {
    exitCode: EXIT.usage,
    needed: 'The enrolment file that the central team has issued.',
    who: 'central-team',
  });
}

function taken(path: string): CliError {
  return new CliError('offline.exists', `${path} is there already.`, {
    exitCode: EXIT.usage,
    needed: 'A name that is free, so that nothing old is mixed in.',
    commands: [`clinicmaster-cdc bundle --offline ${path}-2`],
  });
}
