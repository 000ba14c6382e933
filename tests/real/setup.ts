import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureCompose } from '../../sandbox/src/provision/compose.ts';
import { bringUp, ensureConnectImages } from '../../sandbox/src/up.ts';
import { sweepSwallowed } from './support/packet-filter.ts';

/**
 * Before the first test on real parts: the program, built once for all of them; Docker, Kafka, PostgreSQL, the product's images, Compose. All of it is left
 * running, so that the next run starts at once; `npm run sandbox -- down` removes it.
 */
export async function setup(): Promise<void> {
  await promisify(execFile)(process.execPath, ['build.mjs']);
  await bringUp();
  await ensureConnectImages();
  await ensureCompose();
  sweepSwallowed();
}
