import type { RegistryFailure } from '../../adapters/docker-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, skip, warn } from '../verdicts.ts';

const ID = 'docker-registry';

export type RegistryFacts = {
  image: string;
  /** Null where the image's name names no registry. */
  registry: string | null;
  present: boolean;
  answer: { ok: true; value: { digest: string } } | { ok: false; failure: RegistryFailure } | null;
};

/** The registry that the image's name gives has it, and gives it to this machine. */
export const dockerRegistry: FacilityCheck<RegistryFacts> = {
  id: ID,
  title: 'The registry has the image',
  area: 'host',
  when: ['before-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 8000,

  async probe({ docker, settings: { image } }) {
    const engine = await docker();
    const registry = registryOf(image);
    const present = (await engine.image(image)) !== undefined;
    return {
      image,
      registry: registry ?? null,
      present,
      answer: registry === undefined ? null : await engine.registry(image),
    };
  },

  judge({ image, registry, present, answer }) {
    if (registry === null || answer === null) {
      return skip(`${ID}-none`, 'The image is built on this machine or loaded from a file.');
    }
    if (answer.ok) return pass(`${registry} has ${image}`);
    const { kind, message } = answer.failure;
    const detail = {
      current: message,
      required: `${image} for this machine`,
      remedy: {
        text: `${REMEDY[kind]} Without the registry: save the image on a machine that has it, carry the file here, and load it.`,
        commands: [
          'clinicmaster-cdc image pull',
          'clinicmaster-cdc image load <file>   (made with: clinicmaster-cdc image save)',
        ],
        who: kind === 'not-found' ? ('central-team' as const) : ('you' as const),
      },
    };
    if (present) {
      return warn(
        `${ID}-${kind}`,
        `${SUMMARY[kind]} The image is here already; the next version would not come.`,
        detail,
      );
    }
    // Some registries refuse the question and give the image all the same.
    return kind === 'refused'
      ? warn(`${ID}-${kind}`, SUMMARY[kind], detail)
      : fail(`${ID}-${kind}`, SUMMARY[kind], detail);
  },
};

const SUMMARY = {
  refused: 'The registry wants a login.',
  'not-found': 'The registry does not have this image.',
  unreachable: 'The registry cannot be reached.',
} as const;

const REMEDY = {
  refused: 'Log in with docker login and pull the image by hand; then run this again.',
  'not-found': 'Look at the name and version in IMAGE (.env) with the central team.',
  unreachable: 'Look at the internet connection and at Docker’s proxy settings.',
} as const;

/** Docker's own rule: the first part is a host when it has a dot or a colon, or is `localhost`. */
function registryOf(reference: string): string | undefined {
  const [first, ...rest] = reference.split('/');
  if (first === undefined || rest.length === 0) return undefined;
  return /[.:]/.test(first) || first === 'localhost' ? first : undefined;
}
