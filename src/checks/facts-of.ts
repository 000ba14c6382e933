import type { FacilityCheck } from './context.ts';
import type { CheckResult, Facts } from './types.ts';

/** What one check of a run has collected; undefined when it was not run, or its probe never gave anything. */
export function factsOf<F extends Facts>(
  results: readonly CheckResult[],
  check: FacilityCheck<F>,
): F | undefined {
  return (results.find(({ id }) => id === check.id)?.facts ?? undefined) as F | undefined;
}
