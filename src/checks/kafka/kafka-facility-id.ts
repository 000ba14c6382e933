import type { DockerPort } from '../../adapters/docker-port.ts';
import type { KafkaAnswer, KafkaFailureKind } from '../../adapters/kafka-port.ts';
import { decodeTwins } from '../../settings/env-write.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, unknown } from '../verdicts.ts';

const ID = 'kafka-facility-id';

const ROLE = 'org.clinicmaster.cdc.role';
/** A principal that may only create names under its prefix gets "not authorised" for a topic that is not there yet. */
const NO_TOPIC: readonly KafkaFailureKind[] = ['not-found', 'not-authorised'];

/** Another container on this machine that works for a facility. */
type Neighbour = { container: string; code: string; id: string };

export type FacilityIdFacts = {
  topic: string;
  /** The code in the key of the last heartbeat; null when there is no heartbeat, or no code in it. */
  code: KafkaAnswer<string | null>;
  /** Null when Docker does not answer. */
  neighbours: Neighbour[] | null;
};

/**
 * The facility id belongs to this code alone. Two codes with one id share topics, position and connector: the second one would go on
 * at the position of the first, in another hospital's database.
 */
export const kafkaFacilityId: FacilityCheck<FacilityIdFacts> = {
  id: ID,
  title: 'The facility id belongs to this facility alone',
  area: 'kafka',
  when: ['before-install'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const topic = context.names.topics.heartbeat;
    const [record, neighbours] = await Promise.all([
      askKafka(context, signal, (kafka) => kafka.lastRecord(topic, signal)),
      neighboursOf(context),
    ]);
    const code = record.ok ? { ok: true as const, value: codeOf(record.value?.key ?? null) } : record;
    return { topic, code, neighbours };
  },

  judge({ topic, code, neighbours }, settings) {
    const neighbour = (neighbours ?? []).find(
      ({ code: other, id }) => other === settings.facilityCode || id === settings.facilityId,
    );
    if (neighbour !== undefined) return onThisMachine(neighbour, settings);
    if (!code.ok && !NO_TOPIC.includes(code.failure.kind)) {
      return unknown(`${ID}-unanswered`, 'Kafka did not say whose heartbeat stands under this id.', {
        current: `${code.failure.code} from ${code.failure.broker}: ${code.failure.message}`,
        remedy: { text: 'See the check kafka-acl.', who: 'central-team' },
      });
    }
    const owner = code.ok ? code.value : null;
    if (owner !== null && owner !== settings.facilityCode) return taken(owner, topic, settings);
    return pass(
      owner === null ? `nobody has used the id ${settings.facilityId} yet` : 'used by this facility before',
    );
  },
};

/** Running containers of facilities, this installation's own excepted: one that stands still shares nothing. */
async function neighboursOf({ docker, names }: CheckContext): Promise<Neighbour[] | null> {
  try {
    const engine = await docker();
    const all = await engine.containersByLabel({ [ROLE]: 'facility' });
    const others = all.filter(
      ({ name, running, status }) => name !== names.container && (running || status === 'restarting'),
    );
    return await Promise.all(others.map(({ name }) => neighbour(engine, name)));
  } catch {
    // The check of Docker itself says why.
    return null;
  }
}

/** From the settings that the container was given: its label lacks a code that is spelled in base64. */
async function neighbour(engine: DockerPort, container: string): Promise<Neighbour> {
  const env = (await engine.configuration(container))?.Env;
  const lines = Array.isArray(env) ? env.map(String) : [];
  const wanted = lines.flatMap((line) => {
    const [, key = '', value = ''] = /^(FACILITY_(?:ID|DHIS2_CODE)(?:_B64)?)=(.*)$/s.exec(line) ?? [];
    return key === '' ? [] : [[key, value] as const];
  });
  const { FACILITY_DHIS2_CODE: code = '', FACILITY_ID: id = '' } = decodeTwins(Object.fromEntries(wanted));
  return { container, code, id: id === '' ? code : id };
}

/** The code that the connector has put into a heartbeat's key: Connect's JSON, with its schema or without. */
function codeOf(key: string | null): string | null {
  try {
    const data = JSON.parse(key ?? 'null');
    const code = data?.payload?.facility_dhis2_code ?? data?.facility_dhis2_code;
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}

function taken(owner: string, topic: string, { facilityCode, facilityId }: FacilitySettings): Verdict {
  return fail(`${ID}-taken`, `The id ${facilityId} belongs to another facility.`, {
    current: `the last heartbeat in ${topic} carries facility_dhis2_code ${owner}`,
    required: `no heartbeat yet, or one of ${facilityCode}`,
    remedy: {
      text:
        'Two codes must not share an id: they would share topics and position. Is the code right? Then the central team gives ' +
        'this facility another id, which goes into FACILITY_ID and is never changed later. If the registry has given this very ' +
        'facility a new code, see docs/moves.md.',
      commands: [`clinicmaster-cdc init --facility-id ${facilityId}-2   # an example`],
      who: 'central-team',
    },
  });
}

function onThisMachine(
  { container, code, id }: Neighbour,
  { facilityCode, facilityId }: FacilitySettings,
): Verdict {
  const what = code === facilityCode ? `code ${code}` : `id ${id}`;
  return fail(
    `${ID}-on-this-machine`,
    `The container ${container} of this machine has the ${what} already.`,
    {
      current: `${container}: code ${code}, id ${id}`,
      required: `no other container with the code ${facilityCode} or the id ${facilityId}`,
      remedy: {
        text:
          'One facility, one container. Is this the same facility? Then run init in its folder, or with its --instance. Is it another ' +
          'one? Then its code is wrong here or there. A container that is not needed any more is removed.',
        commands: [`docker inspect -f '{{json .Config.Labels}}' ${container}`, `docker rm -f ${container}`],
        who: 'you',
      },
    },
  );
}
