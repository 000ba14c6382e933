import { CliError } from '../errors.ts';
import { readJournal, runJournal } from './journal.ts';
import type { RunContext } from './run-steps.ts';
import type { Step } from './step.ts';

export interface UndoResult {
  id: string;
  title: string;
  detail: string;
}

/** What is left where it is says so with this word first. */
const STAYS = /^stays/;

/**
 * Takes back what the steps have made, the last one first, with the journal beside it. A step whose undo fails ends the run,
 * unless it is only there to be polite.
 * @param optional ids of steps whose failure is told and does not end the run
 */
export async function undoSteps(
  steps: readonly Step[],
  optional: ReadonlySet<string>,
  context: RunContext,
): Promise<UndoResult[]> {
  const { out, files, clock, signal, journalPath, version, command = 'uninstall' } = context;
  const { journal: former } = await readJournal(files, journalPath);
  const journal = runJournal({ files, clock, path: journalPath }, { program: version, command }, former);
  const results: UndoResult[] = [];
  for (const step of [...steps].reverse()) {
    if (step.undo === undefined) continue;
    signal.throwIfAborted();
    const { id, title } = step;
    const started = clock.now();
    const shown = out.step(title);
    try {
      await journal.started(step, []);
      const detail = await step.undo((message) => shown.update(message));
      await journal.done({ id, title, outcome: 'changed', detail, ms: clock.now() - started });
      if (!STAYS.test(detail)) await journal.gone((await step.makes?.()) ?? []);
      shown.succeed(detail);
      results.push({ id, title, detail });
    } catch (cause) {
      if (cause instanceof CliError && optional.has(id) && !signal.aborted) {
        const detail = `not stopped in order: ${cause.seen ?? cause.message}`;
        shown.warn(detail);
        results.push({ id, title, detail });
        continue;
      }
      shown.fail();
      const reason = signal.aborted ? signal.reason : cause;
      await journal.failed(step, reason instanceof CliError ? reason.code : 'bug').catch(() => {});
      throw cause;
    }
  }
  return results;
}
