import type { Command } from 'commander';
import { CENTRAL_CHECKS } from '../central/checks/registry.ts';
import { runChecks } from '../checks/runner.ts';
import { presentable } from '../checks/texts.ts';
import type { CheckResult, Occasion } from '../checks/types.ts';
import { CENTRAL_CONTAINER } from '../connector/names.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import { CENTRAL_COMPOSE, centralDeployment } from '../install/central-deployment.ts';
import { wantedEnv } from '../install/env-text.ts';
import { folderFacts, installDir, JOURNAL_FILE, readEnvValues } from '../install/facility-folder.ts';
import { plan } from '../install/plan.ts';
import { runSteps } from '../install/run-steps.ts';
import type { StepResult } from '../install/step.ts';
import { sinkJoinedStep } from '../install/steps/sink-joined.ts';
import { type CentralSettings, centralFields, toCentralSettings } from '../settings/central.ts';
import type { Resolved } from '../settings/resolve.ts';
import { collectAnswers } from './shared/answers.ts';
import { addKafkaCaFlag, certificateFrom } from './shared/certificates.ts';
import { printer } from './shared/checked.ts';
import { addDockerFlag, offerDocker } from './shared/docker-install.ts';
import { addImageFlags, imageRecipe } from './shared/image.ts';
import { addFieldFlags } from './shared/layers.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { hasFailure, installed, preflight, stopped } from './shared/outcome.ts';
import { sayCutOff } from './shared/planned.ts';
import { typed } from './shared/typed.ts';

/** `central init`: from nothing, or from half-way, to a sink that reads. */
export const centralInit: CommandModule = { define, run };

const COMMAND = 'central init';

function define(command: Command): void {
  command.option('--dir <path>', 'folder for .env, compose file and certificates');
  addFieldFlags(command, centralFields('<version>'));
  addKafkaCaFlag(command);
  command.option(
    '--warehouse-ca <file>',
    'CA certificate (PEM) of PostgreSQL, for verify-ca and verify-full',
  );
  addImageFlags(command);
  addDockerFlag(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Passwords are never flags, because flags show in process lists: they come from WAREHOUSE_PASS and
KAFKA_PASS in the environment, from --passwords-stdin, or from a question.
Checks run first; when one fails, nothing is changed. A second run changes only what differs.
The dead letter topic sink-dlq is created by the sink itself when it starts.
${examples([
  ['clinicmaster-cdc central init', 'asks for what it needs'],
  [
    'WAREHOUSE_PASS=… KAFKA_PASS=… clinicmaster-cdc central init --yes --warehouse-host pg.example.org \\\n      --warehouse-db warehouse --warehouse-user cdc_sink --kafka kafka-1.example.org:9093 --kafka-user sink',
    'asks nothing',
  ],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { files, host, out } = context;
  const fields = centralFields(context.version);
  const wish = { dir: typeof options.dir === 'string' ? options.dir : undefined, suffix: 'central' };
  const dir = await installDir(files, host, { ...wish, marker: 'WAREHOUSE_HOST' });
  await sayCutOff(context, `${dir}/${JOURNAL_FILE}`);
  const resolved = await collectAnswers(fields, await readEnvValues(files, dir), options, context);
  const settings = await settingsOf(resolved, dir, options, context);

  await offerDocker(context, options);
  const checks = await preflight(context, options, () => check('before-install', settings, context));
  if (hasFailure(checks)) return stopped(context, options, COMMAND, checks);

  out.heading('Installation');
  const steps = await install(settings, resolved, options, context);

  out.heading('Checks after the installation');
  const after = await check('after-install', settings, context);
  return installed(out, {
    command: COMMAND,
    headline: 'The sink runs',
    dir,
    container: CENTRAL_CONTAINER,
    steps,
    checks: [...checks, ...after],
    failed: hasFailure(after),
    next: ['clinicmaster-cdc init   (at each facility)', `docker logs ${CENTRAL_CONTAINER}`],
  });
}

async function settingsOf(
  resolved: Resolved,
  dir: string,
  options: Options,
  context: Context,
): Promise<CentralSettings> {
  const folder = await folderFacts(context.files, dir);
  const kafkaCa = (await certificateFrom(options, 'kafkaCa', context)) ?? folder.kafkaCa;
  const warehouseCa = (await certificateFrom(options, 'warehouseCa', context)) ?? folder.warehouseCa;
  return toCentralSettings(centralFields(context.version), resolved.values, {
    dir,
    ...(kafkaCa === undefined ? {} : { kafkaCa }),
    ...(warehouseCa === undefined ? {} : { warehouseCa }),
  });
}

async function check(when: Occasion, settings: CentralSettings, context: Context): Promise<CheckResult[]> {
  const [machine, network, warehouse, kafka] = await Promise.all([
    context.machine(),
    context.network(),
    context.postgres(settings.warehouse),
    context.kafka(settings.kafka, 'cdc.central.cli'),
  ]);
  const names = { container: CENTRAL_CONTAINER };
  const observer = { finished: printer(context) };
  const world = {
    settings,
    clock: context.clock,
    names,
    machine,
    network,
    warehouse,
    kafka,
    docker: context.docker,
    inside: async () => undefined,
  };
  const secrets = [
    { name: 'WAREHOUSE_PASS', value: settings.warehouse.password },
    { name: 'KAFKA_PASS', value: settings.kafka.password },
  ];
  const clean = presentable(secrets, context.host);
  try {
    return await runChecks(CENTRAL_CHECKS, world, settings, {
      when,
      signal: context.signal,
      observer,
      clean,
    });
  } finally {
    await Promise.allSettled([warehouse.close(), kafka.close()]);
  }
}

async function install(
  settings: CentralSettings,
  resolved: Resolved,
  options: Options,
  context: Context,
): Promise<StepResult[]> {
  const { files, clock, signal, packageRoot } = context;
  const { dir } = settings;
  const place = { files, dir, packageRoot, sample: '.env.central.sample' };
  const compose = { COMPOSE_FILE: CENTRAL_COMPOSE, COMPOSE_PROJECT_NAME: 'clinicmaster-cdc-central' };
  const envText = await wantedEnv(centralFields(context.version), resolved, place, compose);
  const deployment = await centralDeployment(settings, envText, await imageRecipe(options, context), files);

  const [docker, connect] = await Promise.all([context.docker(), context.connect(settings.restPort)]);
  const kafka = await context.kafka(settings.kafka, 'cdc.central.cli');
  try {
    const ports = { files, imageFiles: await context.imageFiles(), docker, connect, clock, signal };
    const steps = [...plan(deployment, ports), sinkJoinedStep(CENTRAL_CONTAINER, kafka, ports)];
    const journalPath = `${dir}/${JOURNAL_FILE}`;
    const again = typed(COMMAND, options, context.host);
    return await runSteps(steps, { ...context, journalPath, command: COMMAND, again });
  } finally {
    await kafka.close();
  }
}
