import type { CheckContext } from './context.ts';

/** Milliseconds since this facility's container was started; null where it does not run, or Docker does not answer. */
export async function runningMs({ docker, names, clock }: CheckContext): Promise<number | null> {
  try {
    const container = await (await docker()).container(names.container);
    return container?.running === true ? clock.now() - Date.parse(container.startedAt) : null;
  } catch {
    // The check of Docker itself says why.
    return null;
  }
}
