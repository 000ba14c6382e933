import type { CheckContext, FacilityCheck } from '../../checks/context.ts';
import { facilityMemory } from '../../checks/memory.ts';
import { type RunOptions, runChecks } from '../../checks/runner.ts';
import { presentable } from '../../checks/texts.ts';
import type { CheckResult, Occasion } from '../../checks/types.ts';
import { facilityNames } from '../../connector/names.ts';
import { connectorConfig } from '../../connector/template.ts';
import type { Context } from '../../context.ts';
import { FACILITY_TEMPLATE } from '../../install/facility-deployment.ts';
import { packageFile } from '../../install/package-files.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { secretsOf } from '../../settings/redact.ts';
import { insideView } from './inside.ts';
import { soon } from './soon.ts';

/** Runs a facility's checks for an occasion, showing each on one line. */
export function checkFacility(
  checks: readonly FacilityCheck[],
  when: Occasion,
  settings: FacilitySettings,
  context: Context,
): Promise<CheckResult[]> {
  const observer = { finished: printer(context) };
  return runFacilityChecks(checks, { when, observer }, settings, context);
}

/** Runs a facility's checks and closes what they opened. No result holds a secret, whoever quoted one. */
export function runFacilityChecks(
  checks: readonly FacilityCheck[],
  options: RunOptions,
  settings: FacilitySettings,
  context: Context,
): Promise<CheckResult[]> {
  const clean = presentable(secretsOf(settings), context.host);
  return withCheckContext(settings, context, (checkContext) =>
    runChecks(checks, checkContext, settings, { ...options, clean, signal: context.signal }),
  );
}

/** Longer than closing takes where the other end answers. */
const CLOSING_MS = 500;

/** What the checks of a facility touch, opened for a while and closed again. */
export async function withCheckContext<T>(
  settings: FacilitySettings,
  context: Context,
  work: (checkContext: CheckContext) => Promise<T>,
): Promise<T> {
  const names = facilityNames(settings.facilityId, settings.instance);
  const template = await packageFile(context.files, context.packageRoot, FACILITY_TEMPLATE);
  const [machine, network, sql, kafka, connect] = await Promise.all([
    context.machine(),
    context.network(),
    context.sqlServer(settings.database),
    context.kafka(settings.kafka, `cdc.${settings.facilityId}.cli`),
    context.connect(settings.restPort),
  ]);
  const inside = insideView(settings, names, context);
  const checkContext = {
    settings,
    names,
    clock: context.clock,
    machine,
    files: context.files,
    network,
    sql,
    kafka,
    connect,
    docker: context.docker,
    memory: facilityMemory(context.files, settings.dir, context.clock),
    inside: inside.open,
    desiredConfig: connectorConfig(template, names.connector),
  };
  try {
    return await work(checkContext);
  } finally {
    // A connection that waits for a name server cannot be closed before that gives up; an answer does not wait for it.
    const closed = soon<unknown>(Promise.allSettled([sql.close(), kafka.close()]), CLOSING_MS, undefined);
    await Promise.all([closed, inside.close()]);
  }
}

/** Prints each check as it finishes; one that was skipped only says that another one failed. */
export function printer({ out }: Context): (result: CheckResult) => void {
  return ({ title, verdict }) => {
    if (verdict.outcome === 'skip') out.detail(`${title}: ${verdict.summary}`);
    else out.check(verdict.outcome, title, verdict.summary);
  };
}
