import type { KafkaAnswer, LargeRequest } from '../../adapters/kafka-port.ts';
import type { FacilityCheck } from '../context.ts';
import { curePacketSize, fromBoth, judgeBoth, type TwoViews } from '../two-views.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, pass } from '../verdicts.ts';
import { type BrokerAnswer, eachBroker } from './each-broker.ts';
import { notAnswered } from './not-answered.ts';

const ID = 'kafka-mtu';

type Sizes = BrokerAnswer<KafkaAnswer<LargeRequest>>[];

/**
 * Large packets get through as small ones do. A VPN that carries less than the network before it thinks swallows them without
 * a word: the login works, and the first copy hangs.
 */
export const kafkaMtu: FacilityCheck<TwoViews<Sizes>> = {
  id: ID,
  title: 'Large packets get through',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-sasl-auth'],
  timeoutMs: 8000,

  probe: (context, signal) =>
    fromBoth(context, signal, ({ kafka }) =>
      eachBroker(context.settings.kafka.brokers, signal, (address, limited) =>
        kafka.largeRequest(address, context.names.prefix, limited),
      ),
    ),

  judge: (facts) => judgeBoth(ID, facts, judgeSizes, curePacketSize),
};

function judgeSizes(answers: Sizes): Verdict {
  const told = answers.flatMap(({ broker, answer }) => (answer.ok ? [{ broker, ...answer.value }] : []));
  const first = answers[0]?.answer;
  if (told.length === 0 && first?.ok === false) return notAnswered(ID, 'anything', first.failure);
  const hole = told.find(({ largeMs }) => largeMs === null);
  if (hole !== undefined) {
    return fail(`${ID}-black-hole`, 'Small packets reach Kafka and large ones get lost.', {
      current: `${hole.broker}: the small request took ${hole.smallMs} ms, the one of ${hole.bytes} bytes got no answer`,
      required: 'Both answered.',
      remedy: lowerIt(hole.broker),
    });
  }
  return pass(
    told
      .map(({ broker, bytes, largeMs }) => `${bytes} bytes to ${broker} and back in ${largeMs} ms`)
      .join(', '),
  );
}

function lowerIt(broker: string): Remedy {
  const host = broker.slice(0, broker.lastIndexOf(':'));
  return {
    text:
      'The VPN, or a line below it (PPPoE, LTE), carries smaller packets than this machine sends, and somebody on the way ' +
      'drops the notes that say so. Set the packet size of the VPN’s interface lower, or have the router clamp the MSS; and ' +
      'give the container’s network the same size. The largest size that still gets an answer, plus 28, is the one to set.',
    commands: [
      `ping -M do -s 1372 -c 2 ${host}   # then 1332, 1252: the largest that is answered`,
      'sudo ip link set dev wg0 mtu 1360   # the VPN’s interface',
      'clinicmaster-cdc init --mtu 1360',
    ],
    who: 'network-admin',
  };
}
