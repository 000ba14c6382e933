import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectPort } from '../../../src/adapters/connect-port.ts';
import { docker } from '../provision/docker.ts';

const POLL_MS = 250;
/** Docker waits a little longer before each restart of a container that dies again and again. */
const RESTART_BY_POLICY_MS = 20_000;

/**
 * Kills what runs in a container, as a crash or the kernel's memory guard would: by SIGKILL to its first process from
 * outside. `docker kill` would count as the user's wish and switch the restart policy off; it is the fallback where the
 * Engine's processes are not ours to signal, with `docker start` after it.
 * @returns how the container came back
 */
export async function killContainer(name: string): Promise<'restart policy' | 'docker start'> {
  const container = docker.getContainer(name);
  const { State } = await container.inspect();
  if (!State.Running) throw new Error(`Container ${name} does not run, so it cannot be killed.`);
  if (signal(State.Pid)) {
    const deadline = Date.now() + RESTART_BY_POLICY_MS;
    while (Date.now() < deadline) {
      await sleep(POLL_MS);
      const now = (await container.inspect()).State;
      if (now.Running && now.StartedAt !== State.StartedAt) return 'restart policy';
    }
  } else {
    await container.kill({ signal: 'SIGKILL' });
  }
  await container.start();
  return 'docker start';
}

function signal(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** Waits until Docker's own health check finds the container healthy again. */
export async function awaitHealthy(name: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { State } = await docker.getContainer(name).inspect();
    if (State.Running && State.Health?.Status === 'healthy') return;
    if (Date.now() > deadline) {
      throw new Error(
        `Container ${name} is ${State.Status}, health ${State.Health?.Status ?? 'unknown'}, after ` +
          `${Math.round(timeoutMs / 1000)} s. See: docker logs ${name}`,
      );
    }
    await sleep(500);
  }
}

/**
 * Waits until a worker has stored a position behind its first copy. Killed earlier it would begin the copy anew, as
 * Debezium does, and what is deleted between the two copies would stay in the warehouse: see docs/demo.md.
 */
export async function awaitStoredPosition(
  worker: ConnectPort,
  connector: string,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const offsets = await worker.offsets(connector).catch(() => undefined);
    if (offsets?.some(({ offset }) => offset !== null && isBehindCopy(offset))) return;
    if (Date.now() > deadline) {
      throw new Error(
        `${connector} has stored no position behind its first copy after ${Math.round(timeoutMs / 1000)} s.`,
      );
    }
    await sleep(500);
  }
}

function isBehindCopy(offset: Record<string, unknown>): boolean {
  return 'commit_lsn' in offset && (offset.snapshot === undefined || offset.snapshot_completed === true);
}
