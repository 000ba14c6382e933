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
  snapshotIsolation: 'snapshot' | 'read_committed';
  tableIncludeList: string;
  messageKeyColumns: string;
  heartbeatIntervalMs: number;
}
