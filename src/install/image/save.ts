import type { WrittenFile } from '../../adapters/image-file-port.ts';
import type { ImagePorts } from '../steps/image.ts';
import { mb } from './transfer-text.ts';

const PUBLIC_MODE = 0o644;

/**
 * Saves an image as a gzipped tar.
 * @param approximately bytes of the image as the Engine tells them, for progress
 */
export async function saveImageFile(
  reference: string,
  path: string,
  approximately: number,
  { docker, imageFiles, signal }: Pick<ImagePorts, 'docker' | 'imageFiles' | 'signal'>,
  progress: (message: string) => void,
): Promise<WrittenFile> {
  const tar = await docker.save(reference);
  return imageFiles.write(
    path,
    tar,
    (unpacked, packed) =>
      progress(`${mb(unpacked)} of about ${mb(approximately)} MB, ${mb(packed)} MB packed`),
    signal,
  );
}

/** Puts the checksum beside a file, as `sha256sum -c` reads it. */
export async function writeChecksum(
  path: string,
  name: string,
  { sha256 }: WrittenFile,
  { imageFiles }: Pick<ImagePorts, 'imageFiles'>,
): Promise<string> {
  const sums = `${path}.sha256`;
  await imageFiles.writeText(sums, `${sha256}  ${name}\n`, PUBLIC_MODE);
  return sums;
}
