import type { Field } from './field.ts';
import {
  brokers,
  choice,
  image,
  jvmOptions,
  line,
  memory,
  password,
  port,
  wholeNumber,
} from './validators.ts';

/** Settings of the way to Kafka, shared by facilities and the central sink. */
export const KAFKA_FIELDS: readonly Field[] = [
  {
    key: 'KAFKA_BOOTSTRAP_SERVERS',
    flag: '--kafka <host:port,…>',
    prompt: 'Kafka brokers (host:port, separated by commas)',
    help: 'Addresses of the central Kafka, reachable from the container.',
    schema: brokers(),
    group: 'kafka',
  },
  {
    key: 'KAFKA_USER',
    flag: '--kafka-user <name>',
    prompt: 'Kafka user',
    help: 'User that the central team made for this site.',
    schema: line('The Kafka user', 128),
    group: 'kafka',
  },
  {
    key: 'KAFKA_PASS',
    prompt: 'Kafka password',
    help: 'Password of the Kafka user.',
    schema: password('The Kafka password'),
    secret: true,
    group: 'kafka',
  },
  {
    key: 'KAFKA_SECURITY_PROTOCOL',
    flag: '--kafka-protocol <name>',
    prompt: 'Kafka security protocol',
    help: 'SASL_SSL, unless the central team says otherwise.',
    ...choice(['SASL_SSL', 'SASL_PLAINTEXT', 'SSL', 'PLAINTEXT']),
    default: 'SASL_SSL',
    sample: { hint: 'or SASL_PLAINTEXT, SSL, PLAINTEXT' },
  },
  {
    key: 'KAFKA_SASL_MECHANISM',
    flag: '--kafka-mechanism <name>',
    prompt: 'Kafka SASL mechanism',
    help: 'How the password is proven to Kafka.',
    ...choice(['SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN']),
    default: 'SCRAM-SHA-256',
    sample: { hint: 'or SCRAM-SHA-512, PLAIN' },
  },
];

/** Settings of the container, shared by facilities and the central sink. */
export function containerFields(preset: { image: string; memory: string; heap: string }): readonly Field[] {
  return [
    {
      key: 'REST_PORT',
      flag: '--rest-port <port>',
      prompt: 'Local port of the Connect REST interface',
      help: 'Port on 127.0.0.1 at which this machine reaches the worker.',
      schema: port(),
      default: '8083',
      sample: { hint: 'on this machine only (127.0.0.1)' },
    },
    {
      key: 'IMAGE',
      flag: '--image <reference>',
      prompt: 'Image',
      help: 'Image to run; built here when it is neither present nor in a registry.',
      schema: image(),
      default: preset.image,
    },
    {
      key: 'MEMORY_LIMIT',
      flag: '--memory <size>',
      prompt: 'Memory limit of the container',
      help: 'Upper limit for the container, as in 768m.',
      schema: memory(),
      default: preset.memory,
    },
    {
      key: 'HEAP_OPTS',
      flag: '--heap-opts <flags>',
      prompt: 'Java heap options',
      help: 'Heap of the worker; must fit into the memory limit.',
      schema: jvmOptions(),
      default: preset.heap,
    },
    {
      key: 'DOCKER_MTU',
      flag: '--mtu <bytes>',
      prompt: 'MTU of the container network',
      help: 'Lower it where a VPN carries smaller packets (1400, 1360, 1280).',
      schema: wholeNumber(576, 9000),
      default: '1500',
      sample: { hint: '1400 or less where a VPN loses large packets' },
    },
  ];
}
