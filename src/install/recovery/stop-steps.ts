import type { KafkaAnswer, KafkaPort } from '../../adapters/kafka-port.ts';
import type { FacilityNames } from '../../connector/names.ts';
import { stoppedRecords } from '../../connector/stored-position.ts';
import { CliError } from '../../errors.ts';
import type { InstallPorts } from '../deployment.ts';
import { describe } from '../install-errors.ts';
import type { Step } from '../step.ts';

const PAUSE_MS = 500;
/** A worker that was killed stands in its group until its session is over. */
const GROUP_PATIENCE_MS = 75_000;
/** A task is given 10 s to end (connect/worker.properties); one that hangs is then left alone. */
const STOP_PATIENCE_MS = 90_000;
/** Files of this name hold positions of before. */
const SAVED_PREFIX = 'offsets-';
const FILE_MODE = 0o600;

/**
 * Before the container of a stopped worker is started: the connector stays stopped in it. Otherwise it would begin at once
 * to do what is to be prevented, copying everything again. Connect keeps that wish in Kafka, so it can be written there.
 */
export function heldStep(names: FacilityNames, kafka: KafkaPort, ports: InstallPorts): Step {
  const { connect, docker, clock, signal } = ports;
  return {
    id: 'held',
    title: 'Connector kept from starting',
    done: async () => ((await connect.health()).state === 'healthy' ? 'the worker is up' : undefined),
    run: async (progress) => {
      const started = clock.now();
      // Ours may be on its way up; another one would be told to stop as well.
      const own = (await docker.container(names.container))?.running === true;
      while (!own) {
        const { members } = told(await kafka.group(names.group, signal), 'look at its group');
        if (members.length === 0) break;
        if (clock.now() - started > GROUP_PATIENCE_MS) throw elsewhere(names, members[0]?.clientHost ?? '');
        progress('waiting until the worker of before has left its group');
        await clock.sleep(PAUSE_MS * 4, signal);
      }
      for (const record of stoppedRecords(names.connector)) {
        told(await kafka.append(names.topics.configs, record, signal), 'keep its connector stopped');
      }
      return 'it stays stopped when the worker comes up';
    },
  };
}

/** The connector has no task left, and what the task had read is stored, where it could be. @param id of the step */
export function stoppedStep(connector: string, ports: InstallPorts, id = 'stopped'): Step {
  const { connect, clock, signal } = ports;
  const isStopped = async () => {
    const status = await connect.status(connector);
    return status?.connector.state === 'STOPPED' && status.tasks.length === 0;
  };
  return {
    id,
    title: 'Connector stopped',
    done: async () => ((await isStopped()) ? 'it is stopped' : undefined),
    run: async (progress) => {
      await connect.stop(connector);
      for (const started = clock.now(); !(await isStopped()); await clock.sleep(PAUSE_MS, signal)) {
        const status = await connect.status(connector);
        if (clock.now() - started > STOP_PATIENCE_MS) {
          throw new CliError('recover.not-stopped', `${connector} does not stop.`, {
            seen: status === undefined ? 'no status' : describe(status),
            needed: 'A worker that stops it. Nothing was changed but that it was told to; run this again.',
            commands: ['clinicmaster-cdc logs --tail 50'],
          });
        }
        progress('the task sends what it has read, and stores its position');
      }
      return 'stopped';
    },
  };
}

/** The stored positions, as they are before anything touches them, in a file of the facility folder. */
export function savedStep(dir: string, connector: string, { connect, files, clock }: InstallPorts): Step {
  return {
    id: 'saved',
    title: 'Stored position saved',
    done: async () =>
      ((await connect.offsets(connector)) ?? []).length === 0 ? 'none is stored' : undefined,
    run: async () => {
      const savedAt = new Date(clock.now()).toISOString();
      const path = `${dir}/${SAVED_PREFIX}${savedAt.slice(0, 19).replace(/[-:]/g, '')}Z.json`;
      const saved = { schemaVersion: 1, savedAt, connector, offsets: await connect.offsets(connector) };
      await files.writeAtomically(path, `${JSON.stringify(saved, null, 2)}\n`, FILE_MODE);
      return path;
    },
  };
}

function told<T>(answer: KafkaAnswer<T>, what: string): T {
  if (answer.ok) return answer.value;
  const { broker, code, message } = answer.failure;
  throw new CliError('recover.kafka', `Kafka does not let this facility ${what}.`, {
    seen: `${broker}: ${code} ${message}`,
    needed: 'A reachable Kafka, and the rights of an enrolled facility. Nothing was changed.',
    commands: ['clinicmaster-cdc doctor --only kafka'],
  });
}

function elsewhere({ group }: FacilityNames, host: string): CliError {
  return new CliError('recover.worker-elsewhere', 'A worker of this facility runs elsewhere.', {
    seen: `a member of ${group} at ${host.replace(/^\//, '')}`,
    needed: 'One worker: stop that one first, or run this there. Nothing was changed.',
    commands: ['docker stop clinicmasterwarehouse   # on the other machine'],
    who: 'central-team',
  });
}
