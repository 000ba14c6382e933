import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';
import { PROJECT } from '../paths.ts';

/** Where Debian keeps the authorities that this machine's owner added (an inspecting proxy's, say). */
const LOCAL_AUTHORITIES = '/usr/local/share/ca-certificates';

const EXTRA_CA = 'connect/extra-ca/';

/** What a build may see: path with forward slashes → content and mode (0755 or 0644, whatever the umask was). */
export type BuildContext = Map<string, { content: Buffer; mode: number }>;

/**
 * Reads files and folders of the checkout into a context; what Maven left in `connect/target` stays out.
 * The machine's own certificate authorities are added to `connect/extra-ca` when the build may see that folder.
 */
export async function readContext(include: readonly string[]): Promise<BuildContext> {
  const context: BuildContext = new Map();
  for (const path of include) await add(context, join(PROJECT, path));
  if ([...context.keys()].some((name) => name.startsWith(EXTRA_CA))) {
    for (const [name, content] of await localAuthorities())
      context.set(EXTRA_CA + name, { content, mode: 0o644 });
  }
  return context;
}

async function add(context: BuildContext, path: string): Promise<void> {
  const name = relative(PROJECT, path).split(sep).join('/');
  if (name === 'connect/target') return;
  const found = await stat(path);
  if (found.isDirectory()) {
    for (const child of await readdir(path)) await add(context, join(path, child));
    return;
  }
  context.set(name, { content: await readFile(path), mode: (found.mode & 0o111) === 0 ? 0o644 : 0o755 });
}

async function localAuthorities(): Promise<[string, Buffer][]> {
  const files = await readdir(LOCAL_AUTHORITIES, { recursive: true }).catch(() => []);
  const names = files.filter((name) => name.endsWith('.crt')).sort();
  return Promise.all(
    names.map(
      async (name): Promise<[string, Buffer]> => [
        name.replaceAll('/', '-'),
        await readFile(join(LOCAL_AUTHORITIES, name)),
      ],
    ),
  );
}

/** Equal for equal contexts and parameters, on every machine. */
export function contextHash(context: BuildContext, parameters: readonly string[]): string {
  const hash = createHash('sha256');
  for (const parameter of parameters) hash.update(`${parameter}\0`);
  for (const name of [...context.keys()].sort()) {
    const { content, mode } = context.get(name)!;
    hash.update(`${name}\0${mode}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** The context as the Engine takes it. */
export function contextArchive(context: BuildContext): Readable {
  const archive: Pack = pack();
  for (const [name, { content, mode }] of context) archive.entry({ name, mode }, content);
  archive.finalize();
  // A tar-stream pack is a stream in every respect that dockerode uses; only its types are of another library.
  return archive as unknown as Readable;
}
