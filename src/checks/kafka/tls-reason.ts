import type { NetworkFailure, TlsView } from '../../adapters/network-port.ts';
import type { Reason } from './each-broker.ts';

const DAY_MS = 86_400_000;

/**
 * What is wrong with a broker's certificate, as a client of this facility sees it; undefined when nothing is.
 * @param ownCa whether the facility brought a CA of its own (ca/kafka-ca.pem)
 * @param nowMs time of the handshake
 */
export function certificateFault(
  broker: string,
  view: TlsView,
  ownCa: boolean,
  nowMs: number,
): Reason | undefined {
  const host = broker.slice(0, broker.lastIndexOf(':'));
  const seen = `${broker}: certificate for ${view.subject}, issued by ${view.issuer}, valid until ${view.validTo.slice(0, 10)}`;
  if (Date.parse(view.validTo) < nowMs || Date.parse(view.validFrom) > nowMs)
    return outOfDate(seen, view, nowMs);
  if (view.chainError !== undefined) {
    return {
      kind: 'untrusted',
      summary: `The certificate of ${broker} is not signed by an authority that this installation knows.`,
      current: `${seen} (${view.chainError})`,
      required: `A certificate signed by ${ownCa ? 'the authority in ca/kafka-ca.pem' : 'a public authority'}.`,
      remedy: {
        text: ownCa
          ? `Compare the issuer with ca/kafka-ca.pem: either the file is of another authority, or something on the way (a portal, an inspecting firewall) answers instead of Kafka.`
          : 'Get the CA certificate of Kafka from the central team and save it as ca/kafka-ca.pem in the facility folder.',
        commands: [`openssl s_client -connect ${broker} -showcerts </dev/null`],
        who: 'central-team',
      },
    };
  }
  if (!view.nameMatches) {
    return {
      kind: 'wrong-name',
      summary: `The certificate of ${broker} is for other names.`,
      current: `${seen}; names: ${view.names.join(', ') || 'none'}`,
      required: `${host} among the names of the certificate.`,
      remedy: {
        text: `Use a name from the certificate, or have the broker's certificate issued for ${host} too.`,
        who: 'central-team',
      },
    };
  }
  return undefined;
}

function outOfDate(seen: string, view: TlsView, nowMs: number): Reason {
  const tooEarly = Date.parse(view.validFrom) > nowMs;
  return {
    kind: tooEarly ? 'not-yet-valid' : 'expired',
    summary: tooEarly
      ? 'The certificate of Kafka is not valid yet.'
      : 'The certificate of Kafka has expired.',
    current: `${seen}; the clock here says ${new Date(nowMs).toISOString().slice(0, 16)}Z`,
    required: 'A certificate in date, and a clock that is right.',
    remedy: {
      text: 'Check the date and time of this machine. If they are right, the central team renews the certificate.',
      commands: ['date -u'],
      who: tooEarly ? 'you' : 'central-team',
    },
  };
}

/** Whole days until a certificate ends. */
export function daysLeft(validTo: string, nowMs: number): number {
  return Math.floor((Date.parse(validTo) - nowMs) / DAY_MS);
}

/** Why no TLS session came about at all. */
export function handshakeFault(broker: string, failure: NetworkFailure): Reason {
  return {
    kind: failure.kind === 'timeout' ? 'timeout' : 'none',
    summary:
      failure.kind === 'timeout'
        ? `${broker} takes the connection and then does not answer.`
        : `${broker} does not speak TLS.`,
    current: `${failure.code}: ${failure.message}`,
    required: 'A listener with TLS 1.2 or newer at this port.',
    remedy: {
      text:
        failure.kind === 'timeout'
          ? 'Small packets pass and larger ones do not: typical of a VPN with a smaller packet size. Lower the MTU of the VPN or of the container network.'
          : 'Check the port: this one may be the listener without TLS. Ask the central team for the port of the SASL_SSL listener.',
      ...(failure.kind === 'timeout' ? { commands: ['clinicmaster-cdc init --mtu 1360'] } : {}),
      who: failure.kind === 'timeout' ? 'network-admin' : 'central-team',
    },
  };
}
