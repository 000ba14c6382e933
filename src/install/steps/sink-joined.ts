import type { KafkaPort } from '../../adapters/kafka-port.ts';
import { SINK_CONNECTOR, SINK_GROUP } from '../../connector/names.ts';
import { CliError } from '../../errors.ts';
import type { InstallPorts } from '../deployment.ts';
import { connectorFailed } from '../install-errors.ts';
import type { Step } from '../step.ts';
import { hasFailed } from './connector.ts';

const PATIENCE_MS = 90_000;
const PAUSE_MS = 1_000;

/** The sink reads: its consumer has joined its group at Kafka. RUNNING is said before that. */
export function sinkJoinedStep(container: string, kafka: KafkaPort, ports: InstallPorts): Step {
  const { connect, clock, signal } = ports;
  const joined = async (): Promise<string | undefined> => {
    const answer = await kafka.group(SINK_GROUP, signal);
    if (!answer.ok || answer.value.state !== 'Stable' || answer.value.members.length === 0) return undefined;
    return `group ${SINK_GROUP} has ${answer.value.members.length} member${answer.value.members.length === 1 ? '' : 's'}`;
  };
  return {
    id: 'stream',
    title: 'Sink reads from Kafka',
    done: joined,
    run: async (progress) => {
      const started = clock.now();
      for (;;) {
        const state = await joined();
        if (state !== undefined) return state;
        const status = await connect.status(SINK_CONNECTOR);
        if (status !== undefined && hasFailed(status)) throw connectorFailed(status, container);
        if (clock.now() - started > PATIENCE_MS) throw notJoined();
        progress(`waiting for the consumer to join ${SINK_GROUP}`);
        await clock.sleep(PAUSE_MS, signal);
      }
    },
  };
}

function notJoined(): CliError {
  return new CliError('install.sink-silent', 'The sink runs, but does not read from Kafka.', {
    seen: `no member in the group ${SINK_GROUP} after ${PATIENCE_MS / 1000} s`,
    needed: `READ on the group ${SINK_GROUP} and on the data topics for the sink's Kafka user.`,
    commands: ['docker logs --tail 100 clinicmasterwarehouse-sink'],
    who: 'central-team',
  });
}
