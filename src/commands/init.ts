import type { Command } from 'commander';
import { FACILITY_CHECKS } from '../checks/registry.ts';
import { facilityNames } from '../connector/names.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import { wantedEnv } from '../install/env-text.ts';
import { composeValues, FACILITY_COMPOSE, facilityDeployment } from '../install/facility-deployment.ts';
import { folderFacts, JOURNAL_FILE, readEnvValues } from '../install/facility-folder.ts';
import { plan } from '../install/plan.ts';
import { runSteps } from '../install/run-steps.ts';
import type { StepResult } from '../install/step.ts';
import { heartbeatBefore, proofStep } from '../install/steps/proof.ts';
import { type FacilitySettings, toFacilitySettings } from '../settings/facility.ts';
import { facilityFields } from '../settings/fields.ts';
import { moveEffects } from '../settings/move-effects.ts';
import type { Resolved } from '../settings/resolve.ts';
import { addFieldFlags, collectAnswers } from './shared/answers.ts';
import { addKafkaCaFlag, certificateFrom } from './shared/certificates.ts';
import { checkFacility } from './shared/checked.ts';
import { chosenDir, sameFacility } from './shared/facility.ts';
import { addImageFlags, imageRecipe } from './shared/image.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { oldWorkerGone, renamed, sayEffects, soleInstance, startsConnector } from './shared/moves.ts';
import { hasFailure, installed, preflight, stopped } from './shared/outcome.ts';
import { acceptedStartRisks, addAcceptRiskFlag, guardStart, renewedPosition } from './shared/start-guard.ts';

/** `init`: from nothing, or from half-way, to a facility that provably streams. */
export const init: CommandModule = { define, run };

function define(command: Command): void {
  command.option('--dir <path>', 'folder for .env, compose file and certificates');
  addFieldFlags(command, facilityFields('<version>'));
  addKafkaCaFlag(command);
  command.option('--db-ca <file>', 'CA certificate (PEM) of SQL Server');
  addImageFlags(command);
  addAcceptRiskFlag(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Passwords are never flags, because flags show in process lists: they come from DB_PASS and KAFKA_PASS
in the environment, from --passwords-stdin, or from a question.
Every flag has an environment variable, the key in .env; a flag wins over it.
Checks run first; when one fails, nothing is changed. A second run changes only what differs.
On a new machine with the same code it goes on where the old one stopped. It never copies tables
again that were copied before, unless --accept-risk resnapshot allows it (docs/moves.md).
${examples([
  ['clinicmaster-cdc init', 'asks for what it needs'],
  [
    'DB_PASS=… KAFKA_PASS=… clinicmaster-cdc init --yes --name "Kayunga Hospital" --code xY9AbCdEf12 \\\n      --db-host 192.168.1.100 --db-user cdc --kafka kafka-1.example.org:9093 --kafka-user facility-7',
    'asks nothing',
  ],
  ['clinicmaster-cdc init --instance second --rest-port 8084', 'a second facility on this machine'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { files, out } = context;
  acceptedStartRisks(options);
  const fields = facilityFields(context.version);
  const dir = await chosenDir(context, options);
  const existing = await readEnvValues(files, dir);
  const resolved = await collectAnswers(fields, existing, options, context);
  const settings = await settingsOf(resolved, dir, options, context);
  sameFacility(existing, settings);
  const effects = moveEffects(fields, existing, settings);
  sayEffects(effects, context);
  await soleInstance(settings, context);
  await oldWorkerGone(settings, context);

  const checks = await preflight(context, options, () =>
    checkFacility(FACILITY_CHECKS, 'before-install', settings, context),
  );
  if (hasFailure(checks)) return stopped(context, options, 'init', checks);

  out.heading('Installation');
  const steps = await install(settings, resolved, options, context);
  await renewedPosition(settings, options, context);

  out.heading('Checks after the installation');
  const after = await checkFacility(FACILITY_CHECKS, 'after-install', settings, context);
  const names = facilityNames(settings.facilityId, settings.instance);
  const rename = await renamed(effects, settings, context);
  return installed(out, {
    command: 'init',
    headline: `${settings.facilityName} (${settings.facilityCode}) streams`,
    dir,
    container: names.container,
    steps,
    checks: [...checks, ...after],
    failed: hasFailure(after),
    ...(rename === undefined ? {} : { renamed: rename }),
    next: ['clinicmaster-cdc status', 'clinicmaster-cdc doctor', `docker logs ${names.container}`],
  });
}

/** Settings from the answers; a certificate comes from its flag, else from the folder. */
async function settingsOf(
  resolved: Resolved,
  dir: string,
  options: Options,
  context: Context,
): Promise<FacilitySettings> {
  const folder = await folderFacts(context.files, dir);
  const kafkaCa = (await certificateFrom(options, 'kafkaCa', context)) ?? folder.kafkaCa;
  const databaseCa = (await certificateFrom(options, 'dbCa', context)) ?? folder.databaseCa;
  return toFacilitySettings(facilityFields(context.version), resolved.values, {
    dir,
    ...(kafkaCa === undefined ? {} : { kafkaCa }),
    ...(databaseCa === undefined ? {} : { databaseCa }),
  });
}

async function install(
  settings: FacilitySettings,
  resolved: Resolved,
  options: Options,
  context: Context,
): Promise<StepResult[]> {
  const { files, clock, signal, packageRoot } = context;
  const { dir, instance, facilityId } = settings;
  const fields = facilityFields(context.version);
  const place = { files, dir, packageRoot, sample: '.env.sample' };
  const envText = await wantedEnv(fields, resolved, place, composeValues(FACILITY_COMPOSE, instance));
  const deployment = await facilityDeployment(settings, envText, await imageRecipe(options, context), files);

  const [docker, connect] = await Promise.all([context.docker(), context.connect(settings.restPort)]);
  const kafka = await context.kafka(settings.kafka, `cdc.${facilityId}.cli`);
  try {
    const names = facilityNames(facilityId, instance);
    const ports = { files, docker, connect, clock, signal };
    const stream = {
      names,
      facilityCode: settings.facilityCode,
      database: settings.database.name,
      heartbeatMs: settings.heartbeatIntervalMs,
    };
    const before = await heartbeatBefore(names, kafka, signal);
    const steps = [...plan(deployment, ports), proofStep(stream, before, kafka, ports)];
    if (await startsConnector(steps)) {
      await guardStart(settings, options, context, 'start the connector');
    }
    return await runSteps(steps, { ...context, journalPath: `${dir}/${JOURNAL_FILE}` });
  } finally {
    await kafka.close();
  }
}
