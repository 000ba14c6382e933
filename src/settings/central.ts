import { containerFields, KAFKA_FIELDS } from './common-fields.ts';
import { type FolderFacts, type KafkaSettings, reader, toKafkaSettings } from './facility.ts';
import type { Field, Values } from './field.ts';
import { choice, databaseName, host, line, password, port, wholeNumberOr } from './validators.ts';

/** How to reach the PostgreSQL warehouse. */
export interface WarehouseSettings {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  sslMode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  /** PEM text of the CA, for verify-ca and verify-full. */
  ca?: string;
}

/** The truth about the central sink. */
export interface CentralSettings {
  dir: string;
  restPort: number;
  image: string;
  warehouse: WarehouseSettings;
  kafka: KafkaSettings;
}

/** Every setting of the central sink, in the order in which it is asked for and written. */
export function centralFields(version: string): readonly Field[] {
  return [
    {
      key: 'WAREHOUSE_HOST',
      flag: '--warehouse-host <host>',
      prompt: 'PostgreSQL host of the warehouse',
      help: 'Host of the warehouse; host.docker.internal for this machine.',
      schema: host('The warehouse host', 'WAREHOUSE_PORT'),
      group: 'warehouse',
    },
    {
      key: 'WAREHOUSE_PORT',
      flag: '--warehouse-port <port>',
      prompt: 'PostgreSQL port',
      help: 'Port of the warehouse.',
      schema: port(),
      default: '5432',
      ask: true,
      group: 'warehouse',
    },
    {
      key: 'WAREHOUSE_DB',
      flag: '--warehouse-db <name>',
      prompt: 'Database of the warehouse',
      help: 'PostgreSQL database that takes the tables, in schema public.',
      schema: databaseName(),
      group: 'warehouse',
    },
    {
      key: 'WAREHOUSE_USER',
      flag: '--warehouse-user <name>',
      prompt: 'PostgreSQL user',
      help: 'User that may create tables in schema public.',
      schema: line('The PostgreSQL user', 63),
      group: 'warehouse',
    },
    {
      key: 'WAREHOUSE_PASS',
      prompt: 'PostgreSQL password',
      help: 'Password of the PostgreSQL user.',
      schema: password('The PostgreSQL password'),
      secret: true,
      group: 'warehouse',
    },
    {
      key: 'WAREHOUSE_SSLMODE',
      flag: '--warehouse-sslmode <mode>',
      prompt: 'TLS to PostgreSQL',
      help: 'As PostgreSQL names it: disable, allow, prefer, require, verify-ca, verify-full.',
      ...choice(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']),
      default: 'prefer',
      group: 'certificates',
    },
    ...KAFKA_FIELDS,
    {
      key: 'DLQ_REPLICATION_FACTOR',
      flag: '--dlq-replication <n>',
      prompt: 'Copies of the dead letter topic',
      help: "Copies of each dead letter; -1 leaves it to the brokers' default.",
      schema: wholeNumberOr('-1', 1, 9),
      default: '-1',
      sample: { hint: "copies of the dead letter topic; -1: the brokers' default" },
    },
    ...containerFields({
      image: `clinicmaster-cdc/connect-central:${version}`,
      memory: '1280m',
      heap: '-Xms64m -Xmx768m',
    }),
  ];
}

/** Turns checked text values into settings. */
export function toCentralSettings(
  fields: readonly Field[],
  values: Values,
  folder: FolderFacts,
): CentralSettings {
  const read = reader(fields, values);
  return {
    dir: folder.dir,
    restPort: read('REST_PORT'),
    image: read('IMAGE'),
    warehouse: {
      host: read('WAREHOUSE_HOST'),
      port: read('WAREHOUSE_PORT'),
      database: read('WAREHOUSE_DB'),
      user: read('WAREHOUSE_USER'),
      password: read('WAREHOUSE_PASS'),
      sslMode: read('WAREHOUSE_SSLMODE'),
      ...(folder.warehouseCa === undefined ? {} : { ca: folder.warehouseCa }),
    },
    kafka: toKafkaSettings(fields, values, folder.kafkaCa),
  };
}
