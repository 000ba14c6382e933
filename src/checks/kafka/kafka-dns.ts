import type { NetworkAnswer } from '../../adapters/network-port.ts';
import type { FacilityCheck } from '../context.ts';
import { cureNames, fromBoth, judgeBoth, type TwoViews } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { warn } from '../verdicts.ts';
import { type BrokerAnswer, eachBroker, judgeEach, parseBroker } from './each-broker.ts';
import { reachReason } from './reach-reason.ts';

const ID = 'kafka-dns';

type Names = BrokerAnswer<NetworkAnswer<{ addresses: string[] }>>[];

/** The names of the brokers resolve, here and in the container, to the same addresses. */
export const kafkaDns: FacilityCheck<TwoViews<Names>> = {
  id: ID,
  title: 'The Kafka names resolve',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-bootstrap-syntax'],
  timeoutMs: 5500,

  probe: (context, signal) =>
    fromBoth(context, signal, ({ network }) =>
      eachBroker(context.settings.kafka.brokers, signal, ({ host }, limited) =>
        network.resolve(host, limited),
      ),
    ),

  judge(facts) {
    const unknown = facts.inside?.find(({ answer }) => !answer.ok)?.broker ?? '';
    const verdict = judgeBoth(ID, facts, judgeNames, () => cureNames(hostOf(unknown)));
    return verdict.outcome === 'pass' ? (differing(facts) ?? verdict) : verdict;
  },
};

function judgeNames(answers: Names): Verdict {
  return judgeEach(
    ID,
    answers,
    (broker, { addresses }) => `${hostOf(broker)} is ${addresses[0]}`,
    (broker, failure) => reachReason(broker, failure, 'you'),
  );
}

function hostOf(broker: string): string {
  return parseBroker(broker)?.host ?? broker;
}

/** One name, two addresses: a pinned entry that nobody remembers, or two name servers that disagree. */
function differing({ host, inside }: TwoViews<Names>): Verdict | undefined {
  for (const { broker, answer } of inside ?? []) {
    const here = host.find((candidate) => candidate.broker === broker)?.answer;
    const [there] = answer.ok ? answer.value.addresses : [];
    // The container shows one address of several.
    if (there === undefined || here?.ok !== true || here.value.addresses.includes(there)) continue;
    const name = hostOf(broker);
    return warn(`${ID}-differs`, `${name} is one address here and another inside the container.`, {
      current: `this machine: ${here.value.addresses.join(', ')}; inside the container: ${there}`,
      required: 'One address, or a reason for two.',
      remedy: {
        text: 'Look for a forgotten entry in /etc/hosts, extra_hosts or a name server. The connector uses the container’s.',
        commands: [
          `getent hosts ${name}`,
          `docker exec clinicmasterwarehouse busybox ping -c 1 -w 1 ${name}`,
        ],
        who: 'you',
      },
    });
  }
  return undefined;
}
