import { askCertificate } from './ask-certificate.ts';
import type { Attempt, Question, Stop } from './question.ts';
import { namesTopics } from './state.ts';
import { DATABASE_STOPS } from './stops-database.ts';

const FACILITY_STOPS: readonly Stop[] = [
  {
    kind: 'question',
    key: 'FACILITY_NAME',
    section: 'The facility',
    why: 'Stands in every record, so that people see whose data it is.',
  },
  {
    kind: 'question',
    key: 'FACILITY_DHIS2_CODE',
    section: 'The facility',
    why: 'From the facility registry. It tells this facility from all others; capitals count.',
  },
  {
    kind: 'question',
    key: 'FACILITY_ID',
    section: 'The facility',
    why: 'The code holds signs that no name in Kafka may hold. Agree on an id with the central team; it stays.',
    due: ({ values }) => values.FACILITY_DHIS2_CODE !== undefined && !namesTopics(values),
  },
];

const BROKERS = ['KAFKA_BOOTSTRAP_SERVERS'];
const LISTENER = [...BROKERS, 'KAFKA_SECURITY_PROTOCOL'];

const kafka = (key: string, why: string, more: Partial<Question> = {}): Question => ({
  kind: 'question',
  key,
  section: 'Kafka',
  why,
  ...more,
});

const kafkaReach: Attempt = {
  kind: 'attempt',
  id: 'kafka-reach',
  section: 'Kafka',
  title: 'Reach Kafka',
  checks: ['kafka-tcp'],
  of: BROKERS,
  mends: () => BROKERS,
};

const kafkaCertificate: Attempt = {
  kind: 'attempt',
  id: 'kafka-certificate',
  section: 'Kafka',
  title: 'Encrypt the line to Kafka',
  checks: ['kafka-tls-handshake'],
  of: [...LISTENER, 'kafkaCa'],
  when: ({ settled, values }) =>
    settled.get('kafka-reach')?.passed === true && (values.KAFKA_SECURITY_PROTOCOL ?? '').endsWith('SSL'),
  leadsTo: ({ verdict }, { values }) =>
    verdict.code === 'kafka-tls-handshake-untrusted' && values.kafkaCa === undefined ? 'kafkaCa' : undefined,
  advice: ({ verdict }) =>
    verdict.code === 'kafka-tls-handshake-untrusted'
      ? 'Ask the central team for the CA certificate of Kafka, copy the file to this machine and give its path here. If you gave it: it is another one than that of these brokers, or something on the way answers instead of Kafka.'
      : undefined,
  mends: ({ verdict }) =>
    verdict.code === 'kafka-tls-handshake-untrusted' ? ['kafkaCa', ...BROKERS] : LISTENER,
};

const kafkaLogin: Attempt = {
  kind: 'attempt',
  id: 'kafka-login',
  section: 'Kafka',
  title: 'Log in to Kafka',
  checks: ['kafka-sasl-auth'],
  of: [...LISTENER, 'kafkaCa', 'KAFKA_SASL_MECHANISM', 'KAFKA_USER', 'KAFKA_PASS'],
  when: ({ settled, values }) =>
    settled.get('kafka-reach')?.passed === true &&
    settled.get('kafka-certificate')?.passed !== false &&
    (values.KAFKA_SECURITY_PROTOCOL ?? '').startsWith('SASL'),
  mends: ({ verdict }) =>
    verdict.code.includes('mechanism')
      ? ['KAFKA_SASL_MECHANISM', ...BROKERS]
      : verdict.code === 'kafka-sasl-auth-refused'
        ? ['KAFKA_PASS', 'KAFKA_USER']
        : LISTENER,
};

/** The code is tried by what Kafka lets its user do: rights are given by code, and a worker that runs under it is seen. */
const kafkaRights: Attempt = {
  kind: 'attempt',
  id: 'kafka-rights',
  section: 'Kafka',
  title: 'Ask Kafka about the DHIS2 code',
  checks: ['kafka-acl', 'kafka-group-foreign-member'],
  of: [...kafkaLogin.of, 'FACILITY_DHIS2_CODE', 'FACILITY_ID'],
  when: ({ settled }) => settled.get('kafka-login')?.passed === true,
  says: ({ values }) => `${values.KAFKA_USER} may send for it, and nobody else does`,
  advice: ({ verdict }) =>
    verdict.code.startsWith('kafka-acl')
      ? 'Compare code and user with the enrolment sheet; capitals count. If both are right, the central team gives the user its rights.'
      : undefined,
  mends: ({ id }) =>
    id === 'kafka-acl' || id === 'kafka-group-foreign-member'
      ? ['FACILITY_DHIS2_CODE', 'KAFKA_USER']
      : BROKERS,
};

const KAFKA_STOPS: readonly Stop[] = [
  kafka(
    'KAFKA_BOOTSTRAP_SERVERS',
    'From the enrolment sheet of the central team. One is enough, two or three are better.',
  ),
  kafka('KAFKA_SECURITY_PROTOCOL', 'SASL_SSL, unless the central team says otherwise.', {
    choices: [
      ['SASL_SSL', 'SASL_SSL: encrypted, with user and password'],
      ['SASL_PLAINTEXT', 'SASL_PLAINTEXT: with user and password, not encrypted'],
      ['SSL', 'SSL: encrypted, without user'],
      ['PLAINTEXT', 'PLAINTEXT: neither'],
    ],
  }),
  kafkaReach,
  kafka('kafkaCa', 'It came with the enrolment sheet: a file such as kafka-ca.pem.', {
    ask: (wizard) => askCertificate(wizard, 'kafkaCa'),
    cure: 'Give the file of the CA certificate',
  }),
  kafkaCertificate,
  kafka('KAFKA_USER', 'From the enrolment sheet; every facility has a user of its own.'),
  kafka('KAFKA_PASS', 'Not shown while you type, and never written outside .env.'),
  kafka('KAFKA_SASL_MECHANISM', 'How the password is proven to Kafka; the central team knows.', {
    choices: [
      ['SCRAM-SHA-256', 'SCRAM-SHA-256'],
      ['SCRAM-SHA-512', 'SCRAM-SHA-512'],
      ['PLAIN', 'PLAIN'],
    ],
  }),
  kafkaLogin,
  kafkaRights,
];

/** Ports above the taken one are likely to be free. */
const PORTS_TRIED = 20;

const restPort: Attempt = {
  kind: 'attempt',
  id: 'rest-port',
  section: 'This machine',
  title: 'Local port of the worker',
  checks: ['docker-port'],
  of: ['REST_PORT', 'INSTANCE'],
  ownOnly: true,
  mends: () => ['REST_PORT'],
  offers: async (_, { state, context }) => {
    const network = await context.network();
    const taken = Number(state.values.REST_PORT);
    for (let port = taken + 1; port <= Math.min(taken + PORTS_TRIED, 65_535); port++) {
      if (await network.isPortFree(port)) {
        return [{ label: `Use port ${port}, which is free`, values: { REST_PORT: String(port) } }];
      }
    }
    return [];
  },
};

/** All that the wizard asks and tries, in order. An answer is tried as soon as there is enough to try. */
export const STOPS: readonly Stop[] = [
  ...FACILITY_STOPS,
  ...DATABASE_STOPS,
  ...KAFKA_STOPS,
  {
    kind: 'question',
    key: 'REST_PORT',
    section: 'This machine',
    why: 'This program reaches the worker here; nobody else can.',
  },
  restPort,
];
