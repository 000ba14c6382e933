import type { FilesPort } from '../adapters/files-port.ts';
import type { WantedFile } from './deployment.ts';
import { PUBLIC_MODE } from './steps/files.ts';

/** A file that is shipped with the program. */
export async function packageFile(files: FilesPort, packageRoot: string, name: string): Promise<string> {
  const text = await files.read(`${packageRoot}/${name}`);
  if (text === undefined) throw new Error(`${name} is missing from the package in ${packageRoot}`);
  return text;
}

/** The compose file as this version ships it. */
export async function packageCompose(
  files: FilesPort,
  packageRoot: string,
  dir: string,
  name: string,
): Promise<WantedFile> {
  return { path: `${dir}/${name}`, content: await packageFile(files, packageRoot, name), mode: PUBLIC_MODE };
}

/**
 * The compose file of the folder. One that stands there is used as it is: the site may have changed it, and `init`
 * makes what it says. A fresh folder gets the one of the package.
 */
export async function wantedCompose(
  files: FilesPort,
  packageRoot: string,
  dir: string,
  name: string,
): Promise<WantedFile> {
  const path = `${dir}/${name}`;
  const content = await files.read(path);
  return content === undefined
    ? packageCompose(files, packageRoot, dir, name)
    : { path, content, mode: PUBLIC_MODE };
}
