import type { GroupMember, GroupView, KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, unknown } from '../verdicts.ts';

const ID = 'kafka-group-foreign-member';

/** The worker ends its client id with the id of its container, as Docker shortens it (connect/worker.properties). */
const SHORT_ID = 12;

export type IdentityFacts = {
  group: KafkaAnswer<GroupView>;
  /** This installation's own container, running or not; `seen` is false when Docker does not answer. */
  own: { seen: boolean; shortId: string | null };
};

/**
 * Nobody else works under this facility's code. Two sites with one code share position and connector: one of them silently
 * delivers the other's patients (domain: silent failure S10).
 */
export const kafkaGroupForeignMember: FacilityCheck<IdentityFacts> = {
  id: ID,
  title: 'The facility code is not in use elsewhere',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const [group, own] = await Promise.all([
      askKafka(context, signal, (kafka) => kafka.group(context.names.group, signal)),
      ownContainer(context),
    ]);
    return { group, own };
  },

  judge({ group, own }, settings) {
    if (!group.ok) {
      return unknown(`${ID}-unanswered`, 'Kafka did not say who works under this code.', {
        current: `${group.failure.code} from ${group.failure.broker}: ${group.failure.message}`,
        remedy: {
          text: 'Give the user READ on its group (see the check kafka-acl).',
          who: 'central-team',
        },
      });
    }
    const members = group.value.members;
    if (members.length > 0 && !own.seen) {
      return unknown(
        `${ID}-no-docker`,
        'A worker runs under this code; without Docker nobody can tell whether it is ours.',
        {
          current: `group ${group.value.id}: ${listed(members.map(from), 5)}`,
          remedy: { text: 'Get Docker to answer first (see the check docker-endpoint).', who: 'you' },
        },
      );
    }
    const foreign = members.filter(
      ({ clientId }) => own.shortId === null || !clientId.endsWith(`.${own.shortId}`),
    );
    if (foreign.length > 0) return inUse(foreign, group.value, settings);
    return pass(
      members.length === 0 ? 'no worker is running under it' : 'only the container on this machine',
    );
  },
};

async function ownContainer({ docker, names }: CheckContext): Promise<IdentityFacts['own']> {
  try {
    const container = await (await docker()).container(names.container);
    return { seen: true, shortId: container?.id.slice(0, SHORT_ID) ?? null };
  } catch {
    // The check of Docker itself says why; here it only means that no worker can be recognised as ours.
    return { seen: false, shortId: null };
  }
}

function inUse(foreign: readonly GroupMember[], group: GroupView, settings: FacilitySettings): Verdict {
  return fail(`${ID}-in-use`, `Another worker is running under the code ${settings.facilityId}.`, {
    current: `group ${group.id}: ${listed(foreign.map(from), 5)}`,
    required: `No worker but the one of this machine in the group ${group.id}.`,
    remedy: {
      text:
        'Is FACILITY_DHIS2_CODE really yours? Compare it with the enrolment sheet. If the facility moved to this machine, stop ' +
        'the old container first. If you removed a container in the last minute, wait a minute. Otherwise the central team ' +
        'finds out who else uses the code.',
      commands: ['docker stop clinicmasterwarehouse   # on the old machine'],
      who: 'central-team',
    },
  });
}

/** Java writes an address with a slash in front. */
function from({ clientId, clientHost }: GroupMember): string {
  return `${clientId} at ${clientHost.replace(/^\//, '')}`;
}
