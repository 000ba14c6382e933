import type { Context } from '../../context.ts';
import { EXIT, type ExitCode } from '../../errors.ts';

/** Does one thing again and again until Ctrl-C, which is how a watch ends: nothing has gone wrong then. */
export async function again(
  everyMs: number,
  { clock, signal }: Context,
  turn: () => Promise<void>,
): Promise<ExitCode> {
  try {
    for (;;) {
      await turn();
      await clock.sleep(everyMs, signal);
    }
  } catch (cause) {
    if (signal.aborted) return EXIT.cancelled;
    throw cause;
  }
}

/** The line below what a watch draws. @param at ISO 8601, to the second */
export function watchFoot(at: string, everyMs: number): string {
  return `${at}, every ${everyMs / 1000} s; Ctrl-C ends.`;
}
