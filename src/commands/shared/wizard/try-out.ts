import { FACILITY_CHECKS } from '../../../checks/registry.ts';
import { runChecks } from '../../../checks/runner.ts';
import { presentable } from '../../../checks/texts.ts';
import type { CheckResult } from '../../../checks/types.ts';
import { secretsOf } from '../../../settings/redact.ts';
import { withCheckContext } from '../checked.ts';
import type { Attempt, Wizard } from './question.ts';
import { settingsSoFar } from './state.ts';

/** How a try went. `results` are those of the try's own checks. */
export interface TriedOut {
  failed: CheckResult | undefined;
  results: readonly CheckResult[];
}

/**
 * Tries the answers so far with the checks of `doctor`, from this machine alone: no container is started for a look from
 * inside. Nothing is changed by it.
 */
export async function tryOut(attempt: Attempt, { state, context }: Wizard): Promise<TriedOut> {
  const soFar = settingsSoFar(state);
  const settings = attempt.settings?.(soFar) ?? soFar;
  const run = (only: readonly string[]) =>
    withCheckContext(settings, context, (checkContext) =>
      runChecks(FACILITY_CHECKS, { ...checkContext, inside: async () => undefined }, settings, {
        only,
        clean: presentable(secretsOf(settings), context.host),
        signal: context.signal,
      }),
    );
  const results = await run(attempt.checks);
  const failed = failure(results, attempt);
  if (failed === undefined || attempt.onFailure === undefined)
    return { failed, results: own(results, attempt) };
  const more = await run(attempt.onFailure);
  return { failed: more.find(({ verdict }) => verdict.outcome === 'fail') ?? failed, results: [] };
}

function own(results: readonly CheckResult[], { checks }: Attempt): CheckResult[] {
  return results.filter(({ id }) => checks.includes(id));
}

/** What is furthest along counts: what failed before it is told by it, or was left as it is. */
function failure(results: readonly CheckResult[], attempt: Attempt): CheckResult | undefined {
  return (attempt.ownOnly === true ? own(results, attempt) : results)
    .filter(({ verdict }) => verdict.outcome === 'fail' && !attempt.tolerates?.includes(verdict.code))
    .at(-1);
}
