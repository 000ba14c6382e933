import type { DockerPort } from '../../adapters/docker-port.ts';
import type { ImageRecipe } from '../deployment.ts';
import type { Step } from '../step.ts';

/** All of the package that a build may see. */
export const BUILD_CONTEXT = ['Dockerfile.connect', 'connect', 'templates/connector'];

/** The image: present, pulled from the registry that its name gives, or built here. */
export function imageStep(
  reference: string,
  recipe: ImageRecipe,
  docker: DockerPort,
  signal: AbortSignal,
): Step {
  return {
    id: 'image',
    title: `Image ${reference}`,
    done: async () => {
      const image = await docker.image(reference);
      return image === undefined ? undefined : `present, ${megabytes(image.sizeBytes)} MB`;
    },
    preview: async () => ({
      what: namesRegistry(reference)
        ? `pull it from ${reference.split('/')[0]}`
        : 'build it here (some minutes; needs the package servers)',
    }),
    makes: async () => [{ kind: 'image', name: reference }],
    run: async (progress) => {
      if (namesRegistry(reference)) {
        await docker.pull(reference, progress, signal);
        return 'pulled';
      }
      await docker.build(
        {
          tag: reference,
          target: recipe.target,
          dockerfile: 'Dockerfile.connect',
          contextDir: recipe.packageRoot,
          include: BUILD_CONTEXT,
          extraFiles: Object.fromEntries(
            Object.entries(recipe.extraCas).map(([name, pem]) => [`connect/extra-ca/${name}`, pem]),
          ),
          args: recipe.args,
          // Package servers are often reachable from the host only (VPN, proxy on the host).
          networkMode: 'host',
        },
        progress,
        signal,
      );
      return 'built here';
    },
    undo: async () => {
      if ((await docker.image(reference)) === undefined) return 'was not there';
      return (await docker.removeImage(reference)) ? 'removed' : 'stays: a container uses it';
    },
  };
}

/** Docker's own rule: the first part of a reference is a host when it has a dot or a port, or is `localhost`. */
function namesRegistry(reference: string): boolean {
  const [first, ...rest] = reference.split('/');
  return rest.length > 0 && first !== undefined && (/[.:]/.test(first) || first === 'localhost');
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
