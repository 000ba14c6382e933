import { envValues, parseEnv } from '../../settings/env-file.ts';
import { digestFor, isPinned, PIN_KEY } from '../../settings/image-pin.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-image';

export type ImageFacts = {
  reference: string;
  /** Null when no image of that name is on this machine. */
  image: { id: string; digests: string[]; architecture: string } | null;
  /** Digest that `.env` pins for this name; null where none is. */
  pinned?: string | null;
  /** Of the Engine: `x86_64`, `aarch64`. */
  machine: string;
  /** The image that the container was made from; null while there is none. */
  containerImageId: string | null;
};

/** The image is the one that the settings name, for this kind of processor, and the container was made from it. */
export const dockerImage: FacilityCheck<ImageFacts> = {
  id: ID,
  title: 'The image is the right one',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 5000,

  async probe({ docker, files, names, settings: { dir, image: reference } }) {
    const engine = await docker();
    const [env, image, container, info] = await Promise.all([
      files.read(`${dir}/.env`),
      engine.image(reference),
      engine.container(names.container),
      engine.info(),
    ]);
    return {
      reference,
      image:
        image === undefined
          ? null
          : { id: image.id, digests: image.digests, architecture: image.architecture },
      pinned: digestFor(reference, envValues(parseEnv(env ?? ''))[PIN_KEY] ?? '') ?? null,
      machine: info.architecture,
      containerImageId: container?.imageId ?? null,
    };
  },

  judge({ reference, image, pinned, machine, containerImageId }) {
    const init = { commands: ['clinicmaster-cdc init'], who: 'you' as const };
    if (image === null) {
      const verdict = containerImageId === null ? fail : warn;
      return verdict(`${ID}-absent`, `There is no image ${reference} on this machine.`, {
        current:
          containerImageId === null ? 'no such image' : 'the container runs from one without that name',
        required: reference,
        remedy: {
          text: 'init pulls it or builds it. Without the internet: load it from a file that was saved elsewhere.',
          commands: ['clinicmaster-cdc image load <file>', ...init.commands],
          who: 'you',
        },
      });
    }
    if (image.architecture !== processor(machine)) {
      return fail(`${ID}-architecture`, 'The image is for another kind of processor.', {
        current: image.architecture,
        required: processor(machine),
        remedy: {
          text: 'Take the image for this machine away and let init get it anew.',
          commands: [`docker rmi ${reference}`, ...init.commands],
          who: 'you',
        },
      });
    }
    const [, digest] = reference.split('@');
    if (digest !== undefined && !image.digests.some((known) => known.endsWith(`@${digest}`))) {
      return fail(`${ID}-digest`, 'The image is not the one that the settings name.', {
        current: image.digests.join(', ') || 'an image without a digest',
        required: digest,
        remedy: {
          text: 'Pull exactly that one.',
          commands: [`docker pull ${reference}`, ...init.commands],
          who: 'you',
        },
      });
    }
    if (pinned && !isPinned(image, pinned)) {
      return fail(`${ID}-pin`, 'Another image stands under the name of the pinned one.', {
        current: [image.id, ...image.digests].join(', '),
        required: pinned,
        remedy: {
          text: 'Find out who has built, pulled or loaded it. Where it is meant, pin it; else load the right one.',
          commands: ['clinicmaster-cdc image verify', 'clinicmaster-cdc init --repin'],
          who: 'you',
        },
      });
    }
    if (containerImageId !== null && containerImageId !== image.id) {
      return warn(`${ID}-stale`, 'The container was made from an older image of that name.', {
        current: containerImageId.slice(7, 19),
        required: image.id.slice(7, 19),
        remedy: {
          text: 'Let init make the container anew from the present image; it goes on from its position.',
          ...init,
        },
      });
    }
    return pass(`${reference} (${image.id.slice(7, 19)}, ${image.architecture})`);
  },
};

/** The kernel's word for a processor in the words of images. */
function processor(machine: string): string {
  return { x86_64: 'amd64', aarch64: 'arm64' }[machine] ?? machine;
}
