import { posix, win32 } from 'node:path';
import type { FilesPort } from '../../adapters/files-port.ts';
import { envChanges } from '../changes.ts';
import type { WantedFile } from '../deployment.ts';
import { ENV_FILE } from '../facility-folder.ts';
import type { Change, Made, Step } from '../step.ts';

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
    preview: async () => {
      const written = await stale();
      const changes = await Promise.all(written.map((file) => changesOf(file, files)));
      return { what: `write ${names(written, dir)}`, changes: changes.flat() };
    },
    makes: async () => {
      const places = [...new Set([dir, ...wanted.map(({ path }) => parent(path))])];
      const missing = async (path: string) => !(await files.exists(path));
      const made: Made[] = [];
      for (const name of places) if (await missing(name)) made.push({ kind: 'folder', name });
      for (const { path } of wanted) if (await missing(path)) made.push({ kind: 'file', name: path });
      return made;
    },
    run: async () => {
      const written = await stale();
      await files.makeDir(dir, FOLDER_MODE);
      for (const { path, content, mode } of written) {
        await files.makeDir(parent(path), FOLDER_MODE);
        await files.writeAtomically(path, content, mode);
      }
      return `wrote ${names(written, dir)}`;
    },
    undo: async () => {
      for (const { path } of wanted) await files.remove(path);
      for (const folder of new Set(wanted.map(({ path }) => parent(path)))) {
        if (folder !== dir) await files.removeEmptyDir(folder);
      }
      return wanted.length === 0 ? 'no file of ours' : `removed ${names(wanted, dir)}`;
    },
  };
}

function names(written: readonly WantedFile[], dir: string): string {
  return written.map(({ path }) => path.slice(dir.length + 1)).join(', ');
}

/** Settings one by one, other files by their name. */
async function changesOf({ path, content, mode }: WantedFile, files: FilesPort): Promise<Change[]> {
  const before = await files.read(path);
  const actual = await files.mode(path);
  const name = base(path);
  const opened =
    before === undefined || actual === undefined || actual === mode
      ? []
      : [{ name: `${name}, permissions`, before: actual.toString(8), after: mode.toString(8) }];
  if (name === ENV_FILE) return [...envChanges(before, content), ...opened];
  if (before === content) return opened;
  return [{ name, before: before === undefined ? null : 'another text', after: 'as given' }, ...opened];
}

async function isSo({ path, content, mode }: WantedFile, files: FilesPort): Promise<boolean> {
  if ((await files.read(path)) !== content) return false;
  const actual = await files.mode(path);
  return actual === undefined || actual === mode;
}

function parent(path: string): string {
  return (path.includes('\\') ? win32 : posix).dirname(path);
}

function base(path: string): string {
  return (path.includes('\\') ? win32 : posix).basename(path);
}
