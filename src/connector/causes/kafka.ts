import { type Cause, check, DOCTOR_KAFKA } from './cause.ts';

/** The way to Kafka and what it answers (Kafka clients and Connect 4.3). */
export const KAFKA_CAUSES: readonly Cause[] = [
  {
    code: 'kafka-not-allowed-group',
    pattern: /Not authorized to access group|GroupAuthorization/i,
    summary: 'Kafka does not let this user join the group of this facility.',
    remedy:
      'Either the right is missing, or the user belongs to another facility code. The check kafka-acl prints the command.',
    commands: check('kafka-acl', 'kafka-principal'),
    who: 'central-team',
  },
  {
    code: 'kafka-not-allowed',
    pattern: /Not authorized to (?:access|describe)|TopicAuthorization|ClusterAuthorization/i,
    summary: 'Kafka does not allow this user what it needs.',
    remedy: 'The check kafka-acl prints the commands for the central team.',
    commands: check('kafka-acl'),
    who: 'central-team',
  },
  {
    code: 'kafka-sasl-mechanism',
    pattern: /mechanism '?[\w-]+'? not enabled/i,
    summary: 'Kafka does not offer this way to log in.',
    remedy: 'Set KAFKA_SASL_MECHANISM to one that the message lists.',
    commands: [...check('kafka-sasl-mechanism'), 'clinicmaster-cdc init --kafka-mechanism …'],
    who: 'you',
  },
  {
    code: 'kafka-sasl-auth',
    pattern: /invalid credentials|SaslAuthenticationException/i,
    summary: 'Kafka refuses the user or the password.',
    remedy: 'Correct KAFKA_USER or KAFKA_PASS.',
    commands: [...check('kafka-sasl-auth'), 'clinicmaster-cdc rotate --kafka'],
    who: 'you',
  },
  {
    code: 'kafka-tls-handshake',
    pattern: /SSL handshake failed|No subject alternative/i,
    summary: 'The certificate of Kafka is not accepted.',
    remedy: 'The check kafka-tls-handshake says what is wrong with it.',
    commands: check('kafka-tls-handshake', 'kafka-tls-hostname'),
    who: 'central-team',
  },
  {
    code: 'kafka-cut-while-authenticating',
    pattern: /terminated during authentication/i,
    summary: 'Something ended the connection to Kafka while it was being set up.',
    remedy:
      'Mostly a firewall that lets the port through but not this encryption; the checks tell where it ends.',
    commands: check('kafka-middlebox', 'kafka-tls-interception', 'kafka-sasl-auth'),
    who: 'network-admin',
  },
  {
    code: 'kafka-advertised',
    pattern: /Connection to node \d+ .*could not be established/i,
    summary: 'A broker cannot be reached at the address that Kafka gives for it.',
    remedy: 'The first contact works, the next does not: the check kafka-advertised names the address.',
    commands: check('kafka-advertised'),
    who: 'central-team',
  },
  {
    code: 'kafka-bootstrap',
    pattern:
      /Connection to node -\d+ .*could not be established|Bootstrap broker .* disconnected|No resolvable bootstrap urls/i,
    summary: 'No broker answers at the addresses of KAFKA_BOOTSTRAP_SERVERS.',
    remedy: 'See that the VPN is up; the check kafka-tcp tells a closed port from a lost packet.',
    commands: check('kafka-dns', 'kafka-tcp'),
    who: 'network-admin',
  },
  {
    code: 'kafka-unreachable',
    pattern:
      /Timed out while checking for or creating topic|Timeout expired while|Could not look up partition metadata|Timed out while waiting to (?:get end offsets|describe)/i,
    summary: 'Kafka did not answer the worker.',
    remedy: 'Usually the VPN, or an advertised address that does not work from here.',
    commands: check('kafka-tcp', 'kafka-advertised', 'kafka-acl'),
    who: 'network-admin',
  },
  {
    code: 'kafka-topic-settings',
    pattern: /is required to have '?(?:cleanup\.policy|a single partition)/i,
    summary: 'A topic in which the worker keeps its state has wrong settings, and would lose it.',
    remedy: 'The check kafka-internal-topics prints the command that corrects it.',
    commands: check('kafka-internal-topics', 'kafka-internal-partitions'),
    who: 'central-team',
  },
  {
    code: 'record-too-large',
    pattern: /RecordTooLarge|bytes when serialized which is larger than|larger than .* max\.request\.size/i,
    summary: 'A row is larger than Kafka takes.',
    remedy:
      'Usually a column with scanned documents. Leave the column out, or ask the central team for a higher limit.',
    commands: [...check('kafka-message-size'), 'clinicmaster-cdc tables'],
    who: 'central-team',
  },
  {
    code: 'offsets-not-stored',
    pattern: /Failed to commit offsets|Timed out while waiting for previous offset flush|Failed to flush/i,
    summary:
      'The position could not be stored in Kafka in time. Nothing is lost; after a restart some rows are sent twice.',
    remedy: 'The line is slow or was away. It is tried again every 30 s.',
    commands: DOCTOR_KAFKA,
    who: 'network-admin',
  },
];
