import type { Field } from './field.ts';
import {
  brokers,
  copyWindow,
  facilityCode,
  facilityId,
  host,
  image,
  instance,
  jvmOptions,
  line,
  memory,
  oneOf,
  password,
  port,
  wholeNumber,
  yesNo,
} from './validators.ts';

/** Room for a thousand tables by name; Linux takes 128 KiB for one environment variable. */
const LIST_LENGTH = 64_000;

/** Settings of the way to Kafka, shared by facilities and the central sink. */
export const KAFKA_FIELDS: readonly Field[] = [
  {
    key: 'KAFKA_BOOTSTRAP_SERVERS',
    flag: '--kafka <host:port,…>',
    prompt: 'Kafka brokers (host:port, separated by commas)',
    help: 'Addresses of the central Kafka, reachable from the container.',
    schema: brokers(),
  },
  {
    key: 'KAFKA_USER',
    flag: '--kafka-user <name>',
    prompt: 'Kafka user',
    help: 'User that the central team made for this site.',
    schema: line('The Kafka user', 128),
  },
  {
    key: 'KAFKA_PASS',
    prompt: 'Kafka password',
    help: 'Password of the Kafka user.',
    schema: password('The Kafka password'),
    secret: true,
  },
  {
    key: 'KAFKA_SECURITY_PROTOCOL',
    flag: '--kafka-protocol <name>',
    prompt: 'Kafka security protocol',
    help: 'SASL_SSL, unless the central team says otherwise.',
    schema: oneOf(['SASL_SSL', 'SASL_PLAINTEXT', 'SSL', 'PLAINTEXT']),
    default: 'SASL_SSL',
  },
  {
    key: 'KAFKA_SASL_MECHANISM',
    flag: '--kafka-mechanism <name>',
    prompt: 'Kafka SASL mechanism',
    help: 'How the password is proven to Kafka.',
    schema: oneOf(['SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN']),
    default: 'SCRAM-SHA-256',
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
    },
  ];
}

/** Every setting of a facility, in the order in which it is asked for and written. */
export function facilityFields(version: string): readonly Field[] {
  return [
    {
      key: 'FACILITY_NAME',
      flag: '--name <name>',
      prompt: 'Name of the facility',
      help: 'Written into every record as facility_name; any characters.',
      schema: line('The name of the facility', 230),
    },
    {
      key: 'FACILITY_DHIS2_CODE',
      flag: '--code <code>',
      prompt: 'DHIS2 code of the facility',
      help: 'Written into the key and value of every record; tells this facility from all others. Case matters.',
      schema: facilityCode(),
    },
    {
      key: 'FACILITY_ID',
      flag: '--facility-id <id>',
      prompt: 'Facility id for names of topics and groups',
      help: 'Only where the DHIS2 code holds other characters than letters, digits and hyphens. Default: the code.',
      schema: facilityId(),
      default: '',
    },
    {
      key: 'INSTANCE',
      flag: '--instance <name>',
      prompt: 'Instance',
      help: 'Name of a second installation on the same machine.',
      schema: instance(),
      // Compose 1.29 knows no "if set": the hyphen of the container's name is part of the value.
      toText: (name) => (name === '' ? '' : `-${name}`),
      default: '',
    },
    {
      key: 'DB_HOST',
      flag: '--db-host <host>',
      prompt: 'SQL Server host',
      help: 'Host of the ClinicMaster database; host.docker.internal for this machine.',
      schema: host('The SQL Server host', 'DB_PORT'),
    },
    {
      key: 'DB_PORT',
      flag: '--db-port <port>',
      prompt: 'SQL Server port',
      help: 'TCP port of the instance.',
      schema: port(),
      default: '1433',
      ask: true,
    },
    {
      key: 'DB_USER',
      flag: '--db-user <login>',
      prompt: 'SQL Server login',
      help: 'A login with read access to the captured tables; not sa.',
      schema: line('The SQL Server login', 128),
    },
    {
      key: 'DB_PASS',
      prompt: 'SQL Server password',
      help: 'Password of the SQL Server login.',
      schema: password('The SQL Server password'),
      secret: true,
    },
    {
      key: 'DB_NAME',
      flag: '--db-name <name>',
      prompt: 'Database',
      help: 'The ClinicMaster database, spelled as SQL Server spells it.',
      schema: line('The database name', 128),
      default: 'ClinicMasterMOH',
      ask: true,
    },
    {
      key: 'DB_ENCRYPT',
      flag: '--db-encrypt <bool>',
      prompt: 'Encrypt the connection to SQL Server',
      help: 'TLS to SQL Server.',
      schema: yesNo(),
      default: 'true',
    },
    {
      key: 'DB_TRUST_SERVER_CERTIFICATE',
      flag: '--db-trust-server-certificate <bool>',
      prompt: 'Trust any certificate of SQL Server',
      help: 'For servers with the self-signed certificate that SQL Server makes by itself.',
      schema: yesNo(),
      default: 'false',
    },
    ...KAFKA_FIELDS,
    {
      key: 'SNAPSHOT_MODE',
      flag: '--snapshot-mode <mode>',
      prompt: 'Snapshot mode',
      help: 'when_needed copies the tables again where the position was lost; initial never does.',
      schema: oneOf(['when_needed', 'initial', 'no_data', 'recovery']),
      default: 'when_needed',
    },
    {
      key: 'FIRST_COPY_WINDOW',
      flag: '--first-copy-window <from-to>',
      prompt: 'Hours of the first copy (22:00-05:00, or at-once)',
      help: 'Hours in which the first copy may run, as in 22:00-05:00 East Africa Time, or 22:00-05:00+02:00; at-once: without waiting.',
      schema: copyWindow(),
      default: '',
    },
    {
      key: 'SNAPSHOT_ISOLATION_MODE',
      flag: '--snapshot-isolation <mode>',
      prompt: 'Isolation of the first copy',
      help: 'snapshot holds no locks but must be allowed in the database; else read_committed.',
      schema: oneOf(['snapshot', 'read_committed']),
      default: 'snapshot',
    },
    {
      key: 'TABLE_INCLUDE_LIST',
      flag: '--tables <regex,…>',
      prompt: 'Tables to stream',
      help: 'Regular expressions on schema.table, separated by commas.',
      schema: line('The list of tables', LIST_LENGTH),
      default: 'dbo\\..*',
    },
    {
      key: 'MESSAGE_KEY_COLUMNS',
      flag: '--key-columns <t:c;…>',
      prompt: 'Keys for tables without a primary key',
      help: 'Debezium message.key.columns: schema.table:column;… The default matches no table.',
      schema: line('The list of key columns', LIST_LENGTH),
      default: 'none:none',
    },
    {
      key: 'COLUMN_EXCLUDE_LIST',
      flag: '--exclude-columns <regex,…>',
      prompt: 'Columns to leave out',
      help: 'Regular expressions on schema.table.column, separated by commas. The default matches no column.',
      schema: line('The list of columns', LIST_LENGTH),
      default: 'none',
    },
    {
      key: 'HEARTBEAT_INTERVAL_MS',
      flag: '--heartbeat-ms <ms>',
      prompt: 'Heartbeat interval in milliseconds',
      help: 'How often the facility says that it is alive.',
      schema: wholeNumber(1000, 3_600_000),
      default: '30000',
    },
    ...containerFields({
      image: `clinicmaster-cdc/connect-facility:${version}`,
      memory: '768m',
      heap: '-Xms64m -Xmx384m',
    }),
  ];
}
