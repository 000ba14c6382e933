import type { GroupView, KafkaAnswer } from '../../adapters/kafka-port.ts';
import { fail, listed, pass, unknown } from '../../checks/verdicts.ts';
import { CENTRAL_PREFIX } from '../../connector/names.ts';
import type { CentralCheck } from './context.ts';

const ID = 'sink-identity';
/** A worker ends its client id with the id of its container, as Docker shortens it (connect/worker.properties). */
const SHORT_ID = 12;

export type SinkIdentityFacts = { group: KafkaAnswer<GroupView>; own: string | null };

/** No second sink works elsewhere: two would share the tables between them, and the older one would win conflicts. */
export const sinkIdentity: CentralCheck<SinkIdentityFacts> = {
  id: ID,
  title: 'No other sink is running',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-sasl-auth', 'docker-endpoint'],
  timeoutMs: 8000,

  async probe({ kafka, docker, names }, signal) {
    const engine = await docker();
    const [group, container] = await Promise.all([
      kafka.group(`${CENTRAL_PREFIX}workers`, signal),
      engine.container(names.container),
    ]);
    return { group, own: container?.id.slice(0, SHORT_ID) ?? null };
  },

  judge({ group, own }) {
    if (!group.ok) {
      return unknown(`${ID}-unanswered`, 'Kafka did not say which sinks are running.', {
        current: `${group.failure.code} from ${group.failure.broker}: ${group.failure.message}`,
      });
    }
    const foreign = group.value.members.filter(
      ({ clientId }) => own === null || !clientId.endsWith(`.${own}`),
    );
    if (foreign.length === 0) return pass('only the container on this machine, if any');
    const from = foreign.map(({ clientId, clientHost }) => `${clientId} at ${clientHost.replace(/^\//, '')}`);
    return fail(`${ID}-in-use`, 'Another sink is running.', {
      current: listed(from, 5),
      required: 'one sink for one Kafka',
      remedy: {
        text: 'Stop the other one first. If you removed its container in the last minute, wait a minute.',
        commands: ['docker stop clinicmasterwarehouse-sink   # on the other machine'],
        who: 'central-team',
      },
    });
  },
};
