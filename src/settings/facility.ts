import { FACILITY_ID } from '../connector/names.ts';
import { CliError, EXIT } from '../errors.ts';
import { suggestedId } from './dhis2.ts';
import type { Field, Values } from './field.ts';

/** How to reach SQL Server. Hosts and ports are those that the container uses too. */
export interface DatabaseSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  /** Database name as SQL Server spells it; it is part of every topic name. */
  name: string;
  encrypt: boolean;
  trustServerCertificate: boolean;
  /** PEM text of the CA that signed the server's certificate, where one was given. */
  ca?: string;
}

/** How to reach the central Kafka. */
export interface KafkaSettings {
  /** `host:port` entries. */
  brokers: readonly string[];
  user: string;
  password: string;
  securityProtocol: 'SASL_SSL' | 'SASL_PLAINTEXT' | 'SSL' | 'PLAINTEXT';
  mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'PLAIN';
  /** PEM text of the CA, where the broker's certificate is not signed by a public one. */
  ca?: string;
}

/** The truth about one facility: everything that `.env` holds, parsed and validated. */
export interface FacilitySettings {
  /** The facility folder, absolute. */
  dir: string;
  facilityName: string;
  /** DHIS2 code or UID, as data; case matters. */
  facilityCode: string;
  /** Name part for topics, group and connector; the code itself unless FACILITY_ID says otherwise. */
  facilityId: string;
  /** Empty, or the suffix that tells a second instance on one host apart. */
  instance: string;
  restPort: number;
  image: string;
  database: DatabaseSettings;
  kafka: KafkaSettings;
  snapshotMode: string;
  /** `22:00-05:00`, in the hospital's time; empty: the first copy begins at once. */
  firstCopyWindow: string;
  snapshotIsolation: 'snapshot' | 'read_committed';
  tableIncludeList: string;
  messageKeyColumns: string;
  columnExcludeList: string;
  heartbeatIntervalMs: number;
  /** Packet size of the container's network, in bytes. */
  networkMtu: number;
}

/** What stands beside `.env`: the folder itself and the certificates in its `ca/`. */
export interface FolderFacts {
  dir: string;
  kafkaCa?: string;
  databaseCa?: string;
  warehouseCa?: string;
}

/**
 * Turns checked text values into settings.
 * @param values text form of every field, as {@link import('./resolve.ts').resolve} gives it, without problems
 * @throws CliError (usage) when the code cannot name topics and no FACILITY_ID is given
 */
export function toFacilitySettings(
  fields: readonly Field[],
  values: Values,
  folder: FolderFacts,
): FacilitySettings {
  const read = reader(fields, values);
  const facilityCode = read<string>('FACILITY_DHIS2_CODE');
  return {
    dir: folder.dir,
    facilityName: read('FACILITY_NAME'),
    facilityCode,
    facilityId: facilityIdOf(facilityCode, read('FACILITY_ID')),
    instance: read('INSTANCE'),
    restPort: read('REST_PORT'),
    image: read('IMAGE'),
    database: toDatabaseSettings(read, folder.databaseCa),
    kafka: toKafkaSettings(fields, values, folder.kafkaCa),
    snapshotMode: read('SNAPSHOT_MODE'),
    firstCopyWindow: read('FIRST_COPY_WINDOW'),
    snapshotIsolation: read('SNAPSHOT_ISOLATION_MODE'),
    tableIncludeList: read('TABLE_INCLUDE_LIST'),
    messageKeyColumns: read('MESSAGE_KEY_COLUMNS'),
    columnExcludeList: read('COLUMN_EXCLUDE_LIST'),
    heartbeatIntervalMs: read('HEARTBEAT_INTERVAL_MS'),
    networkMtu: read('DOCKER_MTU'),
  };
}

/** The way to Kafka, the same for a facility and for the central sink. */
export function toKafkaSettings(
  fields: readonly Field[],
  values: Values,
  ca: string | undefined,
): KafkaSettings {
  const read = reader(fields, values);
  return {
    brokers: read('KAFKA_BOOTSTRAP_SERVERS'),
    user: read('KAFKA_USER'),
    password: read('KAFKA_PASS'),
    securityProtocol: read('KAFKA_SECURITY_PROTOCOL'),
    mechanism: read('KAFKA_SASL_MECHANISM'),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** How to reach SQL Server, by fields that any set of ours names alike. @param ca PEM text */
export function toDatabaseSettings(read: <T>(key: string) => T, ca: string | undefined): DatabaseSettings {
  return {
    host: read('DB_HOST'),
    port: read('DB_PORT'),
    user: read('DB_USER'),
    password: read('DB_PASS'),
    name: read('DB_NAME'),
    encrypt: read('DB_ENCRYPT'),
    trustServerCertificate: read('DB_TRUST_SERVER_CERTIFICATE'),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** Reads one field's value; the caller names the type that the field's schema yields. */
export function reader(fields: readonly Field[], values: Values): <T>(key: string) => T {
  const byKey = new Map(fields.map((field) => [field.key, field]));
  return <T>(key: string): T => {
    const field = byKey.get(key);
    if (field === undefined) throw new Error(`No field ${key}`);
    return field.schema.parse(values[key] ?? field.default ?? '') as T;
  };
}

function facilityIdOf(code: string, id: string): string {
  const chosen = id === '' ? code : id;
  if (FACILITY_ID.test(chosen) && chosen.toLowerCase() !== 'central') return chosen;
  throw new CliError('settings.facility-id', 'The DHIS2 code cannot name Kafka topics as it is.', {
    exitCode: EXIT.usage,
    seen: `FACILITY_DHIS2_CODE = ${code}`,
    needed:
      'A facility id of letters, digits and hyphens, agreed with the central team and never changed later.',
    commands: [`clinicmaster-cdc init --facility-id ${suggestedId(code) ?? '<id>'}`],
    who: 'central-team',
  });
}
