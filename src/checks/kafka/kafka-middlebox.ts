import type { KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { listed, pass, warn } from '../verdicts.ts';
import { parseBroker } from './each-broker.ts';
import { notAnswered } from './not-answered.ts';

const ID = 'kafka-middlebox';

/** Seconds for which a connection is left alone: usual timers of NAT, VPN and firewalls lie between them. */
const IDLE_S = [60, 300, 600] as const;
/** The longest wait, the login before it and the answer after it. */
const LIMIT_MS = 640_000;

export type IdleFacts = {
  broker: string;
  waits: { seconds: number; answer: KafkaAnswer<null> }[];
};

/**
 * What a router or VPN on the way does with a connection on which nothing happens: it may forget it, and tell neither end.
 * Looked at from this machine: the timers stand beyond it, and the container's packets pass them too.
 */
export const kafkaMiddlebox: FacilityCheck<IdleFacts> = {
  id: ID,
  title: 'A quiet connection stays open',
  area: 'kafka',
  when: ['daily'],
  needs: ['kafka-advertised'],
  timeoutMs: LIMIT_MS,
  deep: true,

  async probe({ kafka, settings, clock }, signal) {
    const broker = settings.kafka.brokers[0] ?? '';
    const address = parseBroker(broker) ?? { host: '', port: 0 };
    const waits = await Promise.all(
      IDLE_S.map(async (seconds) => ({
        seconds,
        answer: await kafka.afterIdle(address, () => clock.sleep(seconds * 1000, signal), signal),
      })),
    );
    return { broker, waits };
  },

  judge({ broker, waits }) {
    const lost = waits.filter(({ answer }) => !answer.ok);
    const survived = waits.filter(({ answer }) => answer.ok).map(({ seconds }) => seconds);
    const first = lost[0];
    if (first === undefined) return pass(`still open after ${survived.at(-1)} s`, broker);
    if (!first.answer.ok && first.answer.failure.kind === 'login') {
      return notAnswered(ID, 'anything after the login', first.answer.failure);
    }
    return cut(broker, first.seconds, survived, first.answer);
  },
};

function cut(broker: string, seconds: number, survived: number[], answer: KafkaAnswer<null>): Verdict {
  const how = answer.ok
    ? ''
    : answer.failure.kind === 'timeout'
      ? 'without a word'
      : `with ${answer.failure.code}`;
  const held = survived.length === 0 ? 'none' : listed(survived.map((wait) => `${wait} s`));
  return warn(`${ID}-cut`, `Something on the way cuts a quiet connection within ${seconds} s, ${how}.`, {
    current: `${broker}: survived ${held}, lost after ${seconds} s`,
    required: 'A connection that may be quiet for ten minutes.',
    remedy: {
      text:
        'The connector notices and connects again, but each time it may stand still for up to its time limit. Have the timer ' +
        'of the VPN or router raised, or keep-alive switched on there (WireGuard: PersistentKeepalive = 25).',
      who: 'network-admin',
    },
  });
}
