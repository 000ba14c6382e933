import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureImage, type ImageRecipe } from '../sandbox/src/images/build.ts';
import { PROJECT } from '../sandbox/src/paths.ts';
import { step } from '../sandbox/src/progress.ts';
import { ensureBaseImage } from '../sandbox/src/provision/base-image.ts';

const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string };

/** Full Java runtime, whole Kafka distribution, the plugin as shipped: bench/Dockerfile.usual. */
export const USUAL_IMAGE: ImageRecipe = {
  tag: `clinicmaster-cdc/bench-usual:${version}`,
  dockerfile: 'bench/Dockerfile.usual',
  include: ['bench/Dockerfile.usual', 'bench/usual', 'connect/extra-ca'],
};

export async function ensureUsualImage(): Promise<void> {
  const base = await ensureBaseImage();
  await step(`Image ${USUAL_IMAGE.tag}`, (report) => ensureImage(USUAL_IMAGE, base, report));
}
