import { ensureImage, type ImageRecipe } from './images/build.ts';
import { CENTRAL_IMAGE, FACILITY_IMAGE, KAFKA_IMAGE, POSTGRES_IMAGE } from './images/recipes.ts';
import { ensureBroker } from './kafka/broker.ts';
import { loadSandbox, type Sandbox } from './load.ts';
import { withLock } from './lock.ts';
import { say } from './output.ts';
import { ensurePostgres } from './postgres/server.ts';
import { step } from './progress.ts';
import { ensureBaseImage } from './provision/base-image.ts';
import { gatewayAddress } from './provision/docker.ts';
import { ensureDocker } from './provision/engine.ts';
import { takeOver } from './provision/take-over.ts';
import { updateCredentials } from './state.ts';
import { serverCertificate } from './tls/servers.ts';

/**
 * Makes Docker, the images, Kafka and PostgreSQL be there and run. What is there already is left as it is, so a
 * second call takes a second or two.
 */
export async function bringUp(): Promise<Sandbox> {
  await ensureDocker();
  return withLock('up', start, () => say('  another process is starting the sandbox; waiting for it'));
}

/** The product's own two images, built as `init` and `central init` would, under the tags that they look for. */
export async function ensureConnectImages(): Promise<void> {
  await withLock('up', async () => {
    const base = await ensureBaseImage();
    await image(FACILITY_IMAGE, base);
    await image(CENTRAL_IMAGE, base);
  });
}

async function start(): Promise<Sandbox> {
  const base = await ensureBaseImage();
  await image(KAFKA_IMAGE, base);
  await image(POSTGRES_IMAGE, base);
  const gateway = await gatewayAddress();
  const credentials = await updateCredentials((known) => {
    known.gateway = gateway;
  });
  await takeOver(credentials.id);
  const kafkaTls = await serverCertificate('kafka', gateway);
  const postgresTls = await serverCertificate('postgres', gateway);
  await Promise.all([
    step('Kafka: SASL_SSL, SCRAM-SHA-256, ACLs', () => ensureBroker(KAFKA_IMAGE.tag, credentials, kafkaTls)),
    step('PostgreSQL', () => ensurePostgres(POSTGRES_IMAGE.tag, credentials, postgresTls)),
  ]);
  return loadSandbox();
}

async function image(recipe: ImageRecipe, base: string): Promise<void> {
  await step(`Image ${recipe.tag}`, (report) => ensureImage(recipe, base, report));
}
