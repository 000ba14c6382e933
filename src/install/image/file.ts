import { basename, posix, win32 } from 'node:path';
import type { DockerPort, ImageState } from '../../adapters/docker-port.ts';
import type { FilesPort } from '../../adapters/files-port.ts';
import type { ImageFilePort, SavedImage } from '../../adapters/image-file-port.ts';
import { CliError } from '../../errors.ts';
import { processor } from './identity.ts';
import { otherImage } from './pin.ts';

export interface LoadPorts {
  docker: DockerPort;
  files: FilesPort;
  imageFiles: ImageFilePort;
  signal: AbortSignal;
}

/** Names under which an image is looked for, best first. */
export const imageFileNames = (target: string): string[] =>
  ['tar.gz', 'tgz', 'tar'].map((ending) => `image-${target}.${ending}`);

/** The image file that stands in one of the folders. */
export async function findImageFile(
  target: string,
  dirs: readonly string[],
  files: FilesPort,
): Promise<string | undefined> {
  for (const dir of dirs) {
    for (const name of imageFileNames(target)) {
      const path = `${dir}/${name}`;
      if (await files.exists(path)) return path;
    }
  }
  return undefined;
}

/**
 * Loads an image from a file, after everything that can be known before has been checked: the checksum beside it,
 * whose image it is, its name, its processor.
 * @param wanted.digest the only image that will do, where one is pinned
 * @returns what was loaded
 */
export async function loadImageFile(
  path: string,
  wanted: { reference: string; target: string; digest?: string | undefined },
  ports: LoadPorts,
  progress: (message: string) => void,
): Promise<string> {
  const { docker, imageFiles, signal } = ports;
  progress(`checking ${path}`);
  const { architecture } = await docker.info();
  const { saved, checksum } = await checkedFile(path, wanted, architecture, ports);
  // Before it takes the name from the image that stands there.
  if (wanted.digest !== undefined && !saved.ids.includes(wanted.digest)) {
    throw otherImage(wanted.reference, wanted.digest, saved.ids, path);
  }
  signal.throwIfAborted();
  progress(`loading ${path}`);
  await docker.load(await imageFiles.read(path), signal);
  const image = await docker.image(wanted.reference);
  if (image === undefined || !isSaved(image, saved)) {
    throw new CliError('image.load', `${path} was loaded, and ${wanted.reference} is not the image in it.`, {
      seen: image === undefined ? 'no image of that name' : image.id,
      needed: saved.ids.join(' or '),
      commands: ['docker images'],
    });
  }
  return `loaded from ${path}, ${checksum === 'right' ? 'its checksum is right' : 'without a checksum beside it'}`;
}

/**
 * All that can be known of a file before it is loaded.
 * @throws CliError where it is not the file that was saved, or not the image that is wanted
 */
export async function checkedFile(
  path: string,
  wanted: { reference: string; target: string },
  machine: string,
  ports: Pick<LoadPorts, 'files' | 'imageFiles'>,
): Promise<{ path: string; saved: SavedImage; checksum: 'right' | 'none' }> {
  const checksum = (await checkSum(path, ports)) ? 'right' : 'none';
  return { path, saved: suitable(path, await ports.imageFiles.inspect(path), wanted, machine), checksum };
}

/** The Engine's image is the one of the file. */
export function isSaved({ id, digests }: ImageState, { ids }: SavedImage): boolean {
  return ids.includes(id) || digests.some((known) => ids.some((one) => known.endsWith(`@${one}`)));
}

/** The image of a file that is ours, of this name and for this processor. */
export function suitable(
  path: string,
  images: readonly SavedImage[],
  { reference, target }: { reference: string; target: string },
  machine: string,
): SavedImage {
  const refuse = (code: string, message: string, seen: string, needed: string, commands: string[] = []) =>
    new CliError(`image-file.${code}`, message, { seen, needed, commands });
  const ours = images.filter(({ entrypoint }) => entrypoint[0] === '/opt/connect/entrypoint');
  const tags = (list: readonly SavedImage[]) => list.flatMap((image) => image.tags).join(', ') || 'no name';
  if (ours.length === 0) {
    const needed = 'A file that clinicmaster-cdc image save has made.';
    throw refuse('foreign', `${path} holds no image of clinicmaster-cdc.`, tags(images), needed);
  }
  const named = ours.find((image) => image.tags.includes(reference));
  if (named === undefined) {
    const [first] = ours[0]?.tags ?? [];
    const remedy = first === undefined ? [] : [`clinicmaster-cdc init --image ${first} --image-file ${path}`];
    throw refuse('name', `${path} holds another image than ${reference}.`, tags(ours), reference, remedy);
  }
  const role = roleOf(named.environment);
  if (role !== target) {
    throw refuse('role', `${path} holds the image of another role.`, role ?? 'none', target);
  }
  const wanted = processor(machine);
  if (named.architecture !== wanted || named.os !== 'linux') {
    const seen = `${named.os}/${named.architecture}`;
    throw refuse('architecture', `${path} is for another kind of processor.`, seen, `linux/${wanted}`);
  }
  return named;
}

/** `facility` or `central`, as the image itself says. */
export function roleOf(environment: readonly string[]): string | undefined {
  return environment.find((entry) => entry.startsWith('CDC_ROLE='))?.slice('CDC_ROLE='.length);
}

/** Compares with `FILE.sha256` or a line of SHA256SUMS beside the file. @returns false where there is neither */
async function checkSum(
  path: string,
  { files, imageFiles }: Pick<LoadPorts, 'files' | 'imageFiles'>,
): Promise<boolean> {
  const folder = (path.includes('\\') ? win32 : posix).dirname(path);
  const name = basename(path.replaceAll('\\', '/'));
  const text = (await files.read(`${path}.sha256`)) ?? (await files.read(`${folder}/SHA256SUMS`)) ?? '';
  const wanted = checksumFor(name, text);
  if (wanted === undefined) return false;
  const { sha256, bytes } = await imageFiles.checksum(path);
  if (sha256 === wanted) return true;
  throw new CliError('image-file.checksum', `${path} is not the file that was saved.`, {
    seen: `${sha256} (${bytes} bytes)`,
    needed: `${wanted}. Copy it again; a stick that was pulled out too early, or that is failing, cuts files.`,
    commands: [`sha256sum ${path}`],
  });
}

/** The sum of a file in the text of `sha256sum`. */
function checksumFor(name: string, text: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const match = /^(?<sum>[0-9a-fA-F]{64}) [ *](?<file>.+)$/.exec(line);
    if (match?.groups?.file === name) return match.groups.sum?.toLowerCase();
  }
  return undefined;
}
