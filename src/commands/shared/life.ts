import type { ConnectorStatus } from '../../adapters/connect-port.ts';
import type { ContainerState } from '../../adapters/docker-port.ts';
import type { KafkaPort } from '../../adapters/kafka-port.ts';
import { type FacilityNames, facilityNames } from '../../connector/names.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT, type ExitCode } from '../../errors.ts';
import type { InstallPorts } from '../../install/deployment.ts';
import { JOURNAL_FILE } from '../../install/facility-folder.ts';
import { foreignContainer } from '../../install/install-errors.ts';
import { runSteps } from '../../install/run-steps.ts';
import type { Step, StepResult } from '../../install/step.ts';
import { runningStep } from '../../install/steps/connector.ts';
import { ROLE_LABEL } from '../../install/steps/container.ts';
import { heartbeatBefore, proofStep } from '../../install/steps/proof.ts';
import { workerStep } from '../../install/steps/worker.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { type LifeAnswer, lifeText } from '../../ui/life-text.ts';
import { openFacility } from './facility.ts';
import type { Options } from './module.ts';
import { nothingToSend } from './nothing-to-send.ts';

/** What the installation gives a container to end in, where its own setting cannot be read. */
const USUAL_GRACE_S = 60;

/** A facility that is installed, and the parts that keep it alive. */
export interface Life {
  settings: FacilitySettings;
  names: FacilityNames;
  ports: InstallPorts;
}

/** The facility of the flags with Docker and its worker; nothing is asked of the worker yet. */
export async function openLife(context: Context, options: Options): Promise<Life> {
  return lifeOf(await openFacility(context, options), context);
}

export async function lifeOf(settings: FacilitySettings, context: Context): Promise<Life> {
  const { files, clock, signal } = context;
  const [imageFiles, docker, connect] = await Promise.all([
    context.imageFiles(),
    context.docker(),
    context.connect(settings.restPort),
  ]);
  const names = facilityNames(settings.facilityId, settings.instance);
  return { settings, names, ports: { files, imageFiles, docker, connect, clock, signal } };
}

/** This facility's container; undefined when there is none. @throws CliError for one of that name that is not ours */
export async function ownContainer({ names, ports }: Life): Promise<ContainerState | undefined> {
  const found = await ports.docker.container(names.container);
  if (found !== undefined && !(ROLE_LABEL in found.labels)) throw foreignContainer(found);
  return found;
}

/** @throws CliError when there is none, saying what makes one */
export async function requireContainer(life: Life): Promise<ContainerState> {
  const found = await ownContainer(life);
  if (found !== undefined) return found;
  throw new CliError('life.no-container', `There is no container ${life.names.container} on this machine.`, {
    seen: `settings in ${life.settings.dir}, no container`,
    needed: 'init makes it from them; the position is in Kafka, nothing is copied again.',
    commands: [`clinicmaster-cdc init --yes --dir ${life.settings.dir}`],
  });
}

/** The connector as its worker sees it. @throws CliError when no worker answers or it has no such connector */
export async function requireConnector(life: Life): Promise<ConnectorStatus> {
  const { names, ports, settings } = life;
  const container = await requireContainer(life);
  const where = `--dir ${settings.dir}`;
  if (!isUp(container)) {
    throw new CliError('life.stopped', `The container ${names.container} is stopped.`, {
      seen: `${container.status}, exit code ${container.exitCode}`,
      needed: 'A running container: start brings up worker and connector.',
      commands: [`clinicmaster-cdc start ${where}`],
    });
  }
  const { state, message } = await ports.connect.health();
  if (state !== 'healthy') {
    throw new CliError('life.worker', `The Connect worker at ${ports.connect.url} is not ready.`, {
      seen: `${state}: ${message}`,
      needed: 'A healthy worker. It may need a minute after a start; else the log says why.',
      commands: [`clinicmaster-cdc restart --container ${where}`, `docker logs --tail 50 ${names.container}`],
    });
  }
  const status = await ports.connect.status(names.connector);
  if (status !== undefined) return status;
  throw new CliError('life.no-connector', `The worker does not know the connector ${names.connector}.`, {
    needed: 'init registers it; it goes on at the position in Kafka.',
    commands: [`clinicmaster-cdc init --yes ${where}`],
  });
}

/** Docker would bring it back by itself, or has it up. */
export function isUp({ running, status }: ContainerState): boolean {
  return running || status === 'restarting';
}

/** Seconds that a container is given to end: its own setting. */
export async function graceOf({ names, ports }: Life): Promise<number> {
  const seconds = (await ports.docker.configuration(names.container))?.StopTimeout;
  return typeof seconds === 'number' ? seconds : USUAL_GRACE_S;
}

/** A stream that is proven by a heartbeat written after {@link since} was called. */
export interface Proof {
  /** From now on a heartbeat counts. */
  since(): Promise<void>;
  step: Step;
}

export function proofOf({ settings, names, ports }: Life, kafka: KafkaPort, context: Context): Proof {
  const { signal } = context;
  const stream = {
    names,
    facilityCode: settings.facilityCode,
    database: settings.database.name,
    heartbeatMs: settings.heartbeatIntervalMs,
    rests: nothingToSend(settings, names, ports.docker, context),
  };
  let made: Step | undefined;
  const step = async () => {
    made ??= proofStep(stream, await heartbeatBefore(names, kafka, signal), kafka, { ...ports, signal });
    return made;
  };
  return {
    since: async () => {
      made = undefined;
      await step();
    },
    step: {
      id: 'stream',
      title: 'Stream proven in Kafka',
      done: async (before) => (await step()).done(before),
      run: async (progress) => (await step()).run(progress),
    },
  };
}

/**
 * Does the first steps, then waits until worker, connector and stream are proven to live.
 * @param first is given the proof: what begins the stream anew may restart its clock
 */
export async function bringUp(
  life: Life,
  context: Context,
  first: (proof: Proof) => readonly Step[],
): Promise<StepResult[]> {
  const { names, ports, settings } = life;
  const kafka = await context.kafka(settings.kafka, `cdc.${settings.facilityId}.cli`);
  try {
    const proof = proofOf(life, kafka, context);
    await proof.since();
    const steps = [
      ...first(proof),
      workerStep(names.container, ports),
      runningStep(names.connector, names.container, ports),
      proof.step,
    ];
    return await runSteps(steps, { ...context, journalPath: `${settings.dir}/${JOURNAL_FILE}` });
  } finally {
    await kafka.close();
  }
}

/** The answer of the command, as text or JSON. */
export function lived(
  life: Life,
  answer: LifeAnswer & { steps?: readonly StepResult[] },
  { out }: Context,
): ExitCode {
  const { container, connector } = life.names;
  out.result({ ok: true, container, connector, ...answer }, lifeText);
  return EXIT.ok;
}
