import type { ContainerState, ImageState } from '../../adapters/docker-port.ts';
import type { SavedImage } from '../../adapters/image-file-port.ts';
import { IMAGE_VERSION_LABEL } from '../../connector/versions.ts';
import { isPinned } from '../../settings/image-pin.ts';
import type { ImageFinding } from '../../ui/image-text.ts';
import { isSaved, roleOf } from './file.ts';
import { processor } from './identity.ts';

/** What stands under a name, and what should. */
export interface ImageFacts {
  reference: string;
  target: string;
  /** Of this program. */
  version: string;
  pin: string | undefined;
  image: ImageState | undefined;
  container: ContainerState | undefined;
  /** The Engine's word for the processor. */
  machine: string;
  /** The image file that was named. */
  file: { path: string; saved: SavedImage; checksum: 'right' | 'none' } | undefined;
}

/** Judges an image against its pin. Pure. */
export function verifyImage(facts: ImageFacts): ImageFinding[] {
  const { reference, image, pin, container, file } = facts;
  if (image === undefined) {
    return [found('image', 'On this machine', 'fail', 'no image of that name', reference)];
  }
  return [
    found('image', 'On this machine', 'pass', [image.id, ...image.digests].join(', '), reference),
    pin === undefined
      ? found('pin', 'Pinned', 'unknown', 'no installation here pins it', 'IMAGE_PIN in .env')
      : found('pin', 'Pinned', isPinned(image, pin) ? 'pass' : 'fail', `the pin is ${pin}`, pin),
    role(facts, image),
    version(facts, image),
    architecture(facts, image),
    ...(container === undefined ? [] : [running(container, image)]),
    ...(file === undefined ? [] : [inFile(file, image)]),
  ];
}

function role({ target }: ImageFacts, { environment }: ImageState): ImageFinding {
  const own = roleOf(environment);
  return found('role', 'Role', own === target ? 'pass' : 'fail', own ?? 'not an image of ours', target);
}

function version({ version: wanted }: ImageFacts, { labels }: ImageState): ImageFinding {
  const own = labels[IMAGE_VERSION_LABEL];
  if (own === undefined) return found('version', 'Version', 'unknown', 'the image does not say', wanted);
  return found('version', 'Version', own === wanted ? 'pass' : 'warn', own, `${wanted}, as this program`);
}

function architecture({ machine }: ImageFacts, { architecture: own }: ImageState): ImageFinding {
  const wanted = processor(machine);
  return found('architecture', 'Processor', own === wanted ? 'pass' : 'fail', own, wanted);
}

function running({ name, imageId }: ContainerState, { id }: ImageState): ImageFinding {
  const seen = imageId === id ? `${name} runs from it` : `${name} runs from ${imageId}`;
  return found('container', 'Container', imageId === id ? 'pass' : 'fail', seen, id);
}

function inFile({ path, saved, checksum }: NonNullable<ImageFacts['file']>, image: ImageState): ImageFinding {
  const sum = checksum === 'right' ? 'its checksum is right' : 'no checksum beside it';
  const same = isSaved(image, saved);
  return found('file', 'File', same ? 'pass' : 'fail', `${path}: ${saved.ids.join(', ')}; ${sum}`, image.id);
}

function found(
  id: string,
  title: string,
  outcome: ImageFinding['outcome'],
  seen: string,
  needed: string,
): ImageFinding {
  return { id, title, outcome, seen, needed };
}
