import type { BrokerVersions, KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { FacilityCheck } from '../context.ts';
import { curePacketSize, fromBoth, judgeBoth, type TwoViews } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, warn } from '../verdicts.ts';
import { type BrokerAnswer, eachBroker, judgeEach } from './each-broker.ts';
import { loginReason } from './login-reason.ts';

const ID = 'kafka-api-versions';

type Versions = BrokerAnswer<KafkaAnswer<BrokerVersions>>[];

/** Requests of Kafka's protocol by their number, as far as they tell releases apart. */
const METADATA = 3;
const FETCH = 1;
const CLUSTER = 60;
const TRANSACTIONS = 66;
const GROUP_HEARTBEAT = 68;
const TELEMETRY = 71;
const TOPIC_PARTITIONS = 75;
/** The first in which a version of a request was taken away; Kafka 4 speaks nothing older than 2.1. */
const FETCH_OF_4 = 4;

/**
 * What tells a release: the oldest one that shows the mark, newest first (kafka.apache.org/protocol; the key tables of the
 * releases' sources).
 */
const MARKS: readonly [string, (versions: BrokerVersions) => boolean][] = [
  ['4.0', (v) => (v[FETCH]?.minVersion ?? 0) >= FETCH_OF_4],
  ['3.8', (v) => TOPIC_PARTITIONS in v],
  ['3.7', (v) => TELEMETRY in v],
  ['3.5', (v) => GROUP_HEARTBEAT in v || (v[FETCH]?.maxVersion ?? 0) >= 15],
  ['3.0', (v) => TRANSACTIONS in v],
  ['2.8', (v) => CLUSTER in v],
  ['2.3', (v) => (v[METADATA]?.maxVersion ?? 0) >= 8],
  ['2.1', (v) => (v[FETCH]?.maxVersion ?? 0) >= 10],
];

/** The brokers are of a release that the connector's client speaks with. */
export const kafkaApiVersions: FacilityCheck<TwoViews<Versions>> = {
  id: ID,
  title: 'Kafka is new enough',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-tls-handshake'],
  timeoutMs: 6000,

  probe: (context, signal) =>
    fromBoth(context, signal, ({ kafka }) =>
      eachBroker(context.settings.kafka.brokers, signal, (address, limited) =>
        kafka.versions(address, limited),
      ),
    ),

  judge(facts, { kafka }) {
    const judge = (answers: Versions): Verdict => {
      const verdict = judgeEach(
        ID,
        answers,
        (broker, versions) => `${broker} is Kafka ${release(versions) ?? 'before 2.1'} or newer`,
        (_, failure) => loginReason(failure, kafka),
      );
      const found = answers.flatMap(({ answer }) => (answer.ok ? [answer.value] : []));
      return found.map(tooOld).find((old) => old !== undefined) ?? verdict;
    };
    return judgeBoth(ID, facts, judge, curePacketSize);
  },
};

/** The oldest release that speaks so; undefined for one before 2.1. */
export function release(versions: BrokerVersions): string | undefined {
  return MARKS.find(([, shows]) => shows(versions))?.[0];
}

function tooOld(versions: BrokerVersions): Verdict | undefined {
  const found = release(versions);
  if (found === undefined) {
    return fail(`${ID}-too-old`, 'This Kafka is older than the connector’s client can speak with.', {
      current: 'older than Kafka 2.1',
      required: 'Kafka 2.1 or newer; 2.8 or newer is better',
      remedy: {
        text: 'The brokers have to be upgraded. Nothing can be done at a facility.',
        who: 'central-team',
      },
    });
  }
  if (found !== '2.1' && found !== '2.3') return undefined;
  return warn(`${ID}-old`, `Kafka ${found} is old.`, {
    current: `Kafka ${found} or a little newer, before 2.8`,
    required: 'Kafka 2.8 or newer',
    remedy: {
      text:
        found === '2.1'
          ? 'Its brokers do not tell what a user may do, so the checks of rights cannot tell. Upgrade the brokers.'
          : 'Below 2.8 a producer that is asked to be idempotent needs a right on the whole cluster. Upgrade the brokers.',
      who: 'central-team',
    },
  });
}
