import { posix, win32 } from 'node:path';
import type { FilesPort } from '../../adapters/files-port.ts';
import type { WantedFile } from '../deployment.ts';
import type { Step } from '../step.ts';

/** Readable by its owner alone: it holds passwords. */
export const ENV_MODE = 0o600;
/** The container's user must read compose file and certificates; they hold no secret. */
export const PUBLIC_MODE = 0o644;
const FOLDER_MODE = 0o755;

/** Writes the files of the folder that are missing, differ or are open to others. */
export function filesStep(dir: string, wanted: readonly WantedFile[], files: FilesPort): Step {
  const stale = async (): Promise<WantedFile[]> => {
    const checked = await Promise.all(wanted.map(async (file) => ((await isSo(file, files)) ? [] : [file])));
    return checked.flat();
  };
  return {
    id: 'folder',
    title: `Folder ${dir}`,
    done: async () => ((await stale()).length === 0 ? 'as it should be' : undefined),
    run: async () => {
      const written = await stale();
      await files.makeDir(dir, FOLDER_MODE);
      for (const { path, content, mode } of written) {
        await files.makeDir(parent(path), FOLDER_MODE);
        await files.writeAtomically(path, content, mode);
      }
      return `wrote ${written.map(({ path }) => path.slice(dir.length + 1)).join(', ')}`;
    },
  };
}

async function isSo({ path, content, mode }: WantedFile, files: FilesPort): Promise<boolean> {
  if ((await files.read(path)) !== content) return false;
  const actual = await files.mode(path);
  return actual === undefined || actual === mode;
}

function parent(path: string): string {
  return (path.includes('\\') ? win32 : posix).dirname(path);
}
