import type { ClusterView, KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { counted, fail, pass, warn } from '../verdicts.ts';
import { notAnswered } from './not-answered.ts';

const ID = 'kafka-metadata';

export type MetadataFacts = {
  cluster: KafkaAnswer<ClusterView>;
  /** The id of the cluster that the running worker is in; null where no worker answers. */
  worker: string | null;
};

/** Which cluster this is: the one that the worker is in, with a controller. */
export const kafkaMetadata: FacilityCheck<MetadataFacts> = {
  id: ID,
  title: 'It is the right Kafka cluster',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-sasl-auth'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const [cluster, worker] = await Promise.all([
      askKafka(context, signal, (kafka) => kafka.cluster(signal)),
      workersCluster(context),
    ]);
    return { cluster, worker };
  },

  judge({ cluster, worker }, settings) {
    if (!cluster.ok) return notAnswered(ID, 'which cluster it is', cluster.failure);
    const { clusterId, controllerId, brokers } = cluster.value;
    if (worker !== null && worker !== clusterId) return other(clusterId, worker);
    if (controllerId < 0) return noController(clusterId);
    if (brokers.length > 1 && settings.kafka.brokers.length === 1) return oneEntry(cluster.value, settings);
    return pass(`cluster ${clusterId}, ${counted(brokers.length, 'broker')}`);
  },
};

async function workersCluster({ connect }: CheckContext): Promise<string | null> {
  try {
    return (await connect.root())?.kafkaClusterId ?? null;
  } catch {
    // No worker yet, or it is down: the checks of the worker say so.
    return null;
  }
}

function other(seen: string, worker: string): Verdict {
  return fail(
    `${ID}-other-cluster`,
    'These addresses lead to another Kafka cluster than the running worker is in.',
    {
      current: `cluster ${seen}; the worker is in ${worker}`,
      required: 'One cluster.',
      remedy: {
        text:
          'KAFKA_BOOTSTRAP_SERVERS was changed (a test environment?) and the container not made anew, or a name leads to ' +
          'different machines here and in the container. The position of the stream lives in the worker’s cluster: ask the ' +
          'central team which one is right before anything is restarted.',
        commands: ['clinicmaster-cdc doctor --only kafka-dns'],
        who: 'central-team',
      },
    },
  );
}

function noController(clusterId: string): Verdict {
  return warn(`${ID}-no-controller`, 'The cluster has no controller at the moment.', {
    current: `cluster ${clusterId}, controller unknown`,
    required: 'A controller: without one no topic is made and no leader chosen.',
    remedy: { text: 'Look again in a minute; if it stays so, tell the central team.', who: 'central-team' },
  });
}

function oneEntry({ brokers }: ClusterView, { kafka }: FacilitySettings): Verdict {
  const both = brokers.slice(0, 3).map(({ host, port }) => `${host}:${port}`);
  return warn(`${ID}-one-address`, 'Only one Kafka address is set, and the cluster has more brokers.', {
    current: `KAFKA_BOOTSTRAP_SERVERS=${kafka.brokers[0]}; ${counted(brokers.length, 'broker')}`,
    required: 'At least two: with one, the connector cannot start while that broker is down.',
    remedy: {
      text: 'Name a second broker, as the enrolment sheet spells it.',
      commands: [`clinicmaster-cdc init --kafka ${both.join(',')}`],
      who: 'you',
    },
  });
}
