import type { Check, CheckResult, Facts, Verdict } from './types.ts';

/** A result with the verdict of this version, and the former one where it was another. */
export interface JudgedAgain {
  result: CheckResult;
  atSite?: Verdict;
}

/**
 * Judges stored facts anew; nothing is asked of the world. A verdict that was not made from facts (skipped, timed out, broken
 * down) stays, and so does that of a check which this version does not know or cannot judge.
 */
export function judgeAgain<Settings>(
  stored: readonly CheckResult[],
  checks: readonly Check<never, Facts, Settings>[],
  settings: Settings,
): JudgedAgain[] {
  return stored.map((result) => {
    const check = checks.find(({ id }) => id === result.id);
    const verdict =
      check === undefined || result.facts === null ? undefined : judged(check, result.facts, settings);
    if (verdict === undefined || same(verdict, result.verdict)) return { result };
    return { result: { ...result, verdict }, atSite: result.verdict };
  });
}

function judged<Settings>(
  check: Check<never, Facts, Settings>,
  facts: Facts,
  settings: Settings,
): Verdict | undefined {
  try {
    return check.judge(facts, settings);
  } catch {
    // Facts of another version may have another shape.
    return undefined;
  }
}

/** Key order and parts that are undefined do not count: a bundle is JSON. */
function same(one: Verdict, other: Verdict): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
