import { withoutQuotedRecords, withoutRecords } from '../connector/record-free.ts';
import { CliError, EXIT } from '../errors.ts';
import { nearNames } from './near.ts';
import { changeTexts } from './texts.ts';
import { timeLimit } from './time-limit.ts';
import type { Check, CheckResult, Facts, Occasion, Verdict } from './types.ts';
import { fail, skip, unknown } from './verdicts.ts';

/** `doctor` may never take longer than 15 s, whatever is black-holed: the rest is for starting up and printing. */
const DEADLINE_MS = 13_500;
/** After its signal a probe has this long to hand over what it knows. */
const GRACE_MS = 500;

interface Observer {
  started?(check: { id: string; title: string }): void;
  finished(result: CheckResult): void;
}

export interface RunOptions {
  /** Only checks for this occasion. */
  when?: Occasion;
  /** Those too that take long or leave a trace. */
  deep?: boolean;
  /** Only these ids or areas, and what they need. */
  only?: readonly string[];
  observer?: Observer;
  /** What every result goes through before anybody sees it: secrets are taken out. */
  clean?(result: CheckResult): CheckResult;
  /** Ends the run early: Ctrl-C. */
  signal?: AbortSignal;
  /** For all checks together, but for the deep ones. */
  deadlineMs?: number;
}

/**
 * Runs checks side by side; each waits only for those that it needs. A need that fails turns into a skip that names the cause.
 * @returns one result for each selected check, in the order given
 * @throws CliError (usage) for an unknown id in `only`; the signal's reason when it aborts
 */
export async function runChecks<Context, Settings>(
  checks: readonly Check<Context, Facts, Settings>[],
  context: Context,
  settings: Settings,
  options: RunOptions = {},
): Promise<CheckResult[]> {
  const selected = selectChecks(checks, options);
  const deadline = timeLimit(options.deadlineMs ?? DEADLINE_MS, options.signal);
  // Who asks for the deep ones means to wait: each of them has its own limit alone.
  const patience = timeLimit(undefined, options.signal);
  const running = new Map<string, Promise<CheckResult>>();

  const start = (check: Check<Context, Facts, Settings>): Promise<CheckResult> => {
    const known = running.get(check.id);
    if (known !== undefined) return known;
    const needs = check.needs.flatMap((id) => selected.find((candidate) => candidate.id === id) ?? []);
    const result = (async () => {
      const causes = await Promise.all(needs.map(start));
      options.observer?.started?.(check);
      const { signal } = check.deep === true ? patience : deadline;
      const raw = await judged(check, context, settings, causes, signal);
      const finished = options.clean?.(raw) ?? raw;
      options.observer?.finished(finished);
      return finished;
    })();
    running.set(check.id, result);
    return result;
  };

  try {
    const results = await Promise.all(selected.map(start));
    options.signal?.throwIfAborted();
    return results;
  } finally {
    deadline.end();
    patience.end();
  }
}

/**
 * The checks that a run with these options runs.
 * @throws CliError (usage) for an unknown id in `only`
 */
export function selectChecks<C extends Check<never>>(
  checks: readonly C[],
  { when, only, deep = false }: RunOptions,
): C[] {
  const timely = checks.filter(
    (check) => (when === undefined || check.when.includes(when)) && (deep || check.deep !== true),
  );
  if (only === undefined || only.length === 0) return timely;
  const strange = only.filter((name) => !checks.some((check) => check.id === name || check.area === name));
  if (strange.length > 0) {
    throw noSuchCheck(strange, [...checks.map(({ id }) => id), ...areas(checks)]);
  }
  const wanted = new Set<string>();
  const want = (check: C): void => {
    wanted.add(check.id);
    for (const id of check.needs) timely.filter((candidate) => candidate.id === id).forEach(want);
  };
  checks.filter((check) => only.includes(check.id)).forEach(want);
  timely.filter((check) => only.includes(check.area)).forEach(want);
  return checks.filter((check) => wanted.has(check.id));
}

/** The error for a name that no check has, with the names that may have been meant. */
export function noSuchCheck(typed: readonly string[], names: readonly string[]): CliError {
  const near = [...new Set(typed.flatMap((name) => nearNames(name, names)))];
  return new CliError('checks.unknown', `There is no check called ${typed.join(', ')}.`, {
    exitCode: EXIT.usage,
    needed: near.length > 0 ? `Perhaps: ${near.join(', ')}.` : 'A name that doctor --list shows.',
    commands: ['clinicmaster-cdc doctor --list'],
  });
}

function areas(checks: readonly Check<never>[]): string[] {
  return [...new Set(checks.map((check) => check.area))];
}

async function judged<Context, Settings>(
  check: Check<Context, Facts, Settings>,
  context: Context,
  settings: Settings,
  needs: readonly CheckResult[],
  stop: AbortSignal,
): Promise<CheckResult> {
  const { id, title, area } = check;
  const started = performance.now();
  const result = (verdict: Verdict, facts: Facts = null): CheckResult => {
    return { id, title, area, verdict, facts, ms: Math.round(performance.now() - started) };
  };

  const cause = needs.find(({ verdict }) => verdict.outcome !== 'pass' && verdict.outcome !== 'warn');
  if (cause !== undefined) return result(skip(`${id}-skipped`, skipText(cause)));
  if (stop.aborted) return result(skip(`${id}-skipped`, 'Not checked: no time left.'));

  const limit = timeLimit(check.timeoutMs, stop);
  try {
    const answer = await withGrace(check.probe(context, limit.signal), limit.signal);
    // Servers quote rows in their errors: no verdict, log or file may hold what a patient's row holds.
    const facts = changeTexts(answer, withoutQuotedRecords);
    return result(check.judge(facts, settings), facts);
  } catch (error) {
    return result(error === TOO_LATE ? tooLate(id, performance.now() - started) : crashed(id, error));
  } finally {
    limit.end();
  }
}

/** Names the check at the root of a chain of skips. */
function skipText(cause: CheckResult): string {
  return cause.verdict.outcome === 'skip' ? cause.verdict.summary : `Not checked: needs “${cause.title}”.`;
}

const TOO_LATE = Symbol('too late');

/** A probe that heeds its signal hands over what it knows; one that does not is left behind. */
function withGrace<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((settle, reject) => {
    const abort = () => setTimeout(() => reject(TOO_LATE), GRACE_MS);
    signal.addEventListener('abort', abort, { once: true });
    work.then(settle, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function tooLate(id: string, ms: number): Verdict {
  return fail(`${id}-timeout`, `No answer within ${Math.round(ms / 1000)} s.`, {
    remedy: {
      text: 'Check the network between this machine and the other end, then run it again.',
      who: 'you',
    },
  });
}

/** A probe that throws has met something that nobody foresaw, or an error that already says what to do. */
function crashed(id: string, error: unknown): Verdict {
  if (error instanceof CliError) {
    return fail(`${id}-error`, error.message, {
      ...(error.seen === undefined ? {} : { current: error.seen }),
      ...(error.needed === undefined ? {} : { required: error.needed }),
      remedy: { text: error.needed ?? error.message, commands: error.commands, who: error.who },
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return unknown(`${id}-crashed`, 'This check broke down by itself; that is a fault of this program.', {
    current: withoutRecords(message).split('\n')[0] ?? '',
    remedy: { text: 'Report it, with the output of this command and --verbose.', who: 'you' },
  });
}
