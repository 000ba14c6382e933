import type { AdvertisedBroker, ClusterView, KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { NetworkAnswer, TlsView } from '../../adapters/network-port.ts';
import type { FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import { fail, listed, pass, skip, unknown } from '../verdicts.ts';
import { notAnswered } from './not-answered.ts';

const ID = 'kafka-tls-hostname';

export type HostnameFacts = {
  cluster: KafkaAnswer<ClusterView>;
  /** The certificate that each advertised broker shows; empty without TLS. */
  shown: { broker: AdvertisedBroker; answer: NetworkAnswer<TlsView> }[];
  tls: boolean;
};

/** The certificates are for the names that the brokers advertise, not only for those that the facility starts with. */
export const kafkaTlsHostname: FacilityCheck<HostnameFacts> = {
  id: ID,
  title: 'The certificates are for the advertised names',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-metadata'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const { network, settings } = context;
    const tls = settings.kafka.securityProtocol.endsWith('SSL');
    const cluster = await askKafka(context, signal, (kafka) => kafka.cluster(signal));
    const brokers = tls && cluster.ok ? cluster.value.brokers : [];
    const shown = await Promise.all(
      brokers.map(async (broker) => ({
        broker,
        answer: await network.tls(broker.host, broker.port, settings.kafka.ca, signal),
      })),
    );
    return { cluster, shown, tls };
  },

  judge({ cluster, shown, tls }) {
    if (!tls) return skip(`${ID}-off`, 'Not checked: the connection is not encrypted.');
    if (!cluster.ok) return notAnswered(ID, 'which names it advertises', cluster.failure);
    const seen = shown.flatMap(({ broker, answer }) => (answer.ok ? [{ broker, view: answer.value }] : []));
    if (seen.length === 0) {
      return unknown(`${ID}-unanswered`, 'No advertised broker showed a certificate.', {
        current: shown.map(({ broker }) => address(broker)).join(', '),
        required: 'Advertised addresses that can be reached.',
        remedy: {
          text: 'See the check kafka-advertised.',
          commands: ['clinicmaster-cdc doctor --only kafka-advertised'],
          who: 'central-team',
        },
      });
    }
    const wrong = seen.filter(({ view }) => !view.nameMatches);
    if (wrong.length === 0)
      return pass(
        listed(
          seen.map(({ broker }) => broker.host),
          5,
        ),
      );
    return fail(
      `${ID}-missing`,
      `Certificates are not for the names that Kafka advertises: ${listed(
        wrong.map(({ broker }) => broker.host),
        5,
      )}.`,
      {
        current: wrong
          .map(({ broker, view }) => `${address(broker)}: names ${view.names.join(', ') || 'none'}`)
          .join('; '),
        required: 'Each advertised name among the names (SAN) of its broker’s certificate.',
        remedy: {
          text:
            'Have the certificates issued anew with these names, or advertise the names that they carry. Never switch the ' +
            'comparison of names off (ssl.endpoint.identification.algorithm).',
          commands: wrong.map(
            ({ broker }) =>
              `openssl s_client -connect ${address(broker)} </dev/null | openssl x509 -noout -ext subjectAltName`,
          ),
          who: 'central-team',
        },
      },
    );
  },
};

function address({ host, port }: AdvertisedBroker): string {
  return `${host}:${port}`;
}
