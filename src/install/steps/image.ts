import { CliError } from '../../errors.ts';
import { digestOf, isPinned } from '../../settings/image-pin.ts';
import type { ImageRecipe, InstallPorts } from '../deployment.ts';
import { build } from '../image/build.ts';
import { findImageFile, imageFileNames, isSaved, loadImageFile, suitable } from '../image/file.ts';
import { namesRegistry } from '../image/identity.ts';
import { otherImage, pinIn, pinned } from '../image/pin.ts';
import { pull } from '../image/pull.ts';
import { mb } from '../image/transfer-text.ts';
import type { Step } from '../step.ts';

export type ImagePorts = Pick<InstallPorts, 'docker' | 'files' | 'imageFiles' | 'clock' | 'signal'>;

/**
 * The image: present, else from the file that was named, else pulled from the registry that its name gives, else from a
 * file that lies at hand, else built here. Offline, only the first two and the file at hand.
 * @param dir folder of the installation; its `.env` may pin the image
 */
export function imageStep(reference: string, recipe: ImageRecipe, dir: string, ports: ImagePorts): Step {
  const { docker, imageFiles } = ports;
  const wanted = { reference, target: recipe.target };
  return {
    id: 'image',
    title: `Image ${reference}`,
    done: async () => {
      const image = await docker.image(reference);
      if (image === undefined) return undefined;
      if (recipe.file !== undefined) {
        const { architecture } = await docker.info();
        const saved = suitable(recipe.file, await imageFiles.inspect(recipe.file), wanted, architecture);
        if (!isSaved(image, saved)) return undefined;
      }
      await requirePinned(reference, recipe, dir, ports, 'on this machine');
      return `present, ${mb(image.sizeBytes)} MB`;
    },
    preview: async () => ({ what: await way(wanted, recipe, dir, ports) }),
    makes: async () => [{ kind: 'image', name: reference }],
    run: async (progress) => {
      const detail = await obtain(wanted, recipe, dir, ports, progress);
      await requirePinned(reference, recipe, dir, ports, detail);
      return detail;
    },
    undo: async () => {
      if ((await docker.image(reference)) === undefined) return 'was not there';
      return (await docker.removeImage(reference)) ? 'removed' : 'stays: a container uses it';
    },
  };
}

/** Which way {@link obtain} would take, in words. */
async function way(
  { reference, target }: { reference: string; target: ImageRecipe['target'] },
  recipe: ImageRecipe,
  dir: string,
  { files }: ImagePorts,
): Promise<string> {
  if (recipe.file !== undefined) return `load it from ${recipe.file}`;
  const atHand = await findImageFile(target, [dir, ...recipe.folders], files);
  if (namesRegistry(reference) && !recipe.offline) return `pull it from ${reference.split('/')[0]}`;
  if (atHand !== undefined) return `load it from ${atHand}`;
  return recipe.offline
    ? 'not there, and nothing may be fetched (--offline)'
    : 'build it here (some minutes; needs the package servers)';
}

/** The ways in their order. A way that failed is followed by another only where that brings the very same image. */
async function obtain(
  wanted: { reference: string; target: ImageRecipe['target'] },
  recipe: ImageRecipe,
  dir: string,
  ports: ImagePorts,
  progress: (message: string) => void,
): Promise<string> {
  const { reference, target } = wanted;
  const { docker, files, signal } = ports;
  const digest = await expected(reference, recipe, dir, files);
  const load = (path: string) => loadImageFile(path, { ...wanted, digest }, ports, progress);
  if (recipe.file !== undefined) return load(recipe.file);
  const atHand = await findImageFile(target, [dir, ...recipe.folders], files);
  if (namesRegistry(reference) && !recipe.offline) {
    try {
      return await pull(reference, ports, progress);
    } catch (cause) {
      signal.throwIfAborted();
      // A full disk takes no file either, and a build would be another image under the registry's name.
      if (!(cause instanceof CliError) || cause.code === 'docker.pull-no-space' || atHand === undefined) {
        throw cause;
      }
      return `${await load(atHand)}; it could not be pulled: ${cause.seen ?? cause.message}`;
    }
  }
  if (atHand !== undefined) return load(atHand);
  if (recipe.offline) throw noImage(reference, target, dir);
  if (digest !== undefined) throw gone(reference, digest);
  await build(reference, recipe, docker, progress, signal);
  return 'built here';
}

/** Writes down which image it is, so that another one under the same name is noticed. */
export function pinStep(reference: string, dir: string, { docker, files }: ImagePorts): Step {
  const now = async () => {
    const image = await docker.image(reference);
    return { image, pin: await pinned(reference, dir, files) };
  };
  return {
    id: 'image-pin',
    title: 'Image pinned',
    done: async () => {
      const { image, pin } = await now();
      return image !== undefined && pin !== undefined && isPinned(image, pin) ? short(pin) : undefined;
    },
    preview: async () => ({ what: 'write into .env which image it is' }),
    run: async () => {
      const { image } = await now();
      if (image === undefined) throw new Error(`${reference} went away while it was being installed`);
      const digest = digestOf(reference, image);
      await pinIn(dir, reference, digest, files);
      return short(digest);
    },
  };
}

async function requirePinned(
  reference: string,
  recipe: ImageRecipe,
  dir: string,
  { docker, files }: ImagePorts,
  from: string,
): Promise<void> {
  const pin = await expected(reference, recipe, dir, files);
  const image = await docker.image(reference);
  if (pin !== undefined && image !== undefined && !isPinned(image, pin)) {
    throw otherImage(reference, pin, [image.id, ...image.digests], from);
  }
}

/** The digest that this image must have; undefined where any will do. */
async function expected(
  reference: string,
  { digest, repin }: ImageRecipe,
  dir: string,
  files: ImagePorts['files'],
): Promise<string | undefined> {
  return digest ?? (repin ? undefined : pinned(reference, dir, files));
}

function short(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

function noImage(reference: string, target: string, dir: string): CliError {
  return new CliError(
    'image.offline',
    `There is no image ${reference}, and offline none is fetched or built.`,
    {
      seen: `neither on this machine nor ${imageFileNames(target).join(', ')} in ${dir}`,
      needed: 'The image as a file: --image-file FILE, or beside .env.',
      commands: [
        'clinicmaster-cdc image save   (on a machine that has it)',
        `clinicmaster-cdc init --offline --image-file image-${target}.tar.gz`,
      ],
    },
  );
}

function gone(reference: string, pin: string): CliError {
  return new CliError('image.pin', `The pinned image ${reference} is gone, and a build makes another one.`, {
    seen: `no image of that name; pinned: ${pin}`,
    needed: 'The same image from a file, or a new one that is pinned in its place.',
    commands: ['clinicmaster-cdc init --image-file FILE', 'clinicmaster-cdc init --repin'],
  });
}
