import type { DockerPort } from '../../adapters/docker-port.ts';
import type { KafkaRecord } from '../../adapters/kafka-port.ts';
import { facilityNames } from '../../connector/names.ts';
import type { Context } from '../../context.ts';
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
import { facilityFields } from '../../settings/fields.ts';
import type { Resolved } from '../../settings/resolve.ts';
import { imageRecipe } from './image.ts';
import type { Options } from './module.ts';
import { dockerOrReason } from './planned.ts';

/** A facility's answers, ready to be put into effect. */
export interface Wanted {
  settings: FacilitySettings;
  resolved: Resolved;
  options: Options;
}

/** Puts everything into effect that is not so yet. */
export async function installFacility(wanted: Wanted, context: Context): Promise<StepResult[]> {
  const work = await open(wanted, context, await context.docker());
  try {
    const steps = work.steps(await work.heartbeat());
    const journalPath = `${wanted.settings.dir}/${JOURNAL_FILE}`;
    return await runSteps(steps, { ...context, journalPath, again: typed('init', wanted.options) });
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
    return await previewSteps(work.steps(before ?? null), work.connector, { known }, validate);
  } finally {
    await work.close();
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
  const ports = { files, docker, connect, clock, signal };
  const stream = {
    names,
    facilityCode: settings.facilityCode,
    database: settings.database.name,
    heartbeatMs: settings.heartbeatIntervalMs,
    unproven: cutOff((await readJournal(files, `${dir}/${JOURNAL_FILE}`)).journal) !== undefined,
  };
  return {
    connector: { config: deployment.config, connect },
    heartbeat: () => heartbeatBefore(names, kafka, signal),
    steps: (before: KafkaRecord | null): Step[] => [
      ...plan(deployment, ports),
      proofStep(stream, before, kafka, ports),
    ],
    close: () => kafka.close(),
  };
}

/** What to type to run a verb for the same facility again. */
export function typed(verb: string, options: Options): string {
  const flags = ['dir', 'instance'].flatMap((name) => {
    const value = options[name];
    return typeof value === 'string' ? [`--${name}`, /^[\w./:\\-]+$/.test(value) ? value : `'${value}'`] : [];
  });
  return ['clinicmaster-cdc', verb, ...flags].join(' ');
}
