import { judgeHealth } from './health/judge.ts';
import { isHealthCheck } from './health/look.ts';
import type { Health } from './health/words.ts';
import type { CheckResult, Outcome, Verdict } from './types.ts';

/** What `doctor` answers, whether it looked by itself or judged a bundle. */
export interface DoctorReport {
  ok: boolean;
  command: 'doctor';
  facility: { code: string; id: string; name: string };
  /** What `status` would say of it; absent where only some checks were run. */
  health?: Health;
  /** Of all checks, those too that `--short` leaves out. */
  counts: Record<Outcome, number>;
  checks: readonly CheckResult[];
  /** The bundle that was judged instead of this machine. */
  from?: BundleOrigin;
}

/** Where and when the facts of a bundle were collected, and what is judged otherwise now. */
export interface BundleOrigin {
  file: string;
  /** ISO 8601, by the clock of the facility's machine. */
  createdAt: string;
  /** Version of the program that made it. */
  version: string;
  /** Version of the program that judges it now. */
  judgedBy: string;
  /** Checks whose verdict was another one at the site. */
  differs: { id: string; atSite: Verdict }[];
}

/** True for what somebody has to look at. */
export function isTrouble({ verdict }: { verdict: Verdict }): boolean {
  return verdict.outcome !== 'pass' && verdict.outcome !== 'skip';
}

/**
 * The report on results; with `short` only the troubles are shown, and all are counted.
 * @param options `whole`: every check of a facility was run, so that there is a word for it
 */
export function doctorReport(
  checks: readonly CheckResult[],
  facility: DoctorReport['facility'],
  { short = false, whole = false, from }: { short?: boolean; whole?: boolean; from?: BundleOrigin } = {},
): DoctorReport {
  const counts = countsOf(checks);
  return {
    ok: counts.fail === 0,
    command: 'doctor',
    facility,
    ...(from === undefined ? {} : { from }),
    ...(whole ? { health: judgeHealth(checks.filter(({ id }) => isHealthCheck(id))).health } : {}),
    counts,
    checks: short ? checks.filter(isTrouble) : checks,
  };
}

function countsOf(checks: readonly CheckResult[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { pass: 0, warn: 0, fail: 0, unknown: 0, skip: 0 };
  for (const { verdict } of checks) counts[verdict.outcome]++;
  return counts;
}
