import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { installDir, readEnvValues } from '../../install/facility-folder.ts';
import { pinIn } from '../../install/image/pin.ts';
import type { ImagePorts } from '../../install/steps/image.ts';
import { centralFields } from '../../settings/central.ts';
import { facilityFields } from '../../settings/fields.ts';
import { digestFor, digestOf, PIN_KEY } from '../../settings/image-pin.ts';
import { chosenDir } from './facility.ts';
import type { Options } from './module.ts';

/** The image that a command is about. */
export interface ImageTarget {
  target: 'facility' | 'central';
  reference: string;
  /** Folder of the installation, whether or not one stands there. */
  dir: string;
  /** A `.env` stands in it, and it names this image. */
  installed: boolean;
  /** Digest that its `.env` pins for the reference. */
  pin?: string;
}

export function addTargetFlags(command: Command): void {
  command
    .option('--target <role>', 'facility or central. Default: facility')
    .option('--image <reference>', 'image; else the one of the installation, else that of this version')
    .option('--dir <path>', 'folder of the installation')
    .option('--instance <name>', 'second installation on the same machine');
}

/** Which image the flags, the installation's `.env` and this version mean, in this order. */
export async function imageTarget(context: Context, options: Options): Promise<ImageTarget> {
  const { files, host, version } = context;
  const target = options.target ?? 'facility';
  if (target !== 'facility' && target !== 'central') {
    throw new CliError('image.target', `There is no image for ${String(target)}.`, {
      exitCode: EXIT.usage,
      needed: '--target facility, or --target central.',
    });
  }
  const wish = { dir: typeof options.dir === 'string' ? options.dir : undefined, suffix: 'central' };
  const dir =
    target === 'facility'
      ? await chosenDir(context, options)
      : await installDir(files, host, { ...wish, marker: 'WAREHOUSE_HOST' });
  const env = await readEnvValues(files, dir);
  const fields = target === 'facility' ? facilityFields(version) : centralFields(version);
  const preset = fields.find(({ key }) => key === 'IMAGE')?.default ?? '';
  const own = env?.IMAGE || preset;
  const reference = typeof options.image === 'string' ? options.image : host.env.IMAGE || own;
  const pin = digestFor(reference, env?.[PIN_KEY] ?? '');
  const installed = env !== undefined && own === reference;
  return { target, reference, dir, installed, ...(pin === undefined ? {} : { pin }) };
}

/** What the work with images touches. */
export async function imagePorts(context: Context): Promise<ImagePorts> {
  const { files, clock, signal } = context;
  return { files, clock, signal, docker: await context.docker(), imageFiles: await context.imageFiles() };
}

/** The image as it is now on this machine, for an answer. */
export interface ImageNow {
  image: string;
  /** The Engine's id. */
  id: string;
  /** What a pin says of it. */
  digest: string;
  sizeBytes: number;
  /** File that pins it now; null where no installation uses it. */
  pinnedIn: string | null;
}

/** Looks at the image that a command has just brought, and pins it for the installation that uses it. */
export async function brought(
  { reference, dir, installed }: ImageTarget,
  { docker, files }: ImagePorts,
): Promise<ImageNow> {
  const state = await docker.image(reference);
  if (state === undefined) throw new Error(`${reference} is not there after all`);
  const digest = digestOf(reference, state);
  if (installed) await pinIn(dir, reference, digest, files);
  const { id, sizeBytes } = state;
  return { image: reference, id, digest, sizeBytes, pinnedIn: installed ? `${dir}/.env` : null };
}

/** @throws CliError when the image is not on this machine */
export async function present({ reference }: ImageTarget, { docker }: ImagePorts) {
  const state = await docker.image(reference);
  if (state !== undefined) return state;
  throw new CliError('image.absent', `There is no image ${reference} on this machine.`, {
    needed: 'The image: built, pulled or loaded, or another name with --image.',
    commands: [
      'clinicmaster-cdc image build',
      'clinicmaster-cdc image pull --image REGISTRY/NAME:TAG',
      'clinicmaster-cdc image load FILE',
    ],
  });
}

/** The one file that stands after a command's flags. */
export function fileArgument({ args }: Options, { host }: Context): string | undefined {
  const [file] = Array.isArray(args) ? args : [];
  return file === undefined ? undefined : resolve(host.cwd, file);
}
