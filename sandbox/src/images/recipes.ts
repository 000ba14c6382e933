import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_CONTEXT } from '../../../src/install/image/build.ts';
import { PROJECT } from '../paths.ts';
import type { ImageRecipe } from './build.ts';

const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string };

const ofSandbox = (name: string, alsoSees: readonly string[] = []): ImageRecipe => ({
  tag: `clinicmaster-cdc/sandbox-${name}:${version}`,
  dockerfile: `sandbox/images/${name}/Dockerfile`,
  include: [`sandbox/images/${name}`, ...alsoSees],
});

const ofProduct = (target: 'facility' | 'central'): ImageRecipe => ({
  tag: `clinicmaster-cdc/connect-${target}:${version}`,
  dockerfile: 'Dockerfile.connect',
  target,
  include: BUILD_CONTEXT,
});

/** Downloads its jars as the product's images do, in the same first layers. */
export const KAFKA_IMAGE = ofSandbox('kafka', ['connect/extra-ca']);
export const POSTGRES_IMAGE = ofSandbox('postgres');
/** The product's own images, under the tags that `init` and `central init` look for. */
export const FACILITY_IMAGE = ofProduct('facility');
export const CENTRAL_IMAGE = ofProduct('central');
