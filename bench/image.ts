import { createGzip } from 'node:zlib';
import { CENTRAL_IMAGE, FACILITY_IMAGE } from '../sandbox/src/images/recipes.ts';
import { step } from '../sandbox/src/progress.ts';
import { docker } from '../sandbox/src/provision/docker.ts';
import { ensureDocker } from '../sandbox/src/provision/engine.ts';
import { ensureConnectImages } from '../sandbox/src/up.ts';
import { type Benchmark, type Measurement, measurement } from './benchmark.ts';
import { engine } from './conditions.ts';
import { ensureUsualImage, USUAL_IMAGE } from './usual-image.ts';

const GZIP_LEVEL = 6;

/** What a facility downloads, or carries on a stick. */
export const image: Benchmark = {
  about: 'MB of the facility image (docker save | gzip), beside a full JRE with the whole Kafka distribution',
  run: measure,
};

async function measure(): Promise<Measurement> {
  await ensureDocker();
  await ensureConnectImages();
  await ensureUsualImage();
  const facility = await compressedMegabytes(FACILITY_IMAGE.tag);
  const central = await compressedMegabytes(CENTRAL_IMAGE.tag);
  const usual = await compressedMegabytes(USUAL_IMAGE.tag);
  const conditions = {
    method: `docker save | gzip -${GZIP_LEVEL}, all layers, the base included`,
    usual:
      'JRE 17 headless, jars of the Kafka distribution, SQL Server plugin as shipped (bench/Dockerfile.usual)',
    ...(await engine()),
  };
  return {
    ...measurement('image', 'MB', { ours: [facility], usual: [usual] }, conditions),
    also: [
      measurement(
        'image of the central sink',
        'MB',
        { ours: [central], usual: [usual] },
        {
          usual: 'the same; it holds the source plugin, which is smaller than the sink plugin',
        },
      ),
    ],
  };
}

async function compressedMegabytes(tag: string): Promise<number> {
  return step(`Pack ${tag}`, async (report) => {
    const archive = await docker.getImage(tag).get();
    let size = 0;
    for await (const chunk of archive.pipe(createGzip({ level: GZIP_LEVEL }))) {
      size += (chunk as Buffer).length;
      report(`${(size / 1e6).toFixed(0)} MB`);
    }
    return size / 1e6;
  });
}
