import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import tar from 'tar-fs';
import { CliError } from '../errors.ts';
import { inspectImageFile } from './image-file-inspect.ts';
import type { ImageFilePort, WrittenFile } from './image-file-port.ts';

/** Everybody may read an image or a program; what is secret never goes through here. */
const MODE = 0o644;

/** The real file system. */
export const imageFiles: ImageFilePort = {
  write: (path, source, onBytes, signal) => {
    let unpacked = 0;
    const counted = meter((bytes) => {
      unpacked = bytes;
    });
    // Level 6: the next levels cost a hospital's processor minutes for a hundredth of the size.
    return writeWhole(path, [source, counted, createGzip()], (packed) => onBytes(unpacked, packed), signal);
  },
  read: async (path) => {
    const file = await guard(path, open(path, 'r'));
    return file.createReadStream();
  },
  inspect: (path) => inspectImageFile(path),
  checksum: async (path) => {
    const hash = createHash('sha256');
    let bytes = 0;
    const reading = async () => {
      for await (const chunk of createReadStream(path)) {
        hash.update(chunk as Buffer);
        bytes += (chunk as Buffer).length;
      }
    };
    await guard(path, reading());
    return { bytes, sha256: hash.digest('hex') };
  },
  writeText: (path, text, mode) =>
    writeWhole(path, [Readable.from([Buffer.from(text)])], () => {}, undefined, mode),
  makeFolder: async (path, mode) => {
    await guard(path, mkdir(path, { recursive: true, mode }));
  },
  copy: (from, to) => writeWhole(to, [createReadStream(from)], () => {}),
  packProgram: async (root, to) => {
    const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { files: string[] };
    const packed = tar.pack(root, {
      entries: await packedFiles(root, files),
      // As npm packs: one folder, no owner of this machine, a time that is the same everywhere.
      map: (header) => ({ ...header, name: `package/${header.name}`, uid: 0, gid: 0, mtime: new Date(0) }),
    });
    return writeWhole(to, [Readable.from(packed), createGzip({ level: 9 })], () => {});
  },
  packFolder: (root, name, to, mode) => {
    const packed = tar.pack(root, {
      map: (header) => ({ ...header, name: `${name}/${header.name}`, uid: 0, gid: 0 }),
    });
    return writeWhole(to, [Readable.from(packed)], () => {}, undefined, mode);
  },
  rename: (from, to) => guard(to, rename(from, to)),
  removeFolder: (path) => guard(path, rm(path, { recursive: true, force: true })),
};

/** What npm packs whatever `files` says. */
const ALWAYS = ['package.json', 'README.md', 'LICENSE'];

/** Every file that npm would pack, relative to the package. */
async function packedFiles(root: string, files: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of [...files.filter((name) => !name.startsWith('!')), ...ALWAYS]) {
    if (!(await stat(join(root, entry))).isDirectory()) {
      found.push(entry);
      continue;
    }
    const inside = await readdir(join(root, entry), { recursive: true, withFileTypes: true });
    found.push(
      ...inside
        .filter((one) => one.isFile())
        .map((one) => relative(root, join(one.parentPath, one.name)).replaceAll('\\', '/')),
    );
  }
  return found.filter((path) => !isLeftOut(path, files));
}

/** The entries with `!` of package.json's `files`: a path, or one with a star for a name. */
function isLeftOut(path: string, files: readonly string[]): boolean {
  return files
    .filter((entry) => entry.startsWith('!'))
    .some((entry) => {
      const pattern = entry
        .slice(1)
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '[^/]*');
      return new RegExp(`^${pattern}(?:/|$)`).test(path);
    });
}

/** Passes bytes on and tells how many there were. */
function meter(onBytes: (bytes: number) => void, hash?: { update(chunk: Buffer): unknown }): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      hash?.update(chunk);
      onBytes(bytes);
      done(null, chunk);
    },
  });
}

/** Streams into a file beside the wanted one, which takes the name when all of it is on the disk. */
async function writeWhole(
  path: string,
  parts: readonly (Readable | NodeJS.ReadWriteStream)[],
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
  mode = MODE,
): Promise<WrittenFile> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = createWriteStream(temporary, { flags: 'wx', mode, flush: true });
    const counted = meter((now) => {
      bytes = now;
      onBytes(now);
    }, hash);
    await pipeline([...parts, counted, file] as Readable[], signal === undefined ? {} : { signal });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    signal?.throwIfAborted();
    throw fileFailure(path, cause, bytes);
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function guard<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure(path, cause);
  }
}

function fileFailure(path: string, cause: unknown, written?: number): unknown {
  if (cause instanceof CliError || !(cause instanceof Error) || !('code' in cause)) return cause;
  const code = String(cause.code);
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  const so = written === undefined ? '' : ` after ${(written / 1e6).toFixed(1)} MB`;
  return new CliError(
    full ? 'image-file.no-space' : 'image-file.failed',
    full ? `There is not enough room for ${path}.` : `${path} cannot be read or written.`,
    {
      seen: `${code}${so}: ${cause.message}`,
      needed: full
        ? 'More room on that disk or stick; nothing is left of the unfinished file.'
        : code === 'ENOENT'
          ? 'A file (and folder) of that name.'
          : 'The right to read and write there.',
      commands: full ? [`df -h ${dirname(path)}`] : [],
      cause,
    },
  );
}
