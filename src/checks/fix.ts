import type { Clock } from '../adapters/clock.ts';
import { CliError } from '../errors.ts';
import { runChecks } from './runner.ts';
import type { Check, CheckResult, Facts, Fix } from './types.ts';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 1_000;

/** A cure for one finding, ready to be named and asked for. */
export interface Cure<Context, Settings> {
  check: string;
  title: string;
  /** Of the verdict that it cures. */
  code: string;
  /** `safe`, or the name to give to `--accept-risk`. */
  risk: string;
  says: string;
  fix: Fix<Context, Facts, Settings>;
  facts: Facts;
}

/** How one cure went. */
export interface FixReport {
  check: string;
  title: string;
  code: string;
  risk: string;
  says: string;
  /**
   * `cured`: applied, and the check agrees. `not-cured`: applied, and it does not. `failed`: could not be applied. `gone`: not
   * needed any more. `declined`: the user said no. `not-confirmed`: nobody could be asked and `--yes` was not given.
   * `risk-not-accepted`: needs `--accept-risk`.
   */
  outcome: 'cured' | 'not-cured' | 'failed' | 'gone' | 'declined' | 'not-confirmed' | 'risk-not-accepted';
  /** What the check says afterwards, or why it could not be applied. */
  after?: string;
}

type Checks<Context, Settings> = readonly Check<Context, Facts, Settings>[];

/** The cures that the checks bring for what was found, in the order of the checks. Nothing is done. */
export function curesFor<Context, Settings>(
  checks: Checks<Context, Settings>,
  results: readonly CheckResult[],
  settings: Settings,
): Cure<Context, Settings>[] {
  const failed = new Set(results.filter(({ verdict }) => verdict.outcome === 'fail').map(({ id }) => id));
  return results.flatMap(({ id, title, verdict: { code }, facts }) => {
    const fix = checks.find((check) => check.id === id)?.fixes?.find(({ cures }) => cures.includes(code));
    if (fix === undefined || facts === null) return [];
    const raised = fix.riskier?.when.some((other) => failed.has(other)) === true;
    const risk = raised ? (fix.riskier?.risk ?? fix.risk) : fix.risk;
    return [{ check: id, title, code, risk, says: fix.says(facts, settings), fix, facts }];
  });
}

/** Every name that `--accept-risk` understands. */
export function riskNames<Context, Settings>(checks: Checks<Context, Settings>): string[] {
  const fixes = checks.flatMap(({ fixes = [] }) => fixes);
  const names = fixes.flatMap(({ risk, riskier }) => [
    risk,
    ...(riskier === undefined ? [] : [riskier.risk]),
  ]);
  return [...new Set(names)].filter((name) => name !== 'safe').sort();
}

export interface FixPorts<Context> {
  context: Context;
  clock: Clock;
  signal: AbortSignal;
  progress(message: string): void;
}

/**
 * Applies a cure and asks the check again until it agrees or its time is over. A finding that has changed in the meantime is
 * left alone: an earlier cure may have done for it.
 */
export async function applyCure<Context, Settings>(
  cure: Cure<Context, Settings>,
  checks: Checks<Context, Settings>,
  settings: Settings,
  ports: FixPorts<Context>,
): Promise<FixReport> {
  const { fix, facts, ...said } = cure;
  const { context, signal, clock, progress } = ports;
  const ask = async (...ids: string[]): Promise<CheckResult[]> => {
    const results = await runChecks(checks, context, settings, { only: ids, signal });
    return ids.flatMap((id) => results.find((result) => result.id === id) ?? []);
  };
  const [before] = await ask(cure.check);
  if (before?.verdict.code !== cure.code) return { ...said, outcome: 'gone', ...after(before) };
  try {
    await fix.apply(context, facts, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { ...said, outcome: 'failed', after: words(error) };
  }
  const { checks: proofs, ms, holdsMs = 0 } = fix.until ?? { checks: [cure.check], ms: PATIENCE_MS };
  const end = clock.now() + ms + holdsMs;
  let changed = false;
  for (let passingSince: number | undefined; ; ) {
    const results = await ask(...proofs);
    const open = results.find(({ verdict }) => verdict.outcome !== 'pass');
    passingSince = open === undefined ? (passingSince ?? clock.now()) : undefined;
    if (passingSince !== undefined && clock.now() - passingSince >= holdsMs)
      return { ...said, outcome: 'cured', ...after(results[0]) };
    // What was seen gone and is here again has not been cured, however long one waits.
    const back = results.some(({ id, verdict }) => id === cure.check && fix.cures.includes(verdict.code));
    if (clock.now() >= end || (changed && back)) return { ...said, outcome: 'not-cured', ...after(open) };
    changed ||= !back;
    progress(open === undefined ? 'watching whether it lasts' : open.verdict.summary);
    await clock.sleep(PAUSE_MS, signal);
  }
}

function after(result: CheckResult | undefined): { after?: string } {
  return result === undefined ? {} : { after: result.verdict.summary };
}

function words(error: unknown): string {
  if (error instanceof CliError) return [error.message, error.seen].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
}
