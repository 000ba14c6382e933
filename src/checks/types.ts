import type { Who } from '../errors.ts';

export type Area = 'host' | 'network' | 'kafka' | 'sqlserver' | 'connect' | 'pipeline' | 'warehouse';
/** `before-install`: nothing is there yet; `after-install`: `init` has just ended; `daily`: at any later time. */
export type Occasion = 'before-install' | 'after-install' | 'daily';
export type Outcome = 'pass' | 'warn' | 'fail' | 'unknown' | 'skip';

/** What is to be done about a verdict, and by whom. */
export interface Remedy {
  text: string;
  /** Shell commands, ready to paste. */
  commands?: readonly string[];
  /** T-SQL, ready to paste. */
  sql?: readonly string[];
  who: Who;
  /** Page that says more, where it is not the check's own: a path in the package (`docs/sql.md`). */
  doc?: string;
}

/** The answer of one check. `unknown` = cannot tell (a missing right to look is not a fault of the thing looked at). */
export interface Verdict {
  outcome: Outcome;
  /** Stable and kebab-case: `ok`, or the check's id followed by what is wrong (`sql-login-refused`). */
  code: string;
  /** One line: what is so. */
  summary: string;
  current?: string;
  required?: string;
  remedy?: Remedy;
}

/** How one check went. `facts` are null when the probe never gave any (skipped, crashed). */
export interface CheckResult {
  id: string;
  title: string;
  area: Area;
  verdict: Verdict;
  facts: Facts;
  /** Milliseconds. */
  ms: number;
}

/** Facts are plain JSON, so that a support bundle can carry them and another machine can judge them again. */
export type Facts = null | boolean | number | string | Facts[] | { [key: string]: Facts | undefined };

/** A cure that this program can apply by itself, when the user asks for it (`doctor --fix`). */
export interface Fix<Context, F extends Facts = Facts, Settings = unknown> {
  /** Codes of the verdicts that it cures. */
  cures: readonly string[];
  /** `safe`: loses nothing and can be undone; else the name that the user must give to `--accept-risk`. */
  risk: string;
  /** Another risk while one of these checks fails: what is safe on most days is not on that one. */
  riskier?: { when: readonly string[]; risk: string };
  /**
   * Ids of the checks that must pass afterwards, how long that may take, and how long the pass must hold to be believed;
   * absent: the check's own, half a minute, at once.
   */
  until?: { checks: readonly string[]; ms: number; holdsMs?: number };
  /** What it will do, in words, shown before it runs. */
  says(facts: F, settings: Settings): string;
  apply(context: Context, facts: F, signal: AbortSignal): Promise<void>;
}

/**
 * One thing that can be wrong. `probe` does the I/O and never judges; `judge` is pure.
 * @typeParam Context what the probe may touch: adapters as types, settings.
 */
export interface Check<Context, F extends Facts = Facts, Settings = unknown> {
  id: string;
  title: string;
  area: Area;
  when: readonly Occasion[];
  /** Ids whose pass (or warn) this check needs; else it is skipped with the cause's name. */
  needs: readonly string[];
  timeoutMs: number;
  /** Takes long, or leaves a trace: runs with `--deep` only. */
  deep?: true;
  /** What the probe writes and where, for the reader; absent: it only reads. */
  touches?: string;
  fixes?: readonly Fix<Context, F, Settings>[];
  probe(context: Context, signal: AbortSignal): Promise<F>;
  judge(facts: F, settings: Settings): Verdict;
}
