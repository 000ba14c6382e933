import type { Vantage } from '../../adapters/inside-port.ts';
import type { NetworkAnswer } from '../../adapters/network-port.ts';
import type { FacilityCheck } from '../context.ts';
import { cureRoute, fromBoth, judgeBoth, type TwoViews } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { warn } from '../verdicts.ts';
import { type Address, type BrokerAnswer, eachBroker, judgeEach, parseBroker } from './each-broker.ts';
import { reachReason } from './reach-reason.ts';

const ID = 'kafka-tcp';

const TRIES = 3;
/** Milliseconds from which a line is slow, and so slow that time limits must be watched. */
const SLOW_MS = 300;
const VERY_SLOW_MS = 1500;

/** Round trips of one broker, in ms; tries without an answer are counted in `lost`. */
export type RoundTrips = { address: string; ms: number[]; lost: number };
type Trips = BrokerAnswer<NetworkAnswer<RoundTrips>>[];

/** The brokers' ports answer, and how far away they are. */
export const kafkaTcp: FacilityCheck<TwoViews<Trips>> = {
  id: ID,
  title: 'Kafka can be reached',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-dns'],
  timeoutMs: 6000,

  probe: (context, signal) =>
    fromBoth(context, signal, (from) =>
      eachBroker(context.settings.kafka.brokers, signal, (address, limited) =>
        roundTrips(from, address, limited),
      ),
    ),

  judge(facts) {
    const lost = parseBroker(facts.inside?.find(({ answer }) => !answer.ok)?.broker ?? '');
    return judgeBoth(ID, facts, judgeTrips, () => cureRoute(lost?.host ?? '', lost?.port ?? 0));
  },
};

/** The first try tells whether there is a way at all; the others how good it is. */
async function roundTrips(
  { network }: Vantage,
  { host, port }: Address,
  signal: AbortSignal,
): Promise<NetworkAnswer<RoundTrips>> {
  const first = await network.connect(host, port, signal);
  if (!first.ok) return first;
  const trips = { address: first.value.address, ms: [first.value.ms], lost: 0 };
  for (let tried = 1; tried < TRIES && !signal.aborted; tried++) {
    const next = await network.connect(host, port, signal);
    if (next.ok) trips.ms.push(next.value.ms);
    else if (!signal.aborted) trips.lost++;
  }
  return { ok: true, value: trips };
}

function judgeTrips(answers: Trips): Verdict {
  const verdict = judgeEach(
    ID,
    answers,
    (broker, { ms }) => `${broker} in ${median(ms)} ms`,
    (broker, failure) => reachReason(broker, failure, 'you'),
  );
  if (verdict.outcome !== 'pass') return verdict;
  const all = answers.flatMap(({ broker, answer }) => (answer.ok ? [{ broker, trips: answer.value }] : []));
  return all.map(({ broker, trips }) => poor(broker, trips)).find((found) => found !== undefined) ?? verdict;
}

function poor(broker: string, { ms, lost }: RoundTrips): Verdict | undefined {
  const current = `${broker}: ${Math.min(...ms)}, ${median(ms)} and ${Math.max(...ms)} ms (least, middle, most); ${lost} of ${ms.length + lost} lost`;
  if (lost > 0) {
    return warn(`${ID}-loss`, `Connections to ${broker} get lost on the way.`, {
      current,
      required: `${TRIES} of ${TRIES} connections`,
      remedy: {
        text: 'The line loses packets: look at the VPN and the modem. The connector goes on, slowly.',
        who: 'network-admin',
      },
    });
  }
  if (median(ms) < SLOW_MS) return undefined;
  const very = median(ms) >= VERY_SLOW_MS;
  return warn(`${ID}-slow`, `${broker} is ${very ? 'very ' : ''}far away: ${median(ms)} ms there and back.`, {
    current,
    required: `less than ${SLOW_MS} ms`,
    remedy: {
      text: very
        ? 'Logins may run into their time limits. Ask for a better line, or use it when nobody else does.'
        : 'It works; the first copy takes longer. A line that is used for nothing else at night helps.',
      who: 'network-admin',
    },
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
