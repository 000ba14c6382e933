import type { DockerPort } from '../../adapters/docker-port.ts';
import type { FilesPort } from '../../adapters/files-port.ts';
import type { Installed } from '../../install/installed.ts';
import { asideName } from '../../install/replacement/steps.ts';
import { isOurs } from '../../install/steps/container.ts';

/** What an upgrade or a rotation has left: one that was cut off, or one that kept the former container on purpose. */
export interface LeftOvers {
  containers: string[];
  /** Absolute paths; copies of `.env` among them hold passwords. */
  files: string[];
}

const SIDE_FILE =
  /^(?:replacement\.json|\.env\.(?:before|next)|docker-compose\.facility\.yml\.(?:before|next|former))$/;

export async function leftOvers(
  { deployment }: Installed,
  docker: DockerPort | undefined,
  files: FilesPort,
): Promise<LeftOvers> {
  const { dir, compose } = deployment;
  const containers: string[] = [];
  for (const what of ['upgrade', 'rotate'] as const) {
    const name = asideName(compose.containerName, what);
    const found = await docker?.container(name);
    if (found !== undefined && isOurs(found, compose)) containers.push(name);
  }
  const names = (await files.list(dir)).filter((name) => SIDE_FILE.test(name));
  return { containers, files: names.map((name) => `${dir}/${name}`) };
}

/** The containers have ended long ago: nothing of a position is in them. */
export async function removeLeftOvers(
  { containers, files }: LeftOvers,
  docker: DockerPort | undefined,
  port: FilesPort,
): Promise<void> {
  for (const name of containers) await docker?.remove(name);
  for (const path of files) await port.remove(path);
}
