import type { CertificateView } from '../../adapters/network-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, pass, skip, warn } from '../verdicts.ts';
import { certificatesOf } from './authority-file.ts';
import { eachBroker } from './each-broker.ts';
import { daysLeft } from './tls-reason.ts';

const ID = 'kafka-tls-expiry';

/** A renewal takes letters and signatures. */
const WARNING_DAYS = 30;
const FAILURE_DAYS = 7;

export type ExpiryFacts = {
  /** Null without TLS. Each certificate that a broker showed, its own and those above it. */
  shown: { broker: string; certificate: CertificateView }[] | null;
  /** The authorities in ca/kafka-ca.pem; those of Node itself are renewed with it and not listed. */
  trusted: { subject: string; validTo: string }[];
  nowMs: number;
};

/** How long every certificate lasts on which the connection stands. */
export const kafkaTlsExpiry: FacilityCheck<ExpiryFacts> = {
  id: ID,
  title: 'The certificates of Kafka last',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-tls-handshake'],
  timeoutMs: 5500,

  async probe({ network, settings: { kafka }, clock }, signal) {
    const nowMs = clock.now();
    if (!kafka.securityProtocol.endsWith('SSL')) return { shown: null, trusted: [], nowMs };
    const answers = await eachBroker(kafka.brokers, signal, ({ host, port }, limited) =>
      network.tls(host, port, kafka.ca, limited),
    );
    const shown = answers.flatMap(({ broker, answer }) =>
      answer.ok ? answer.value.chain.map((certificate) => ({ broker, certificate })) : [],
    );
    return { shown, trusted: authorities(kafka.ca), nowMs };
  },

  judge({ shown, trusted, nowMs }) {
    if (shown === null) return skip(`${ID}-off`, 'Not checked: the connection is not encrypted.');
    if (shown.length === 0) return skip(`${ID}-unanswered`, 'Not checked: no broker showed its certificate.');
    const ends = [
      ...shown.map(({ broker, certificate: { subject, validTo } }) => ({
        what: `${broker}: ${subject}`,
        days: daysLeft(validTo, nowMs),
        ours: false,
      })),
      ...trusted.map(({ subject, validTo }) => ({
        what: `ca/kafka-ca.pem: ${subject}`,
        days: daysLeft(validTo, nowMs),
        ours: true,
      })),
    ];
    const first = ends.reduce((least, end) => (end.days < least.days ? end : least));
    return judgeDays(first);
  },
};

function authorities(pem: string | undefined): ExpiryFacts['trusted'] {
  return certificatesOf(pem).map(({ subject, validTo }) => ({
    subject: /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', '),
    validTo: new Date(validTo).toISOString(),
  }));
}

function judgeDays({ what, days, ours }: { what: string; days: number; ours: boolean }): Verdict {
  const current = `${what} ends in ${days} days`;
  if (days >= WARNING_DAYS) return pass(`the first ends in ${days} days`, current);
  const remedy: Remedy = {
    text: ours
      ? 'The central team makes a new authority and sends its certificate. Put it into ca/kafka-ca.pem beside the old one ' +
        'before the old one ends, and run init again.'
      : 'Tell the central team now, so that it renews the certificate before every facility stops. Nothing changes here.',
    commands: [
      `clinicmaster-cdc doctor --only ${ID}`,
      ...(ours ? ['clinicmaster-cdc init --kafka-ca new-ca.pem'] : []),
    ],
    who: 'central-team',
  };
  const detail = { current, required: `more than ${WARNING_DAYS} days`, remedy };
  if (days < FAILURE_DAYS)
    return fail(`${ID}-now`, `A certificate of Kafka ends in ${Math.max(0, days)} days.`, detail);
  return warn(`${ID}-soon`, `A certificate of Kafka ends in ${days} days.`, detail);
}
