import type { DockerPort } from '../../adapters/docker-port.ts';
import type { KafkaRecord } from '../../adapters/kafka-port.ts';
import { facilityNames } from '../../connector/names.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { wantedEnv } from '../../install/env-text.ts';
import { composeValues, FACILITY_COMPOSE, facilityDeployment } from '../../install/facility-deployment.ts';
import { JOURNAL_FILE } from '../../install/facility-folder.ts';
import { cutOff, readJournal } from '../../install/journal.ts';
import { plan } from '../../install/plan.ts';
import { type InstallPlan, previewSteps } from '../../install/preview.ts';
import { runSteps } from '../../install/run-steps.ts';
import type { Step, StepResult } from '../../install/step.ts';
import { heartbeatBefore, proofStep } from '../../install/steps/proof.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Values } from '../../settings/field.ts';
import { facilityFields } from '../../settings/fields.ts';
import type { Resolved } from '../../settings/resolve.ts';
import { firstCopyPossible, firstCopyStep } from './first-copy.ts';
import { imageRecipe } from './image.ts';
import type { Options } from './module.ts';
import { startsConnector } from './moves.ts';
import { nothingToSend } from './nothing-to-send.ts';
import { dockerOrReason } from './planned.ts';
import { guardStart } from './start-guard.ts';
import { typed } from './typed.ts';

/** A facility's answers, ready to be put into effect. */
export interface Wanted {
  settings: FacilitySettings;
  /** The `.env` of before; undefined for a new facility. */
  existing: Values | undefined;
  resolved: Resolved;
  options: Options;
}

/** Puts everything into effect that is not so yet. */
export async function installFacility(wanted: Wanted, context: Context): Promise<StepResult[]> {
  const work = await open(wanted, context, await context.docker());
  try {
    const before = await work.heartbeat();
    await firstCopyPossible(wanted.existing, before !== null, wanted.settings, context);
    const steps = work.steps(before);
    if (await startsConnector(steps)) {
      await guardStart(wanted.settings, wanted.options, context, 'start the connector');
    }
    const journalPath = `${wanted.settings.dir}/${JOURNAL_FILE}`;
    return await runSteps(steps, {
      ...context,
      journalPath,
      again: typed('init', wanted.options, context.host),
    });
  } finally {
    await work.close();
  }
}

/** What {@link installFacility} would do. Works where Docker, Kafka or Connect does not answer. */
export async function previewFacility(wanted: Wanted, context: Context): Promise<InstallPlan> {
  const work = await open(wanted, context, await dockerOrReason(context));
  try {
    const before = await work.heartbeat().catch(() => undefined);
    const known = before === undefined ? null : before !== null;
    const validate = wanted.options.dryRun === true;
    const steps = work.steps(before ?? null);
    const planned = await previewSteps(steps, work.connector, { known }, validate);
    return await withGuard(planned, steps, wanted, context);
  } finally {
    await work.close();
  }
}

/** What the guard before the start would refuse belongs to the plan: `init` would end there. */
async function withGuard(
  planned: InstallPlan,
  steps: readonly Step[],
  { settings, options }: Wanted,
  context: Context,
): Promise<InstallPlan> {
  const starts = await startsConnector(steps).catch(() => false);
  // What is carried over is not there yet: its own line in the plan says where it goes on.
  if (options.dryRun !== true || !starts || options.carryFrom !== undefined) return planned;
  try {
    await guardStart(settings, options, context, 'start the connector');
    return planned;
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    const what = [cause.message, cause.needed ?? ''].join(' ').trim();
    const stop = {
      id: 'position',
      title: 'Position before the start',
      action: 'stop' as const,
      what,
      changes: [],
    };
    return { ...planned, steps: [...planned.steps, stop], refused: true };
  }
}

async function open({ settings, resolved, options }: Wanted, context: Context, docker: DockerPort) {
  const { files, clock, signal, packageRoot } = context;
  const { dir, instance, facilityId } = settings;
  const place = { files, dir, packageRoot, sample: '.env.sample' };
  const compose = composeValues(FACILITY_COMPOSE, instance);
  const envText = await wantedEnv(facilityFields(context.version), resolved, place, compose);
  const deployment = await facilityDeployment(settings, envText, await imageRecipe(options, context), files);
  const connect = await context.connect(settings.restPort);
  const kafka = await context.kafka(settings.kafka, `cdc.${facilityId}.cli`);
  const names = facilityNames(facilityId, instance);
  const ports = { files, imageFiles: await context.imageFiles(), docker, connect, clock, signal };
  const stream = {
    names,
    facilityCode: settings.facilityCode,
    database: settings.database.name,
    heartbeatMs: settings.heartbeatIntervalMs,
    rests: nothingToSend(settings, names, docker, context),
    unproven: cutOff((await readJournal(files, `${dir}/${JOURNAL_FILE}`)).journal) !== undefined,
  };
  return {
    connector: { config: deployment.config, connect },
    heartbeat: () => heartbeatBefore(names, kafka, signal),
    steps: (before: KafkaRecord | null): Step[] => [
      ...plan(deployment, ports),
      proofStep(stream, before, kafka, ports),
      ...firstCopyStep(settings, context),
    ],
    close: () => kafka.close(),
  };
}
