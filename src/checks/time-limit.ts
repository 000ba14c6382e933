import { setMaxListeners } from 'node:events';

/** A signal that aborts after a time or with its parent, and the way to call it off. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Aborts now. */
  abort(): void;
  /** Stops the clock; to be called when the work is done. */
  end(): void;
}

/**
 * A time limit by a timer of our own. `AbortSignal.any` over `AbortSignal.timeout` will not do: Node 20 may collect the inner
 * signal as garbage before it fires, and the limit is then none.
 * @param ms undefined: only the parent (or {@link TimeLimit.abort}) ends it
 */
export function timeLimit(ms: number | undefined, parent?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  // One for each check that runs: many, and all of them taken off again.
  setMaxListeners(0, controller.signal);
  const abort = () => controller.abort();
  const timer = ms === undefined ? undefined : setTimeout(abort, ms);
  parent?.addEventListener('abort', abort, { once: true });
  if (parent?.aborted === true) abort();
  return {
    signal: controller.signal,
    abort,
    end: () => {
      clearTimeout(timer);
      parent?.removeEventListener('abort', abort);
    },
  };
}
