import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';
import { CliError, EXIT } from '../errors.ts';
import type { ArchiveFile, ArchiveLimits, ArchivePort } from './archive-port.ts';

/** Tar in gzip. An archive comes by mail from anywhere: it is unpacked in memory, to plain files, within limits. */
export const archive: ArchivePort = {
  async pack(files, modifiedMs) {
    const stream = pack();
    const mtime = new Date(modifiedMs);
    for (const { path, content } of files) stream.entry({ name: path, mode: 0o600, mtime }, content);
    stream.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return promisify(gzip)(Buffer.concat(chunks), { level: 9 });
  },

  async unpack(packed, limits) {
    const tar = await inflated(packed, limits.totalBytes + limits.files * BLOCK_BYTES * 2 + END_BYTES);
    return entries(tar, limits);
  },
};

/** A header and the rest of the last block for each file; the end of a tar is zeros, by some writers many of them. */
const BLOCK_BYTES = 512;
const END_BYTES = 64 * 1024;

async function inflated(packed: Uint8Array, most: number): Promise<Buffer> {
  try {
    return await promisify(gunzip)(packed, { maxOutputLength: most });
  } catch (cause) {
    const large = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw large ? tooLarge('it unpacks to far more than a bundle holds') : damaged(cause);
  }
}

function entries(tar: Buffer, limits: ArchiveLimits): Promise<ArchiveFile[]> {
  return new Promise((resolve, reject) => {
    const found: ArchiveFile[] = [];
    let total = 0;
    const reader = extract();
    const refuse = (error: CliError) => {
      reader.destroy();
      reject(error);
    };
    reader.on('entry', (header, stream, next) => {
      stream.on('error', () => {});
      if (header.type === 'directory') {
        stream.on('end', next).resume();
        return;
      }
      const wrong = refusal(header, found);
      if (wrong !== undefined) return refuse(unsafe(wrong));
      total += header.size;
      if (found.length >= limits.files) return refuse(tooLarge(`more than ${limits.files} files`));
      if (header.size > limits.fileBytes || total > limits.totalBytes) {
        return refuse(tooLarge(`${header.name} is ${header.size} bytes`));
      }
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk as Buffer));
      stream.on('end', () => {
        found.push({ path: header.name, content: Buffer.concat(chunks).toString('utf8') });
        next();
      });
    });
    reader.on('error', (cause) => reject(damaged(cause)));
    reader.on('finish', () => resolve(found));
    reader.end(tar);
  });
}

/** Why an entry is none of ours; undefined for a plain file below the archive's own root. */
function refusal({ name, type }: Header, found: readonly ArchiveFile[]): string | undefined {
  if (type !== 'file' && type !== 'contiguous-file') return `${name} is a ${type}`;
  const plain = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/.test(name) && !/(?:^|\/)\.\.?(?:\/|$)/.test(name);
  if (!plain) return `a path that leads elsewhere: ${JSON.stringify(name.slice(0, 100))}`;
  return found.some(({ path }) => path === name) ? `${name} is there twice` : undefined;
}

function damaged(cause: unknown): CliError {
  return new CliError('archive.damaged', 'The archive is damaged, or it is no gzipped tar.', {
    exitCode: EXIT.usage,
    seen: cause instanceof Error ? cause.message : String(cause),
    needed:
      'The file as it was made. Mail programs and file shares cut large files: compare its size, send it again.',
    cause,
  });
}

function unsafe(seen: string): CliError {
  return new CliError('archive.unsafe', 'The archive holds what no bundle holds; nothing of it was read.', {
    exitCode: EXIT.usage,
    seen,
    needed: 'A file that clinicmaster-cdc bundle has made.',
  });
}

function tooLarge(seen: string): CliError {
  return new CliError(
    'archive.large',
    'The archive is larger than a bundle can be; nothing of it was read.',
    {
      exitCode: EXIT.usage,
      seen,
      needed: 'A file that clinicmaster-cdc bundle has made.',
    },
  );
}
