import { z } from 'zod';
import type { Clock } from '../adapters/clock.ts';
import type { FilesPort } from '../adapters/files-port.ts';
import { CliError } from '../errors.ts';
import type { Made, Step, StepResult } from './step.ts';

const MADE = z.object({
  kind: z.enum(['folder', 'file', 'image', 'network', 'container']),
  name: z.string(),
});

const STEP = z.object({
  id: z.string(),
  title: z.string(),
  /** `started` and nothing after it: the run was cut off in this step. */
  state: z.enum(['started', 'done', 'failed']),
  at: z.string(),
  outcome: z.enum(['changed', 'unchanged']).optional(),
  detail: z.string().optional(),
  ms: z.number().optional(),
  /** Of the error; its text may quote values. */
  code: z.string().optional(),
});

const JOURNAL = z.object({
  schemaVersion: z.literal(1),
  program: z.string(),
  command: z.string(),
  /** The folder that the run was for: a journal that was copied along with another folder says nothing here. */
  dir: z.string(),
  startedAt: z.string(),
  /** Absent while a run is under way or when it was cut off. */
  finishedAt: z.string().optional(),
  steps: z.array(STEP),
  /** What stands on this machine because of this run or an earlier one. */
  made: z.array(MADE),
});

/** What was done when, beside `.env`: for the next run, for `uninstall`, for a support bundle. Holds no values of settings. */
export type Journal = z.infer<typeof JOURNAL>;

/** Where a run of the past ended that did not come to its end. */
export interface CutOff {
  command: string;
  startedAt: string;
  step: string;
  /** `after`: that step was done, and the next one had not begun. */
  where: 'in' | 'after';
  /** Code of the error that ended it; undefined when nothing was written any more (power, kill). */
  code?: string;
}

const JOURNAL_MODE = 0o600;

/** The journal of a folder. `trouble` says why one that stands there is not trusted; it stops nothing. */
export async function readJournal(
  files: FilesPort,
  path: string,
): Promise<{ journal?: Journal; trouble?: string }> {
  const text = await files.read(path);
  if (text === undefined) return {};
  try {
    const journal = JOURNAL.parse(JSON.parse(text));
    return journal.dir === folderOf(path)
      ? { journal }
      : { trouble: `${path} belongs to the folder ${journal.dir}; it is not believed.` };
  } catch {
    return { trouble: `${path} is no journal of this program; it is not believed.` };
  }
}

/** Undefined when the last run came to its end. */
export function cutOff(journal: Journal | undefined): CutOff | undefined {
  const last = journal?.steps.findLast(({ state }) => state !== 'done') ?? journal?.steps.at(-1);
  if (journal === undefined || journal.finishedAt !== undefined || last === undefined) return undefined;
  const { command, startedAt } = journal;
  const where = last.state === 'done' ? ('after' as const) : ('in' as const);
  return {
    command,
    startedAt,
    step: last.id,
    where,
    ...(last.code === undefined ? {} : { code: last.code }),
  };
}

/** One sentence about it, for the next run. */
export function cutOffText({ command, startedAt, step, where, code }: CutOff): string {
  const when = `${startedAt.slice(0, 10)} ${startedAt.slice(11, 16)} UTC`;
  const how =
    code === undefined ? 'was cut off' : code === 'cancelled' ? 'was cancelled' : `stopped (${code})`;
  return `The run of ${command} at ${when} ${how} ${where} the step "${step}"; this one goes on from there.`;
}

/** The journal of one run. Each call stands on disk before it returns. */
export interface RunJournal {
  /** Before a step changes anything. @param made what it will bring into being */
  started(step: Step, made: readonly Made[]): Promise<void>;
  done(result: StepResult): Promise<void>;
  /** The run ends here. */
  failed(step: Step, code: string): Promise<void>;
  finished(): Promise<void>;
  /** After something was taken back. */
  gone(made: readonly Made[]): Promise<void>;
}

/**
 * Begins the journal of a run; nothing is written before something is changed, so that a run that changes nothing leaves
 * the journal of the run that did.
 * @param former the journal that stands there, where it is trusted: what it has made is kept
 */
export function runJournal(
  place: { files: FilesPort; clock: Clock; path: string },
  head: { program: string; command: string },
  former: Journal | undefined,
): RunJournal {
  const { files, clock, path } = place;
  const now = () => new Date(clock.now()).toISOString();
  const journal: Journal = {
    schemaVersion: 1,
    ...head,
    dir: folderOf(path),
    startedAt: now(),
    steps: [],
    made: [...(former?.made ?? [])],
  };
  const unfinished = former !== undefined && former.finishedAt === undefined;
  let begun = false;
  const write = async (why: string) => {
    begun = true;
    try {
      await files.makeDir(journal.dir, 0o755);
      await files.writeAtomically(path, `${JSON.stringify(journal, null, 2)}\n`, JOURNAL_MODE);
    } catch (cause) {
      throw unwritable(path, why, cause);
    }
  };
  const put = (entry: Journal['steps'][number]) => {
    const last = journal.steps.at(-1);
    if (last?.id === entry.id && last.title === entry.title && last.state === 'started') journal.steps.pop();
    journal.steps.push(entry);
  };

  return {
    started: async ({ id, title }, made) => {
      put({ id, title, state: 'started', at: now() });
      const known = new Set(journal.made.map(keyOf));
      journal.made.push(...made.filter((one) => !known.has(keyOf(one))));
      await write(`Nothing was done for the step "${id}", nor for those after it.`);
    },
    done: async ({ id, title, outcome, detail, ms }) => {
      put({ id, title, state: 'done', at: now(), outcome, detail, ms });
      if (outcome === 'changed') await write(`The step "${id}" is done, and those after it are not.`);
    },
    failed: async ({ id, title }, code) => {
      put({ id, title, state: 'failed', at: now(), code });
      if (begun) await write('');
    },
    finished: async () => {
      journal.finishedAt = now();
      if (begun || unfinished) await write('Everything else is done.');
    },
    gone: async (made) => {
      const gone = new Set(made.map(keyOf));
      journal.made = journal.made.filter((one) => !gone.has(keyOf(one)));
      await write('What was said above is done.');
    },
  };
}

function keyOf({ kind, name }: Made): string {
  return `${kind} ${name}`;
}

function folderOf(path: string): string {
  return path.replace(/[\\/][^\\/]+$/, '');
}

function unwritable(path: string, state: string, cause: unknown): CliError {
  const known = cause instanceof CliError ? cause : undefined;
  return new CliError('install.journal', 'The journal cannot be written, so nothing more is changed.', {
    seen: known?.seen ?? (cause instanceof Error ? cause.message : String(cause)),
    needed:
      `${state} ${known?.needed ?? `Room and rights for ${path}.`} Then run the same command again.`.trim(),
    ...(known === undefined ? {} : { commands: known.commands }),
    cause,
  });
}
