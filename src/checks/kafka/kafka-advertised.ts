import type { Vantage } from '../../adapters/inside-port.ts';
import type { AdvertisedBroker, ClusterView, KafkaAnswer, KafkaFailure } from '../../adapters/kafka-port.ts';
import type { NetworkFailure, TlsView } from '../../adapters/network-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import {
  askKafka,
  cureNames,
  curePacketSize,
  cureRoute,
  fromBoth,
  judgeBoth,
  type TwoViews,
} from '../two-views.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, listed, pass, unknown } from '../verdicts.ts';
import type { Reason } from './each-broker.ts';
import { loginReason } from './login-reason.ts';
import { reachReason } from './reach-reason.ts';
import { certificateFault, handshakeFault } from './tls-reason.ts';

const ID = 'kafka-advertised';

/** How far down the ladder one advertised broker could be followed. */
export type BrokerLadder = {
  broker: AdvertisedBroker;
  /** The rung at which it ended; `done` when Kafka let us in. */
  ended:
    | { rung: 'dns' | 'tcp' | 'tls'; failure: NetworkFailure }
    | { rung: 'certificate'; view: TlsView }
    | { rung: 'login'; failure: KafkaFailure }
    | { rung: 'done' };
};

export type AdvertisedFacts = {
  cluster: KafkaAnswer<ClusterView>;
  ladders: TwoViews<BrokerLadder[]>;
  nowMs: number;
};

/**
 * After the first connection a Kafka client goes to the addresses that the brokers advertise. Each of them has to work from
 * here, or the connector starts and then hangs; so each is tried from its name to the login.
 */
export const kafkaAdvertised: FacilityCheck<AdvertisedFacts> = {
  id: ID,
  title: 'Every broker works at its advertised address',
  area: 'kafka',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['kafka-sasl-auth'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const cluster = await askKafka(context, signal, (kafka) => kafka.cluster(signal));
    const brokers = cluster.ok ? cluster.value.brokers : [];
    const ladders = await fromBoth(context, signal, (from) =>
      Promise.all(brokers.map((broker) => climb(broker, from, context, signal))),
    );
    return { cluster, ladders, nowMs: context.clock.now() };
  },

  judge({ cluster, ladders, nowMs }, settings) {
    if (!cluster.ok) return notTold(cluster.failure);
    const judge = (climbed: BrokerLadder[]): Verdict => {
      const faults = climbed.flatMap((ladder) => faultOf(ladder, settings, nowMs) ?? []);
      if (faults.length > 0) return advertisedFault(faults, climbed.length);
      return pass(
        listed(
          climbed.map(({ broker }) => address(broker)),
          5,
        ),
      );
    };
    return judgeBoth(ID, ladders, judge, () => cureInside(ladders.inside ?? []));
  },
};

/** By the rung at which the container's first ladder ended. */
function cureInside(ladders: readonly BrokerLadder[]): Remedy {
  const ended = ladders.find((ladder) => ladder.ended.rung !== 'done');
  if (ended?.ended.rung === 'dns') return cureNames(ended.broker.host);
  if (ended?.ended.rung === 'tcp') return cureRoute(ended.broker.host, ended.broker.port);
  return curePacketSize();
}

async function climb(
  broker: AdvertisedBroker,
  { network, kafka }: Vantage,
  { settings, clock }: CheckContext,
  signal: AbortSignal,
): Promise<BrokerLadder> {
  const { host, port } = broker;
  const end = (ended: BrokerLadder['ended']): BrokerLadder => ({ broker, ended });
  const resolved = await network.resolve(host, signal);
  if (!resolved.ok) return end({ rung: 'dns', failure: resolved.failure });
  const connected = await network.connect(host, port, signal);
  if (!connected.ok) return end({ rung: 'tcp', failure: connected.failure });
  if (settings.kafka.securityProtocol.endsWith('SSL')) {
    const session = await network.tls(host, port, settings.kafka.ca, signal);
    if (!session.ok) return end({ rung: 'tls', failure: session.failure });
    const fault = certificateFault(
      address(broker),
      session.value,
      settings.kafka.ca !== undefined,
      clock.now(),
    );
    if (fault !== undefined) return end({ rung: 'certificate', view: session.value });
  }
  const login = await kafka.login(broker, signal);
  return login.ok ? end({ rung: 'done' }) : end({ rung: 'login', failure: login.failure });
}

function faultOf({ broker, ended }: BrokerLadder, { kafka }: FacilitySettings, nowMs: number) {
  switch (ended.rung) {
    case 'done':
      return undefined;
    case 'dns':
    case 'tcp':
      return { broker, reason: reachReason(address(broker), ended.failure, 'central-team') };
    case 'tls':
      return { broker, reason: handshakeFault(address(broker), ended.failure) };
    case 'certificate': {
      const reason = certificateFault(address(broker), ended.view, kafka.ca !== undefined, nowMs);
      return reason === undefined ? undefined : { broker, reason };
    }
    case 'login':
      return { broker, reason: loginReason(ended.failure, kafka) };
  }
}

function advertisedFault(
  faults: readonly { broker: AdvertisedBroker; reason: Reason }[],
  all: number,
): Verdict {
  const first = faults[0]!;
  const names = faults.map(({ broker }) => `broker ${broker.id} (${address(broker)})`);
  return fail(
    `${ID}-${first.reason.kind}`,
    `Kafka answers, but sends clients on to addresses that do not work from here: ${listed(names, 5)}.`,
    {
      current: faults.map(({ reason }) => `${reason.summary} ${reason.current}`).join('; '),
      required: `All ${all} advertised addresses reachable from this machine, with a certificate for their names.`,
      remedy: {
        text:
          'On each of these brokers, set in server.properties an address that facilities can reach ' +
          `(advertised.listeners=SASL_SSL://NAME:${first.broker.port}) and open its port on the VPN. ` +
          'Only the central team can do this; send them this output.',
        who: 'central-team',
      },
    },
  );
}

function notTold(failure: KafkaFailure): Verdict {
  return unknown(`${ID}-unanswered`, 'Kafka did not say which brokers it has.', {
    current: `${failure.code} from ${failure.broker}: ${failure.message}`,
    remedy: { text: 'Run it again; then show this to the central team.', who: 'central-team' },
  });
}

function address({ host, port }: AdvertisedBroker): string {
  return `${host}:${port}`;
}
