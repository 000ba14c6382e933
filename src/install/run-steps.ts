import type { Clock } from '../adapters/clock.ts';
import type { FilesPort } from '../adapters/files-port.ts';
import { CliError } from '../errors.ts';
import type { Output } from '../ui/output.ts';
import { type RunJournal, readJournal, runJournal } from './journal.ts';
import type { Step, StepResult } from './step.ts';

export interface RunContext {
  out: Output;
  files: FilesPort;
  clock: Clock;
  signal: AbortSignal;
  journalPath: string;
  version: string;
  /** The verb that runs, as the journal names it. */
  command?: string;
  /** What to type to go on after a step has failed. Null: the caller says what happens then. */
  again?: string | null;
}

/**
 * Runs the steps in order; each says whether it was needed. Ctrl-C ends between two steps or inside a waiting one. The journal
 * holds each step before it changes anything; where it cannot be written, the run ends.
 */
export async function runSteps(steps: readonly Step[], context: RunContext): Promise<StepResult[]> {
  const { clock, files, signal, version, out, journalPath, command = 'init' } = context;
  const { journal: former, trouble } = await readJournal(files, journalPath);
  if (trouble !== undefined) out.note(trouble);
  // A run that was killed while it wrote leaves what it had written so far; it may hold passwords.
  await files.sweep(journalPath.replace(/[\\/][^\\/]+$/, ''));
  const journal = runJournal({ files, clock, path: journalPath }, { program: version, command }, former);
  const results: StepResult[] = [];
  for (const step of steps) {
    signal.throwIfAborted();
    results.push(await runStep(step, results, journal, context));
  }
  await journal.finished();
  return results;
}

async function runStep(
  step: Step,
  before: readonly StepResult[],
  journal: RunJournal,
  context: RunContext,
): Promise<StepResult> {
  const { out, clock, signal } = context;
  const { id, title } = step;
  const started = clock.now();
  const shown = out.step(title);
  try {
    const already = await step.done(before);
    signal.throwIfAborted();
    if (already === undefined) await journal.started(step, (await step.makes?.()) ?? []);
    const detail = already ?? (await step.run((message) => shown.update(message)));
    const outcome = already === undefined ? 'changed' : 'unchanged';
    const result: StepResult = { id, title, outcome, detail, ms: clock.now() - started };
    await journal.done(result);
    if (outcome === 'changed') shown.succeed(detail);
    else shown.unchanged(detail);
    return result;
  } catch (cause) {
    shown.fail();
    const reason = signal.aborted ? signal.reason : cause;
    const code = reason instanceof CliError ? reason.code : 'bug';
    // The reason why the step failed is worth more than a journal that cannot be written.
    if (code !== 'install.journal') await journal.failed(step, code).catch(() => {});
    if (code !== 'cancelled' && context.again !== null) sayHowToGoOn(before, context);
    throw cause;
  }
}

/** What worked stays: nothing is taken back behind the user's back. */
function sayHowToGoOn(before: readonly StepResult[], { out, again, command = 'init' }: RunContext): void {
  const done = before.filter(({ outcome }) => outcome === 'changed').map(({ id }) => id);
  const stays = done.length === 0 ? '' : `Done, and staying done: ${[...new Set(done)].join(', ')}. `;
  out.note(`${stays}To go on from here: ${again ?? `clinicmaster-cdc ${command}`}`);
}
