import type { Clock } from '../adapters/clock.ts';
import type { FilesPort } from '../adapters/files-port.ts';
import type { Output } from '../ui/output.ts';
import type { Step, StepResult } from './step.ts';

/** What was done when, beside `.env`: for the next run to show and for a support bundle. Holds no values of settings. */
export interface Journal {
  schemaVersion: 1;
  program: string;
  startedAt: string;
  /** Absent while a run is under way or when it was cut off. */
  finishedAt?: string;
  steps: (StepResult & { at: string })[];
}

export interface RunContext {
  out: Output;
  files: FilesPort;
  clock: Clock;
  signal: AbortSignal;
  journalPath: string;
  version: string;
}

/** Runs the steps in order; each says whether it was needed. Ctrl-C ends between two steps or inside a waiting one. */
export async function runSteps(steps: readonly Step[], context: RunContext): Promise<StepResult[]> {
  const { clock, files, signal } = context;
  const now = () => new Date(clock.now()).toISOString();
  const journal: Journal = { schemaVersion: 1, program: context.version, startedAt: now(), steps: [] };
  const results: StepResult[] = [];
  // A run that changes nothing leaves the journal of the run that did.
  const note = async () =>
    files.writeAtomically(context.journalPath, `${JSON.stringify(journal, null, 2)}\n`, 0o600);
  for (const step of steps) {
    signal.throwIfAborted();
    const result = await runStep(step, results, context);
    results.push(result);
    journal.steps.push({ ...result, at: now() });
    if (result.outcome === 'changed') await note();
  }
  journal.finishedAt = now();
  if (results.some(({ outcome }) => outcome === 'changed')) await note();
  return results;
}

async function runStep(
  step: Step,
  before: readonly StepResult[],
  { out, clock, signal }: RunContext,
): Promise<StepResult> {
  const { id, title } = step;
  const started = clock.now();
  const shown = out.step(title);
  try {
    const already = await step.done(before);
    signal.throwIfAborted();
    const detail = already ?? (await step.run((message) => shown.update(message)));
    const outcome = already === undefined ? 'changed' : 'unchanged';
    if (outcome === 'changed') shown.succeed(detail);
    else shown.unchanged(detail);
    return { id, title, outcome, detail, ms: clock.now() - started };
  } catch (cause) {
    shown.fail();
    throw cause;
  }
}
