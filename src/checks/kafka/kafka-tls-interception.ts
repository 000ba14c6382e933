import type { TlsView } from '../../adapters/network-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { TwoViews } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, skip, unknown } from '../verdicts.ts';
import { certificatesOf } from './authority-file.ts';
import { type Handshakes, handshakes } from './handshakes.ts';

const ID = 'kafka-tls-interception';

/** Makers of firewalls, proxies and portals that put a certificate of their own in place of the server's. */
const INSPECTORS =
  /forti(net|gate)|sophos|zscaler|palo ?alto|check ?point|mikrotik|squid|pfsense|untangle|barracuda|blue ?coat|websense|forcepoint|cyberoam|watchguard|sonicwall|kaspersky|avast|eset|bitdefender|captive|portal|inspection/i;

export type InterceptionFacts = {
  /** Null without TLS. */
  brokers: TwoViews<Handshakes> | null;
  /** SHA-256 fingerprints of ca/kafka-ca.pem; null where the facility trusts the public authorities. */
  expected: string[] | null;
};

/** The certificate comes from Kafka and not from something on the way that reads along. */
export const kafkaTlsInterception: FacilityCheck<InterceptionFacts> = {
  id: ID,
  title: 'Nobody on the way opens the encryption',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-proxy'],
  timeoutMs: 5500,

  async probe(context, signal) {
    const { kafka } = context.settings;
    return {
      brokers: await handshakes(context, signal),
      expected:
        kafka.ca === undefined ? null : certificatesOf(kafka.ca).map(({ fingerprint256 }) => fingerprint256),
    };
  },

  judge({ brokers, expected }) {
    if (brokers === null) return skip(`${ID}-off`, 'Not checked: the connection is not encrypted.');
    const seen = [...views(brokers.host, 'this machine'), ...views(brokers.inside ?? [], 'the container')];
    if (seen.length === 0) return skip(`${ID}-unanswered`, 'Not checked: no broker showed its certificate.');
    const strange = seen.find(({ view }) => view.chainError !== undefined && INSPECTORS.test(issuers(view)));
    if (strange !== undefined) return inspected(strange);
    const other = seen.find(({ view }) => expected !== null && !isFrom(view, expected));
    if (other !== undefined) return otherIssuer(other, expected ?? []);
    const two = differing(seen);
    if (two !== undefined) return two;
    if (expected !== null || seen.every(({ view }) => view.chainError === undefined)) {
      return pass(`issued by ${listed([...new Set(seen.map(({ view }) => view.issuer))], 3)}`);
    }
    return unknown(`${ID}-no-ca`, 'There is no CA certificate here to compare the issuer with.', {
      current: describe(seen[0]!),
      required: 'ca/kafka-ca.pem, as the central team gives it out.',
      remedy: {
        text: 'Get the CA certificate from the central team by another way than this network, then run this again.',
        commands: ['clinicmaster-cdc init --kafka-ca kafka-ca.pem'],
        who: 'central-team',
      },
    });
  },
};

interface Seen {
  broker: string;
  from: string;
  view: TlsView;
}

function views(answers: Handshakes, from: string): Seen[] {
  return answers.flatMap(({ broker, answer }) => (answer.ok ? [{ broker, from, view: answer.value }] : []));
}

function issuers({ chain, issuer }: TlsView): string {
  return [issuer, ...chain.map((certificate) => certificate.issuer)].join(' ');
}

/** Faults of the calendar alone: the signatures are right. */
const OUT_OF_DATE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** A chain that verifies ends at the file. Anybody may send the authority's certificate along; its signature counts. */
function isFrom({ chain, chainError }: TlsView, expected: readonly string[]): boolean {
  if (chainError === undefined) return true;
  return OUT_OF_DATE.has(chainError) && chain.some(({ fingerprint }) => expected.includes(fingerprint));
}

/** One broker, two certificates: something answers for it on one of the two ways. */
function differing(seen: readonly Seen[]): Verdict | undefined {
  for (const one of seen) {
    const other = seen.find(
      ({ broker, from, view }) =>
        broker === one.broker &&
        from !== one.from &&
        view.chain[0]?.fingerprint !== one.view.chain[0]?.fingerprint,
    );
    if (other === undefined) continue;
    return fail(
      `${ID}-inside`,
      `${one.broker} shows this machine and the container different certificates.`,
      {
        current: `${describe(one)}; ${describe(other)}`,
        required: 'One certificate, whoever looks.',
        remedy: {
          text: 'Something on one of the two ways answers instead of Kafka. Find it: a proxy, a firewall, a wrong address.',
          who: 'network-admin',
        },
      },
    );
  }
  return undefined;
}

function inspected(seen: Seen): Verdict {
  return fail(`${ID}-inspected`, `A firewall or proxy opens the encryption: ${seen.view.issuer}.`, {
    current: describe(seen),
    required: 'The certificate of Kafka itself, from end to end.',
    remedy: {
      text:
        `Patients’ data would be read on the way. Ask for an exception from inspection for ${seen.broker}. Never put the ` +
        'certificate of the firewall into ca/kafka-ca.pem.',
      who: 'network-admin',
    },
  });
}

function otherIssuer(seen: Seen, expected: readonly string[]): Verdict {
  return fail(
    `${ID}-other-issuer`,
    `Another authority than the one in ca/kafka-ca.pem has signed for ${seen.broker}.`,
    {
      current: `${describe(seen)}; fingerprint of the last certificate: ${seen.view.chain.at(-1)?.fingerprint ?? 'none'}`,
      required: `one of: ${listed(expected, 3)}`,
      remedy: {
        text:
          'Read both fingerprints to the central team by telephone. If theirs is the first, the file here is old: get the new ' +
          'one. If it is not, something on the way answers instead of Kafka: send nothing, and tell the network administrator.',
        commands: ['openssl x509 -in ca/kafka-ca.pem -noout -subject -fingerprint -sha256'],
        who: 'central-team',
      },
    },
  );
}

function describe({ broker, from, view }: Seen): string {
  return `${broker} as ${from} sees it: ${view.subject}, issued by ${view.issuer}`;
}
