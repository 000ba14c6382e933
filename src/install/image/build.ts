import type { DockerPort } from '../../adapters/docker-port.ts';
import type { ImageRecipe } from '../deployment.ts';

/** All of the package that a build may see. */
export const BUILD_CONTEXT = ['Dockerfile.connect', 'connect', 'templates/connector'];

/** Builds the image of a role from the package. */
export function build(
  reference: string,
  { target, packageRoot, extraCas, args }: ImageRecipe,
  docker: DockerPort,
  progress: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  return docker.build(
    {
      tag: reference,
      target,
      dockerfile: 'Dockerfile.connect',
      contextDir: packageRoot,
      include: BUILD_CONTEXT,
      extraFiles: Object.fromEntries(
        Object.entries(extraCas).map(([name, pem]) => [`connect/extra-ca/${name}`, pem]),
      ),
      args,
      // Package servers are often reachable from the host only (VPN, proxy on the host).
      networkMode: 'host',
    },
    progress,
    signal,
  );
}
