import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { CliError } from '../errors.ts';
import type { SavedImage } from './image-file-port.ts';

/** Descriptions are small; layers are not kept. */
const MOST_ENTRY = 1024 * 1024;
const MOST_KEPT = 32 * 1024 * 1024;

/** `manifest.json` of `docker save`. */
interface ManifestEntry {
  Config: string;
  RepoTags: string[] | null;
}

/** `index.json` of an OCI layout, which newer Engines write as well. */
interface Index {
  manifests?: { digest?: string }[];
}

interface Config {
  os?: string;
  architecture?: string;
  config?: { Labels?: Record<string, string> | null; Env?: string[] | null; Entrypoint?: string[] | null };
}

/** Reads a saved file from end to end and keeps what describes its images. */
export async function inspectImageFile(path: string): Promise<SavedImage[]> {
  const small = await descriptions(path);
  const text = small.get('manifest.json');
  if (text === undefined) throw damaged(path, 'a tar without manifest.json: docker save has not written it');
  const entries = JSON.parse(text.toString('utf8')) as ManifestEntry[];
  const index = JSON.parse(small.get('index.json')?.toString('utf8') ?? '{}') as Index;
  return entries.map(({ Config: name, RepoTags }) => {
    const raw = small.get(name);
    if (raw === undefined) throw damaged(path, `manifest.json names ${name}, which is not there`);
    const digest = createHash('sha256').update(raw).digest('hex');
    // An image is named by the digest of its configuration: another content under that name is another image.
    const named = /([0-9a-f]{64})/.exec(name)?.[1];
    if (named !== undefined && named !== digest) throw damaged(path, `${name} does not have that digest`);
    const config = JSON.parse(raw.toString('utf8')) as Config;
    const manifests =
      entries.length === 1 ? (index.manifests ?? []).flatMap(({ digest: one }) => one ?? []) : [];
    return {
      tags: RepoTags ?? [],
      ids: [`sha256:${digest}`, ...manifests],
      os: config.os ?? '',
      architecture: config.architecture ?? '',
      labels: config.config?.Labels ?? {},
      environment: config.config?.Env ?? [],
      entrypoint: config.config?.Entrypoint ?? [],
    };
  });
}

async function descriptions(path: string): Promise<Map<string, Buffer>> {
  const kept = new Map<string, Buffer>();
  let total = 0;
  const reader = extract();
  reader.on('entry', (header, stream, next) => {
    const wanted =
      header.type === 'file' && (header.size ?? 0) <= MOST_ENTRY && total + (header.size ?? 0) <= MOST_KEPT;
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk) => {
      if (wanted) chunks.push(chunk as Buffer);
    });
    stream.on('end', () => {
      if (wanted) {
        kept.set(header.name, Buffer.concat(chunks));
        total += header.size ?? 0;
      }
      next();
    });
  });
  const gzipped = (await readHead(path, 2)).equals(Buffer.from([0x1f, 0x8b]));
  try {
    const source = createReadStream(path);
    if (gzipped) await pipeline(source, createGunzip(), reader);
    else await pipeline(source, reader);
  } catch (cause) {
    throw damaged(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  return kept;
}

async function readHead(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw damaged(path, cause instanceof Error ? cause.message : String(cause), cause);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function damaged(path: string, seen: string, cause?: unknown): CliError {
  return new CliError('image-file.damaged', `${path} is damaged, or it is no image file.`, {
    seen,
    needed: 'The file as clinicmaster-cdc image save (or docker save) wrote it, copied whole.',
    commands: [`sha256sum ${path}   (compare with the one where it was made)`],
    cause,
  });
}
