import type { CopyState } from '../../connector/copy-state.ts';
import { CHUNK_READ, type Control, controlSignal, markSignal } from '../../connector/signals.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { putSignal, readSignals } from '../../install/database/signals.ts';
import type { StepHandle } from '../../ui/output.ts';
import { progressText } from '../../ui/snapshot-text.ts';
import { spanText } from '../../units.ts';
import { type Copies, lookAtCopies, mustRun } from './copies.ts';

const PAUSE_MS = 2_000;
/** Capture rests five seconds, the connector half a second; a busy capture job takes longer. */
const UNANSWERED_MS = 180_000;
const STOPPING_MS = 120_000;

/** Shows how a copy goes until it ends or is paused. Ctrl-C ends the watching, not the copy. */
export async function followCopy(copies: Copies, context: Context): Promise<CopyState> {
  const { out, clock, signal } = context;
  const step = out.step('Copy');
  const started = clock.now();
  let first: CopyState | undefined;
  try {
    for (;;) {
      const state = await lookAtCopies(copies, context);
      first ??= state;
      const ended = endOf(state, step);
      if (ended) return state;
      if (state.phase === 'asked' && clock.now() - started > UNANSWERED_MS) throw unanswered(copies);
      step.update(progressText(state, remaining(first, state, clock.now() - started)));
      await clock.sleep(PAUSE_MS, signal);
      await mustRun(copies).catch((error) => {
        // A worker that restarts goes on with the copy by itself.
        if (error instanceof CliError && error.seen?.includes('FAILED')) throw error;
      });
    }
  } catch (error) {
    step.warn(
      signal.aborted
        ? 'goes on without being watched: clinicmaster-cdc snapshot --status'
        : 'no longer watched',
    );
    throw error;
  }
}

/** Whether there is nothing more to watch; says how it ended. */
function endOf(state: CopyState, step: StepHandle): boolean {
  const { phase, request } = state;
  if (phase === 'finished')
    step.succeed(
      `${request?.rows ?? 0} rows by the count of its beginning; the stored position has passed its end`,
    );
  else if (phase === 'paused') step.warn('paused: clinicmaster-cdc snapshot --resume');
  else if (phase === 'stopped') step.warn('stopped');
  else if (phase === 'none' || phase === 'foreign')
    step.unchanged('there is none that this program asked for');
  else return false;
  return true;
}

/** Seconds that are left at the pace of this watch; null before a pace is known. */
function remaining(first: CopyState, now: CopyState, elapsedMs: number): number | null {
  const read = now.read - first.read;
  if (read < 2 || now.request === null) return null;
  return (Math.max(0, now.request.chunks - now.read) * elapsedMs) / read / 1000;
}

function unanswered({ names }: Copies): CliError {
  return new CliError('copy.unanswered', 'Debezium has not begun with the copy.', {
    seen: `no chunk read in ${spanText(UNANSWERED_MS / 1000)}`,
    needed:
      'SQL Server Agent that captures (the request is a row that must be captured first), and a connector that knows the table. ' +
      'The request stays: it begins when they are there.',
    commands: [
      'clinicmaster-cdc doctor --only sql-capture-fresh',
      `docker logs --tail 50 ${names.container}`,
      'clinicmaster-cdc snapshot --status',
    ],
  });
}

/**
 * Pauses, resumes or stops the copy that is under way.
 * @throws CliError when there is none
 */
export async function controlCopy(
  control: Control,
  copies: Copies,
  context: Context,
): Promise<{ changed: boolean; state: CopyState }> {
  const { clock, signal } = context;
  await mustRun(copies);
  const before = await lookAtCopies(copies, context);
  if (before.phase === 'none' || before.phase === 'finished' || before.phase === 'stopped') {
    throw new CliError('copy.none', 'No copy is under way.', {
      seen: before.phase,
      needed: 'A copy that has been started and has not ended.',
      commands: ['clinicmaster-cdc snapshot --status'],
    });
  }
  if (control === 'pause' && before.phase === 'paused') return { changed: false, state: before };
  await putSignal(copies.sql, controlSignal(control, clock.now()), signal);
  // Debezium ends a copy where it would read the next chunk, and a paused one reads none.
  if (control === 'stop') await stopFully(before, copies, context);
  return { changed: true, state: await lookAtCopies(copies, context) };
}

/**
 * Until another change is captured, the stored position still names the copy (seen), and a restart would go on with it: so a
 * signal without effect is put behind the last mark.
 */
async function stopFully(before: CopyState, copies: Copies, context: Context): Promise<void> {
  const { clock, signal, out } = context;
  const step = out.step('Stop');
  if (before.phase === 'paused') {
    // Later by a moment, so that it comes behind.
    await clock.sleep(10, signal);
    await putSignal(copies.sql, markSignal('resume-snapshot', clock.now()), signal);
  }
  const started = clock.now();
  let read = -1;
  for (;;) {
    await clock.sleep(PAUSE_MS, signal);
    const seen = await readSignals(copies.sql, copies.access, signal);
    const still = seen.chunksRead === read && seen.captured?.type === CHUNK_READ;
    read = seen.chunksRead;
    if (still || clock.now() - started > STOPPING_MS) break;
  }
  await putSignal(copies.sql, markSignal('log', clock.now()), signal);
  step.succeed('no further chunk is read');
}
