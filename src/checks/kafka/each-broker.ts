import { timeLimit } from '../time-limit.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';

/** Once one broker has answered, the others get this long: one is enough to go on with. */
const STRAGGLER_MS = 2000;

/** A bootstrap entry taken apart. */
export type Address = { host: string; port: number };

/** What one broker answered to one question. */
export type BrokerAnswer<A> = { broker: string; answer: A };

/** Why one broker did not pass, in words. `kind` becomes the end of the verdict's code. */
export interface Reason {
  kind: string;
  summary: string;
  current: string;
  required: string;
  remedy: Remedy;
}

/** Takes `host:port` apart; IPv6 addresses stand in brackets. Undefined when it is not of that form. */
export function parseBroker(entry: string): Address | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(entry);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port >= 1 && port <= 65_535 ? { host: match[1] ?? match[2] ?? '', port } : undefined;
}

/**
 * Asks all brokers of the bootstrap list at once. When one has answered well, the rest is cut off soon after: their answer is
 * then a time-out, as the ports give it when their signal aborts.
 */
export async function eachBroker<A extends { ok: boolean }>(
  brokers: readonly string[],
  signal: AbortSignal,
  ask: (address: Address, signal: AbortSignal) => Promise<A>,
): Promise<BrokerAnswer<A>[]> {
  const limit = timeLimit(undefined, signal);
  let timer: NodeJS.Timeout | undefined;
  const one = async (broker: string): Promise<BrokerAnswer<A>[]> => {
    const address = parseBroker(broker);
    if (address === undefined) return [];
    const answer = await ask(address, limit.signal);
    if (answer.ok) timer ??= setTimeout(limit.abort, STRAGGLER_MS);
    return [{ broker, answer }];
  };
  try {
    return (await Promise.all(brokers.map(one))).flat();
  } finally {
    clearTimeout(timer);
    limit.end();
  }
}

/**
 * One rung of the ladder for the whole bootstrap list: one broker that passes is enough to start with, none is a failure.
 * @param describe what is shown of a broker that passed
 * @param explain why a broker did not
 */
export function judgeEach<V, F>(
  id: string,
  answers: readonly BrokerAnswer<{ ok: true; value: V } | { ok: false; failure: F }>[],
  describe: (broker: string, value: V) => string,
  explain: (broker: string, failure: F) => Reason,
): Verdict {
  const good = answers.flatMap(({ broker, answer }) => (answer.ok ? [describe(broker, answer.value)] : []));
  const bad = answers.flatMap(({ broker, answer }) => (answer.ok ? [] : [explain(broker, answer.failure)]));
  const first = bad[0];
  if (first === undefined) return pass(listed(good, 5));
  const { kind, summary, required, remedy } = first;
  const current = bad.map((reason) => reason.current).join('; ');
  if (good.length === 0) return fail(`${id}-${kind}`, summary, { current, required, remedy });
  return warn(`${id}-some-${kind}`, `${summary} Others answer: ${listed(good, 5)}.`, {
    current,
    required,
    remedy,
  });
}
