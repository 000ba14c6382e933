import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { STATE } from './paths.ts';
import { SandboxError } from './sandbox-error.ts';

/** A path would not fit: such a name has room for 107 bytes. */
const CHECKOUT = createHash('sha256').update(STATE).digest('hex').slice(0, 16);
const POLL_MS = 200;
const GIVE_UP_MS = 30 * 60_000;

/**
 * Runs `work` while no other process of this checkout runs one under the same name. The lock is a name that the
 * kernel lends (Linux's abstract sockets): it comes back by itself however its owner ends, so none is ever stale.
 * @param onWait called once, when another process has it
 * @throws SandboxError when the owner keeps it for half an hour
 */
export async function withLock<T>(name: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  const address = `\0clinicmaster-cdc-${CHECKOUT}-${name}`;
  const deadline = Date.now() + GIVE_UP_MS;
  let held = await claim(address);
  if (held === undefined) onWait?.();
  while (held === undefined) {
    if (Date.now() > deadline) {
      throw new SandboxError(`Another process of the sandbox has been busy for half an hour (${name}).`);
    }
    await wait(POLL_MS);
    held = await claim(address);
  }
  try {
    return await work();
  } finally {
    held.close();
  }
}

function claim(address: string): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}
