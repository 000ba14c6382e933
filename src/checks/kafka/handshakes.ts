import type { NetworkAnswer, TlsView } from '../../adapters/network-port.ts';
import type { CheckContext } from '../context.ts';
import { fromBoth, type TwoViews } from '../two-views.ts';
import { type BrokerAnswer, eachBroker } from './each-broker.ts';

/** What the bootstrap brokers' certificates say, by broker. */
export type Handshakes = BrokerAnswer<NetworkAnswer<TlsView>>[];

/** The handshake of each bootstrap broker, from here and from inside; null when the facility is set up without TLS. */
export async function handshakes(
  context: Parameters<typeof fromBoth>[0] & Pick<CheckContext, 'settings'>,
  signal: AbortSignal,
): Promise<TwoViews<Handshakes> | null> {
  const { kafka } = context.settings;
  if (!kafka.securityProtocol.endsWith('SSL')) return null;
  return fromBoth(context, signal, ({ network }) =>
    eachBroker(kafka.brokers, signal, ({ host, port }, limited) =>
      network.tls(host, port, kafka.ca, limited),
    ),
  );
}
